"""The local cloud: the real template and contract, deployed to an emulator on this machine."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from local.api import Api, RefusedError
from local.aws.api_import import complete_import
from local.aws.artifacts import remove_old_layers
from local.aws.build import rebuild_functions, replace_build, sam_build
from local.aws.deployment import Deployment
from local.aws.emulator import Aws, emulator, require_free_port
from local.aws.function_log import end_of_log
from local.aws.stack import API_ID, STACK, STAGE
from local.booking_page.process import booking_page, page_origin
from local.commit import commit
from local.console import Console
from local.containers.bridge import forward_from_bridge
from local.containers.sam_config import write_sam_config
from local.demo.seed import seed_bookings
from local.demo.users import DEMO_USERS, create_users, token_of
from local.description import Description, cloud_file
from local.errors import CommandError
from local.fakes.stripe.process import API_KEY, fake_stripe
from local.private_files import make_private_folder
from local.processes import next_free_port
from local.stripe_webhook import local_link, subscribe

# The development servers of a frontend: of Next.js and of Vite.
_FRONTENDS: Final = ("http://localhost:3000", "http://localhost:5173")

_LAYERS: Final = "layers"


class Cloud:
    """A running local cloud whose payments go through the fake Stripe at `stripe_url`.

    Pages of `origins` may call its API.
    """

    def __init__(self, aws: Aws, stripe_url: str, directory: Path, origins: Sequence[str]) -> None:
        self._aws = aws
        self._stripe_url = stripe_url
        self._directory = directory
        self.deployment = Deployment(
            aws,
            {
                "StripeApiBase": stripe_url,
                "AwsEndpointUrl": aws.endpoint_url,
                "ServiceVersion": commit(),
                "LocalOrigins": ",".join(origins),
            },
        )

    @property
    def api_url(self) -> str:
        """The base URL of the API, without a trailing slash."""
        return f"{self._aws.endpoint_url}/_aws/execute-api/{API_ID}/{STAGE}"

    def start(self, console: Console) -> Description:
        """Build, deploy and seed the cloud; return its description."""
        with console.step("Building functions and layers"):
            build = sam_build(self._directory)
        with console.step("Deploying template.yaml"):
            self.deployment.deploy(build)
            replace_build(self._directory)
            remove_old_layers(self._directory / _LAYERS, build)
        with console.step("Completing the gateway from openapi.yaml"):
            self._complete_gateway()
        description = self._describe()
        with console.step("Connecting it with the fake Stripe"):
            self._connect_stripe(description)
        with console.step("Creating demo users and bookings"):
            self.make_demo_data(description)
        self._write_sam_config()
        return description

    def redeploy(self, saved: list[Path]) -> list[str]:
        """Build again and deploy after files were saved; return the names of what changed.

        Raises CommandError when the sources are wrong; the previous version keeps running.
        """
        current, directory = self.deployment.current, self._directory
        build = rebuild_functions(current, saved, directory) or sam_build(directory)
        changed = self.deployment.update(build)
        replace_build(directory)
        if {"template.yaml", "openapi.yaml"} & set(changed):
            self._complete_gateway()
            self._connect_stripe(self._describe())
            self._write_sam_config()
        return changed

    def _complete_gateway(self) -> None:
        contract = self.deployment.current.contract
        complete_import(self._aws.client("apigateway"), contract, API_ID, STAGE)

    def _connect_stripe(self, description: Description) -> None:
        """Put the fake's API key into the stack's secret, and register the webhook there."""
        secrets = self._aws.client("secretsmanager")
        arn = self.deployment.outputs()["StripeApiKeySecretArn"]
        if secrets.get_secret_value(SecretId=arn)["SecretString"] != API_KEY:
            secrets.put_secret_value(SecretId=arn, SecretString=API_KEY)
        subscribe(local_link(description))

    def make_demo_data(self, description: Description) -> None:
        """Create the demo users and bookings. Raises CommandError with the log of a function."""
        create_users(self._aws.client("cognito-idp"), description.user_pool_id)
        try:
            token = token_of(description, "customer")
            seed_bookings(Api(self.api_url), token, description.stripe_url)
        except RefusedError as error:
            log = end_of_log(self._aws.client("logs"), f"{STACK}-{error.function}")
            raise CommandError(
                f"{error}\nThe end of the log of {error.function}:\n{log}"
            ) from error

    def _write_sam_config(self) -> None:
        write_sam_config(self._aws, self.deployment.parameters, self._directory)

    def _describe(self) -> Description:
        outputs = self.deployment.outputs()
        # The emulator serves a function's URL at its host name and at a path with its id. This
        # machine does not resolve the host name.
        webhook_id = urlsplit(outputs["StripeWebhookUrl"]).netloc.partition(".")[0]
        return Description(
            api_url=self.api_url,
            aws_endpoint_url=self._aws.endpoint_url,
            region=self._aws.region,
            table=outputs["TableName"],
            user_pool_id=outputs["UserPoolId"],
            client_id=outputs["UserPoolClientId"],
            stripe_url=self._stripe_url,
            stripe_webhook_url=f"{self._aws.endpoint_url}/_aws/lambda-url/{webhook_id}/",
            booking_page_url=None,
            directory=str(self._directory),
            users=dict(DEMO_USERS),
        )


def _require_free_ports(
    port: int, stripe_port: int | None, demo_port: int | None
) -> tuple[int, int]:
    """Return the ports of the fake Stripe and of the booking page, by default the next free."""
    require_free_port(port)
    if stripe_port is None:
        stripe_port = next_free_port(port)
    require_free_port(stripe_port, "STRIPE_PORT")
    if demo_port is None:
        demo_port = next_free_port(max(port, stripe_port))
    require_free_port(demo_port, "DEMO_PORT")
    return stripe_port, demo_port


@contextmanager
def local_cloud(
    port: int,
    directory: Path,
    console: Console,
    *,
    stripe_port: int | None = None,
    demo_port: int | None = None,
    keep: bool = False,
    refresh_grace_seconds: float | None = None,
) -> Iterator[tuple[Cloud, Description]]:
    """Run a local cloud on `port` until the block ends, with its files in `directory`.

    The fake Stripe gets `stripe_port`, or the next free port after `port`, and the booking page
    `demo_port`, or the next free one after both. Without `keep` the cloud
    starts empty and its state is deleted at the end. With `keep` the state is loaded from
    `directory` and saved there when the block ends; the state of the fake Stripe is always deleted.
    A used refresh token stays valid for `refresh_grace_seconds`, by default the template's figure.
    `<directory>/cloud.json` exists while the cloud runs. Raises CommandError when a step fails.
    """
    stripe_port, demo_port = _require_free_ports(port, stripe_port, demo_port)
    scratch = directory / "running"
    make_private_folder(directory)
    if scratch.exists():
        shutil.rmtree(scratch)
    path = cloud_file(directory)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, scratch, ignore_errors=True)
        with console.step("Starting the emulator"):
            state_directory = directory / "kept" if keep else None
            aws = stack.enter_context(
                emulator(
                    port,
                    scratch,
                    state_directory,
                    refresh_grace_seconds=refresh_grace_seconds,
                    layers_directory=directory / _LAYERS,
                )
            )
        with console.step("Starting the fake Stripe"):
            stripe_url = stack.enter_context(fake_stripe(stripe_port, scratch))
        stack.enter_context(forward_from_bridge([port, stripe_port], console.line))
        origins = [*_FRONTENDS, page_origin(demo_port), f"http://localhost:{demo_port}"]
        cloud = Cloud(aws, stripe_url, directory, origins)
        description = cloud.start(console)
        page = stack.enter_context(booking_page(demo_port, scratch, cloud.api_url, stripe_url))
        description = replace(description, booking_page_url=page)
        stack.callback(path.unlink, missing_ok=True)
        description.write(path)
        yield cloud, description
