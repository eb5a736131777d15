"""What a chapter carries besides its text: ways to open it, its lab, its citation, its progress.

A chapter is a page made from a notebook. Under its title stands a row of links, at its end
what a reader can tick off; the directive ``{progress}`` shows on one page what was ticked off
on all of them. The words are in ``templates/``, the ticks in ``_static/progress.js``.
"""

import re
from pathlib import Path
from urllib.parse import quote, urlsplit

from crmlab_site import EXTRA
from docutils import nodes
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

import crmlab
from crmlab.course import check_quiz

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
LIVE = "lite/notebooks/index.html?path="
NUMBER = re.compile(r"^(\d+)\.\s*")


class Progress(nodes.General, nodes.Element):
    """The place of the table of progress, until all chapters are known."""


class ProgressDirective(SphinxDirective):
    """Put the table of progress here."""

    def run(self) -> list[nodes.Node]:
        """Leave a place for it."""
        return [Progress()]


def chapters(app: Sphinx) -> list[str]:
    """List the pages that are made from notebooks."""
    env = app.env
    return sorted(name for name in env.found_docs if env.doc2path(name).endswith(".ipynb"))


def title(app: Sphinx, docname: str) -> tuple[str, str]:
    """Return a chapter's number, perhaps empty, and its title without it."""
    text = app.env.titles[docname].astext()
    number = NUMBER.match(text)
    return (number[1], text[number.end() :]) if number else ("", text)


def questions(app: Sphinx, docname: str) -> int:
    """Count the questions that a page asks: those of the files that its cells name."""
    source = Path(app.env.doc2path(docname)).read_text("utf-8")
    names = sorted(set(re.findall(r"\bquizzes/\w+\.toml\b", source)))
    return sum(question.page for name in names for question in check_quiz(Path(app.srcdir) / name))


def lab(docname: str) -> str:
    """Return the name of a chapter's lab, or nothing where it has none.

    A notebook without a number, such as the capstone, has a lab with one.
    """
    names = [path.stem for path in sorted((EXTRA / "labs").glob("lab*.zip"))]
    wanted = re.compile(rf"lab(\d\d_)?{re.escape(docname)}")
    return next((name for name in names if wanted.fullmatch(name)), "")


def hosted(repository: str, branch: str, docname: str) -> dict[str, str]:
    """Return the addresses that open a chapter on Binder and Colab, from where it is published.

    >>> hosted("", "main", "01_first")
    {}
    >>> hosted("https://github.com/some/book", "main", "01_first")["colab"]
    'https://colab.research.google.com/github/some/book/blob/main/book/01_first.ipynb'
    """
    parts = urlsplit(repository)
    if not repository:
        return {}
    name = parts.path.strip("/").removesuffix(".git")
    if parts.netloc != "github.com" or name.count("/") != 1:
        raise ValueError(
            "repository_url in _config.yml must be empty or https://github.com/OWNER/NAME; "
            f"got {repository!r}"
        )
    file = quote(f"book/{docname}.ipynb")
    branch = quote(branch, safe="")
    return {
        "binder": f"https://mybinder.org/v2/gh/{name}/{branch}?urlpath=lab/tree/{file}",
        "colab": f"https://colab.research.google.com/github/{name}/blob/{branch}/{file}",
    }


def citation(app: Sphinx, docname: str) -> dict[str, str]:
    """Return what a citation of a chapter is made of."""
    number, name = title(app, docname)
    config = app.config
    base = config.html_baseurl
    return {
        "key": f"crmlab-{docname.replace('/', '-').replace('_', '-')}",
        "author": config.author,
        "year": re.search(r"\d{4}", config.copyright)[0],
        "number": number,
        "title": name,
        "book": config.html_title,
        "version": crmlab.__version__,
        "url": f"{base.rstrip('/')}/{app.builder.get_target_uri(docname)}" if base else "",
    }


def top(app: Sphinx, docname: str) -> str:
    """Return the row of links under a chapter's title."""
    here, options = app.builder.get_target_uri(docname), app.config.html_theme_options
    name = lab(docname)
    addresses = {
        "live": LIVE + quote(f"{docname}.ipynb"),
        "notebook": f"_sources/{docname}.ipynb",
        "lab_live": LIVE + quote(f"labs/{name}/{name}.ipynb"),
        "lab_zip": f"labs/{name}.zip",
    }
    return TEMPLATES.get_template("chapter_top.html").render(
        {key: relative_uri(here, path) for key, path in addresses.items()},
        lab=name,
        policy=reference(app, docname, "use-solutions"),
        colab_setup=reference(app, docname, "use-colab"),
        hosted=hosted(
            options.get("repository_url", ""), options.get("repository_branch", "main"), docname
        ),
        cite=citation(app, docname),
    )


def end(app: Sphinx, docname: str) -> str:
    """Return what a reader ticks off at the end of a chapter."""
    return TEMPLATES.get_template("chapter_end.html").render(
        chapter=docname,
        questions=questions(app, docname),
        lab=lab(docname),
        overview=reference(app, docname, "your-progress"),
    )


def overview(app: Sphinx, docname: str) -> str:
    """Return the table of progress, as seen from a page."""
    here = app.builder.get_target_uri(docname)
    rows = [
        {
            "chapter": name,
            "title": app.env.titles[name].astext(),
            "href": relative_uri(here, app.builder.get_target_uri(name)),
            "questions": questions(app, name),
            "lab": lab(name),
        }
        for name in chapters(app)
    ]
    return TEMPLATES.get_template("progress.html").render(rows=rows)


def reference(app: Sphinx, docname: str, label: str) -> str:
    """Return the relative address of a labelled place, or nothing where there is none."""
    target, anchor = app.env.get_domain("std").anonlabels.get(label, ("", ""))
    if not target:
        return ""
    uri = app.builder.get_target_uri
    return f"{relative_uri(uri(docname), uri(target))}#{anchor}"


def dress(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Add the row, the end and the table to the pages that have them; paper needs none."""
    page = app.builder.format == "html"
    for place in list(doctree.findall(Progress)):
        place.replace_self(_raw(overview(app, docname)) if page else [])
    if page and docname in chapters(app):
        section = next(doctree.findall(nodes.section))
        section.insert(1, _raw(top(app, docname)))
        section.append(_raw(end(app, docname)))


def _raw(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    app.add_node(Progress)
    app.add_directive("progress", ProgressDirective)
    app.connect("doctree-resolved", dress)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
