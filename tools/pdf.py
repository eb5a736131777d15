"""Print the whole book as one PDF: ``python -m tools.pdf``; with FILES, these pages of HTML.

Chromium opens each page of the built site, served from this machine, with every request to
another host stopped. What it shows, formulas typeset and explorers at their start, goes into
one long document, which Chromium prints: so links lead to pages of the same book, and its
headings become the bookmarks. The first print tells on which pages they are, the second has
the numbers in its table of contents.

Questions are printed without their answers, which follow at the end of the book with their
explanations, as do the solutions of the exercises. The reference of all functions stays on the
site.
"""

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from unicodedata import normalize

import yaml
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import Destination, DictionaryObject

from tools import site
from tools.browser import keep_inside, launch, wait_until_shown
from tools.common import BUILD, ROOT, step

PDF = BUILD / "pdf" / "crmlab-book.pdf"
TOOLS = Path(__file__).parent
#: Bookmarks go down to a page's subsections, the printed contents to its sections.
LISTED = 3
QUIZZES_SHOWN = """() => [...document.querySelectorAll("div[id^=quiz][data-numquestions]")]
    .every((box) => box.querySelector(".Quiz"))"""
#: Radicals whose character Unicode does not tell, or in its older form; it tells the others.
RADICALS = dict(
    zip(
        "⼾⺠⻅⻆⻉⻋⻓⻔⻘⻚⻛⻜⻝⻢⻤⻥⻦⻨⻩⻬⻮⻰",
        "户民见角贝车长门青页风飞食马鬼鱼鸟麦黄齐齿龙",
        strict=True,
    )
)
# A quiz mixes its choices by chance: every print has the same ones.
SAME_CHANCE = "{ let s = 1; Math.random = () => (s = (s * 16807) % 2147483647) / 2147483647; }"


@dataclass(frozen=True)
class Place:
    """A heading of the book: how deep it stands, its words, its anchor."""

    depth: int
    text: str
    id: str


def order() -> list[tuple[str | None, list[str]]]:
    """List the parts of the book with the names of their pages; the front page has no part."""
    toc = yaml.safe_load((site.BOOK / "_toc.yml").read_text())
    return [(None, [toc["root"]])] + [
        (
            part["caption"],
            [
                name
                for chapter in part["chapters"]
                for name in _names(chapter)
                if not name.startswith("reference")  # many hundred pages to search, not to read
            ],
        )
        for part in toc["parts"]
    ]


def _names(chapter: dict) -> Iterator[str]:
    yield chapter["file"]
    for section in chapter.get("sections", ()):
        yield from _names(section)


class PrintError(Exception):
    """The book cannot be printed, for a reason that the message tells."""


def complaint() -> str | None:
    """Return what is missing for a print, in words that help, or None."""
    if not site.is_current():
        return "the site is missing or older than its sources: make site"
    listed = shutil.which("fc-list")
    if listed and not subprocess.run([listed, ":lang=zh"], capture_output=True).stdout.strip():
        return (
            "no font for the Chinese terms was found. On Debian and Ubuntu: "
            "sudo apt-get install fonts-noto-cjk"
        )
    return None


@contextmanager
def visitor() -> Iterator[tuple[Page, str]]:
    """Serve the site and open the browser; stop when a page asks another host for something."""
    with sync_playwright() as playwright, site.serve() as server:
        browser = _launched(playwright)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield from _inside(browser, f"http://127.0.0.1:{server.server_port}/")
        finally:
            browser.close()
            server.shutdown()


def _launched(playwright: Playwright) -> Browser:
    browser = launch(playwright)
    if browser is None:
        raise PrintError("no Chromium was found: tools/install_system.sh installs one")
    return browser


def _inside(browser: Browser, address: str) -> Iterator[tuple[Page, str]]:
    context = browser.new_context(color_scheme="light", viewport={"width": 900, "height": 1200})
    context.set_default_timeout(120_000)
    context.add_init_script(SAME_CHANCE)
    outside = keep_inside(context, address)
    yield context.new_page(), address
    if outside:
        raise PrintError(f"a page asked another host for something: {sorted(set(outside))}")


def collect(page: Page, address: str) -> list[tuple[str | None, list[dict]]]:
    """Open every page of the book and take what it shows, in the order of the contents."""
    parts = order()
    names = [name for _, pages in parts for name in pages]
    script = (TOOLS / "pdf.js").read_text()

    def take(name: str, level: int) -> dict:
        page.goto(f"{address}{name}.html", wait_until="load")
        wait_until_shown(page)
        page.wait_for_function(QUIZZES_SHOWN)
        return page.evaluate(script, {"name": name, "level": level, "names": names})

    return [
        (caption, [take(name, level=2 if caption else 1) for name in pages])
        for caption, pages in parts
    ]


def book(parts: list[tuple[str | None, list[dict]]]) -> tuple[str, list[Place]]:
    """Join the chapters to one document with ``{contents}`` in it; list its headings, too."""
    body: list[str] = []
    places: list[Place] = [Place(1, "Contents", "contents")]
    for number, (caption, chapters) in enumerate(parts):
        if caption:
            places.append(Place(1, caption, f"part-{number}"))
            body.append(f'<h1 class="part" id="part-{number}">{escape(caption)}</h1>')
        for chapter in chapters:
            places += [Place(h["depth"], h["text"], h["id"]) for h in chapter["headings"]]
            body.append(
                f'<div class="chapter bd-article" id="{chapter["name"]}">{chapter["html"]}</div>'
            )
    chapters = [chapter for _, pages in parts for chapter in pages]
    key, titles = _answers(chapters)
    body.append(key)
    places += titles
    return _page(chapters, "{contents}" + "".join(body)), places


def _answers(chapters: list[dict]) -> tuple[str, list[Place]]:
    """Write the answers to the questions and the solutions of the exercises, by chapter."""
    html = ['<h1 class="part" id="answers">Answers</h1><div class="bd-article answers">']
    places = [Place(1, "Answers", "answers")]
    for chapter in chapters:
        if not chapter["answers"] and not chapter["solutions"]:
            continue
        place = Place(2, chapter["headings"][0]["text"], f"answers-{chapter['name']}")
        places.append(place)
        html.append(f'<h2 id="{place.id}">{escape(place.text)}</h2>')
        html += [
            f'<section><p class="name">{escape(one["title"])}</p>{one["html"]}</section>'
            for one in chapter["solutions"]
        ]
        html.append("<ol>")
        html += [_answer(answer) for answer in chapter["answers"]]
        html.append("</ol>")
    return "".join([*html, "</div>"]), places


def _answer(answer: dict) -> str:
    """Write a question, its right answers and why they are right."""
    right = "".join(f"<li>{_shown(one)}{one['feedback']}</li>" for one in answer["right"])
    return f"<li><p>{escape(answer['question'])}</p><ul>{right}</ul></li>"


def _shown(right: dict) -> str:
    """Write a right answer; where a range counts as right, its explanation has the number."""
    known = [str(right[key]) for key in ("text", "value", "answer") if key in right]
    return f"<strong>{escape(known[0])}</strong> " if known else ""


def _page(chapters: list[dict], body: str) -> str:
    title, author = (escape(_config()[key]) for key in ("title", "author"))
    sheets = dict.fromkeys(sheet for chapter in chapters for sheet in chapter["sheets"])
    styles = dict.fromkeys(style for chapter in chapters for style in chapter["styles"])
    name, _, subtitle = title.partition(":")
    stamp = site._last_change().get("SOURCE_DATE_EPOCH")
    date = f" · {datetime.fromtimestamp(int(stamp), UTC):%Y-%m-%d}" if stamp else ""
    return (
        f'<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8">'
        f'<title>{title}</title><meta name="author" content="{author}">'
        + "".join(f'<link rel="stylesheet" href="{sheet}">' for sheet in sheets)
        + "".join(f"<style>{style}</style>" for style in styles)
        + f"<style>{(TOOLS / 'pdf.css').read_text()}</style></head><body>"
        f'<header class="front"><p class="title">{name}</p><p class="chinese" lang="zh-CN">'
        f'客户关系管理</p><p class="subtitle">{subtitle.strip().capitalize()}</p>'
        f"<p>{author}</p><p>crmlab{date}</p></header>{body}</body></html>"
    )


def _config() -> dict:
    return yaml.safe_load((ROOT / "_config.yml").read_text())


def contents(places: list[Place], numbers: list[int]) -> str:
    """Write the table of contents."""
    lines = [
        f'<li class="depth{place.depth}"><a href="#{place.id}">{escape(place.text)}</a>'
        f"<span>{number}</span></li>"
        for place, number in zip(places, numbers, strict=True)
        if place.depth <= LISTED and place.id != "contents"
    ]
    return f'<nav><h1 id="contents">Contents</h1><ul>{"".join(lines)}</ul></nav>'


def bookmarks(pdf: Path) -> list[tuple[str, int]]:
    """List the words and the page number of every bookmark, from the first page to the last."""
    reader = PdfReader(pdf)

    def walk(outline: list) -> Iterator[Destination]:
        for entry in outline:
            if isinstance(entry, list):
                yield from walk(entry)
            else:
                yield entry

    return [
        (" ".join(entry.title.split()), reader.get_destination_page_number(entry) + 1)
        for entry in walk(reader.outline)
    ]


def show(page: Page, address: str, html: str, target: Path) -> None:
    """Print a document as if the site had it as a page."""
    page.route(
        f"{address}book.html", lambda route: route.fulfill(body=html, content_type="text/html")
    )
    page.goto(f"{address}book.html", wait_until="load")
    page.evaluate("document.fonts.ready")
    page.unroute(f"{address}book.html")
    page.pdf(
        path=target, prefer_css_page_size=True, print_background=True, outline=True, tagged=True
    )


def print_files(files: list[Path]) -> None:
    """Print pages of HTML that need no other file, each as a PDF beside it."""
    with sync_playwright() as playwright:
        browser = _launched(playwright)
        context = browser.new_context(color_scheme="light")
        outside = keep_inside(context, "file:")
        page = context.new_page()
        for file in files:
            page.goto(file.resolve().as_uri(), wait_until="load")
            page.evaluate("document.fonts.ready")
            target = file.with_suffix(".pdf")
            page.pdf(path=target, prefer_css_page_size=True, tagged=True)
            print(target)
        browser.close()
    if outside:
        raise PrintError(f"a page asked another host for something: {sorted(set(outside))}")


def mend(pdf: Path) -> None:
    """Let a reader find the Chinese terms, and name the author.

    A font draws some characters and the radicals that they are with one and the same shape;
    Chromium writes down the radical, which no reader searches for.
    """
    writer = PdfWriter(pdf, incremental=True)
    for thing in writer._objects:
        if isinstance(thing, DictionaryObject) and "/ToUnicode" in thing:
            table = thing["/ToUnicode"]
            table.set_data(
                re.sub(rb"<(2[EF][0-9A-F]{2})>(?=\s*$)", _plain, table.get_data(), flags=re.M)
            )
    writer.add_metadata({"/Author": _config()["author"]})
    writer.write(pdf)


def _plain(code: re.Match[bytes]) -> bytes:
    character = RADICALS.get(chr(int(code[1], 16))) or normalize("NFKC", chr(int(code[1], 16)))
    return f"<{ord(character):04X}>".encode()


def main() -> None:
    """Print the book."""
    if trouble := complaint():
        raise PrintError(trouble)
    PDF.parent.mkdir(parents=True, exist_ok=True)
    with visitor() as (page, address):
        with step("Open every page in the browser"):
            html, places = book(collect(page, address))
        with step("Print once, to learn on which page each heading is"):
            show(
                page,
                address,
                html.replace("{contents}", contents(places, [0] * len(places)), 1),
                PDF,
            )
        found = bookmarks(PDF)
        if [text for text, _ in found] != [place.text for place in places]:
            raise PrintError("the bookmarks of the print are not the headings of the book")
        numbers = [number for _, number in found]
        with step("Print with page numbers in the contents"):
            show(page, address, html.replace("{contents}", contents(places, numbers), 1), PDF)
    if bookmarks(PDF) != found:
        raise PrintError("the page numbers moved between the two prints")
    mend(PDF)
    pages = len(PdfReader(PDF).pages)
    print(f"\n{PDF.relative_to(ROOT)}: {pages} pages, {PDF.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    try:
        if len(sys.argv) > 1:
            print_files([Path(name) for name in sys.argv[1:]])
        else:
            main()
    except PrintError as error:
        sys.exit(str(error))
