"""`make frontend-headers STAGE=prod`: the headers that our frontends must send with their pages.

Prints, for each frontend, the headers as JSON and as a block for `next.config.mjs`. The addresses
come from the outputs of the stage's stack; without STAGE from the running local cloud.
"""

import json
import sys
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError
from local.arguments import Parser, add_port
from local.aws.deployment import STACK
from local.aws.emulator import Aws
from local.description import Description, running_cloud
from local.errors import CommandError

from operations.frontend_policy import FRONTENDS, Frontend, content_security_policy, headers_of
from operations.stages import deployed, outputs_of

_NEXT_CONFIG: Final = """\
// next.config.mjs of the {name}. Next.js adds these headers to every response.
// A page with an inline script, such as those of the App Router, needs a nonce: set the policy
// for each request in proxy.js, with 'nonce-…' added to script-src, and leave it out here.
export default {{
  headers: async () => [{{ source: "/:path*", headers: {headers} }}],
}};
"""


def main(arguments: list[str]) -> int:
    """Print the headers; return the exit status."""
    parser = Parser(prog="make frontend-headers")
    parser.add_argument("--stage", help="of the deployed stack; by default the local cloud")
    add_port(parser)
    options = parser.parse_args(arguments)
    try:
        outputs = (
            deployed(options.stage).outputs
            if options.stage
            else _local_outputs(running_cloud(options.port))
        )
    except (CommandError, BotoCoreError, ClientError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    connections = connections_of(outputs)
    written = {each.name: description_of(each, connections) for each in FRONTENDS}
    sys.stdout.write(f"{json.dumps(written, indent=2)}\n")
    return 0


def connections_of(outputs: Mapping[str, str]) -> list[str]:
    """Return the origins of the API and, if the stack names it, of Sentry."""
    urls = [outputs["ApiUrl"], *([outputs["SentryOrigin"]] if "SentryOrigin" in outputs else [])]
    return ["{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in urls]


def description_of(frontend: Frontend, connections: list[str]) -> dict[str, Any]:
    """Return a frontend's headers, its policy by directive, and the block for Next.js."""
    headers = headers_of(frontend, connections)
    return {
        "headers": headers,
        "content_security_policy": content_security_policy(frontend, connections),
        "next_config": next_config(frontend, headers),
    }


def next_config(frontend: Frontend, headers: Mapping[str, str]) -> str:
    """Return `next.config.mjs` with the headers."""
    pairs = [{"key": name, "value": text} for name, text in headers.items()]
    return _NEXT_CONFIG.format(name=frontend.name, headers=json.dumps(pairs, indent=2))


def _local_outputs(cloud: Description) -> Mapping[str, str]:
    aws = Aws(cloud.aws_endpoint_url, cloud.region)
    # The emulator serves the API at another address than the stack's output says.
    return outputs_of(aws.client("cloudformation"), STACK) | {"ApiUrl": cloud.api_url}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
