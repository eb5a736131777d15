"""What the pages need beyond the theme: links to built files, pictures in words, text first.

``[the lab](site:labs/lifetime-value.zip)`` points to a file that the build puts on the site.
The address is made relative to the page, so the site works below any path. A link to a file
that was not built is a warning, and so is a picture without an alternative text; warnings
stop the build.
"""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.osutil import relative_uri

SCHEME = "site:"
EXTRA = Path(__file__).resolve().parents[2] / "_build" / "extra"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
FILE_NAME = re.compile(r"\.(png|jpe?g|svg|webp|gif)$|[/\\]", re.I)
logger = logging.getLogger(__name__)


def point_links(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Turn every ``site:`` address of the page into a relative one."""
    for link in doctree.findall(nodes.reference):
        if not link.get("refuri", "").startswith(SCHEME):
            continue
        path = link["refuri"].removeprefix(SCHEME)
        if not (EXTRA / path).is_file():
            logger.warning("no such file on the site: %s", path, location=link, type="crmlab_site")
        link["refuri"] = relative_uri(app.builder.get_target_uri(docname), path)
        link["internal"] = True


def number_exercises(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give each exercise of a page an id of its own; sphinx-exercise gives all the same one."""
    met: Counter[str] = Counter()
    for section in doctree.findall(nodes.section):
        name = section["ids"][0] if section["ids"] else ""
        if name in ("exercise-content", "solution-content"):
            met[name] += 1
            section["ids"] = [f"{name}-{met[name]}"]


def says_something(alt: str | None) -> bool:
    """Tell whether an alternative text is one: not empty, and not the name of a file.

    >>> says_something("Two lines cross"), says_something(" "), says_something("figures/a.png")
    (True, False, False)
    """
    return bool(alt and alt.strip()) and (" " in alt.strip() or not FILE_NAME.search(alt))


class _Pictures(HTMLParser):
    """Collects the alternative texts of the pictures in a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.alts: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.alts.append(dict(attrs).get("alt"))


def check_pictures(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Warn of every picture that a reader who cannot see it would know nothing of."""
    shown = [(image, image.get("alt")) for image in doctree.findall(nodes.image)]
    for raw in doctree.findall(nodes.raw):
        if raw.get("format") == "html":
            shown += [(raw, alt) for alt in _Pictures(raw.astext()).alts]
    for node, alt in shown:
        if not says_something(alt):
            logger.warning(
                "%s: a picture has no alternative text (alt): %s. In a notebook it stands in the "
                'metadata of the cell: {"mystnb": {"image": {"alt": "..."}}}',
                docname,
                node.get("uri", "an img element"),
                location=node,
                type="crmlab_site",
            )


def text_first(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Move the widgets' state, megabytes of pictures, from the head to the end of the page."""
    scripts = context.get("script_files", [])
    states = [s for s in scripts if getattr(s, "attributes", {}).get("type") == WIDGET_STATE]
    context["script_files"] = [script for script in scripts if script not in states]
    for state in states:
        body = state.attributes["body"]
        context["body"] += f'\n<script type="{WIDGET_STATE}">{body}</script>\n'


def name_by_sight(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Let what hides a cell be called as it reads: MyST-NB names it otherwise for some readers."""
    body = context.get("body", "")
    context["body"] = body.replace('<summary aria-label="Toggle hidden content">', "<summary>")


def name_toggles(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Give a name to what unfolds the pages below another one in the sidebar."""
    if write := context.get("generate_toctree_html"):

        def named(*args: object, **options: object) -> str:
            soup = write(*args, **options)
            for toggle in soup.find_all("summary") if soup else ():
                toggle["aria-label"] = "Pages below the one before"
            return soup

        context["generate_toctree_html"] = named


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    app.connect("doctree-resolved", point_links)
    app.connect("doctree-resolved", check_pictures)
    app.connect("doctree-resolved", number_exercises)
    app.connect("html-page-context", name_by_sight)
    app.connect("html-page-context", name_toggles, priority=900)  # after the theme set it
    app.connect("html-page-context", text_first, priority=900)  # after MyST-NB added the state
    return {"parallel_read_safe": True, "parallel_write_safe": True}
