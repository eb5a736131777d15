"""The printed book: all chapters, their pictures whole, Chinese that can be found, bookmarks."""

import re
import subprocess
import sys
from collections import Counter
from functools import cache
from html import unescape
from itertools import pairwise
from unicodedata import normalize

import nbformat
import pytest
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from crmlab import widgets
from crmlab.course.bank.draw import read_bank
from crmlab.course.bank.paper import make_paper
from tools import chapters, pdf
from tools.common import ROOT, environment
from tools.site import BOOK

pytestmark = pytest.mark.site


@pytest.fixture(scope="module")
def printed(browser):
    """Print the book; return what the command says and the book."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.pdf"],
        cwd=ROOT, env=environment(), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout, PdfReader(pdf.PDF)


@pytest.fixture(scope="module")
def book(printed):
    return printed[1]


@pytest.fixture(scope="module")
def texts(printed):
    return read_pages(pdf.PDF)


def read_pages(file):
    """Return the text of each page."""
    with PdfDocument(file) as document:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def plain(text):
    """Take out what differs between a source, a page and what is read from a PDF."""
    return re.sub(r"[\s*`]", "", text).replace("’", "'")


def listed():
    return [name for _, names in pdf.order() for name in names]


@cache
def title(name):
    for file in (BOOK / f"{name}.md", BOOK / f"{name}.ipynb"):
        if file.exists():
            text = file.read_text("utf-8")
            source = nbformat.reads(text, 4).cells[0].source if file.suffix == ".ipynb" else text
            return re.search(r"^# (.+)$", source, re.MULTILINE)[1]
    raise FileNotFoundError(name)


def test_the_command_ends_with_the_path_and_the_number_of_pages(printed):
    said, book = printed
    assert said.count("==> ") == 3
    assert re.search(
        rf"^_build/pdf/crmlab-book\.pdf: {len(book.pages)} pages, ", said, re.MULTILINE
    )
    assert 30 <= len(book.pages) <= 60 * len(chapters.chapters())


def test_every_page_of_the_book_has_a_bookmark_in_its_order(book, texts):
    marks = pdf.bookmarks(pdf.PDF)
    places = [[page for text, page in marks if text == title(name)] for name in listed()]
    assert all(places)
    first = [pages[0] for pages in places]
    assert first == sorted(first)
    assert len({*first}) == len(first)  # each begins on a page of its own
    for text, page in marks:
        assert plain(text) in plain(texts[page - 1])
    for caption, _ in pdf.order()[1:]:
        assert caption in [text for text, _ in marks]


def test_the_contents_lists_titles_and_sections_with_their_pages(book, texts):
    pages = {}
    for text, page in pdf.bookmarks(pdf.PDF):
        pages.setdefault(text, page)  # the answers repeat the chapters' titles
    contents = book.pages[pages["Contents"] - 1 : pages[title("index")] - 1]
    lines = [" ".join(line.split()) for p in contents for line in p.extract_text().splitlines()]
    for name in listed():
        assert f"{title(name)} {pages[title(name)]}" in lines
    links = [note for page in contents for note in page["/Annots"]]
    assert len(links) >= len(listed())


def test_every_page_has_its_number_and_none_is_blank(book, texts):
    for number, text in enumerate(texts, start=1):
        assert len(text) > 100 or "/XObject" in book.pages[number - 1]["/Resources"] or number == 1
        shown = text.startswith(f"{number} ") or text.endswith(f" {number}")
        assert shown == (number > 1), f"page {number}"


def test_chinese_terms_can_be_found_and_their_font_is_embedded(book, texts):
    read = plain("".join(texts))
    assert not re.search("[⺀-⿟]", read)  # radicals, which nobody searches for
    sources = [BOOK / "glossary.md", *chapters.chapters()]
    terms = {t for s in sources for t in re.findall("[一-鿿]{2,}", s.read_text("utf-8"))}
    assert len(terms) > 30
    assert [term for term in sorted(terms) if term not in read] == []

    fonts = [f.get_object() for p in book.pages for f in p["/Resources"].get("/Font", {}).values()]
    drawn = [font for font in fonts if has_character(font, "客")]
    assert drawn
    for font in drawn:
        assert embedded(font)


def has_character(font, character):
    table = font["/ToUnicode"].get_data() if "/ToUnicode" in font else b""
    return f"<{ord(character):04X}>".encode() in table


def embedded(font):
    """Tell whether a font's shapes are in the file: drawn (Type 3), or as a font file."""
    if font["/Subtype"] == "/Type3":
        return len(font["/CharProcs"]) > 0
    inner = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
    return any(key.startswith("/FontFile") for key in inner)


def elements(node):
    """List the elements of the document's structure, which screen readers read."""
    node = node.get_object()
    if isinstance(node, dict):
        yield node
        node = node.get("/K", [])
        node = node.get_object() if hasattr(node, "get_object") else node
    for child in node if isinstance(node, list) else [node]:
        if isinstance(child.get_object(), dict | list):
            yield from elements(child)


def images(drawing):
    """List the numbers of the images on a page, those inside its drawings too."""
    for reference in drawing.get("/Resources", {}).get("/XObject", {}).values():
        thing = reference.get_object()
        if thing["/Subtype"] == "/Image":
            yield reference.idnum
        else:
            yield from images(thing)


def test_every_picture_is_there_whole_and_says_what_it_shows(book):
    alts = Counter(
        str(element["/Alt"])
        for element in elements(book.root_object["/StructTreeRoot"])
        if element.get("/Alt")
    )
    for path in chapters.chapters():
        for cell in nbformat.read(path, as_version=4).cells:
            alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt")
            assert alt is None or alts[alt] == 1, alt
    drawn = [{*images(page)} for page in book.pages]
    assert sum(map(len, drawn)) > len(alts) / 2
    for page, following in pairwise(drawn):
        assert not page & following  # a picture cut in two would be on both


EXPLORERS = {
    name
    for path in chapters.chapters()
    for name in re.findall(r"widgets\.(\w+_explorer)\(\)", path.read_text("utf-8"))
}


@pytest.mark.parametrize("name", sorted(EXPLORERS))
def test_an_explorer_shows_its_start_with_numbers_and_caption(texts, name):
    explorer = getattr(widgets, name)()
    caption = re.search("<figcaption>(.+?)</figcaption>", explorer.children[-1].value)[1]
    wanted = [repr(explorer).removeprefix("Explorer: "), unescape(caption)]
    wanted += [word for slider in explorer.sliders for word in (slider.description, slider.label)]
    holding = [page for page in map(plain, texts) if plain(unescape(caption)) in page]
    assert holding
    for words in wanted:
        assert plain(words) in holding[0]


def test_questions_come_without_answers_which_stand_at_the_end(texts):
    pages = dict(pdf.bookmarks(pdf.PDF))
    end = pages["Answers"] - 1
    question = plain("Where does one more point of retention bring more money per customer?")
    before, after = plain("".join(texts[:end])), plain("".join(texts[end:]))
    assert question in before
    assert question in after
    assert "bendsupwards" in after  # from the explanation of its answer
    assert "bendsupwards" not in before
    assert "Right." not in "".join(texts[:end])
    assert plain("Solution to Exercise 1") in after
    assert plain("Solution to Exercise 1") not in before


def test_code_is_whole(texts):
    read = plain("".join(texts))
    for path in chapters.chapters():
        for cell in nbformat.read(path, as_version=4).cells:
            hidden = {"remove-input", "remove-cell"} & set(cell.metadata.get("tags", []))
            if cell.cell_type == "code" and not hidden:
                for line in cell.source.splitlines():
                    assert plain(line) in read, line


def test_a_paper_of_the_bank_is_printed(browser, tmp_path):
    paper = make_paper(read_bank([BOOK / "quizzes"])[:12], 1, "A test")
    files = {"t_A.html": paper.sheet("A"), "t_key.html": paper.key()}
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "tools.pdf", *(tmp_path / name for name in files)],
        cwd=ROOT, env=environment(), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(tmp_path / "t_A.pdf"), str(tmp_path / "t_key.pdf")]
    sheet = PdfReader(tmp_path / "t_A.pdf")
    width, height = (float(number) / 72 * 25.4 for number in sheet.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (210, 297)
    # A font may draw fi as one sign, which NFKC takes apart.
    read = plain(normalize("NFKC", "".join(read_pages(tmp_path / "t_A.pdf"))))
    words = [plain(re.sub("<[^>]+>", "", q.stem))[:30] for q in paper.versions["A"]]
    assert all(word in read for word in words)
    assert f"1/{len(sheet.pages)}" in read
