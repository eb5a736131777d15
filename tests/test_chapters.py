"""Stored chapters are a record that later runs can be compared with; files name no place here."""

import re
import subprocess

import nbformat
import pytest
from nbformat import v4

from tools import chapters
from tools.common import ROOT

TWO = {"text/plain": "2"}


def outputs(**data):
    return [v4.new_output("display_data", data=data)]


@pytest.fixture
def good():
    """Return a notebook as a chapter must be stored."""
    cells = [
        v4.new_markdown_cell("# Value", id="title"),
        v4.new_code_cell("x = 2", id="setting", execution_count=1),
        v4.new_code_cell("x", id="showing", execution_count=2, outputs=outputs(**TWO)),
    ]
    return v4.new_notebook(cells=cells, metadata={"kernelspec": chapters.KERNEL})


@pytest.mark.parametrize("path", chapters.chapters(), ids=lambda path: path.name)
def test_a_chapter_is_executed_and_clean(path):
    assert chapters.problems(nbformat.read(path, as_version=4)) == []


def test_a_good_notebook_has_no_problem(good):
    assert chapters.problems(good) == []


def unexecuted(notebook):
    notebook.cells[1].execution_count = None


def out_of_order(notebook):
    notebook.cells[1].execution_count = 7


def without_outputs(notebook):
    notebook.cells[2].outputs = []


def with_widget_state(notebook):
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}


def with_an_error(notebook):
    notebook.cells[1].outputs = [v4.new_output("error", ename="E", evalue="", traceback=[])]


def with_a_warning(notebook):
    notebook.cells[1].outputs = [v4.new_output("stream", name="stderr", text="Warning")]


def with_a_mute_picture(notebook):
    notebook.cells[1].outputs = outputs(**{"image/png": "AAAA"})


def with_an_empty_alt_text(notebook):
    with_a_mute_picture(notebook)
    notebook.cells[1].metadata["mystnb"] = {"image": {"alt": " "}}


def without_an_id(notebook):
    del notebook.cells[1]["id"]


def with_an_id_twice(notebook):
    notebook.cells[1]["id"] = "showing"


def with_another_kernel(notebook):
    notebook.metadata["kernelspec"] = {"name": "ir", "display_name": "R"}


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (unexecuted, "was not executed"),
        (out_of_order, "top to bottom"),
        (without_outputs, "nothing to be compared"),
        (with_widget_state, "widget state"),
        (with_an_error, "stores an error"),
        (with_a_warning, "stderr"),
        (with_a_mute_picture, "no alt text"),
        (with_an_empty_alt_text, "no alt text"),
        (without_an_id, "has no id"),
        (with_an_id_twice, "two cells"),
        (with_another_kernel, "the kernel must be"),
    ],
)
def test_a_spoilt_notebook_is_refused(good, spoil, says):
    spoil(good)
    assert any(says in problem for problem in chapters.problems(good))


def test_a_picture_with_alt_text_is_accepted(good):
    with_a_mute_picture(good)
    good.cells[1].metadata["mystnb"] = {"image": {"alt": "A line that rises"}}
    assert chapters.problems(good) == []


def test_normalising_mends_what_can_be_mended_and_stands_still(good):
    with_widget_state(good)
    with_an_id_twice(good)
    good.cells[2].outputs[0].data[chapters.WIDGET_VIEW] = {"model_id": "random"}
    chapters.normalise(good)
    once = nbformat.writes(good)

    assert chapters.problems(good) == []
    assert "random" not in once
    chapters.normalise(good)
    assert nbformat.writes(good) == once


def test_executing_stores_outputs_and_no_widget_state(tmp_path):
    path = tmp_path / "new.ipynb"
    cell = v4.new_code_cell("import ipywidgets\nipywidgets.IntSlider(description='n')")
    nbformat.write(v4.new_notebook(cells=[cell]), path)

    chapters.execute(path)
    first = path.read_bytes()
    stored = nbformat.read(path, as_version=4)

    assert chapters.problems(stored) == []
    assert chapters.WIDGET_VIEW in stored.cells[0].outputs[0].data
    chapters.execute(path)
    assert path.read_bytes() == first


# Written so that this file does not name them itself.
SITES = ["pypi org", "pythonhosted org", "npmjs org", "npmjs com", "debian org"]
HOSTS = "|".join(re.escape(site.replace(" ", ".")) for site in SITES)
PLACES = r"(?<![\w.:/-])/(?:home|root|work|tmp|Users|opt)/[\w.-]+"


def tracked():
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    return [ROOT / name for name in done.stdout.split("\0") if name]


@pytest.mark.parametrize("pattern", [HOSTS, PLACES], ids=["registry", "place"])
def test_no_file_names_a_registry_or_a_place_on_a_machine(pattern):
    files = tracked()
    if not files:
        pytest.skip("not a git checkout")
    found = []
    for file in files:
        try:
            text = file.read_text("utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
        found += [(file.name, match[0]) for match in re.finditer(pattern, text)]
    assert found == []
