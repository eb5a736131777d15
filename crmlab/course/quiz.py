"""Self-check quizzes in the page, shown with jupyterquiz from a JSON file in its own format.

Each question may have one key more than jupyterquiz knows, ``name``, by which a chapter
picks it. A quiz is for self-check only: its answers can be read in the page and nothing is
stored. The same file gives the same output, byte for byte.

jupyterquiz leaves three things to be wished for, and :func:`quiz` adds them where the quiz
is shown, so that they hold on a page, in JupyterLab and in the browser alike: colours that
can be read on a light and on a dark page, names and live feedback for screen readers, and
no call to another host when MathJax is slow.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from crmlab._text import _

Question = dict[str, Any]


class QuizError(ValueError):
    """A quiz file that breaks a rule; the message names the file, the question and the rule."""


_QUESTION_KEYS = {
    *("name", "question", "type", "answers", "code"),
    *("answer_cols", "precision", "input_width"),
}
_CHOICE_KEYS = {"answer", "code", "correct", "feedback"}
_NUMERIC_KEYS = {"type", "value", "range", "correct", "feedback"}
_STRING_KEYS = {"type", "answer", "match_case", "fuzzy_threshold", "correct", "feedback"}
_ANSWER_KEYS = {
    "multiple_choice": _CHOICE_KEYS,
    "many_choice": _CHOICE_KEYS,
    "numeric": _NUMERIC_KEYS,
    "string": _STRING_KEYS,
}


def check_quiz(path: str | Path) -> list[Question]:
    """Return the questions of a quiz file, or say what is wrong with it.

    Every question needs a name, a text and an explanation for each answer, right and wrong.
    ``multiple_choice`` has exactly one right answer and ``many_choice`` at least two, each
    with at least one wrong one; ``numeric`` and ``string`` have at least one right answer
    and one of ``"type": "default"`` that explains all the rest. Formulas are written as
    HTML, for example ``<i>r</i>/(1 + <i>d</i> − <i>r</i>)``: there is no MathJax for them in
    JupyterLab, and so no ``$``.

    Parameters
    ----------
    path : str or Path
        The JSON file: a list of questions.

    Returns
    -------
    list of dict
        The questions as the file has them.

    Raises
    ------
    QuizError
        If a question breaks one of the rules.
    """
    path = Path(path)
    try:
        questions = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise QuizError(f"{path.name}: {error}") from None
    if not isinstance(questions, list) or not questions:
        raise QuizError(_("{file}: must be a list of questions").format(file=path.name))
    names: set[str] = set()
    for n, question in enumerate(questions, start=1):
        fault = _fault(question, names)
        if fault:
            name = question.get("name", n) if isinstance(question, dict) else n
            raise QuizError(
                _("{file}, question {name}: {fault}").format(file=path.name, name=name, fault=fault)
            )
        names.add(question["name"])
    return questions


def _fault(question: Any, names: set[str]) -> str | None:
    """Return the first rule that `question` breaks."""
    if not isinstance(question, dict):
        return _("must be an object with the keys {keys}").format(keys=_list(_QUESTION_KEYS))
    unknown = set(question) - _QUESTION_KEYS
    if unknown:
        return _("has unknown keys {keys}").format(keys=_list(unknown))
    for key in ("name", "question", "type"):
        if not isinstance(question.get(key), str) or not question[key].strip():
            return _("needs a text for {key}").format(key=repr(key))
    if question["name"] in names:
        return _("has a name that another question has")
    kind = question["type"]
    if kind not in _ANSWER_KEYS:
        return _("type must be one of {kinds}; got {kind}").format(
            kinds=_list(_ANSWER_KEYS), kind=repr(kind)
        )
    answers = question.get("answers")
    if not isinstance(answers, list) or not all(isinstance(a, dict) for a in answers):
        return _("needs a list of answers, each an object")
    if "$" in json.dumps(question):
        return _("has a $: write formulas as HTML, such as <i>r</i>/(1 + <i>d</i>)")
    faults = (_answer_fault(kind, answer) for answer in answers)
    return next(filter(None, faults), None) or _count_fault(kind, answers)


def _answer_fault(kind: str, answer: Question) -> str | None:
    unknown = set(answer) - _ANSWER_KEYS[kind]
    shown = answer.get("answer", answer.get("value", answer.get("range", answer.get("type"))))
    where = _("answer {answer}").format(answer=repr(shown))
    if unknown:
        return _("{where} has unknown keys {keys}").format(where=where, keys=_list(unknown))
    if not isinstance(answer.get("feedback"), str) or not answer["feedback"].strip():
        return _("{where} has no feedback that explains it").format(where=where)
    if answer.get("type") == "default":
        return None
    if not isinstance(answer.get("correct"), bool):
        return _("{where} must say correct: true or false").format(where=where)
    if not any(key in answer for key in ("answer", "code", "value", "range")):
        return _("{where} has nothing to choose or to type").format(where=where)
    typed = [answer["value"]] if "value" in answer else answer.get("range", [0, 1])
    if not all(isinstance(number, int | float) for number in typed) or sorted(typed) != typed:
        return _("{where} must be a number, or a range from low to high").format(where=where)
    return None


def _count_fault(kind: str, answers: list[Question]) -> str | None:
    right = sum(answer.get("correct", False) for answer in answers)
    if kind in ("numeric", "string"):
        if not right:
            return _("needs a right answer")
        if [a.get("type") for a in answers].count("default") != 1:
            return _('needs one answer of "type": "default" that explains all other answers')
        return None
    if kind == "multiple_choice" and right != 1:
        return _("needs exactly 1 right answer; it has {n}").format(n=right)
    if kind == "many_choice" and right < 2:
        return _("needs at least 2 right answers; it has {n}").format(n=right)
    return _("needs a wrong answer") if right == len(answers) else None


def _list(keys: Iterable[str]) -> str:
    return ", ".join(repr(key) for key in sorted(keys))


def quiz(path: str | Path, *names: str) -> None:
    """Show the questions of a quiz file, or only those named, in the order named.

    Parameters
    ----------
    path : str or Path
        A JSON file in jupyterquiz's format, see :func:`check_quiz`.
    *names : str
        Names of questions; none means all.

    Raises
    ------
    QuizError
        If the file breaks a rule.
    ValueError
        If it has no question of that name.
    """
    from IPython.display import display

    named = {question["name"]: question for question in check_quiz(path)}
    for name in names:
        if name not in named:
            raise ValueError(
                _("name must be one of {allowed}; got {name}").format(
                    allowed=_list(named), name=repr(name)
                )
            )
    chosen = [named[name] for name in names or named]
    # The id is the same every time, unlike jupyterquiz's own, and no random state is touched.
    box = "quiz" + hashlib.sha256(json.dumps(chosen).encode()).hexdigest()[:12]
    display({"text/plain": _as_text(chosen), "text/html": _as_html(box)}, raw=True)
    display({"text/plain": "", "application/javascript": _script(chosen, box)}, raw=True)


def _as_text(questions: list[Question]) -> str:
    """Return the questions without their answers' marks, for readers without a browser."""
    blocks = []
    for n, question in enumerate(questions, start=1):
        choices = [a["answer"] for a in question["answers"] if "choice" in question["type"]]
        blocks.append("\n   - ".join([f"{n}. {question['question']}", *choices]))
    return re.sub(r"<[^>]+>", "", "\n".join(blocks))


# Dark text on the quiz's own white card, or white on a dark bar: at least 4.5:1 (WCAG AA)
# whatever the page's theme is. A test computes the ratios.
COLOURS = {
    "--jq-multiple-choice-bg": "#1f3a5f",
    "--jq-many-choice-bg": "#4a2c6f",
    "--jq-numeric-bg": "#1f4d4d",
    "--jq-string-bg": "#5a2a45",
    "--jq-mc-button-bg": "#f3f5f8",
    "--jq-mc-button-border": "#6b7280",
    "--jq-mc-button-inset-shadow": "#374151",
    "--jq-numeric-input-bg": "#ffffff",
    "--jq-numeric-input-label": "#1f2328",
    "--jq-numeric-input-shadow": "#9ca3af",
    "--jq-incorrect-color": "#a61b1b",
    "--jq-correct-color": "#0b6b2e",
    "--jq-text-color": "#ffffff",
    "--jq-link-color": "#cfe3ff",
}

_STYLE = """
#BOX {background: #ffffff; color: #1f2328; color-scheme: light; padding: 4px 12px 12px}
#BOX .Quiz {font-size: 1rem; line-height: 1.4}
#BOX .Answer {grid-template-columns: repeat(auto-fit, minmax(14em, 1fr))}
#BOX .MCButton {color: #1f2328; justify-content: flex-start; gap: 0.6em; text-align: left}
#BOX .MCButton input {margin: 0; flex: none}
#BOX .MCButton:focus-within, #BOX .Input-text:focus {outline: 3px solid #b45309;
  outline-offset: 2px}
#BOX .Feedback, #BOX .InpLabel {font-size: 1rem}
#BOX .Feedback {text-align: left; padding: 0 4px}
#BOX .Feedback.correct::before, #BOX .MCButton.correctButton::after {content: "✓ "}
#BOX .Feedback.incorrect::before, #BOX .MCButton.incorrectButton::after {content: "✗ "}
#BOX .correctButton, #BOX .incorrectButton {color: #ffffff; animation-duration: 1ms}
#BOX .Input-text {border: 1px solid #6b7280; font-size: 1rem}
#BOX .Input-text:not(.correctButton):not(.incorrectButton) {color: #1f2328}
#BOX .Quiz .JQLink {color: inherit !important}
"""

# The newest box that is still empty: a notebook may show the same quiz twice. jupyterquiz's
# own script runs without MathJax in sight, for it loads one from elsewhere when it is slow.
_SCRIPT = """
(function start(tries) {
  const empty = [...document.querySelectorAll('[id="BOX"]')]
    .filter(box => !box.querySelector(".Quiz"));
  const box = empty.pop();
  if (!box) { if (tries) setTimeout(() => start(tries - 1), 200); return; }
  (function (MathJax, BOX) {
JUPYTERQUIZ
  })(undefined, box);
  for (const question of box.querySelectorAll(".Quiz")) {
    const stem = question.firstElementChild;
    const many = stem.className === "ManyChoiceQn";
    const answers = question.querySelector(".Answer");
    answers.setAttribute("role", stem.className === "MultipleChoiceQn" ? "radiogroup" : "group");
    answers.setAttribute("aria-labelledby", stem.id);
    for (const input of answers.querySelectorAll("input[type=radio]")) {
      input.className = "";  // seen, so that the choice is not told by colour alone
      if (!many) continue;
      input.type = "checkbox";  // arrow keys would answer with every radio button they pass
      const label = input.closest("label");
      answers.addEventListener("click", () => setTimeout(() => {
        input.checked = /correctButton/i.test(label.className);
      }));
    }
    const field = answers.querySelector(".Input-text");
    if (field) {
      const label = answers.querySelector(".InpLabel");
      label.htmlFor = field.id;
      label.textContent = PROMPT;
      field.setAttribute("aria-describedby", stem.id);
      field.onpaste = null;
    }
    const live = document.createElement("div");
    live.setAttribute("role", "status");
    const feedback = question.querySelector(".Feedback");
    feedback.replaceWith(live);
    live.append(feedback);
  }
})(50);
"""


def _as_html(box: str) -> str:
    from jupyterquiz.dynamic.renderer import build_styles, render_div

    div = render_div(
        box,
        shuffle_questions=False,
        shuffle_answers=True,  # in the browser, at each view: the output stays the same
        preserve_responses=False,
        num=1_000_000,
        max_width=700,
        border_radius=8,
        question_alignment="left",
    )
    alone = _("This quiz needs JavaScript.")
    styles = build_styles(box, COLOURS) + f"<style>{_STYLE.replace('BOX', box)}</style>"
    return f"{div}<noscript>{alone}</noscript></div>{styles}"


def _script(questions: list[Question], box: str) -> str:
    from jupyterquiz.dynamic.loader import load_questions_script
    from jupyterquiz.dynamic.renderer import build_script

    start, _static, _url = load_questions_script(questions, box)
    start = start.replace("</", "<\\/")  # the page may hold the script in a script element
    script = _SCRIPT.replace("PROMPT", json.dumps(_("Type your answer and press Enter:")))
    script = script.replace("BOX", box)
    return script.replace("JUPYTERQUIZ", build_script(start, True, "", box, True))
