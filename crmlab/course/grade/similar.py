"""Pairs of submissions that are alike: a hint where to look, and never a verdict.

Code is reduced to what is left when a copy is disguised: comments, docstrings, layout and the
student's own names go. What remains is cut into overlapping runs of a few tokens. Runs that the
handed-out notebook or the teacher's solution also has say nothing, nor do runs that a good part
of the class has: short right answers look alike. Two students' share is the number of runs that
both have, over the number of the one who has fewer.
"""

import builtins
import hashlib
import io
import keyword
import re
import tokenize
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from crmlab.course.grade.cells import Cell, by_question

_RUN = 8  # tokens that are compared together
_LEAST = 12  # runs that a submission must have left for its share to mean anything
_COMMON = 0.2  # a run that more than this part of the class has is taken off, …
_FEW = 3  # … but never one that so many or fewer have

_SILENT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.DEDENT,
}
_QUOTES = re.compile(r"""^\w*["']+|["']+$""")
_LOOSE = re.compile(r"#.*|\w+|[^\w\s]")

Runs = Mapping[str, frozenset[str]]  # by question


@dataclass(frozen=True)
class Alike:
    """Submissions that are alike.

    Attributes
    ----------
    students : tuple of str
        Whose they are: two, or all who handed in the same file.
    share : float
        Part of the shorter one's runs that the other has too; 1.0 for the same file.
    runs : int
        Number of runs in common.
    questions : tuple of str
        Questions in which they are.
    same_file : bool
        Whether the files are equal, byte by byte.
    """

    students: tuple[str, ...]
    share: float
    runs: int
    questions: tuple[str, ...]
    same_file: bool = False


def tokens(code: str, kept: frozenset[str] = frozenset()) -> list[str]:
    """Return the tokens of code without its disguise; `kept` are names that students were given.

    >>> tokens("total = price * 2  # twice") == tokens("x=p*2")
    True
    >>> tokens("total = sum(prices)")
    ['a', '=', 'sum', '(', 'a', ')']
    """
    try:
        found = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError):  # a cell that does not run, or a magic line
        words = _LOOSE.findall(code)
        return [_placed(word, kept) for word in words if not word.startswith("#")]
    plain: list[str] = []
    fresh = True  # at the beginning of a statement, where a text is a docstring
    for token in found:
        if token.type in _SILENT:
            fresh = fresh or token.type in (tokenize.NEWLINE, tokenize.INDENT)
        elif token.type == tokenize.STRING:
            plain += [] if fresh else [_QUOTES.sub("", token.string)]
        else:
            is_attribute = bool(plain) and plain[-1] == "."
            plain.append(token.string if is_attribute else _placed(token.string, kept))
            fresh = False
    return plain


def _placed(word: str, kept: frozenset[str]) -> str:
    if (
        not word.isidentifier()
        or keyword.iskeyword(word)
        or word in kept
        or hasattr(builtins, word)
    ):
        return word
    return "a"


def _runs(words: Sequence[str]) -> set[str]:
    return {
        hashlib.blake2b("\x00".join(words[n : n + _RUN]).encode(), digest_size=8).hexdigest()
        for n in range(max(len(words) - _RUN + 1, 0))
    }


def _words(cells: Iterable[Cell], kept: frozenset[str]) -> list[str]:
    """Return the tokens of code, and the words of text (each Chinese character is a word)."""
    words: list[str] = []
    for cell in cells:
        if cell.kind == "code":
            words += tokens(cell.source, kept)
        else:
            words += re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+", cell.source.casefold())
    return words


class Comparison:
    """What the notebooks of one lab have in common from the start.

    Parameters
    ----------
    questions : sequence of str
        Ids of the questions.
    blank, solution : list of Cell
        The notebook that was handed out, and the teacher's.
    """

    def __init__(self, questions: Sequence[str], blank: list[Cell], solution: list[Cell]) -> None:
        self.questions = questions
        code = " ".join(cell.source for cell in blank if cell.kind == "code")
        self._kept = frozenset(re.findall(r"[^\W\d]\w*", code))
        self._given = {
            run
            for cells in (blank, solution)
            for own in by_question(cells, questions).values()
            for run in _runs(_words(own, self._kept))
        }

    def runs(self, cells: Iterable[Cell]) -> Runs:
        """Return a submission's own runs by question."""
        return {
            question: frozenset(_runs(_words(own, self._kept)) - self._given)
            for question, own in by_question(cells, self.questions).items()
        }


def alike(
    submissions: Mapping[str, Runs], threshold: float, files: Mapping[str, str] | None = None
) -> list[Alike]:
    """Return equal files, and the pairs whose share reaches `threshold`, the most alike first.

    Parameters
    ----------
    submissions : mapping of str to runs by question
        By student, as :meth:`Comparison.runs` gives them.
    threshold : float
        Between 0 and 1.
    files : mapping of str to str, optional
        A hash of each student's file. Equal ones are told whatever else holds, unless they are
        the notebook as it was handed out; only the first of them is compared with others.

    Returns
    -------
    list of Alike
    """
    groups: dict[str, list[str]] = {}
    for student, own in submissions.items():
        if _all(own):
            groups.setdefault((files or {}).get(student, student), []).append(student)
    counts = Counter(run for group in groups.values() for run in _all(submissions[group[0]]))
    limit = max(_FEW, _COMMON * len(groups))
    rare = {
        group[0]: {
            question: {run for run in runs if counts[run] <= limit}
            for question, runs in submissions[group[0]].items()
        }
        for group in groups.values()
    }
    found = [
        Alike(
            tuple(group),
            1.0,
            len(_all(submissions[group[0]])),
            tuple(question for question, runs in submissions[group[0]].items() if runs),
            same_file=True,
        )
        for group in groups.values()
        if len(group) > 1
    ]
    for one, other in combinations(rare, 2):
        shared = {q: len(runs & rare[other][q]) for q, runs in rare[one].items()}
        count, fewer = sum(shared.values()), min(len(_all(rare[name])) for name in (one, other))
        if fewer >= _LEAST and count / fewer >= threshold:
            questions = tuple(question for question, common in shared.items() if common)
            found.append(Alike((one, other), count / fewer, count, questions))
    return sorted(found, key=lambda two: (-two.share, not two.same_file, -two.runs, two.students))


def _all(runs: Mapping[str, frozenset[str] | set[str]]) -> set[str]:
    return set().union(*runs.values())
