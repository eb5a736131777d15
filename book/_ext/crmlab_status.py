"""What the site was built with: the directive ``{versions}`` asks the running environment."""

import platform
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
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


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    app.add_directive("versions", Versions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
