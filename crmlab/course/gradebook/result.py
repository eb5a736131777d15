"""What a gradebook holds: scores, each student's account, and the class as a whole."""

import statistics
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from crmlab._result import Drawable
from crmlab._text import _
from crmlab.course.gradebook.rules import Rules

if TYPE_CHECKING:
    import pandas as pd

#: The parts of a final mark.
PARTS: Mapping[str, str] = {
    "attendance": _("Attendance"),
    "participation": _("Participation and notes"),
    "work": _("Labs and quizzes"),
    "exam": _("Exam"),
}
#: What can become of a student's final mark.
STATUSES: Mapping[str, str] = {
    "final": _("There is a final mark."),
    "no exam": _("The exam, or a part of it, has no score."),
    "exam excused": _("The whole exam is excused; it will be written later."),
    "no coursework": _("All coursework is excused."),
}
#: The figures that describe a class.
FIGURES: Mapping[str, str] = {
    "students": _("Students"),
    "finals": _("with a final mark"),
    "mean": _("Mean"),
    "lower": _("Lower quartile"),
    "median": _("Median"),
    "upper": _("Upper quartile"),
    "lowest": _("Lowest"),
    "highest": _("Highest"),
    "passed": _("Passed"),
    "pass_rate": _("Pass rate, %"),
}
_STEP = 5  # width of the classes in the picture


def half_up(value: Fraction | Decimal | int) -> Decimal:
    """Round to two digits, halves up, as a registrar does.

    Parameters
    ----------
    value : Fraction, Decimal or int
        At least 0.

    Returns
    -------
    Decimal

    Examples
    --------
    >>> half_up(Fraction(14041, 200)), half_up(Fraction(2, 3))
    (Decimal('70.21'), Decimal('0.67'))
    """
    hundredths = int(Fraction(value) * 100 + Fraction(1, 2))
    return Decimal(hundredths).scaleb(-2)


@dataclass(frozen=True)
class Score:
    """What one student got for one thing.

    Attributes
    ----------
    student : str
    part : str
        One of `PARTS`.
    item : str
        A lab, a quiz, a day, a part of the exam.
    percent : Fraction, Decimal, int or None
        From 0 to 100; None if there is no score.
    excused : bool
        Whether it must not count, whatever the score.
    reason : str
        Why it is excused.
    """

    student: str
    part: str
    item: str
    percent: Fraction | Decimal | int | None = None
    excused: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Entry:
    """One line of the account that a student gets.

    Attributes
    ----------
    score : Score
    status : str
        ``counted``; ``missing``, which counts as 0 (an exam is not counted as 0 unless the rules
        say so); ``excused`` or ``dropped``, which do not count.
    share : Fraction
        Percent of the final mark that it decides.
    """

    score: Score
    status: str
    share: Fraction = Fraction(0)

    @property
    def points(self) -> Fraction:
        """Points that it brings to the final mark."""
        return self.share * Fraction(self.score.percent or 0) / 100


@dataclass(frozen=True)
class FinalMark:
    """A student's marks and how they came about.

    Attributes
    ----------
    student, name : str
    marks : mapping of str to Fraction or None
        The exact mark of each of `PARTS`; None where there is none.
    coursework : Fraction or None
        The exact mark of the coursework.
    final : Decimal or None
        Rounded to two digits; None where the status says why.
    status : str
        One of `STATUSES`.
    entries : tuple of Entry
    """

    student: str
    name: str
    marks: Mapping[str, Fraction | None]
    coursework: Fraction | None
    final: Decimal | None
    status: str
    entries: tuple[Entry, ...] = field(repr=False)


@dataclass(frozen=True, repr=False)
class Gradebook(Drawable):
    """The marks of a term (成绩册).

    Attributes
    ----------
    marks : tuple of FinalMark
        One for each student, in the order of the roster.
    rules : Rules
    """

    _picture: ClassVar[str] = "mark_distribution"

    marks: tuple[FinalMark, ...]
    rules: Rules

    def __repr__(self) -> str:
        return f"Gradebook({self.describe()})"

    @property
    def finals(self) -> list[Decimal]:
        """The final marks that there are, the lowest first."""
        return sorted(mark.final for mark in self.marks if mark.final is not None)

    def to_frame(self) -> "pd.DataFrame":
        """Return a row for each student, every mark rounded to two digits."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "student": mark.student,
                    "name": mark.name,
                    **{part: _shown(mark.marks[part]) for part in PARTS if part != "exam"},
                    "coursework": _shown(mark.coursework),
                    "exam": _shown(mark.marks["exam"]),
                    "final": _shown(mark.final),
                    "band": "" if mark.final is None else self.rules.band(mark.final),
                    "status": mark.status,
                }
                for mark in self.marks
            ]
        )

    def breakdown(self) -> "pd.DataFrame":
        """Return a row for each score of each student: what it was, and what it brought.

        The points of a student sum to the final mark, but for its rounding.
        """
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "student": mark.student,
                    "name": mark.name,
                    "part": entry.score.part,
                    "item": entry.score.item,
                    "score": None if entry.score.percent is None else float(entry.score.percent),
                    "counts as": entry.status,
                    "share of the final mark": float(entry.share),
                    "points": float(entry.points),
                    "reason": entry.score.reason,
                }
                for mark in self.marks
                for entry in mark.entries
            ]
        )

    def gaps(self) -> "pd.DataFrame":
        """Return the rows of the breakdown that have no score or are excused."""
        table = self.breakdown()
        gap = table["score"].isna() | (table["counts as"] == "excused")
        return table.loc[gap, ["student", "name", "part", "item", "counts as", "reason"]]

    def statistics(self) -> dict[str, Decimal | int | None]:
        """Return the `FIGURES` on the final marks, None where there is no mark."""
        finals = self.finals
        passed = sum(final >= self.rules.pass_mark for final in finals)
        if not finals:
            return {**dict.fromkeys(FIGURES), "students": len(self.marks), "finals": 0, "passed": 0}
        # Two marks at least are needed between which a quartile can lie.
        several = finals * 2 if len(finals) == 1 else finals
        lower, middle, upper = map(half_up, statistics.quantiles(several, method="inclusive"))
        return {
            "students": len(self.marks),
            "finals": len(finals),
            "mean": half_up(statistics.mean(map(Fraction, finals))),
            "lower": lower,
            "median": middle,
            "upper": upper,
            "lowest": finals[0],
            "highest": finals[-1],
            "passed": passed,
            "pass_rate": half_up(Fraction(100 * passed, len(finals))),
        }

    def bands(self) -> "pd.DataFrame":
        """Return how many final marks each band has."""
        import pandas as pd

        count = Counter(map(self.rules.band, self.finals))
        table = [(name, float(low), count[name]) for name, low in self.rules.bands.items()]
        return pd.DataFrame(table, columns=["band", "from", "students"])

    def distribution(self) -> "pd.DataFrame":
        """Return how many marks there are in each step of 5, below the pass mark and from it on."""
        import pandas as pd

        # 100 belongs to the last step.
        place = [min(int(final) // _STEP, 100 // _STEP - 1) for final in self.finals]
        passed = [final >= self.rules.pass_mark for final in self.finals]
        count = Counter(zip(place, passed, strict=True))
        steps = range(100 // _STEP)
        table = [(n * _STEP, (n + 1) * _STEP, count[n, False], count[n, True]) for n in steps]
        return pd.DataFrame(table, columns=["from", "to", "failed", "passed"])

    def describe(self) -> str:
        """Return a sentence that reads the distribution; it is the picture's text alternative."""
        if not self.finals:
            return _("no student has a final mark")
        figures = self.statistics()
        bands = ", ".join(f"{name} {count}" for name, _low, count in self.bands().itertuples(False))
        return _(
            "{count} final marks from {low} to {high}, median {median}; {passed} of them are at "
            "least {pass_mark}; {bands}"
        ).format(
            count=len(self.finals),
            low=self.finals[0],
            high=self.finals[-1],
            median=figures["median"],
            passed=figures["passed"],
            pass_mark=self.rules.pass_mark,
            bands=bands,
        )


def _shown(mark: Fraction | Decimal | None) -> float | None:
    return None if mark is None else float(half_up(mark))
