"""The index of terms: the real one misses nothing, a tiny one is built and read."""

import doctest
import re
from pathlib import Path

import crmlab_index
import html5lib
import pytest
from nbformat import v4

from tests.test_templates import XHTML, book  # noqa: F401  the fixture
from tools.chapters import BOOK

TERMS = crmlab_index.terms((BOOK / "glossary.md").read_text("utf-8"))
PLACES = crmlab_index.introductions(BOOK, TERMS)


def labels():
    """Return every label of a heading of the book's pages."""
    sources = [*BOOK.glob("*.ipynb"), *BOOK.rglob("*.md")]
    found = (
        re.findall(r'\((\w[\w-]*)\)=(?:\n|\\n",\s+")#', path.read_text("utf-8")) for path in sources
    )
    return {label for all_of_one in found for label in all_of_one}


def test_every_entry_of_the_glossary_is_a_term_with_a_place():
    text = (BOOK / "glossary.md").read_text("utf-8")
    entries = text.partition("```{glossary}\n")[2].partition("```")[0].strip().split("\n\n")
    assert [entry.splitlines()[0] for entry in entries] == [term.whole for term in TERMS]
    assert [term for term, places in PLACES.items() if not places] == []
    assert {place for places in PLACES.values() for place in places} <= labels()


def test_an_index_that_names_every_section_would_name_none():
    assert max(map(len, PLACES.values())) <= 6


def test_examples():
    assert doctest.testmod(crmlab_index) == doctest.TestResults(failed=0, attempted=3)


@pytest.mark.parametrize(
    ("text", "introduced"),
    [
        ("The **lost customer** returns.", True),
        ("**Lost customers** return.", True),
        ("Who is lost (流失客户)?", True),
        ("A lost customer returns.", False),
        ("The **lost** customer", False),
    ],
)
def test_a_text_introduces_a_term_in_bold_or_in_chinese(text, introduced):
    (term,) = crmlab_index.terms("lost customer (gone) 流失客户\n  Who does not come back.\n")
    assert term.is_introduced(text) is introduced


def test_only_the_label_of_a_heading_begins_a_section():
    texts = ["(a)=\n# A\n\n(b)=\nA paragraph.", "(c)=\n## C"]
    parts = dict(crmlab_index.sections(texts))
    assert [*parts] == ["", "a", "c"]
    assert "A paragraph." in parts["a"]


def test_chinese_terms_stand_by_sound():
    words = ["账龄", "客户", "安全", "ABC分类法", "80/20", "熵", "啊"]
    letters = [crmlab_index.initial(word) for word in words]
    assert letters == ["Z", "K", "A", "A", "0–9", "…", "A"]


GLOSSARY = """# Glossary

```{glossary}
lost customer 流失客户
  Who does not come back.

account 客户账户
  Where it is written; see [](c01-second).
```
"""
CELLS = [
    "(c01-first)=\n## First place\n\nThe **lost customers**.",
    "(c01-second)=\n## Second place\n\nNothing.",
    "(c01-summary)=\n## Summary\n\n**lost customer** (流失客户)",
]


def items(html: str) -> list[tuple[str, list[str]]]:
    """Return the text of each line of an index, and where its links lead."""
    tree = html5lib.parse(html)
    return [
        ("".join(item.itertext()).strip(), [a.get("href") for a in item.iter(f"{XHTML}a")])
        for item in tree.iter(f"{XHTML}li")
    ]


def test_a_small_index_is_built(book):  # noqa: F811
    book.write("glossary.md", GLOSSARY)
    book.chapter(cells=[v4.new_markdown_cell(cell) for cell in CELLS])
    two = "# Index\n\n```{index-of-terms}\n```\n\n## Chinese\n\n```{index-of-terms} 中文\n```\n"
    book.write("terms.md", two)
    extensions = ["myst_nb", "crmlab_site", "crmlab_index"]
    assert book.build(extensions=extensions, nitpicky=True) == 0, book.warnings.getvalue()
    html = Path(book.out / "terms.html").read_text("utf-8")
    lines = [text for text, _ in items(html) if "customer" in text or "account" in text]
    assert lines == [
        "account: 1 Second place", "lost customer: 1 First place",
        "客户账户 account", "流失客户 lost customer",
    ]  # fmt: skip
    links = dict(items(html))["lost customer: 1 First place"]
    assert [link.partition("#")[0] for link in links] == ["glossary.html", "01_first.html"]
    assert links[1].endswith("#c01-first")
