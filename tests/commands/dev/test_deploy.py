"""What `make dev` checks before it deploys."""

from typing import Any

import pytest
from local.aws.artifacts import Build
from local.aws.deployment import Deployment
from local.errors import CommandError


class UnreachableAws:
    """An emulator none of whose services can be called."""

    def client(self, _service: str) -> Any:
        return object()


def test_a_template_that_names_what_it_does_not_have_is_not_deployed() -> None:
    template = {"Resources": {}, "Outputs": {"Url": {"Value": {"Ref": "Gone"}}}}
    deployment = Deployment(UnreachableAws(), {})  # type: ignore[arg-type]

    with pytest.raises(CommandError, match=r"names what it does not have:\nOutputs\.Url.*no Gone"):
        deployment.deploy(Build(template, {}, {}))
