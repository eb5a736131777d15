"""What a teacher wants to know of a class: computed here, drawn and written elsewhere."""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from crmlab.course.grade.results import Results

BINS = 10  # classes of the distribution, each of 10 %


@dataclass(frozen=True)
class QuestionSummary:
    """How those whose notebook was run did on one question: the mean share of its points.

    The mean is None while all wait.
    """

    id: str
    points: float
    manual: bool
    mean: float | None
    none: int  # submissions without any point
    full: int  # with all points
    waiting: int  # to be marked by hand


@dataclass(frozen=True)
class CheckSummary:
    """How often a check failed, among the submissions in which it was asked."""

    question: str
    expr: str
    hidden: bool
    failed: int
    asked: int


@dataclass(frozen=True)
class MistakeSummary:
    """How many students met a known mistake."""

    question: str
    hint: str
    students: int


@dataclass(frozen=True)
class Overview:
    """A class's results for one lab in figures.

    Attributes
    ----------
    handed_in : int
        Rows of the class list with any submission.
    statuses : dict of str to int
    bins : list of int
        Submissions by tenths of full marks; the last class includes full marks.
    mean, median : float or None
        Percent of full marks among those who handed in.
    questions : list of QuestionSummary
    checks : list of CheckSummary
        The most failed first, without those that nobody failed.
    mistakes : list of MistakeSummary
        The most frequent first.
    seconds : list of float
        How long each submission took, the longest first.
    """

    handed_in: int
    statuses: dict[str, int]
    bins: list[int]
    mean: float | None
    median: float | None
    questions: list[QuestionSummary]
    checks: list[CheckSummary]
    mistakes: list[MistakeSummary]
    seconds: list[float]


def overview(results: Results) -> Overview:
    """Count and average; submissions without an owner are left out."""
    rows = [row for row in results.rows if row.marks.status != "missing"]
    percents = [results.percent(row) for row in rows]
    bins = [0] * BINS
    for percent in percents:
        bins[min(int(percent * BINS / 100), BINS - 1)] += 1
    return Overview(
        handed_in=len(rows),
        statuses=dict(Counter(row.marks.status for row in results.rows).most_common()),
        bins=bins,
        mean=statistics.fmean(percents) if percents else None,
        median=statistics.median(percents) if percents else None,
        questions=[_question(results, question) for question in results.questions],
        checks=_checks(results),
        mistakes=_mistakes(results),
        seconds=sorted((row.marks.seconds for row in rows if row.marks.seconds), reverse=True),
    )


def _question(results: Results, question: str) -> QuestionSummary:
    rows = [row for row in results.rows if row.ran]
    full = results.questions[question]
    known = [points for row in rows if (points := row.points(question)) is not None]
    manual = any(mark.manual for row in rows for mark in row.marks.questions if mark.id == question)
    return QuestionSummary(
        id=question,
        points=full,
        manual=manual,
        mean=_share(known, full),
        none=sum(points == 0 for points in known),
        full=sum(points >= full for points in known),
        waiting=len(rows) - len(known),
    )


def _share(points: Sequence[float], full: float) -> float | None:
    return sum(points) / (len(points) * full) if points else None


def _checks(results: Results) -> list[CheckSummary]:
    asked: Counter[tuple[str, int]] = Counter()
    failed: Counter[tuple[str, int]] = Counter()
    about: dict[tuple[str, int], tuple[str, bool]] = {}
    for row in (row for row in results.rows if row.ran):
        for question in row.marks.questions:
            for position, check in enumerate(question.checks):
                key = question.id, position
                about[key] = check.expr, check.hidden
                asked[key] += 1
                failed[key] += check.earned < check.points
    # Checks follow each other as in the lab; sorting keeps that order among equals.
    found = [
        CheckSummary(key[0], *about[key], failed=failed[key], asked=asked[key])
        for key in about
        if failed[key]
    ]
    return sorted(found, key=lambda check: -check.failed / check.asked)


def _mistakes(results: Results) -> list[MistakeSummary]:
    counts: Counter[tuple[str, str]] = Counter()
    for row in results.rows:
        counts.update(
            {
                (question.id, check.mistake)
                for question in row.marks.questions
                for check in question.checks
                if check.mistake
            }
        )
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [MistakeSummary(*key, students=count) for key, count in ordered]
