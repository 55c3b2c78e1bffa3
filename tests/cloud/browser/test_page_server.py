"""The server of the booking page: to whom it answers, and what it says about a broken source."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from local.booking_page.app import PageConfig, app
from local.paths import ROOT
from local.processes import HOST, free_port
from playwright.sync_api import Page, expect
from tests.fakes.stripe.serving import until


@contextmanager
def serving(sources: Path) -> Iterator[str]:
    """Serve the page in a folder; yield its address."""
    served = app(PageConfig("http://api", "http://stripe", {}), "http://api", sources)
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(served, host=HOST, port=port, log_level="warning", lifespan="off")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started)
        yield f"http://{HOST}:{port}"
    finally:
        server.should_exit = True
        thread.join()


def test_a_source_that_cannot_be_bundled_is_named_in_the_page_and_in_the_log(
    new_page: Callable[..., Page], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    page_source = ROOT / "clients" / "demo" / "index.html"
    (tmp_path / "index.html").write_bytes(page_source.read_bytes())
    (tmp_path / "style.css").touch()
    (tmp_path / "icon.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    (tmp_path / "page.ts").write_text('const markup = "<b>"; const broken = (;')

    with serving(tmp_path) as url:
        page = new_page()
        page.goto(url)

        fault = page.get_by_role("alert").filter(has_text='Unexpected ";"')
        expect(fault).to_contain_text("page.ts:1:")
        expect(fault).to_contain_text('"<b>"')
        expect(fault).not_to_contain_text("node:")
    assert 'Unexpected ";"' in capfd.readouterr().err


@pytest.mark.parametrize(
    ("host", "status"), [(HOST, 200), ("localhost", 200), ("evil.example", 400)]
)
def test_only_a_name_of_this_machine_reads_the_passwords_of_the_demo_users(
    page_url: str, host: str, status: int
) -> None:
    with_port = f"{host}:{urlsplit(page_url).port}"
    connection = http.client.HTTPConnection(urlsplit(page_url).netloc, timeout=10)
    connection.request("GET", "/config.json", headers={"Host": with_port})
    answer = connection.getresponse()

    assert answer.status == status
    assert (b"password" in answer.read()) == (status == 200)
    connection.close()
