"""Grading goes on where it stopped, and runs anew exactly what must be."""

import json
import threading

import pytest

from crmlab.course.grade.batch import Class, grade_class
from crmlab.course.grade.folder import read_lab
from crmlab.course.grade.marks import STATUSES, Marks
from tests.grade.smallclass import LAB, Engine, notebook, roster_file, small_lab


@pytest.fixture
def place(tmp_path):
    (tmp_path / "handed").mkdir()
    roster_file(tmp_path)
    small_lab(tmp_path / "labs")
    for n in range(1, 5):
        (tmp_path / "handed" / f"2023000{n}.ipynb").write_text(notebook(n))
    return tmp_path


def grade(place, engine, **options):
    return grade_class(
        read_lab(LAB, place / "labs"),
        place / "handed",
        place / "out",
        engine,
        Class(roster=place / "roster.csv"),
        **options,
    )


ALL = [f"2023000{n}.ipynb" for n in range(1, 5)]


def test_finished_marks_are_used_again(place):
    engine = Engine()
    grade(place, engine)
    assert sorted(engine.marked) == ALL
    before = (place / "out" / "results.csv").read_bytes()
    grade(place, engine)
    assert sorted(engine.marked) == ALL
    assert (place / "out" / "results.csv").read_bytes() == before


def test_after_ctrl_c_the_rest_is_marked(place):
    class Interrupted(Engine):
        def __call__(self, path):
            if len(self.marked) == 2:
                raise KeyboardInterrupt
            return super().__call__(path)

    first, second = Interrupted(), Engine()
    with pytest.raises(KeyboardInterrupt):
        grade(place, first, jobs=1)
    assert not (place / "out" / "results.csv").exists()
    results = grade(place, second)
    assert sorted(first.marked + second.marked) == ALL
    assert len(second.marked) == 2
    assert [row.total for row in results.rows] == [1, 2, 3, 4]


def test_what_marks_depend_on(place):
    grade(place, Engine())

    def marked(**options):
        engine = Engine()
        grade(place, engine, **options)
        return sorted(engine.marked)

    assert marked() == []
    assert marked(again=True) == ALL
    assert marked(depends="other limits") == ALL
    (place / "handed" / ALL[1]).write_text(notebook(5))
    assert marked() == [ALL[1]]
    (place / "handed" / ALL[1]).rename(place / "handed" / "20230002_renamed.ipynb")
    assert marked() == []
    data = place / "labs" / "teacher" / LAB / LAB / "table.csv"
    data.parent.mkdir()
    data.write_text("1")
    assert marked() == [*ALL[:1], "20230002_renamed.ipynb", *ALL[2:]]
    key = place / "labs" / "teacher" / LAB / f"{LAB}.key.json"
    key.write_text(key.read_text().replace("9422", "9423"))
    assert len(marked()) == 4


def test_marks_that_were_cut_short_are_made_anew(place):
    grade(place, Engine())
    kept = sorted((place / "out" / "marks").iterdir())
    assert len(kept) == 4
    kept[0].write_text(kept[0].read_text()[:40])
    kept[1].write_text('{"status": "excellent", "questions": []}')
    engine = Engine()
    results = grade(place, engine)
    assert len(engine.marked) == 2
    assert [row.total for row in results.rows] == [1, 2, 3, 4]


def test_equal_files_are_run_once_and_count_for_each(place):
    for name in ALL[:3]:
        (place / "handed" / name).write_text(notebook(6))
    engine, told = Engine(), []
    results = grade(place, engine, begin=lambda count: told.append(count) or told.append)
    assert len(engine.marked) == 2
    assert [row.total for row in results.rows] == [6, 6, 6, 4]
    assert (told[0], sum(told[1:])) == (4, 4)


def test_several_run_at_a_time(place):
    both = threading.Barrier(2, timeout=20)

    class Waiting(Engine):
        def __call__(self, path):
            both.wait()  # breaks unless two are here
            return super().__call__(path)

    results = grade(place, Waiting(), jobs=2)
    assert [row.marks.status for row in results.rows] == ["graded"] * 4


def test_marks_go_to_json_and_back(place):
    marks = Engine()(place / "handed" / ALL[2])
    assert marks.earned == 3
    assert Marks.from_json(json.loads(json.dumps(marks.to_json()))) == marks


def test_a_status_is_one_of_a_few():
    assert set(STATUSES) >= {"graded", "missing", "failed"}
    with pytest.raises(ValueError, match=r"must be one of graded, .*; got 'excellent'"):
        Marks("excellent", ())
