"""AWS clients: one for each service, with short timeouts."""

import pytest

from teppan.aws import client


def test_a_process_has_one_aws_client_for_each_service() -> None:
    assert client("dynamodb") is client("dynamodb")
    assert client("dynamodb") is not client("secretsmanager")


@pytest.mark.parametrize(
    ("service", "read_timeout", "attempts"),
    [
        ("dynamodb", 2, 2),
        ("secretsmanager", 2, 2),
        ("cognito-idp", 5, 1),  # it sends mails, and accepts a code only once
    ],
)
def test_an_aws_client_gives_up_before_the_function_times_out(
    service: str, read_timeout: int, attempts: int
) -> None:
    config = client(service).meta.config

    assert (config.connect_timeout, config.read_timeout) == (1, read_timeout)
    assert config.retries["total_max_attempts"] == attempts
    assert config.user_agent == "teppan"
