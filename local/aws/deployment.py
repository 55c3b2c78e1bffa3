"""Deploy the built template through CloudFormation; upload a changed function without it."""

import copy
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from local.aws.artifacts import CODE_PROPERTY, Artifact, Build, differences
from local.aws.emulator import Aws
from local.aws.processor import host_architecture
from local.aws.references import dangling_references
from local.aws.stack import API_ID, STACK, STAGE, outputs_of, wait_until_complete
from local.aws.template import resources_of_type
from local.errors import CommandError

_BUCKET: Final = "teppan-local-artifacts"
# The emulator gives the API the id in this tag, so that the API's URL never changes.
_PIN: Final = {"Key": "ms-custom-id", "Value": API_ID}


class Deployment:
    """The stack on one emulator, with the stage's values of the template's `parameters`."""

    def __init__(self, aws: Aws, parameters: Mapping[str, str]) -> None:
        self._s3 = aws.client("s3")
        self._lambda = aws.client("lambda")
        self._cloudformation = aws.client("cloudformation")
        self.parameters: Final = {
            "Stage": STAGE,
            "Architecture": host_architecture(),
            **parameters,
        }
        self._current: Build | None = None

    def deploy(self, build: Build) -> None:
        """Create the stack from `build`, or update it. Raises CommandError with the reasons."""
        if dangling := dangling_references(build.template, build.contract):
            raise CommandError("\n".join(["The template names what it does not have:", *dangling]))
        self._ensure_bucket()
        if not self._exists():
            self._submit("create", build, pin=True)
        elif self._current is not None and build.contract == self._current.contract:
            self._submit("update", build, pin=True)
        else:
            # The emulator imports a changed contract as a new API before it deletes the old one.
            # The old API still has the pinned id, so update once without the pin, then with it.
            self._submit("update", build, pin=False)
            self._submit("update", build, pin=True)
            # CloudFormation does not know the functions that an earlier run uploaded directly.
            self._send_functions(build, _functions(build))
        self._current = build

    @property
    def current(self) -> Build:
        """The deployed build. Raises CommandError before the first `deploy`."""
        if self._current is None:
            raise CommandError("Nothing is deployed yet.")
        return self._current

    def update(self, build: Build) -> list[str]:
        """Update the stack to `build` in the fastest way; return the names of what changed.

        Changed functions are uploaded directly. A changed layer, template or contract needs an
        update of the stack, as on AWS.
        """
        changed = differences(self.current, build)
        functions = [name for name in changed if name in _functions(build)]
        if functions != changed:
            self.deploy(build)
        # Also after an update: CloudFormation does not know the functions uploaded directly.
        self._send_functions(build, functions)
        self._current = build
        return changed

    def outputs(self) -> dict[str, str]:
        """Return the stack's outputs by name."""
        return outputs_of(self._cloudformation, STACK)

    def _exists(self) -> bool:
        try:
            self._cloudformation.describe_stacks(StackName=STACK)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError":
                return False
            raise
        return True

    def _ensure_bucket(self) -> None:
        if _BUCKET in {bucket["Name"] for bucket in self._s3.list_buckets()["Buckets"]}:
            return
        region = self._s3.meta.region_name
        self._s3.create_bucket(
            Bucket=_BUCKET, CreateBucketConfiguration={"LocationConstraint": region}
        )

    def _send_functions(self, build: Build, names: list[str]) -> None:
        for name in names:
            self._lambda.update_function_code(
                FunctionName=self._physical_id(name), ZipFile=build.artifacts[name].archive
            )

    def _physical_id(self, logical_id: str) -> str:
        detail = self._cloudformation.describe_stack_resource(
            StackName=STACK, LogicalResourceId=logical_id
        )["StackResourceDetail"]
        physical_id: str = detail["PhysicalResourceId"]
        return physical_id

    def _submit(self, action: str, build: Build, *, pin: bool) -> None:
        """Create or update the stack and wait for it."""
        template = json.dumps(self._package(build, pin=pin)).encode()
        call = getattr(self._cloudformation, f"{action}_stack")
        try:
            call(
                StackName=STACK,
                TemplateURL=f"{self._s3.meta.endpoint_url}/{_BUCKET}/{self._upload(template)}",
                Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
                Parameters=[
                    {"ParameterKey": name, "ParameterValue": text}
                    for name, text in self.parameters.items()
                ],
                Tags=[_PIN] if pin else [],
            )
        except ClientError as error:
            message = error.response["Error"]["Message"]
            if message.startswith("No updates are to be performed"):
                return
            raise CommandError(f"CloudFormation refused the template: {message}") from error
        wait_until_complete(self._cloudformation, STACK)

    def _package(self, build: Build, *, pin: bool) -> dict[str, Any]:
        """Upload the template's local folders; return the template with the uploads in their place.

        `sam package` does the same, but takes two seconds to start.
        """
        template = copy.deepcopy(build.template)
        for name, artifact in build.artifacts.items():
            resource = template["Resources"][name]
            resource["Properties"][CODE_PROPERTY[resource["Type"]]] = {
                "Bucket": _BUCKET,
                "Key": self._upload_artifact(artifact),
            }
        # This key changes the contract, so that CloudFormation imports it into the pinned id.
        contract = json.dumps({**build.contract, "x-local-api-pinned": pin})
        location = f"s3://{_BUCKET}/{self._upload(contract.encode())}"
        _relocate_includes(template, location)
        return template

    def _upload_artifact(self, artifact: Artifact) -> str:
        self._s3.put_object(Bucket=_BUCKET, Key=artifact.digest, Body=artifact.archive)
        return artifact.digest

    def _upload(self, content: bytes) -> str:
        key = hashlib.sha256(content).hexdigest()
        self._s3.put_object(Bucket=_BUCKET, Key=key, Body=content)
        return key


def _functions(build: Build) -> list[str]:
    return list(resources_of_type(build.template, "AWS::Serverless::Function"))


def _relocate_includes(node: object, location: str) -> None:
    """Set the location of every AWS::Include below `node`; all of them include the contract."""
    match node:
        case {"Fn::Transform": {"Name": "AWS::Include", "Parameters": parameters}}:
            parameters["Location"] = location
        case dict():
            for value in node.values():
                _relocate_includes(value, location)
        case list():
            for value in node:
                _relocate_includes(value, location)
