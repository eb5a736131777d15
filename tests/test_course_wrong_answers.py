"""What students of each lab read who hold a misconception, and that every hint is read by one.

The wrong answers stand in ``wrong_answers/``. They are code such as a student writes, so the
values that a master calls mistakes must be those that such code really gives.
"""

import contextlib
import io

import numpy as np
import pytest

from crmlab.course import Lab
from tests.labs import LABS, built, wrong_answers


@pytest.fixture(scope="module", params=LABS)
def lab(request, tmp_path_factory):
    return built(request.param, tmp_path_factory)


@pytest.fixture(scope="module")
def told(lab):
    """Give every wrong answer; return each with the lines of feedback that are not right."""
    names, answers = lab.names(lab.solution), wrong_answers(lab.name)
    names["lab"] = Lab(lab.name, lab.student, names)
    ready, *cells = lab.mistaken(answers)
    exec(ready, names)
    return [(answer, wrong_lines(cell, names)) for answer, cell in zip(answers, cells, strict=True)]


def wrong_lines(cell, names):
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown), np.errstate(all="ignore"):
        exec(cell, names)
    return [line for line in shown.getvalue().splitlines() if line.startswith("✗")]


def visible_checks(lab):
    return [(q["id"], check) for q in lab.checks["questions"] for check in q["checks"]]


def test_each_wrong_answer_meets_its_hint(told):
    missed = {str(a): lines for a, lines in told if not any(a.words in line for line in lines)}
    assert missed == {}


def test_each_known_mistake_is_made_by_a_wrong_answer(lab, told):
    read = [(answer.question, line) for answer, lines in told for line in lines]
    never = [
        (question, check["expr"], mistake["hint"])
        for question, check in visible_checks(lab)
        for mistake in check.get("mistakes", [])
        if not any(
            asked == question
            and line.startswith(f"✗ {check['expr']} ")
            and line.endswith(f" {mistake['hint']}")
            for asked, line in read
        )
    ]
    assert never == []
