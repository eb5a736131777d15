"""The index: where in the chapters each term of the glossary is introduced.

``{index-of-terms}`` lists the terms in the order of the English ones, each with the sections that
give its Chinese term or set it in bold; ``{index-of-terms} 中文`` lists them in the order of the
Chinese ones, by sound. Both are written from the glossary and the chapters at each build.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

TERM = re.compile(r"^((\S.*?) ([^ ]*[\u4e00-\u9fff].*))\n  (.+(?:\n  .+)*)", re.MULTILINE)
LABEL = re.compile(r"^\(([\w-]+)\)=$")
PLACE = re.compile(r"\[[^\]]*\]\(([\w-]+)\)")
#: Sections that repeat what others introduce.
REPEATING = re.compile(r"-(summary|check|mistakes|reading|next|lab)$")
MENTIONS = 3
#: With which two bytes of GB 2312 each initial of the common characters, in order of sound, begins.
INITIALS = {
    0xB0A1: "A", 0xB0C5: "B", 0xB2C1: "C", 0xB4EE: "D", 0xB6EA: "E", 0xB7A2: "F", 0xB8C1: "G",
    0xB9FE: "H", 0xBBF7: "J", 0xBFA6: "K", 0xC0AC: "L", 0xC2E8: "M", 0xC4C3: "N", 0xC5B6: "O",
    0xC5BE: "P", 0xC6DA: "Q", 0xC8BB: "R", 0xC8F6: "S", 0xCBFA: "T", 0xCDDA: "W", 0xCEF4: "X",
    0xD1B9: "Y", 0xD4D1: "Z", 0xD8A1: "…",
}  # fmt: skip


@dataclass(frozen=True)
class Term:
    """An entry of the glossary: as it stands there, in both languages, and where it leads."""

    whole: str
    english: str
    chinese: str
    places: tuple[str, ...]

    def is_introduced(self, text: str) -> bool:
        """Tell whether a text gives the Chinese term or sets the English one in bold."""
        words = [word for word in re.split(r"[ ()、]+", self.chinese) if not word.isascii()]
        return self.is_named(text, "**") or any(word in text for word in words)

    def is_named(self, text: str, mark: str = "") -> bool:
        """Tell whether a text has the English term, in the singular or the plural."""
        name = re.escape(re.sub(r" \(.*\)$", "", self.english))
        edge = re.escape(mark) or r"\b"
        return re.search(rf"{edge}{name}(s|es)?{edge}", text, re.IGNORECASE) is not None


def terms(glossary: str) -> list[Term]:
    r"""Read the glossary's entries.

    >>> text = "ABC classes ABC分类法\n  Customers cut into classes; see [](c10-abc).\n"
    >>> terms(text)[0].english, terms(text)[0].chinese, terms(text)[0].places
    ('ABC classes', 'ABC分类法', ('c10-abc',))
    """
    return [
        Term(whole, english, chinese, tuple(PLACE.findall(said)))
        for whole, english, chinese, said in TERM.findall(glossary)
    ]


def sections(texts: list[str]) -> Iterator[tuple[str, str]]:
    """Split the text cells of a chapter at its headings with labels; before them is none."""
    label, lines = "", []
    every = "\n\n".join(texts).splitlines()
    for line, following in pairwise([*every, ""]):
        found = LABEL.match(line)
        if found and following.startswith("#"):  # the label of a paragraph has no title to show
            yield label, "\n".join(lines)
            label, lines = found[1], []
        else:
            lines.append(line)
    yield label, "\n".join(lines)


def chapters(folder: Path) -> list[Path]:
    """List the chapters, in the order of the book."""
    return [*sorted(folder.glob("[0-9][0-9]_*.ipynb")), *folder.glob("capstone.ipynb")]


def introductions(folder: Path, all_terms: list[Term]) -> dict[str, list[str]]:
    """Return for each term, by its English name, the labels of the sections that introduce it.

    Of a term that is introduced nowhere, because it explains itself, the first that name it.
    """
    texts = {}
    for path in chapters(folder):
        cells = nbformat.read(path, as_version=4).cells
        texts |= dict(sections([c.source for c in cells if c.cell_type == "markdown"]))
    texts = {n: text for n, text in texts.items() if n and not REPEATING.search(n)}
    found = {}
    for term in all_terms:
        told = [n for n, text in texts.items() if n in term.places or term.is_introduced(text)]
        named = (label for label, text in texts.items() if term.is_named(text))
        found[term.english] = told or list(term.places) or list(islice(named, MENTIONS))
    return found


def initial(word: str) -> str:
    """Return the letter under which a Chinese term stands, by the sound of its first character.

    >>> initial("账龄分析"), initial("客户"), initial("ABC分类法"), initial("80/20")
    ('Z', 'K', 'A', '0–9')
    """
    if word[0].isascii():
        return "0–9" if word[0].isdigit() else word[0].upper()
    code = int.from_bytes(word[0].encode("gb18030")[:2])
    place = bisect_right(list(INITIALS), code) - 1
    return list(INITIALS.values())[max(place, 0)]


def by_sound(word: str) -> tuple[str, bytes]:
    """Return by what Chinese terms are ordered."""
    return initial(word), word.encode("gb18030")


def numbered(label: str) -> str:
    """Write a link to a section, before it the number of its chapter."""
    chapter = re.match(r"c(\d\d)-", label)
    return f"{int(chapter[1])} []({label})" if chapter else f"[]({label})"


class Index(SphinxDirective):
    """The list of terms with their places, or of the Chinese terms with their English ones."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write a paragraph with the letter, then a list, for each letter."""
        folder = Path(self.env.srcdir)
        for path in (folder / "glossary.md", *chapters(folder)):
            self.env.note_dependency(str(path))
        all_terms = terms((folder / "glossary.md").read_text("utf-8"))
        groups = self.chinese(all_terms) if self.arguments else self.english(all_terms, folder)
        found: list[nodes.Node] = []
        for letter, lines in groups.items():
            title = nodes.rubric("", letter)
            found += [title, *self.parse_text_to_nodes("\n".join(lines))]
        return [nodes.container("", *found, classes=["crmlab-index"])]

    def english(self, all_terms: list[Term], folder: Path) -> dict[str, list[str]]:
        """Return for each letter the lines of the English list."""
        places = introductions(folder, all_terms)
        groups: dict[str, list[str]] = defaultdict(list)
        for term in sorted(all_terms, key=lambda term: term.english.lower()):
            letter = term.english[0].upper() if term.english[0].isalpha() else "0–9"
            line = f"- {{term}}`{term.english} <{term.whole}>`"
            links = ", ".join(map(numbered, places[term.english]))
            groups[letter].append(f"{line}: {links}" if links else line)
        return groups

    def chinese(self, all_terms: list[Term]) -> dict[str, list[str]]:
        """Return for each letter the lines of the Chinese list."""
        groups: dict[str, list[str]] = defaultdict(list)
        for term in sorted(all_terms, key=lambda term: by_sound(term.chinese)):
            groups[initial(term.chinese)].append(
                f"- {{term}}`{term.chinese} <{term.whole}>` {term.english}"
            )
        return groups


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    app.add_directive("index-of-terms", Index)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
