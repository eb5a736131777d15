"""The reference of all public names: what its pages say, on a tiny book made here.

That the real pages have every name, and that links lead there, is tested on the built site.
"""

import importlib
import inspect
import re

import crmlab_reference as reference
import html5lib
import pytest
import yaml

import crmlab
from tests.test_templates import book  # noqa: F401  the fixture
from tools import pdf
from tools.common import ROOT

ROOMS = crmlab.__all__


def public(room):
    """Every public name of a room with its object."""
    module = importlib.import_module(f"crmlab.{room}")
    return [(name, getattr(module, name)) for name in module.__all__]


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_a_page_in_the_contents(room):
    toc = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text("utf-8"))
    files = [file for part in toc["parts"] for one in part["chapters"] for file in pdf._names(one)]
    assert f"reference/{room}" in files
    page = (ROOT / "book" / "reference" / f"{room}.md").read_text("utf-8")
    assert f"```{{room}} {room}\n```" in page
    assert page.startswith("# ")


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_of_a_room_stands_under_one_of_its_modules(room):
    groups = reference.groups(room)
    listed = [name for names in groups.values() for name in names]
    assert sorted(listed) == sorted(importlib.import_module(f"crmlab.{room}").__all__)
    for module in groups:
        title, _ = reference.about(module)
        assert title
        assert not title.endswith(".")


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_has_a_line_that_says_what_it_is(room):
    lines = {name: reference.summary(room, name) for name, _ in public(room)}
    assert [name for name, line in lines.items() if not line.endswith((".", "?"))] == []
    assert [name for name, line in lines.items() if not 10 < len(line) < 250] == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_signature_can_be_read(room):
    for name, thing in public(room):
        if reference.called_first(thing) == 0:
            arguments, result = reference.signature(thing)
            compile(f"def f{arguments.replace('~', '')}: ...", name, "exec")
            assert inspect.isclass(thing) or result, name


def test_types_in_signatures_stand_as_in_the_source_and_ours_by_their_full_names():
    from crmlab import clv, plots

    arguments, result = reference.signature(clv.cash_flows)
    assert "timing: Literal['start', 'middle', 'end'] = 'end'" in arguments
    assert result == "~crmlab.clv.present_value.CashFlows"
    arguments, result = reference.signature(plots.cash_flows)
    assert arguments.startswith(
        "(result: ~crmlab.clv.present_value.CashFlows, ax: Axes | None = None"
    )
    assert result == "Axes"


KNOWN = {"crmlab.clv", "crmlab.clv.cash_flows", "crmlab.btyd.BGNBD.fit"}
ALONE = {"cash_flows": "crmlab.clv.cash_flows", "BGNBD": "crmlab.btyd.BGNBD"}


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("clv.cash_flows", "crmlab.clv.cash_flows"),
        ("crmlab.clv.cash_flows", "crmlab.clv.cash_flows"),
        ("clv.cash_flows([1, 2], rate=0.1)", "crmlab.clv.cash_flows"),
        ("cash_flows()", "crmlab.clv.cash_flows"),
        ("BGNBD.fit", "crmlab.btyd.BGNBD.fit"),
        ("clv", None),
        ("flows", None),
        ("clv.nothing", None),
        ("BGNBD.nothing", None),
        ("a = clv.cash_flows(b)", None),
        ("clv.cash_flows + 1", None),
        (".cash_flows", None),
    ],
)
def test_code_in_a_text_is_told_from_other_words(text, full):
    assert reference.full_name(text, KNOWN, ALONE) == full


ROOM = "# Weights\n\n```{room} weights\n```\n"
SETTINGS = {
    "extensions": ["myst_nb", "crmlab_site", "crmlab_reference"],
    "default_role": "literal",
    "add_module_names": False,
    "maximum_signature_line_length": 72,
    "autodoc_typehints": "none",
    "nitpicky": True,
}


@pytest.fixture
def page_of_weights(book):  # noqa: F811
    book.write("reference/weights.md", ROOM)
    book.write(
        "text.md",
        "# Text of `weights.entropy`\n\n`weights.entropy` and `entropy` and `ahp`, `nothing.ahp`,\n"
        "[`weights.ahp`](index)\n\n```python\nweights.ahp(a)\n```\n",
    )
    book.build(**SETTINGS)
    # A name of a picture is not there: this tiny book has one room.
    assert set(re.findall(r"(?:WARNING|ERROR).*", book.warnings.getvalue())) == set()
    return book


def test_a_room_is_described_by_sections_signatures_and_examples(page_of_weights):
    html = page_of_weights.page("reference/weights")
    tree = html5lib.HTMLParser(strict=True).parse(html)
    ids = {element.get("id") for element in tree.iter() if element.get("id")}
    for name in crmlab.weights.__all__:
        assert f"crmlab.weights.{name}" in ids
    text = " ".join("".join(tree.itertext()).split())
    assert "Mean consistency index of random matrices" in text  # a constant has its comment
    assert "Raises: ValueError, TypeError – " in text
    assert "plots.weights" in text  # a result names its picture
    assert '"additive"' in text  # quotes of code stay straight
    assert html.index('id="crmlab.weights.ahp"') < html.index('id="crmlab.weights.AhpWeights"')
    assert 'href="#crmlab.weights.AhpWeights"' in html  # what a function returns is a link
    assert '<span class="crmlab-parameters"><span><em class="sig-param">' in html
    assert not re.search(r"<dl>\s*<dd>", html)  # a list that defines nothing


def test_code_that_names_a_function_leads_to_it_and_other_code_does_not(page_of_weights):
    html = page_of_weights.page("text")
    body = html[html.index("<h1>") :]
    found = re.findall(
        r'<a class="reference internal" href="([^"]*)"[^>]*><code[^>]*>(.*?)</code>', body
    )
    plain = [(where, re.sub("<[^>]*>", "", shown)) for where, shown in found]
    assert plain == [
        ("reference/weights.html#crmlab.weights.entropy", "weights.entropy"),
        ("reference/weights.html#crmlab.weights.ahp", "ahp"),  # its cell calls it
        # and what leads elsewhere already still does
    ]


def test_a_docstring_points_to_no_module_without_a_page():
    for file in sorted((ROOT / "crmlab").rglob("*.py")):
        for name in re.findall(r":mod:`crmlab\.([\w.]+)`", file.read_text("utf-8")):
            assert name in crmlab.__all__, f"{file}: no page describes crmlab.{name}"
