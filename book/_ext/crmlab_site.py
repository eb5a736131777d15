"""What the pages need beyond the theme: links to built files, and text that comes first.

``[the lab](site:labs/lifetime-value.zip)`` points to a file that the build puts on the site.
The address is made relative to the page, so the site works below any path. A link to a file
that was not built is a warning, and warnings stop the build.
"""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.osutil import relative_uri

SCHEME = "site:"
EXTRA = Path(__file__).resolve().parents[2] / "_build" / "extra"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
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


def text_first(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Move the widgets' state, megabytes of pictures, from the head to the end of the page."""
    scripts = context.get("script_files", [])
    states = [s for s in scripts if getattr(s, "attributes", {}).get("type") == WIDGET_STATE]
    context["script_files"] = [script for script in scripts if script not in states]
    for state in states:
        body = state.attributes["body"]
        context["body"] += f'\n<script type="{WIDGET_STATE}">{body}</script>\n'


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    app.connect("doctree-resolved", point_links)
    app.connect("html-page-context", text_first, priority=900)  # after MyST-NB added the state
    return {"parallel_read_safe": True, "parallel_write_safe": True}
