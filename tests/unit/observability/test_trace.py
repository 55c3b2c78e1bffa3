"""The tracer patches nothing by itself."""

from teppan.observability.trace import tracer


def test_the_tracer_patches_nothing_on_import() -> None:
    assert tracer.auto_patch is False


def test_the_tracer_is_disabled_by_the_environment() -> None:
    assert tracer.disabled is True
