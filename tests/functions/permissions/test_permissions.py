"""The template gives each function the rights for the calls that it makes, and no others."""

from collections.abc import Callable
from typing import Final

import pytest
from botocore.client import BaseClient
from tests.builders import NOW
from tests.conftest import Clock
from tests.contract.documents import TRIGGERS
from tests.functions import contract
from tests.functions.handlers import Handlers
from tests.functions.payment_steps import PaymentSteps
from tests.functions.permissions.recorder import Recording, Right, allowed
from tests.functions.permissions.stories import StoryContext, stories
from tests.tables import empty_table

from teppan import secret
from teppan.cache import Cache

NAMES: Final = sorted({*(each.served_by for each in contract.OPERATIONS.values()), *TRIGGERS})

USED_BY_LAMBDA: Final = {
    "followUpPayments": {
        Right("dynamodb:DescribeStream", "Table/stream"),
        Right("dynamodb:GetRecords", "Table/stream"),
        Right("dynamodb:GetShardIterator", "Table/stream"),
        Right("dynamodb:ListStreams", "Table/stream"),
        Right("sqs:SendMessage", "FailureQueue"),
    },
}
"""Rights that Lambda uses with the function's role: to read the stream and to report failures.

Lambda's developer guide lists these five for an event source mapping of a DynamoDB stream.
"""


@pytest.fixture
def context(
    call: Handlers,
    now: Clock,
    steps: PaymentSteps,
    calls_of_aws: Recording,
    monkeypatch: pytest.MonkeyPatch,
) -> StoryContext:
    """The functions of the stories; each run reads its secrets again, as a new instance does."""
    monkeypatch.setattr(secret, "_cache", Cache("secrets", 0, shared=False))
    return StoryContext(call, now, steps, calls_of_aws)


@pytest.fixture
def forget(dynamodb: BaseClient, table_name: str, now: Clock) -> Callable[[], None]:
    """Empty the table and reset the clock before the next story."""

    def start_anew() -> None:
        empty_table(dynamodb, table_name)
        now.set(NOW)

    return start_anew


@pytest.mark.parametrize("name", NAMES)
def test_a_function_may_call_what_it_is_seen_to_call_and_nothing_else(
    context: StoryContext, forget: Callable[[], None], name: str
) -> None:
    for story in stories(name):
        story(context, name)
        forget()

    needed = context.recording.needed[name] | USED_BY_LAMBDA.get(name, set())
    assert needed <= allowed(name), f"template.yaml: {name} needs {needed - allowed(name)}"
    assert allowed(name) <= needed, (
        f"No story of {name} needs {allowed(name) - needed}: write a story that does into "
        "tests/functions/permissions/stories.py, or take the right from template.yaml."
    )
