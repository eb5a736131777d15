"""From scores to final marks. Everything is exact until a mark is shown."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from crmlab._text import _
from crmlab.course.gradebook.result import PARTS, Entry, FinalMark, Gradebook, Score, half_up
from crmlab.course.gradebook.rules import Rules, read_rules


def gradebook(
    students: Mapping[str, str], scores: Iterable[Score], rules: Rules | None = None
) -> Gradebook:
    """Make the final marks of a term.

    Coursework is the weighted mean of attendance, participation, and labs and quizzes; the final
    mark is the weighted mean of coursework and exam. Attendance, participation, and labs and
    quizzes are plain means of their items, the exam is the weighted mean of its parts. A student
    without a score for an item that others have a score for gets 0 for it. What is excused is
    left out, and what is left counts for it; when all items of a part are excused, the other
    parts of the coursework count for it. Marks are exact fractions; only the final mark is
    rounded.

    Parameters
    ----------
    students : mapping of str to str
        Names by student number: the roster.
    scores : iterable of Score
        In any order.
    rules : Rules, optional
        Those of the course by default.

    Returns
    -------
    Gradebook

    Raises
    ------
    ValueError
        If there is no student, a score is of nobody on the roster, is outside 0 to 100 or comes
        twice, or if a part that weighs something has no score at all.

    Examples
    --------
    >>> book = gradebook({"S01": "Li Wei"}, [
    ...     Score("S01", "attendance", "term", 100), Score("S01", "participation", "term", 80),
    ...     Score("S01", "work", "lab07", 100), Score("S01", "exam", "score", 60),
    ... ])
    >>> book.to_frame()[["coursework", "exam", "final", "band"]]
       coursework  exam  final   band
    0        94.0  60.0   70.2   中 fair
    """
    rules = rules or read_rules()
    if not students:
        raise ValueError(_("the roster must have at least one student; it has none"))
    given: dict[tuple[str, str, str], Score] = {}
    for score in scores:
        key = _checked(score, students, rules)
        if key in given:
            raise ValueError(_("{key} comes twice").format(key=" / ".join(key)))
        given[key] = score
    items = {part: sorted({item for _s, p, item in given if p == part}) for part in PARTS}
    if items["exam"]:
        items["exam"] = list(rules.exam)
    for part, weight in _shares(dict.fromkeys(PARTS, Fraction(0)), rules).items():
        if weight and not items[part]:
            raise ValueError(
                _(
                    "{part} decides {weight} % of the final mark and has no scores: give some, or "
                    "set its weight to 0"
                ).format(part=part, weight=f"{float(weight):g}")
            )
    marks = [
        _final(
            student,
            name,
            {
                part: [
                    given.get((student, part, item), Score(student, part, item))
                    for item in items[part]
                ]
                for part in PARTS
            },
            rules,
        )
        for student, name in students.items()
    ]
    return Gradebook(tuple(marks), rules)


def _checked(score: Score, students: Mapping[str, str], rules: Rules) -> tuple[str, str, str]:
    """Return the key of a score that is allowed."""
    key = (score.student, score.part, score.item)
    wrong = ""
    if score.student not in students:
        wrong = _("{student!r} is not on the roster").format(student=score.student)
    elif score.part not in PARTS:
        wrong = _("the part must be one of {parts}").format(parts=", ".join(PARTS))
    elif score.part == "exam" and score.item not in rules.exam:
        wrong = _("the exam's parts are {parts}").format(parts=", ".join(rules.exam))
    elif score.percent is not None and not 0 <= score.percent <= 100:
        wrong = _("must be from 0 to 100; got {got}").format(got=score.percent)
    if wrong:
        raise ValueError(f"{' / '.join(key)}: {wrong}")
    return key


#: A score, what it counts as, and its weight within its part.
_Line = tuple[Score, str, Fraction]


def _final(
    student: str, name: str, scores: Mapping[str, Sequence[Score]], rules: Rules
) -> FinalMark:
    """Account for one student."""
    lines = {part: _lines(part, scores[part], rules) for part in PARTS}
    marks = {
        part: _mean((weight, Fraction(score.percent or 0)) for score, _as, weight in lines[part])
        for part in PARTS
    }
    exam_missing = any(counts_as == "missing" and weight for _s, counts_as, weight in lines["exam"])
    if exam_missing and rules.missing_exam == "empty":
        marks["exam"] = None
    coursework = _mean((weight, marks[part]) for part, weight in rules.coursework.items())
    status = "final"
    if rules.final["coursework"] and coursework is None:
        status = "no coursework"
    if rules.final["exam"] and marks["exam"] is None:
        status = "no exam" if exam_missing else "exam excused"
    final = _mean([(rules.final["coursework"], coursework), (rules.final["exam"], marks["exam"])])
    shares = _shares(marks, rules)
    return FinalMark(
        student,
        name,
        marks,
        coursework,
        half_up(final) if final is not None and status == "final" else None,
        status,
        tuple(entry for part in PARTS for entry in _entries(lines[part], shares[part])),
    )


def _lines(part: str, scores: Sequence[Score], rules: Rules) -> list[_Line]:
    """Decide what each score of a part counts as."""
    counting = [score for score in scores if not score.excused]
    drop: list[Score] = []
    if part == "work":  # at least one is kept
        lowest_first = sorted(counting, key=lambda score: score.percent or 0)
        drop = lowest_first[: max(min(rules.drop_lowest, len(counting) - 1), 0)]
    lines = []
    for score in scores:
        weight = Fraction(rules.exam[score.item] if part == "exam" else 1)
        if score.excused:
            lines.append((score, "excused", Fraction(0)))
        elif score in drop:
            lines.append((score, "dropped", Fraction(0)))
        else:
            lines.append((score, "missing" if score.percent is None else "counted", weight))
    return lines


def _mean(pairs: Iterable[tuple[Decimal | Fraction, Fraction | None]]) -> Fraction | None:
    """Return the weighted mean of the marks that there are; None where nothing weighs."""
    there = [(Fraction(weight), mark) for weight, mark in pairs if mark is not None and weight]
    if not there:
        return None
    whole = sum(weight for weight, _mark in there)
    return sum((weight * mark for weight, mark in there), Fraction(0)) / whole


def _shares(marks: Mapping[str, Fraction | None], rules: Rules) -> dict[str, Fraction]:
    """Return what percent of the final mark each part decides."""
    there = {part: weight for part, weight in rules.coursework.items() if marks[part] is not None}
    whole = Fraction(sum(there.values())) or Fraction(1)
    shares = {
        part: Fraction(rules.final["coursework"] * there.get(part, Decimal(0))) / whole
        for part in rules.coursework
    }
    return {**shares, "exam": Fraction(rules.final["exam"])}


def _entries(lines: Sequence[_Line], share: Fraction) -> list[Entry]:
    whole = sum(weight for _score, _as, weight in lines) or Fraction(1)
    return [Entry(score, counts_as, share * weight / whole) for score, counts_as, weight in lines]
