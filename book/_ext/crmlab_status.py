"""What the site was built with, told by the build itself.

The directive ``{versions}`` asks the running environment; ``{run-times}`` tells how long each
notebook took, as MyST-NB measured it.
"""

import platform
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

VENDORED = Path(__file__).resolve().parents[2] / "tools" / "vendor.toml"
PACKAGES = {
    "Models and pictures": ["crmlab", "numpy", "pandas", "scipy", "matplotlib", "ipywidgets"],
    "Pages": ["jupyter-book", "sphinx", "myst-nb", "sphinx-book-theme", "jupyterquiz"],
    "Labs": ["jupyterlab", "jupyterlab-myst"],
    "Notebooks in the browser": ["jupyterlite-core", "jupyterlite-pyodide-kernel"],
}


def found(name: str) -> str:
    """Return the installed version of a package, or nothing."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def rows() -> list[tuple[str, str, str]]:
    """List group, name and version of what the site is built with and serves."""
    vendored = tomllib.loads(VENDORED.read_text())["package"]
    return [
        ("Language", "Python", platform.python_version()),
        *(
            (group, name, found(name))
            for group, names in PACKAGES.items()
            for name in names
            if found(name)
        ),
        *(
            ("Scripts on the page", package["name"], package["version"])
            for package in vendored
            if package["into"].startswith("extra/")
        ),
    ]


class Versions(SphinxDirective):
    """A table of versions."""

    def run(self) -> list[nodes.Node]:
        """Write it as a Markdown table."""
        self.env.note_dependency(str(VENDORED))
        lines = ["| part | package | version |", "|---|---|---|"]
        lines += [f"| {part} | {name} | {number} |" for part, name, number in rows()]
        return self.parse_text_to_nodes("\n".join(lines))


class Times(nodes.General, nodes.Element):
    """The place of the run times, until all notebooks have run."""


class RunTimes(SphinxDirective):
    """A table of run times."""

    def run(self) -> list[nodes.Node]:
        """Leave a place for it."""
        self.env.metadata[self.env.docname]["run-times"] = True
        return [Times()]


def renew(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Write the pages with run times again at each build: another page may have run."""
    return [name for name, about in env.metadata.items() if about.get("run-times")]


def fill_in(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the table where it belongs."""
    for place in list(doctree.findall(Times)):
        place.replace_self(times(app, docname))


def times(app: Sphinx, docname: str) -> nodes.table:
    """Return the run times as a table, one row for each notebook that ran."""
    env = app.env
    ran = {
        name: about["exec_data"]
        for name, about in NbMetadataCollector.get_doc_data(env).items()
        if about.get("exec_data")
    }
    table, group, head, body = nodes.table(), nodes.tgroup(cols=2), nodes.thead(), nodes.tbody()
    table += group
    group += [nodes.colspec(colwidth=4), nodes.colspec(colwidth=1), head, body]
    head += _row(nodes.Text("page"), nodes.Text("seconds"))
    for name in sorted(ran):
        link = nodes.reference(
            "",
            env.titles[name].astext(),
            internal=True,
            refuri=app.builder.get_relative_uri(docname, name),
        )
        body += _row(link, nodes.Text(f"{ran[name]['runtime']:.1f}"))
    return table


def _row(*cells: nodes.Node) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    app.add_directive("versions", Versions)
    app.add_node(Times)
    app.add_directive("run-times", RunTimes)
    app.connect("env-updated", renew)
    app.connect("doctree-resolved", fill_in)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
