"""The marks of one submission, question by question and check by check.

They go to disk as plain JSON and come back from it; nothing is ever unpickled.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from crmlab._text import _

#: What can become of a submission, with a sentence on each.
STATUSES: Mapping[str, str] = {
    "graded": _("The notebook was run to its end and every check was asked."),
    "timeout": _("The notebook ran out of time. What was checked before counts."),
    "crashed": _("Python died in the notebook too often. What was checked before counts."),
    "unreadable": _("The file is not a notebook."),
    "refused": _("The file breaks a rule, such as the largest size, and was not run."),
    "missing": _("Nothing was handed in."),
    "failed": _("Grading itself failed, through no fault of the notebook."),
}

_DIGITS = 9  # a third of a point three times is one point


@dataclass(frozen=True)
class CheckMark:
    """One check of one question.

    Attributes
    ----------
    hidden : bool
        Whether the student knew the check.
    points, earned : float
        What it is worth, and what it brought.
    expr : str
        The expression; of a hidden check it is for the teacher only.
    said : str
        The sentence for the student, as ``lab.check`` would say it. That of a hidden check
        holds neither its inputs nor any value.
    mistake : str
        The hint of the known mistake that was met, or an empty text.
    """

    hidden: bool
    points: float
    earned: float
    expr: str
    said: str = ""
    mistake: str = ""


@dataclass(frozen=True)
class QuestionMark:
    """One question.

    Attributes
    ----------
    id : str
    points : float
        Full marks.
    manual : bool
        Whether the question is marked by hand.
    checks : tuple of CheckMark
        None where it is marked by hand.
    note : str
        What else the student should know, such as a cell that stopped with an error.
    """

    id: str
    points: float
    manual: bool = False
    checks: tuple[CheckMark, ...] = ()
    note: str = ""

    @property
    def earned(self) -> float | None:
        """The sum of the checks; None where the question is marked by hand."""
        if self.manual:
            return None
        return round(sum(check.earned for check in self.checks), _DIGITS)


@dataclass(frozen=True)
class Marks:
    """One submission.

    Attributes
    ----------
    status : str
        One of :data:`STATUSES`.
    questions : tuple of QuestionMark
        All questions of the lab in order, also where the notebook could not be run.
    note : str
        What the teacher should know of the whole submission.
    seconds : float
        How long the grading took.
    """

    status: str
    questions: tuple[QuestionMark, ...]
    note: str = ""
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(
                _("status must be one of {allowed}; got {got}").format(
                    allowed=", ".join(STATUSES), got=repr(self.status)
                )
            )

    @property
    def earned(self) -> float:
        """The sum of all automatic checks."""
        return round(sum(question.earned or 0.0 for question in self.questions), _DIGITS)

    def to_json(self) -> dict[str, Any]:
        """Return the marks as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "Marks":
        """Return the marks that :meth:`to_json` wrote.

        >>> question = QuestionMark("q1", 2, checks=(CheckMark(True, 2, 1, "f(3)"),))
        >>> marks = Marks("graded", (question,))
        >>> Marks.from_json(marks.to_json()) == marks, marks.earned
        (True, 1)
        """
        questions = [
            QuestionMark(**{**one, "checks": tuple(CheckMark(**check) for check in one["checks"])})
            for one in record["questions"]
        ]
        return cls(**{**record, "questions": tuple(questions)})
