"""AWS clients: one a service, with little patience."""

from teppan.aws import client


def test_a_process_has_one_client_of_a_service() -> None:
    assert client("dynamodb") is client("dynamodb")
    assert client("dynamodb") is not client("secretsmanager")


def test_a_client_gives_up_before_the_function_times_out() -> None:
    config = client("dynamodb").meta.config

    assert (config.connect_timeout, config.read_timeout) == (1, 2)
    assert config.retries["total_max_attempts"] == 2
    assert config.user_agent == "teppan"
