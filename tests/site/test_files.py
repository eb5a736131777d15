"""The files of the site: links that lead somewhere, downloads, no word of another host."""

import importlib
import io
import json
import posixpath
import re
import urllib.request
import zipfile
from functools import cache
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

import crmlab
from crmlab.course.teach import read_notes, read_plan, read_rubric
from tools.common import BUILD
from tools.site import BOOK

from .conftest import HTML, pages

pytestmark = pytest.mark.site


class _Page(HTMLParser):
    def __init__(self, name):
        super().__init__()
        self.ids, self.links, self.loaded = set(), [], []
        self.feed((HTML / name).read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids |= {given[key] for key in ("id", "name") if given.get(key)}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "link" and given.get("rel") != "canonical":
            self.loaded.append(given["href"])
        elif given.get("src"):
            self.loaded.append(given["src"])


@cache
def parsed(name):
    return _Page(name)


def leads_to(page, target):
    """Return the path below the site and the anchor that an address on a page means."""
    parts = urlsplit(target)
    path = unquote(parts.path)
    whole = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
    return whole, unquote(parts.fragment)


@pytest.mark.parametrize("name", pages())
def test_links_and_anchors_lead_somewhere(address, name):
    for target in parsed(name).links + parsed(name).loaded:
        if urlsplit(target).scheme:
            continue
        path, anchor = leads_to(name, target)
        assert (HTML / path).is_file(), f"{target} is not on the site"
        if anchor and path.endswith(".html"):
            assert anchor in parsed(path).ids, f"{target}: no such place on that page"


@pytest.mark.parametrize("room", crmlab.__all__)
def test_every_public_name_is_described_and_listed(address, room):
    names = [f"crmlab.{room}.{name}" for name in importlib.import_module(f"crmlab.{room}").__all__]
    assert [name for name in names if name not in parsed(f"reference/{room}.html").ids] == []
    linked = set(parsed("reference.html").links)
    assert [name for name in names if f"reference/{room}.html#{name}" not in linked] == []


def test_code_in_chapters_and_in_the_syllabus_leads_to_the_reference(address):
    def led(name):
        return [link for link in parsed(name).links if "reference/" in link and "#crmlab." in link]

    table = (BOOK / "syllabus.md").read_text("utf-8")
    rooms = "|".join(crmlab.__all__)
    called = set(re.findall(rf"`((?:{rooms})\.\w+)`", table))
    assert {link.partition("#crmlab.")[2] for link in led("syllabus.html")} == called
    assert sum(len(led(f"{path.stem}.html")) for path in BOOK.glob("[0-9]*.ipynb")) > 10


@pytest.mark.parametrize("name", pages())
def test_nothing_is_loaded_from_elsewhere(address, name):
    elsewhere = [a for a in parsed(name).loaded if urlsplit(a).scheme not in ("", "data")]
    assert elsewhere == []


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def test_every_lab_can_be_downloaded_without_its_key(address):
    teacher = [f for f in (BUILD / "labs" / "teacher").rglob("*") if f.is_file()]
    secret = {file.read_bytes() for file in teacher if not file.name.endswith(".checks.json")}
    labs = sorted((HTML / "labs").glob("*.zip"))
    assert labs
    assert secret
    for lab in labs:
        with zipfile.ZipFile(io.BytesIO(fetch(f"{address}labs/{lab.name}"))) as archive:
            names = archive.namelist()
            assert archive.testzip() is None
            assert any(name.endswith(".ipynb") for name in names)
            assert any(name.endswith("checks.json") for name in names)
            for content in map(archive.read, names):
                assert content not in secret
                assert b"BEGIN SOLUTION" not in content
    assert not [f for f in HTML.rglob("*") if f.is_file() and f.read_bytes() in secret]


def test_no_notes_to_lessons_and_no_key_are_on_the_site(address):
    notes = sorted((BOOK / "teach" / "notes").glob("*.md"))
    assert notes
    answers = [read_notes(path).sections["Answers to the discussion"] for path in notes]
    # Lines of some length, as they stand in the source and as a page would show them.
    lines = {line for text in answers for line in text.splitlines() if len(line) > 40}
    secret = {line.encode() for line in lines} | {
        line.split(". ", 1)[-1].encode() for line in lines
    }
    assert len(secret) > len(notes)
    files = [file for file in HTML.rglob("*") if file.is_file()]
    assert not [f for f in files if any(line in f.read_bytes() for line in secret)]
    assert not [f for f in files if f.name.endswith((".key.json", "_key.html"))]
    assert not [f for f in files if {"notes", "teacher"} & {*f.relative_to(HTML).parts}]


def test_teachers_pages_show_what_the_commands_make(address):
    plan = (HTML / "teach" / "plan.html").read_text("utf-8")
    assert all(f"<td><p>{week}</p></td>" in plan for week in range(1, 17))
    project = unescape((HTML / "teach" / "project.html").read_text("utf-8"))
    rubric = read_rubric(BOOK / "teach" / "rubric.toml")
    assert all(text in project for one in rubric.criteria for text in one.descriptors)
    milestones = read_plan(BOOK / "teach" / "plan.toml").milestones
    assert all(one.text in project for one in milestones)
    counts = (HTML / "teach" / "questions.html").read_text("utf-8")
    assert all(path.name in counts for path in (BOOK / "quizzes").glob("*.toml"))


def test_the_wheel_can_be_downloaded(address):
    (wheel,) = (HTML / "files").glob("crmlab-*.whl")
    with zipfile.ZipFile(io.BytesIO(fetch(f"{address}files/{wheel.name}"))) as archive:
        assert "crmlab/__init__.py" in archive.namelist()


@pytest.mark.parametrize("name", pages("btn-download-source-button"))
def test_the_notebook_behind_a_page_can_be_downloaded(address, name):
    for target in [t for t in parsed(name).links if urlsplit(t).path.endswith(".ipynb")]:
        notebook = json.loads(fetch(address + leads_to(name, target)[0]))
        assert notebook["nbformat"] == 4
        assert "widgets" not in notebook["metadata"]
