"""Tracing patches nothing of itself."""

from teppan.observability.trace import tracer


def test_nothing_is_patched_on_import() -> None:
    assert tracer.auto_patch is False


def test_it_is_off_where_the_environment_says_so() -> None:
    assert tracer.disabled is True
