"""Ten lessons as a maturity score, and four success factors that can veto it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._text import _
from crmlab.grading import factor_scores

if TYPE_CHECKING:
    import pandas as pd

#: The ten lessons: Chinese term, and three questions each.
LESSONS: dict[str, tuple[str, tuple[str, str, str]]] = {
    "create value": (
        "创造客户价值",
        (
            _("Can we say for each segment why it buys from us and not from somebody else?"),
            _("Do we know what a new, a kept and a lost customer are worth in money?"),
            _("Are plans judged by what they change for the customer, too?"),
        ),
    ),
    "see the whole": (
        "综观全局",
        (
            _("Is there one goal that every department can repeat?"),
            _("Do operations, quality, people and systems follow from that goal?"),
            _("Does somebody see what one department's saving costs another?"),
        ),
    ),
    "target customers": (
        "确认目标客户",
        (
            _("Is it written down which customers we want, and which we do not?"),
            _("Do we ask customers regularly what they expect, and what they got?"),
            _("Are complaints collected so that they can be counted and used?"),
        ),
    ),
    "value proposition": (
        "价值定位",
        (
            _("Does one sentence say what we are better at, in product, service or price?"),
            _("Has it been tried on customers, against the offers of competitors?"),
            _("Do the people at the counter and on the telephone know the sentence?"),
        ),
    ),
    "processes": (
        "商业流程",
        (
            _("Do we know how long the customer waits at each step?"),
            _("Has each core process one owner, across departments?"),
            _("Are processes compared with the best, and is the order of work on them set?"),
        ),
    ),
    "people": (
        "人员",
        (
            _("Are people chosen for how they treat customers, besides what they know?"),
            _("Is everybody trained for the processes as they are today?"),
            _("Do appraisal and pay reward what is good for the customer?"),
        ),
    ),
    "quality": (
        "品质",
        (
            _("Is quality measured where the customer feels it?"),
            _("Are causes looked for, and not only faults mended?"),
            _("Do we know what poor quality costs in a year?"),
        ),
    ),
    "information systems": (
        "资讯系统",
        (
            _("Does whoever speaks with a customer see everything that the firm knows?"),
            _("Are the data right enough to be acted on, and is that checked?"),
            _("Can customers find out by themselves what they often ask for?"),
        ),
    ),
    "business integration": (
        "事业整合",
        (
            _("Are strengths and weaknesses found from evidence, and agreed on?"),
            _("Do the goals of all units lead to the goals of the firm?"),
            _("Are goals specific, measurable, attainable, relevant and timed?"),
        ),
    ),
    "keep going": (
        "迈向成功",
        (
            _("Is progress looked at regularly, with consequences?"),
            _("Is a remedy chosen by its cause, and not by fashion?"),
            _("Do we change things while business is still good?"),
        ),
    ),
}
#: Four things without which nothing else holds: the question, and the Chinese term.
FACTORS: dict[str, tuple[str, str]] = {
    "leader": ("领导", _("A leader carries it, and is seen to.")),
    "data": ("数据", _("There are data that people trust.")),
    "people": ("人员", _("People are trained for it and paid for it.")),
    "owner": ("流程负责人", _("Each process has one owner.")),
}
LEVEL_NAMES = (_("by chance"), _("begun"), _("defined"), _("managed"), _("improving"))
#: Scores from which on levels 2, 3, 4 and 5 begin.
CUTS = (20.0, 40.0, 60.0, 80.0)
HIGHEST = 4


def maturity_questions() -> "pd.DataFrame":
    """List the thirty questions, three for each of the ten lessons (客户价值的10堂课).

    Each is answered from 0 (no) over 2 (in parts) to 4 (yes, always, and we can show it).

    Returns
    -------
    DataFrame of shape (30, 4)
        Indexed by the number of the question, 1.1 to 10.3: lesson, chinese, question, and
        veto, the success factor that stands behind the lesson, if one does.

    Examples
    --------
    >>> table = maturity_questions()
    >>> len(table), table.loc["5.2", "question"]
    (30, 'Has each core process one owner, across departments?')
    """
    import pandas as pd

    rows = [
        (f"{number}.{place}", lesson, chinese, question, _BEHIND.get(lesson, ""))
        for number, (lesson, (chinese, questions)) in enumerate(LESSONS.items(), 1)
        for place, question in enumerate(questions, 1)
    ]
    names = ["number", "lesson", "chinese", "question", "veto"]
    return pd.DataFrame(rows, columns=names).set_index("number")


#: The lesson in which each success factor shows.
_BEHIND = {
    "see the whole": "leader",
    "information systems": "data",
    "people": "people",
    "processes": "owner",
}


@dataclass(frozen=True, eq=False)
class MaturityScore(Drawable):
    """Maturity of a firm by ten lessons, made by :func:`maturity_score`.

    Attributes
    ----------
    table : DataFrame
        One row per lesson, the weakest first: chinese, weight, score (0 to 100), low and high
        (of the raters), agreement (1 if all raters say the same, 0 if half say 0 and half 100),
        lost (points of the total that the lesson costs: weight × what it lacks of 100).
    raters : DataFrame
        Score of each lesson (rows) by each rater (columns).
    score : float
        Weighted mean of the lessons, 0 to 100.
    level_by_score : int
        1 to 5, before the veto.
    factors : Series
        The four success factors, 0 to 4; empty where they were not asked.
    ceiling : int
        Highest level that the weakest factor allows.

    Examples
    --------
    >>> import pandas as pd
    >>> questions = maturity_questions()
    >>> answers = pd.DataFrame({"sales": 3.0, "service": 3.0}, index=questions.index)
    >>> answers.loc[["5.1", "5.2", "5.3"], "service"] = 1
    >>> found = maturity_score(answers, factors={"leader": 4, "data": 3, "people": 3, "owner": 1})
    >>> found
    MaturityScore(72.5 of 100: level 2, begun; 4 by score, held down by owner)
    >>> found.to_frame().head(2)
                 chinese  weight  score   low  high  agreement  lost
    lesson
    processes       商业流程     0.1   50.0  25.0  75.0        0.5   5.0
    create value  创造客户价值     0.1   75.0  75.0  75.0        1.0   2.5
    """

    _picture = "maturity_score"

    table: "pd.DataFrame"
    raters: "pd.DataFrame"
    score: float
    level_by_score: int
    factors: "pd.Series[float]"
    ceiling: int

    @property
    def level(self) -> int:
        """Level from 1 to 5, after the veto."""
        return min(self.level_by_score, self.ceiling)

    @property
    def held_by(self) -> list[str]:
        """The factors that hold the level down; empty if the score does."""
        if self.ceiling >= self.level_by_score:
            return []
        return list(self.factors.index[self.factors < self.ceiling])

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per lesson, the weakest first.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        why = ""
        if self.held_by:
            why = f"; {self.level_by_score} by score, held down by {', '.join(self.held_by)}"
        name = LEVEL_NAMES[self.level - 1]
        return f"MaturityScore({self.score:.1f} of 100: level {self.level}, {name}{why})"


def maturity_score(
    answers: "pd.DataFrame",
    weights: Any = None,
    factors: Mapping[str, float] | None = None,
) -> MaturityScore:
    """Score the ten lessons as several raters see them (客户关系成熟度).

    Parameters
    ----------
    answers : DataFrame
        One row per question of :func:`maturity_questions`, one column per rater, whole or half
        points from 0 to 4. A rater who cannot tell leaves the field empty; a question that
        nobody answered is refused, and so is a rater without an answer to a lesson.
    weights : mapping, array or result of :mod:`crmlab.weights`, optional
        Weight of each lesson, summing to one. Equal if left out.
    factors : mapping, optional
        Points from 0 to 4 of the four success factors: leader, data, people, owner.

    Returns
    -------
    MaturityScore
        With ``.table``, ``.level``, ``.held_by``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a question or factor is missing or unknown, an answer is off its scale, or weights do
        not fit.

    Notes
    -----
    A lesson's score is 25 times the mean of its answers, each question with the same weight. The
    level begins at 20, 40, 60 and 80 points, five levels as in the capability maturity model
    (Paulk and others 1993). It cannot exceed one more than the points of the weakest factor,
    rounded down: a firm with good processes on paper and nobody who answers for them is not
    managed. Agreement is 1 − s / 50 with the standard deviation s of the raters' scores (divided
    by their number), which is 50 at most.

    Examples
    --------
    >>> import pandas as pd
    >>> questions = maturity_questions()
    >>> answers = pd.DataFrame({"sales": 3.0, "service": 3.0}, index=questions.index)
    >>> answers.loc[["5.1", "5.2", "5.3"], "service"] = 1
    >>> found = maturity_score(answers, factors={"leader": 4, "data": 3, "people": 3, "owner": 1})
    >>> found
    MaturityScore(72.5 of 100: level 2, begun; 4 by score, held down by owner)
    >>> found.table[["score", "low", "high", "agreement", "lost"]].head(1)
               score   low  high  agreement  lost
    lesson
    processes   50.0  25.0  75.0        0.5   5.0
    """
    import pandas as pd

    questions = maturity_questions()
    points = _answers(answers, questions)
    lesson = questions["lesson"]
    raters = (100 / HIGHEST) * points.groupby(lesson).mean().loc[list(LESSONS)]
    empty = raters.isna()
    if empty.to_numpy().any():
        row, column = np.argwhere(empty.to_numpy())[0]
        raise ValueError(
            f"answers must have one answer of each rater to each lesson; got none of "
            f"{raters.columns[column]!r} to {raters.index[row]!r}"
        )
    score = (100 / HIGHEST) * points.mean(axis=1).groupby(lesson).mean().loc[list(LESSONS)]
    total = factor_scores(score.to_frame().T, weights, low=0, high=100)
    table = pd.DataFrame(
        {
            "chinese": [chinese for chinese, _questions in LESSONS.values()],
            "weight": total.weights,
            "score": score,
            "low": raters.min(axis=1),
            "high": raters.max(axis=1),
            "agreement": 1 - raters.std(axis=1, ddof=0) / 50,
            "lost": total.weights * (100 - score),
        }
    ).rename_axis("lesson")
    given, ceiling = _factors(factors)
    points_in_all = float(total.scores.iloc[0])
    level = 1 + int(np.searchsorted(CUTS, round(points_in_all, 9), side="right"))
    table = table.sort_values(["score", "lost"], ascending=[True, False], kind="stable")
    return MaturityScore(table, raters, points_in_all, level, given, ceiling)


def _answers(answers: Any, questions: "pd.DataFrame") -> "pd.DataFrame":
    """Check the answers and put them into the order of the questions."""
    import pandas as pd

    _checks.columns(answers, "answers", [])
    if not len(answers.columns) or not answers.columns.is_unique:
        raise ValueError(
            f"answers must have one column per rater, named once; got {list(answers.columns)}"
        )
    if sorted(map(str, answers.index)) != sorted(questions.index):
        missing = [q for q in questions.index if q not in set(map(str, answers.index))]
        got = f"none for {', '.join(missing)}" if missing else "two rows for one"
        raise ValueError(
            f"answers must have one row per question, {questions.index[0]} to "
            f"{questions.index[-1]}; got {got}"
        )
    named = answers.set_axis(answers.index.map(str)).loc[questions.index]
    checked = pd.DataFrame(
        {
            rater: _checks.array(named[rater], f"answers of {rater}", 0, HIGHEST,
                                 allow_missing=True)
            for rater in named.columns
        },
        questions.index,
    )  # fmt: skip
    nobody = checked.isna().all(axis=1)
    if nobody.any():
        raise ValueError(
            f"answers must have an answer to each question; got none to {nobody.idxmax()}"
        )
    return checked


def _factors(factors: Mapping[str, float] | None) -> tuple["pd.Series[float]", int]:
    """Check the factors; return them and the level that they allow."""
    import pandas as pd

    if factors is None:
        return pd.Series({}, dtype=float, name="points"), len(LEVEL_NAMES)
    given = dict(_checks.mapped(factors, "factors"))
    if set(given) != set(FACTORS):
        raise ValueError(f"factors must name {', '.join(FACTORS)}; got {', '.join(given)}")
    points = {name: _checks.number(given[name], name, 0, HIGHEST) for name in FACTORS}
    return pd.Series(points, name="points"), 1 + int(min(points.values()))
