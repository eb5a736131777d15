"""What the extensions in book/_ext add to pages, on tiny books made here.

The HTML is parsed by the rules of HTML5, strictly: one thing out of place is an error.
"""

import base64
import io
import re
import tomllib
from html import unescape

import crmlab_chapter
import crmlab_status
import html5lib
import nbformat
import numpy
import pytest
from nbformat import v4
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

import crmlab
from tools.chapters import KERNEL
from tools.common import ROOT

DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
    "AAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HOME = "https://github.com/some/book"
HARD = 'Growth & "value" <of> {a}'
TWO_QUESTIONS = """
[[question]]
id = "a"
kind = "number"
rows = ["C1"]
difficulty = 1
stem = "1 + 1"
explanation = "Count."
otherwise = "Count again."
options = [{value = 2, tolerance = 0, correct = true, feedback = "Right."}]

[[question]]
id = "for-papers"
kind = "number"
rows = ["C1"]
difficulty = 1
page = false
stem = "1 + 2"
explanation = "Count."
otherwise = "Count again."
options = [{value = 3, tolerance = 0, correct = true, feedback = "Right."}]
"""
XHTML = "{http://www.w3.org/1999/xhtml}"


def picture(alt=None):
    """Return a cell that shows a picture."""
    output = v4.new_output("display_data", data={"image/png": DOT, "text/plain": "<Figure>"})
    metadata = {} if alt is None else {"mystnb": {"image": {"alt": alt}}}
    return v4.new_code_cell("plot()", execution_count=1, outputs=[output], metadata=metadata)


class Book:
    """A book with a start page and the pages given, built by Sphinx with our extensions."""

    def __init__(self, folder, monkeypatch):
        self.source, self.out, self.extra = folder / "book", folder / "out", folder / "extra"
        (self.source / "quizzes").mkdir(parents=True)
        (self.extra / "labs").mkdir(parents=True)
        monkeypatch.setattr(crmlab_chapter, "EXTRA", self.extra)

    def write(self, name, text):
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def chapter(self, name="01_first", title="1. First", cells=()):
        cells = [v4.new_markdown_cell(f"# {title}\n\nText."), *cells]
        metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
        notebook = v4.new_notebook(cells=cells, metadata=metadata)
        self.write(f"{name}.ipynb", nbformat.writes(notebook))

    def lab(self, name="lab01_first"):
        (self.extra / "labs" / f"{name}.zip").write_bytes(b"zip")

    def build(self, builder="html", **options):
        """Build as the real book is built, warnings as errors; return the exit code."""
        pages = [p for p in self.source.rglob("*") if p.suffix in (".md", ".ipynb")]
        names = sorted(str(p.relative_to(self.source).with_suffix("")) for p in pages)
        toc = "\n".join(["```{toctree}", *names, "```"])
        self.write("index.md", f"# Start\n\n{toc}\n")
        repository = options.pop("repository", {})  # an option that the basic theme lacks
        settings = {
            "extensions": ["myst_nb", "crmlab_site", "crmlab_chapter", "crmlab_status"],
            "nb_execution_mode": "off",
            "html_theme": "basic",
            "html_sourcelink_suffix": "",
            "smartquotes": False,
            "html_title": "A tiny book",
            "author": "A. Teacher",
            "copyright": "2031",
            **options,
        }
        self.warnings = io.StringIO()
        with patch_docutils(), docutils_namespace():
            app = Sphinx(
                self.source, None, self.out, self.out / ".trees", builder, settings,
                status=None, warning=self.warnings, freshenv=True, warningiserror=True,
                keep_going=True,
            )  # fmt: skip
            app.config.html_theme_options = repository
            app.build()
        return app.statuscode

    def page(self, name="01_first"):
        return (self.out / f"{name}.html").read_text("utf-8")

    def links(self, name="01_first"):
        """Return the addresses of the row under the title by their visible names."""
        return {
            "".join(a.itertext()): a.get("href")
            for part in element(self.page(name), "crmlab-row").iter(f"{XHTML}nav")
            for a in part.iter(f"{XHTML}a")
        }


@pytest.fixture
def book(tmp_path, monkeypatch):
    return Book(tmp_path, monkeypatch)


def parse(html):
    """Parse strictly."""
    return html5lib.HTMLParser(strict=True).parseFragment(html)


def element(html, name):
    """Return the only element of a class."""
    tree = html5lib.parse(html)
    (found,) = [e for e in tree.iter() if name in (e.get("class") or "").split()]
    return found


# ---- the row under the title


def test_a_chapter_leads_to_its_live_version_and_its_notebook(book):
    book.chapter()
    assert book.build() == 0, book.warnings.getvalue()
    assert book.links() == {
        "Open live": "lite/notebooks/index.html?path=01_first.ipynb",
        "Download notebook": "_sources/01_first.ipynb",
    }
    assert nbformat.reads((book.out / book.links()["Download notebook"]).read_text(), 4)


def test_links_are_relative_from_a_folder_too(book):
    book.chapter("deep/01_first")
    assert book.build() == 0, book.warnings.getvalue()
    links = book.links("deep/01_first")
    assert links["Open live"] == "../lite/notebooks/index.html?path=deep/01_first.ipynb"
    assert (book.out / "deep" / links["Download notebook"]).resolve().is_file()


def test_a_page_that_is_no_notebook_has_no_row(book):
    book.write("page.md", "# A page\n")
    assert book.build() == 0, book.warnings.getvalue()
    assert "crmlab-row" not in book.page("page")
    assert "crmlab-done" not in book.page("page")


def test_with_a_repository_there_are_binder_and_colab(book):
    book.chapter()
    book.write("page.md", "# Use\n\n(use-colab)=\n## Colab\n")
    repository = {"repository_url": HOME, "repository_branch": "spring/2031"}
    assert book.build(repository=repository) == 0, book.warnings.getvalue()
    links = book.links()
    path = "book/01_first.ipynb"
    binder = f"https://mybinder.org/v2/gh/some/book/spring%2F2031?urlpath=lab/tree/{path}"
    colab = f"https://colab.research.google.com/github/some/book/blob/spring%2F2031/{path}"
    assert (links["Binder"], links["Colab"]) == (binder, colab)
    assert links["run this first"] == "page.html#use-colab"


@pytest.mark.parametrize("wrong", ["github.com/some/book", "https://example.org/a/b", f"{HOME}/x"])
def test_another_kind_of_repository_is_refused_in_words(wrong):
    with pytest.raises(
        ValueError, match=r"_config\.yml must be empty or .*got '" + re.escape(wrong)
    ):
        crmlab_chapter.hosted(wrong, "main", "01_first")


@pytest.mark.parametrize("form", [HOME, f"{HOME}/", f"{HOME}.git"])
def test_a_repository_may_be_written_in_these_forms(form):
    assert "/gh/some/book/main?" in crmlab_chapter.hosted(form, "main", "01_first")["binder"]


def test_a_chapter_with_a_lab_leads_to_it_and_to_the_policy(book):
    book.chapter()
    book.lab()
    book.write("page.md", "# Use\n\n(use-solutions)=\n## Solutions\n")
    assert book.build() == 0, book.warnings.getvalue()
    links = book.links()
    assert links["download"] == "labs/lab01_first.zip"
    path = "labs/lab01_first/lab01_first.ipynb"
    assert links["open live"] == f"lite/notebooks/index.html?path={path}"
    assert links["solutions"] == "page.html#use-solutions"


def test_the_citation_is_this_book_s(book):
    book.chapter(title=f"12. {HARD}".replace("<of>", r"\<of>"))
    assert book.build(html_baseurl="https://some.org/book/") == 0, book.warnings.getvalue()
    text = " ".join("".join(element(book.page(), "crmlab-row").itertext()).split())
    version = crmlab.__version__
    assert f"A. Teacher (2031). {HARD}. In A tiny book, chapter 12. Version {version}." in text
    assert (
        "@incollection{crmlab-01-first, author = {{A. Teacher}}, "
        f"title = {{{{{HARD}}}}}, booktitle = {{{{A tiny book}}}}, chapter = {{12}}, "
        f"url = {{https://some.org/book/01_first.html}}, year = {{2031}}, "
        f"note = {{Version {version}}} }}"
    ) in text


def test_the_real_book_s_version_is_one(book):
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] in (
        crmlab.__version__
    )


# ---- progress


def test_a_chapter_ends_with_what_can_be_ticked_off(book):
    asked = [v4.new_code_cell(f'quiz("quizzes/{name}.toml")') for name in ("01_first", "mixed")]
    book.chapter(cells=asked)
    book.lab()
    book.write("quizzes/01_first.toml", TWO_QUESTIONS)
    book.write("quizzes/mixed.toml", TWO_QUESTIONS.replace("page = false", ""))
    book.write("page.md", "# All\n\n(your-progress)=\n## Progress\n\n```{progress}\n```\n")
    book.chapter("02_second", "2. Second")
    assert book.build() == 0, book.warnings.getvalue()

    box = element(book.page(), "crmlab-done")
    assert (box.get("data-chapter"), box.get("data-questions")) == ("01_first", "3")
    buttons = {"".join(b.itertext()): b.get("data-part") for b in box.iter(f"{XHTML}button")}
    assert buttons == {"Mark as read": "read", "Mark lab as done": "lab"}
    assert [a.get("href") for a in box.iter(f"{XHTML}a")] == ["page.html#your-progress"]
    assert "Mark lab as done" not in book.page("02_second")

    table = element(book.page("page"), "crmlab-progress")
    rows = [r for r in table.iter(f"{XHTML}tr") if r.get("data-chapter")]
    told = [re.sub(r"\s+", " ", "".join(row.itertext())).strip() for row in rows]
    assert told == ["1. First 0 of 3", "2. Second no questions no lab"]
    assert [next(row.iter(f"{XHTML}a")).get("href") for row in rows] == [
        "01_first.html",
        "02_second.html",
    ]


def test_what_is_for_pages_is_not_in_other_formats(book):
    book.chapter()
    book.write("page.md", "# All\n\n```{progress}\n```\n")
    assert book.build("text") == 0, book.warnings.getvalue()
    assert "Mark as read" not in (book.out / "01_first.txt").read_text()


# ---- the status page


def test_the_versions_are_those_of_the_build(book):
    book.write("page.md", "# Status\n\n```{versions}\n```\n")
    assert book.build() == 0, book.warnings.getvalue()
    rows = re.findall(r"<td><p>(.*?)</p></td>", unescape(book.page("page")))
    table = dict(zip(rows[1::3], rows[2::3], strict=True))
    assert table["numpy"] == numpy.__version__
    assert table["crmlab"] == crmlab.__version__
    assert "axe-core" not in table  # for tests only: it is not on the site
    assert {name for _, name, _ in crmlab_status.rows()} == set(table)


def test_the_run_times_are_measured(book):
    cell = v4.new_code_cell("import time\ntime.sleep(1.5)")
    book.chapter(cells=[cell])
    book.write("page.md", "# Status\n\n```{run-times}\n```\n")
    options = {"nb_execution_mode": "force", "nb_execution_raise_on_error": True}
    assert book.build(**options) == 0, book.warnings.getvalue()
    page = book.page("page")
    (seconds,) = re.findall(r"<td><p>([\d.]+)</p></td>", page)
    assert 1.5 <= float(seconds) < 30
    assert '<a class="reference internal" href="01_first.html">1. First</a>' in page


# ---- pictures in words


@pytest.mark.parametrize("alt", ["Two lines cross.", "Growth"])
def test_a_picture_in_words_is_built(book, alt):
    book.chapter(cells=[picture(alt)])
    assert book.build() == 0, book.warnings.getvalue()
    assert f'alt="{alt}"' in book.page()


@pytest.mark.parametrize("alt", [None, "", "  ", "figures/growth", "growth.png"])
def test_a_cell_s_picture_without_words_stops_the_build(book, alt):
    book.chapter(cells=[picture(alt)])
    assert book.build() == 1
    assert "01_first: a picture has no alternative text" in book.warnings.getvalue()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("![Two lines cross.](dot.png)", 0),
        ("![](dot.png)", 1),
        ("![dot.png](dot.png)", 1),
        ("```{figure} dot.png\nA caption is no alternative text.\n```", 1),
        ("```{figure} dot.png\n:alt: Two lines cross.\nA caption.\n```", 0),
        ('<img src="dot.png">', 1),
        ('<p><img src="dot.png" alt="Two lines cross."></p>', 0),
    ],
)
def test_a_page_s_picture_needs_words(book, line, code):
    (book.source / "dot.png").write_bytes(base64.b64decode(DOT))
    book.write("page.md", f"# A page\n\n{line}\n")
    assert book.build() == code, book.warnings.getvalue()
    assert ("no alternative text" in book.warnings.getvalue()) == bool(code)


# ---- what we write is HTML


CITE = {
    **{"key": "crmlab-01", "author": HARD, "year": "2031", "title": HARD, "book": HARD},
    **{"version": "1.0", "number": "", "url": ""},
}


@pytest.mark.parametrize("lab", ["", "lab01"])
@pytest.mark.parametrize("hosted", [{}, {"binder": f"{HOME}?a=1&b=2", "colab": HOME}])
@pytest.mark.parametrize("policy", ["", "use.html#solutions"])
def test_the_row_is_valid_html(lab, hosted, policy):
    addresses = dict.fromkeys(("live", "notebook", "lab_live", "lab_zip"), "a.html?b=1&c=2")
    tree = parse(
        crmlab_chapter.TEMPLATES.get_template("chapter_top.html").render(
            addresses, lab=lab, hosted=hosted, policy=policy, colab_setup=policy,
            cite={**CITE, "number": "1" * bool(lab), "url": policy},
        )
    )  # fmt: skip
    assert "".join(tree.itertext()).count(HARD) == 6


@pytest.mark.parametrize("lab", ["", "lab01"])
@pytest.mark.parametrize("questions", [0, 13])
@pytest.mark.parametrize("overview", ["", "all.html#progress"])
def test_the_progress_is_valid_html(lab, questions, overview):
    get = crmlab_chapter.TEMPLATES.get_template
    about = {"chapter": "01_a", "questions": questions, "lab": lab}
    parse(get("chapter_end.html").render(about, overview=overview))
    row = {**about, "title": HARD, "href": "01_a.html"}
    parse(get("progress.html").render(rows=[row, row]))


def test_the_parser_is_strict():
    with pytest.raises(html5lib.html5parser.ParseError):
        parse("<p>one<div></p>")
