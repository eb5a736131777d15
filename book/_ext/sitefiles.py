"""Links to files that the build puts on the site: ``[the lab](site:labs/lifetime-value.zip)``.

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
logger = logging.getLogger(__name__)


def point_links(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Turn every ``site:`` address of the page into a relative one."""
    for link in doctree.findall(nodes.reference):
        if not link.get("refuri", "").startswith(SCHEME):
            continue
        path = link["refuri"].removeprefix(SCHEME)
        if not (EXTRA / path).is_file():
            logger.warning("no such file on the site: %s", path, location=link, type="sitefiles")
        link["refuri"] = relative_uri(app.builder.get_target_uri(docname), path)
        link["internal"] = True


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    app.connect("doctree-resolved", point_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
