"""Ask every outside address on the built pages whether it answers: ``python -m tools.links``.

It needs the network, so it is a command of its own and no test of the book. Hosts are asked at
the same time, the addresses of one host one after the other. The exit code is 1 when an
address is dead. One that moved for good, or that does not answer to programs, is named only.
"""

import http.client
import sys
import urllib.error
import urllib.request
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

from tools.site import HTML

TIMEOUT = 20
AT_ONCE = 8
PERMANENT = {301, 308}
NOT_FOR_PROGRAMS = {401, 403, 405, 429, 999}
AGENT = "Mozilla/5.0 (compatible; link check of a course-book)"


@dataclass(frozen=True)
class Answer:
    """What became of one address: ``good``, ``moved``, ``unclear`` or ``dead``, and why."""

    address: str
    state: str
    why: str = ""


class _Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.addresses.append(dict(attrs).get("href") or "")


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects and keeps in mind whether they are for good."""

    def __init__(self) -> None:
        self.codes: list[int] = []

    def redirect_request(self, request, answer, code, *rest):
        self.codes.append(code)
        return super().redirect_request(request, answer, code, *rest)


def outside(folder: Path = HTML) -> dict[str, list[str]]:
    """Return the outside addresses of all pages, each with the pages that name it."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted(folder.rglob("*.html")):
        page = file.relative_to(folder)
        if page.parts[0] in ("_static", "lite"):
            continue
        for address in _Links(file.read_text("utf-8")).addresses:
            address = urldefrag(address).url
            if urlsplit(address).scheme in ("http", "https") and str(page) not in found[address]:
                found[address].append(str(page))
    return dict(found)


def ask(address: str) -> Answer:
    """Ask for one address; a server that refuses the short question is asked the long one."""
    try:
        return _ask(address, "HEAD")
    except (OSError, http.client.HTTPException):
        pass
    try:
        return _ask(address, "GET")
    except urllib.error.HTTPError as error:
        state = "unclear" if error.code in NOT_FOR_PROGRAMS else "dead"
        return Answer(address, state, f"{error.code} {error.reason}")
    except (OSError, http.client.HTTPException) as error:
        return Answer(address, "dead", str(getattr(error, "reason", error)) or repr(error))


def _ask(address: str, method: str) -> Answer:
    redirects = _Redirects()
    request = urllib.request.Request(address, method=method, headers={"User-Agent": AGENT})
    with urllib.request.build_opener(redirects).open(request, timeout=TIMEOUT) as reply:
        end = reply.url
    for_good = redirects.codes and set(redirects.codes) <= PERMANENT
    return Answer(address, "moved", f"to {end}") if for_good else Answer(address, "good")


def check(addresses: list[str]) -> list[Answer]:
    """Ask for all addresses and return the answers in the order of the addresses."""
    hosts: dict[str, list[str]] = defaultdict(list)
    for address in addresses:
        hosts[urlsplit(address).netloc].append(address)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        lists = pool.map(lambda group: [ask(address) for address in group], hosts.values())
        answers = {answer.address: answer for group in lists for answer in group}
    return [answers[address] for address in addresses]


def main(folder: Path = HTML) -> int:
    """Report what is not good and return the exit code."""
    if not (folder / "index.html").exists():
        print(f"There is no site in {folder}: make it with `make site`", file=sys.stderr)
        return 2
    pages = outside(folder)
    answers = check(sorted(pages))
    for answer in answers:
        if answer.state != "good":
            print(f"{answer.state:8} {answer.address} {answer.why}")
            print(f"         on {', '.join(pages[answer.address])}")
    states = [answer.state for answer in answers]
    print(", ".join(f"{states.count(s)} {s}" for s in ("good", "moved", "unclear", "dead")))
    return int("dead" in states)


if __name__ == "__main__":
    sys.exit(main())
