"""Servers on real ports: the fake, and a receiver of webhooks."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import uvicorn
from local.fakes.stripe.app import app
from local.fakes.stripe.fake import FakeStripe
from local.fakes.stripe.web.connections import server_config
from local.fakes.stripe.webhooks.sender import Sender


@contextmanager
def served(fake: FakeStripe, sender: Sender | None = None) -> Iterator[str]:
    """Serve the fake on its own port; yield its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        fake.account.public_url = f"http://127.0.0.1:{port}"
        server = uvicorn.Server(server_config(app(fake, sender), port))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            until(lambda: server.started)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()


@dataclass(frozen=True)
class EventResult:
    """A request that the sink received."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Sink:
    """Receives webhooks; answers with the statuses in `answers`, then always with 200."""

    url: str = ""
    received: list[EventResult] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@contextmanager
def sink() -> Iterator[Sink]:
    """Serve a receiver of webhooks on its own port; yield it."""
    receiver = Sink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.received.append(EventResult(dict(self.headers.items()), body))
            self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hooks"
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def until(condition: Callable[[], object], *, seconds: float = 10) -> None:
    """Wait until a condition is true; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)
