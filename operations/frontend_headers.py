"""`make frontend-headers STAGE=prod`: the headers that our frontends must send with their pages.

Writes, for each frontend, a JSON file and a `next.config.mjs` into `.local/frontend-headers`. The
addresses come from the outputs of the stage's stack; without STAGE from the running local cloud.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError
from local.arguments import Parser, add_port
from local.aws.emulator import Aws
from local.aws.stack import STACK, STAGE, outputs_of
from local.booking_page.frontend_policy import (
    FRONTENDS,
    Frontend,
    content_security_policy,
    headers_of,
)
from local.description import Description, running_cloud
from local.errors import CommandError
from local.paths import ROOT

from operations.stages import deployed

_FOLDER: Final = ROOT / ".local" / "frontend-headers"
_NEXT_CONFIG: Final = """\
// next.config.mjs of the {name}. Next.js adds these headers to every response.
// A page with an inline script, such as those of the App Router, needs a nonce: set the policy
// for each request in proxy.js, with 'nonce-…' added to script-src, and leave it out here.
export default {{
  headers: async () => [{{
    source: "/:path*",
    headers: {headers},
  }}],
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
    folder = _FOLDER / (options.stage or STAGE)
    for frontend in FRONTENDS:
        for path in write_headers(frontend, connections_of(outputs), folder):
            sys.stdout.write(f"{path}\n")
    return 0


def connections_of(outputs: Mapping[str, str]) -> list[str]:
    """Return the origins of the API and, if the stack names it, of Sentry."""
    urls = [outputs["ApiUrl"], *([outputs["SentryOrigin"]] if "SentryOrigin" in outputs else [])]
    return ["{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in urls]


def write_headers(frontend: Frontend, connections: list[str], folder: Path) -> list[Path]:
    """Write the files of a frontend into `folder`; return their paths.

    The JSON file also has the policy by directive, for a server that adds a nonce.
    """
    headers = headers_of(frontend, connections)
    directives = content_security_policy(frontend, connections)
    document = {"headers": headers, "content_security_policy": directives}
    files = {
        folder / f"{frontend.name}.json": json.dumps(document, indent=2) + "\n",
        folder / f"{frontend.name}.next.config.mjs": next_config(frontend, headers),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    return list(files)


def next_config(frontend: Frontend, headers: Mapping[str, str]) -> str:
    """Return `next.config.mjs` with the headers."""
    pairs = [{"key": name, "value": text} for name, text in headers.items()]
    block = json.dumps(pairs, indent=2).replace("\n", "\n    ")
    return _NEXT_CONFIG.format(name=frontend.name, headers=block)


def _local_outputs(cloud: Description) -> Mapping[str, str]:
    aws = Aws(cloud.aws_endpoint_url, cloud.region)
    # The emulator serves the API at another address than the stack's output says.
    return outputs_of(aws.client("cloudformation"), STACK) | {"ApiUrl": cloud.api_url}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
