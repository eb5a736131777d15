"""The check of outside links, held to a server on this machine that answers in every way."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tools import links


class _Answers(BaseHTTPRequestHandler):
    """``/200`` answers 200, ``/301`` leads to ``/200``, ``/no-head`` refuses the short question."""

    def do_GET(self):
        code = 200 if self.path == "/no-head" else int(self.path.strip("/").split("?")[0])
        self.send_response(code)
        if code in (301, 302, 308):
            self.send_header("Location", "/200")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_HEAD(self):
        if self.path == "/no-head":
            self.send_error(501)
        else:
            self.do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.fixture(scope="module")
def closed():
    """Return an address at which nobody listens."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as once:
        port = once.server_port
    return f"http://127.0.0.1:{port}/200"


@pytest.mark.parametrize(
    ("path", "state", "why"),
    [
        ("/200", "good", ""),
        ("/no-head", "good", ""),
        ("/302", "good", ""),
        ("/301", "moved", "/200"),
        ("/308", "moved", "/200"),
        ("/403", "unclear", "403"),
        ("/429", "unclear", "429"),
        ("/404", "dead", "404"),
        ("/410", "dead", "410"),
        ("/500", "dead", "500"),
    ],
)
def test_an_address_is_good_moved_unclear_or_dead(server, path, state, why):
    answer = links.ask(server + path)
    assert answer.state == state
    assert why in answer.why


def test_an_address_where_nobody_listens_is_dead(closed):
    answer = links.ask(closed)
    assert answer.state == "dead"
    assert "refused" in answer.why


def test_a_server_that_says_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr(links, "TIMEOUT", 0.2)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as silent:  # bound, but never served
        answer = links.ask(f"http://127.0.0.1:{silent.server_port}/200")
    assert answer.state == "dead"
    assert "timed out" in answer.why


def site(folder, **pages):
    for name, addresses in pages.items():
        body = "".join(f'<a href="{address}">a link</a>' for address in addresses)
        (folder / f"{name}.html").write_text(f"<!DOCTYPE html><title>{name}</title>{body}")
    return folder


def test_each_address_is_asked_once_and_told_with_its_pages(tmp_path):
    first, second = "http://127.0.0.1:1/a", "https://127.0.0.1:1/b"
    inside = ["other.html", "#top", "mailto:me@example.org", "data:,"]
    site(tmp_path, index=[first, first + "#part", *inside], other=[first, second])
    (tmp_path / "_static").mkdir()
    site(tmp_path / "_static", script=["http://127.0.0.1:1/not-ours"])

    assert links.outside(tmp_path) == {first: ["index.html", "other.html"], second: ["other.html"]}


def test_a_dead_link_fails_and_names_its_page(tmp_path, server, capsys):
    site(tmp_path, index=[server + "/200", server + "/404"], other=[server + "/404"])
    assert links.main(tmp_path) == 1
    said = capsys.readouterr().out
    assert f"dead     {server}/404 404" in said
    assert "on index.html, other.html" in said
    assert f"{server}/200" not in said
    assert said.endswith("1 good, 0 moved, 0 unclear, 1 dead\n")


def test_a_moved_link_is_told_and_does_not_fail(tmp_path, server, capsys):
    site(tmp_path, index=[server + "/200", server + "/301", server + "/403"])
    assert links.main(tmp_path) == 0
    said = capsys.readouterr().out
    assert f"moved    {server}/301 to {server}/200" in said
    assert "1 good, 1 moved, 1 unclear, 0 dead" in said


def test_without_a_site_nothing_is_called_good(tmp_path, capsys):
    assert links.main(tmp_path) == 2
    assert "make site" in capsys.readouterr().err
