"""A frontend in another repository installs the typed client as a package, and calls an API."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from local.paths import CLIENT_TOOLS, ROOT

CLIENTS = ROOT / "clients"
FRONTEND = """
import { createApi, dataOf } from "teppan-clients";
import { IdempotencyKey } from "teppan-clients/idempotency";
import { ApiProblem } from "teppan-clients/problem";

declare const process: { argv: string[] };

const key = new IdempotencyKey();
const keys = [key.for({ guests: 10 }), key.for({ guests: 10 })];
key.answered();
keys.push(key.for({ guests: 10 }));

const api = createApi({ baseUrl: process.argv[2] ?? "", accessToken: () => "a-token" });
const error = await dataOf(api.GET("/api/v1/auth/me")).catch((error: unknown) => error);
if (!(error instanceof ApiProblem)) throw error;
console.log(JSON.stringify({ keys, code: error.problem.code, retryAfter: error.retryAfter }));
"""
COMPILER_OPTIONS = {
    "target": "ES2022",
    "lib": ["ES2022", "DOM", "DOM.Iterable"],
    "module": "ESNext",
    "moduleResolution": "bundler",
    "strict": True,
    "noEmit": True,
    "types": [],
}


class BusyApi(BaseHTTPRequestHandler):
    """Answers a request with the token with 429."""

    def do_GET(self) -> None:
        known = self.headers["Authorization"] == "Bearer a-token"
        self.send_response(429 if known else 500)
        self.send_header("Content-Type", "application/problem+json")
        self.send_header("Retry-After", "7")
        self.end_headers()
        self.wfile.write(json.dumps({"status": 429, "code": "too_many_requests"}).encode())

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


@pytest.fixture
def busy_api() -> Iterator[str]:
    """The address of an API that asks to wait for 7 seconds."""
    with HTTPServer(("127.0.0.1", 0), BusyApi) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def frontend(tmp_path: Path) -> Path:
    """A folder with a frontend and its installed packages."""
    run("npm", "pack", CLIENTS, "--pack-destination", tmp_path, cwd=tmp_path)
    (package,) = tmp_path.glob("teppan-clients-*.tgz")
    modules = tmp_path / "node_modules"
    shutil.unpack_archive(package, tmp_path, filter="data")
    shutil.copytree(tmp_path / "package", modules / "teppan-clients")
    for name in ("openapi-fetch", "openapi-typescript-helpers"):
        shutil.copytree(CLIENT_TOOLS / name, modules / name)
    (tmp_path / "frontend.ts").write_text(FRONTEND)
    settings = {"compilerOptions": COMPILER_OPTIONS, "files": ["frontend.ts"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(settings))
    return tmp_path


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command; return its output."""
    done = subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_package_is_checked_and_bundled_elsewhere_and_keeps_retry_after(
    frontend: Path, busy_api: str
) -> None:
    tools = CLIENT_TOOLS / ".bin"

    run(tools / "tsc", "--project", frontend, cwd=frontend)
    bundle = ("--bundle", "--format=esm", "--outfile=frontend.mjs")
    run(tools / "esbuild", "frontend.ts", *bundle, cwd=frontend)
    found = json.loads(run("node", "frontend.mjs", busy_api, cwd=frontend))

    assert (found["code"], found["retryAfter"]) == ("too_many_requests", 7)
    first, repeated, after_the_answer = found["keys"]
    assert first == repeated != after_the_answer
