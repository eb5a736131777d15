"""Make slides for teaching from the chapters: ``python -m tools.slides``.

A chapter's own cells say what of them is shown, in their metadata, for example
``"slideshow": {"slide_type": "slide", "show": "all"}``. ``slide_type`` is Jupyter's:

* ``slide`` begins a section of the deck and ``subslide`` a further slide of it;
* ``-`` continues the slide, and so does ``fragment``, which waits for a key;
* ``skip`` is not shown, nor is a cell without slide_type, but its text goes to the notes.

``show`` says how much: by default of a text the headings, formulas, lists, tables and the
first sentence of each paragraph, and of code what it puts out. ``all`` shows the whole text,
or the code as well; ``frame`` leaves the paragraphs out. The whole text is always in the
speaker's notes. A heading and a box (admonition) inside a text begin a slide of their own.

The outputs are those of the built site, explorers with their frames. A deck needs no network.
"""

import json
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from typing import ClassVar

import nbformat
import yaml
from bs4 import BeautifulSoup, NavigableString, Tag
from docutils import nodes
from docutils.core import publish_parts
from docutils.parsers.rst import Directive, directives, roles
from jupyter_cache import get_cache
from myst_parser.parsers.docutils_ import Parser
from nbformat import NotebookNode
from pybtex.database import parse_file
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from tools.chapters import WIDGET_VIEW, chapters
from tools.common import BUILD, ROOT, step
from tools.site import BOOK, is_current, remove

SLIDES = BUILD / "slides"
TOOLS = Path(__file__).parent
#: Where the deck's scripts and styles come from: what was vendored, what is the site's own.
VENDORED = {
    "mathjax": BUILD / "extra" / "vendor" / "mathjax",
    "widgets": BUILD / "extra" / "vendor" / "widgets",
    "reveal": BUILD / "reveal",
    "own": BOOK / "_static",
}
TYPES = ("slide", "subslide", "fragment", "-", "skip", "notes")
SHOWS = ("lead", "all", "frame")
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
# A link to another page of the book leads nowhere from a slide.
_LINK_INSIDE = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]*\)")
_SENTENCE_END = re.compile(r"[.?!][)”’\"']?(?=\s)")


class SlideError(Exception):
    """A chapter's cells cannot be made into slides, for a reason that the message tells."""


@dataclass
class Slide:
    """One slide: its title, what it says, what it shows, what only the speaker sees."""

    title: str
    begins_section: bool = False
    kind: str = ""
    text: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def html(self) -> str:
        """Write the slide; beside a text its pictures have a column of their own."""
        heading = "h1" if self.kind == "title" else "h2"
        columns = [
            f'<div class="{name}">{"".join(blocks)}</div>'
            for name, blocks in (("text", self.text), ("pictures", self.pictures))
            if blocks
        ]
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return (
            f'<section class="{self.kind}"><{heading}>{self.title}</{heading}>'
            f'<div class="columns">{"".join(columns)}</div>'
            f'<aside class="notes mathjax_ignore">{notes}</aside></section>'
        )


# ---- MyST, as far as a chapter's text cells use it outside of Sphinx


def _cite(_role, _raw, text, _line, _inliner, options=None, content=None):
    labels = "; ".join(_labels()[key.strip()] for key in text.split(","))
    return [nodes.inline("", f"({labels})")], []


@cache
def _labels() -> dict[str, str]:
    """Return authors and year for each entry of the bibliography."""

    def label(entry) -> str:
        # Braces keep a body's name from being taken apart; no reader sees them.
        names = [" ".join(p.last_names).strip("{}") for p in entry.persons["author"]]
        return f"{' and '.join(names)} {entry.fields['year']}"

    entries = parse_file(BOOK / "references.bib").entries
    return {key: label(entry) for key, entry in entries.items()}


class _Exercise(Directive):
    """An exercise is a box with its title."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {"label": directives.unchanged, "class": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        box = nodes.admonition()
        box += nodes.title("", " ".join(["Exercise:", *self.arguments]))
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


class _Solution(_Exercise):
    """A solution is for the speaker."""

    def run(self) -> list[nodes.Node]:
        box = nodes.container(classes=["solution"])
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


def rendered(text: str) -> BeautifulSoup:
    """Return a text cell as HTML."""
    roles.register_local_role("cite:p", _cite)
    roles.register_local_role("cite:t", _cite)
    directives.register_directive("exercise", _Exercise)
    directives.register_directive("solution", _Solution)
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    extensions = set(config["parse"]["myst_enable_extensions"]) - {"linkify", "substitution"}
    body = publish_parts(
        _LINK_INSIDE.sub(r"\1", text),
        parser=Parser(),
        writer_name="html5",
        settings_overrides={
            "myst_enable_extensions": sorted(extensions),
            "myst_suppress_warnings": ["myst.header", "myst.xref_missing"],
            "math_output": "MathJax local",
            "doctitle_xform": False,
            "report_level": 5,
            "halt_level": 3,
        },
    )["body"]
    return BeautifulSoup(body, "html.parser")


# ---- From cells to slides


def blocks(soup: BeautifulSoup) -> Iterator[Tag]:
    """List what a text consists of, section by section: headings, paragraphs, formulas, boxes."""
    for child in soup.find_all(True, recursive=False):
        if child.name in ("section", "main"):
            yield from blocks(child)
        elif child.get_text(strip=True):
            yield child


def lead(paragraph: Tag) -> None:
    """Cut a paragraph after its first sentence; a formula or an emphasis is never cut."""
    for child in paragraph.children:
        end = isinstance(child, NavigableString) and _SENTENCE_END.search(f"{child} ")
        if end:
            for later in list(child.next_siblings):
                later.extract()
            child.replace_with(str(child)[: end.end()])
            return


class Deck:
    """The slides of one chapter, made cell by cell."""

    def __init__(self) -> None:
        self.slides: list[Slide] = []
        self.title = ""

    def new(self, *, section: bool = False, kind: str = "") -> Slide:
        """Begin a slide under the title that holds at this place of the chapter."""
        self.slides.append(Slide(self.title, section or not self.slides, kind))
        return self.slides[-1]

    def add(self, cell: NotebookNode) -> None:
        """Take a cell in."""
        setting = cell.metadata.get("slideshow", {})
        kind, show = setting.get("slide_type", "skip"), setting.get("show", "lead")
        for key, value, allowed in (("slide_type", kind, TYPES), ("show", show, SHOWS)):
            if value not in allowed:
                raise SlideError(f"cell {cell.id}: {key} must be one of {allowed}; got {value!r}")
        hidden = kind in ("skip", "notes")
        if cell.cell_type == "markdown":
            self._text(cell.source, kind, show, hidden)
        elif not hidden:
            self._open(kind).pictures += _faded(list(_outputs(cell, show)), kind)

    def _open(self, kind: str) -> Slide:
        """Return the slide that this cell goes on."""
        if kind in ("slide", "subslide") or not self.slides:
            return self.new(section=kind == "slide")
        return self.slides[-1]

    def _text(self, source: str, kind: str, show: str, hidden: bool) -> None:
        """Take a text in, block by block; a heading or a box begins a slide."""
        begins = kind in ("slide", "subslide")
        section = kind == "slide"
        for block in blocks(rendered(source)):
            if re.fullmatch("h[1-6]", block.name):
                self.title = block.decode_contents()
                begins = not hidden
                if begins and not self.slides:
                    self.new(section=True, kind="title")
                    begins = section = False
                continue
            at_title = bool(self.slides) and self.slides[-1].kind == "title" and not begins
            paragraph = block.name == "p" and not at_title
            if hidden or "solution" in block.get("class", []) or (paragraph and show == "frame"):
                self._note(block)
            elif "admonition" in block.get("class", []):
                self._box(block)
            else:
                if begins:
                    self.new(section=section)
                    begins = section = False
                self._note(block)
                if paragraph and show == "lead":
                    lead(block)
                self.slides[-1].text += _faded([str(block)], kind)

    def _note(self, block: Tag) -> None:
        """Put a text into the notes of the slide before it; tables and formulas are not read."""
        if self.slides and block.name != "table" and "math" not in block.get("class", []):
            said = " ".join(block.get_text(" ", strip=True).split())
            self.slides[-1].notes.append(re.sub(r"\\[()]", "$", said))

    def _box(self, box: Tag) -> None:
        """Make a slide of a box; its title is the slide's."""
        head = box.select_one(".admonition-title").extract()
        self.slides.append(Slide(head.decode_contents(), kind="box"))
        self._note(box)
        self.slides[-1].text.append(box.decode_contents())


def _faded(html: list[str], kind: str) -> list[str]:
    return [f'<div class="fragment">{one}</div>' for one in html] if kind == "fragment" else html


def _outputs(cell: NotebookNode, show: str) -> Iterator[str]:
    """Write what a code cell shows, the code before it where that is asked for."""
    if show == "all":
        yield highlight(cell.source, PythonLexer(), HtmlFormatter(cssclass="code"))
    alt = escape(cell.metadata.get("mystnb", {}).get("image", {}).get("alt", ""))
    for output in cell.outputs:
        data = output.get("data", {})
        if "image/png" in data:
            yield f'<img alt="{alt}" src="data:image/png;base64,{data["image/png"].strip()}">'
        elif WIDGET_VIEW in data:
            view = json.dumps(data[WIDGET_VIEW])
            yield f'<script type="{WIDGET_VIEW}">{view}</script>'
        elif "application/javascript" in data:
            yield f"<script>{data['application/javascript']}</script>"
        elif "text/html" in data:
            yield data["text/html"]
        elif text := output.get("text", data.get("text/plain", "")).rstrip():
            yield f"<pre>{escape(text)}</pre>"


def slides(notebook: NotebookNode) -> list[Slide]:
    """Return the slides of a chapter; none if no cell asks for one."""
    deck = Deck()
    for cell in notebook.cells:
        deck.add(cell)
    return deck.slides


def page(notebook: NotebookNode, deck: list[Slide]) -> str:
    """Write the deck's page."""
    sections: list[list[str]] = []
    for slide in deck:
        if slide.begins_section:
            sections.append([])
        sections[-1].append(slide.html())
    body = "".join(f"<section>{''.join(section)}</section>" for section in sections)
    state = json.dumps(notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}))
    title = BeautifulSoup(deck[0].title, "html.parser").get_text()
    return (
        (TOOLS / "slides.html")
        .read_text()
        .replace("{title}", escape(title))
        .replace("{state}", state.replace("</", "<\\/"))
        .replace("{slides}", body)
    )


def main() -> None:
    """Make a deck of every chapter whose cells ask for slides."""
    if not is_current():
        raise SlideError("the site is missing or older than its sources: make site")
    remove(SLIDES)
    cache = get_cache(BUILD / ".jupyter_cache")
    SLIDES.mkdir(parents=True)
    for path in chapters():
        notebook = nbformat.read(path, as_version=4)
        if not any("slideshow" in cell.metadata for cell in notebook.cells):
            continue
        with step(f"Make the slides of {path.name}"):
            _, executed = cache.merge_match_into_notebook(notebook)
            deck = slides(executed)
            target = SLIDES / f"{path.stem}.html"
            target.write_text(page(executed, deck), "utf-8")
        print(f"    {target.relative_to(ROOT)}: {len(deck)} slides")
    for name, folder in VENDORED.items():
        shutil.copytree(folder, SLIDES / "vendor" / name)
    for name in ("slides.css", "slides.js"):
        shutil.copyfile(TOOLS / name, SLIDES / "vendor" / name)


if __name__ == "__main__":
    try:
        main()
    except SlideError as error:
        sys.exit(str(error))
