"""Guided decision trees: questions with fixed answers that end in an advice and its documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import wrap
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from crmlab import _checks
from crmlab._result import Drawable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Advice:
    """What to do, at the end of a way through a tree.

    Attributes
    ----------
    action : str
        What to do.
    documents : tuple of str
        Documents to ask for (所需单证).

    Examples
    --------
    >>> Advice("call now", ("order number",))
    Advice(action='call now', documents=('order number',))
    """

    action: str
    documents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """A question with the answers that it allows.

    Attributes
    ----------
    text : str
        The question.
    answers : mapping of str to str
        For each answer the name of the next node.

    Examples
    --------
    >>> Question("Is it urgent?", {"yes": "call", "no": "mail"})
    Question(text='Is it urgent?', answers={'yes': 'call', 'no': 'mail'})
    """

    text: str
    answers: Mapping[str, str]


@dataclass(frozen=True, eq=False, repr=False)
class Guidance:
    """How far the answers lead, made by :meth:`DecisionTree.guide`.

    Attributes
    ----------
    asked : tuple of (str, str)
        Questions with the answers given.
    question : Question or None
        What to ask next; None at the end of the way.
    advice : Advice or None
        What to do; None while a question is open.

    Examples
    --------
    >>> tree = decision_tree("a late call", {
    ...     "old": ("Does the customer wait for more than a day?", {"yes": "call", "no": "mail"}),
    ...     "call": ("call now", []), "mail": ("answer by mail", ["the customer's message"])})
    >>> found = tree.guide("no")
    >>> found
    Does the customer wait for more than a day? no
    → answer by mail
       □ the customer's message
    """

    asked: tuple[tuple[str, str], ...]
    question: Question | None
    advice: Advice | None

    def __repr__(self) -> str:
        lines = [f"{question} {answer}" for question, answer in self.asked]
        if self.question is not None:
            lines.append(f"? {self.question.text} ({' / '.join(self.question.answers)})")
        if self.advice is not None:
            lines += wrap(f"→ {self.advice.action}", 78, subsequent_indent="  ")
            for paper in self.advice.documents:
                lines += wrap(f"   □ {paper}", 78, subsequent_indent="     ")
        return "\n".join(lines)


Node = Question | Advice


@dataclass(frozen=True, eq=False, repr=False)
class DecisionTree(Drawable):
    """Questions that lead to an advice, made by :func:`decision_tree`.

    Attributes
    ----------
    name : str
        What has happened.
    nodes : mapping of str to (Question or Advice)
        Every node by its name.
    root : str
        Name of the first question.

    Examples
    --------
    >>> tree = decision_tree("a late call", {
    ...     "old": ("Does the customer wait for more than a day?", {"yes": "call", "no": "mail"}),
    ...     "call": ("call now", []), "mail": ("answer by mail", ["the customer's message"])})
    >>> tree
    DecisionTree(a late call: 1 questions, 2 ways)
    >>> tree.to_frame()
      answers          action               documents
    0     yes        call now
    1      no  answer by mail  the customer's message
    >>> tree.guide("yes")
    Does the customer wait for more than a day? yes
    → call now
    >>> len(tree.ways())
    2
    """

    _picture = "decision_tree"

    name: str
    nodes: Mapping[str, Node]
    root: str

    def guide(self, *answers: str) -> Guidance:
        """Follow the answers as far as they go.

        Parameters
        ----------
        *answers : str
            Answers in the order of the questions.

        Returns
        -------
        Guidance
            The next question, or the advice with its documents.

        Raises
        ------
        ValueError
            If an answer is not one of those that the question allows, or there are too many.
        """
        asked, node = [], self.nodes[self.root]
        for answer in answers:
            if not isinstance(node, Question):
                raise ValueError(f"answers must end with the advice; got {answer!r} after it")
            _checks.choice(answer, f"answers to {node.text!r}", tuple(node.answers))
            asked.append((node.text, answer))
            node = self.nodes[node.answers[answer]]
        if isinstance(node, Question):
            return Guidance(tuple(asked), node, None)
        return Guidance(tuple(asked), None, node)

    def ways(self) -> tuple[tuple[str, ...], ...]:
        """Return every complete list of answers, in the order of the tree.

        Returns
        -------
        tuple
        """

        def below(name: str) -> list[tuple[str, ...]]:
            node = self.nodes[name]
            if isinstance(node, Advice):
                return [()]
            return [(a, *rest) for a, follow in node.answers.items() for rest in below(follow)]

        return tuple(below(self.root))

    def to_frame(self) -> "pd.DataFrame":
        """One row per way: answers, action, documents.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        rows = []
        for way in self.ways():
            advice = self.guide(*way).advice
            assert advice is not None
            rows.append((" · ".join(way), advice.action, "; ".join(advice.documents)))
        return pd.DataFrame(rows, columns=["answers", "action", "documents"])

    def __repr__(self) -> str:
        questions = sum(isinstance(node, Question) for node in self.nodes.values())
        return f"DecisionTree({self.name}: {questions} questions, {len(self.ways())} ways)"


def decision_tree(name: str, nodes: Mapping[str, Any], root: str | None = None) -> DecisionTree:
    """Write down a guided decision (异常处理决策树) and check that every way ends.

    Parameters
    ----------
    name : str
        What has happened.
    nodes : mapping of str to tuple
        By name, a question ``(text, {answer: name of the next node})`` or an advice
        ``(action, [documents])``.
    root : str, optional
        Name of the first question; the first node without it.

    Returns
    -------
    DecisionTree
        With ``.guide(*answers)``, ``.ways()``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If a node is neither, a question has fewer than 2 answers, an answer leads nowhere or back,
        or a node is never reached.

    Examples
    --------
    >>> tree = decision_tree("a late call", {
    ...     "old": ("Does the customer wait for more than a day?", {"yes": "call", "no": "mail"}),
    ...     "call": ("call now", []), "mail": ("answer by mail", ["the customer's message"])})
    >>> tree
    DecisionTree(a late call: 1 questions, 2 ways)
    >>> tree.guide("no")
    Does the customer wait for more than a day? no
    → answer by mail
       □ the customer's message
    """
    if not isinstance(nodes, Mapping) or not nodes:
        raise TypeError(f"nodes must be a mapping with at least 1 node; got {nodes!r}")
    made = {key: _node(key, value) for key, value in nodes.items()}
    first = next(iter(made)) if root is None else root
    _checks.choice(first, "root", tuple(made))
    for key, node in made.items():
        for answer, follow in node.answers.items() if isinstance(node, Question) else ():
            if follow not in made:
                raise ValueError(
                    f"nodes must have {follow!r}, to which {answer!r} of {key!r} leads; got "
                    f"{list(made)}"
                )
    reached = _descend(made, first, ())
    lost = [key for key in made if key not in reached]
    if lost:
        raise ValueError(f"nodes must all be reached from {first!r}; got {lost[0]!r}, which is not")
    return DecisionTree(_checks.instance(name, "name", str), MappingProxyType(made), first)


def _node(key: str, value: Any) -> Node:
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str):
        text, rest = value
        if isinstance(rest, Mapping):
            if len(rest) < 2:
                raise ValueError(f"question {key!r} must have at least 2 answers; got {len(rest)}")
            return Question(text, MappingProxyType(dict(rest)))
        if isinstance(rest, list | tuple):
            return Advice(text, tuple(rest))
    raise TypeError(
        f"node {key!r} must be (question, {{answer: next}}) or (action, [documents]); got {value!r}"
    )


def _descend(nodes: Mapping[str, Node], name: str, above: tuple[str, ...]) -> set[str]:
    """Names of all nodes below; raises if a way leads back."""
    if name in above:
        raise ValueError(f"nodes must not lead back; got {name!r}, which is reached from itself")
    node, found = nodes[name], {name}
    if isinstance(node, Question):
        for follow in node.answers.values():
            found |= _descend(nodes, follow, (*above, name))
    return found
