"""Self-check quizzes in the page: questions of the bank, shown with jupyterquiz.

A quiz is for self-check only: its answers can be read in the page and nothing is stored.
The same file gives the same output, byte for byte.

jupyterquiz leaves three things to be wished for, and :func:`quiz` adds them where the quiz
is shown, so that they hold on a page, in JupyterLab and in the browser alike: colours that
can be read on a light and on a dark page, names and live feedback for screen readers, and
no call to another host when MathJax is slow.
"""

import hashlib
import json
import math
from pathlib import Path
from typing import Any

from crmlab._text import _
from crmlab.course.bank.questions import Question, check_quiz, plain

_TYPES = {"single": "multiple_choice", "multiple": "many_choice", "number": "numeric"}


def quiz(path: str | Path, *ids: str) -> None:
    """Show the questions of a file, or only those named, in the order named.

    Parameters
    ----------
    path : str or Path
        A TOML file of questions; ``crmlab.course.bank.questions`` describes it.
    *ids : str
        Which questions; none means all that are meant for a page.

    Raises
    ------
    QuizError
        If the file breaks a rule.
    ValueError
        If it has no question of that id.
    """
    from IPython.display import display

    known = {question.id: question for question in check_quiz(path)}
    for name in ids:
        if name not in known:
            raise ValueError(
                _("id must be one of {allowed}; got {name}").format(
                    allowed=", ".join(map(repr, known)), name=repr(name)
                )
            )
    chosen = [known[name] for name in ids] or [q for q in known.values() if q.page]
    shown = [_as_jupyterquiz(question) for question in chosen]
    # The id is the same every time, unlike jupyterquiz's own, and no random state is touched.
    box = "quiz" + hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:12]
    display({"text/plain": _as_text(chosen), "text/html": _as_html(box)}, raw=True)
    display({"text/plain": "", "application/javascript": _script(shown, box)}, raw=True)


def _as_jupyterquiz(question: Question) -> dict[str, Any]:
    """Return a question in jupyterquiz's own format."""
    answers: list[dict[str, Any]] = []
    for option in question.options:
        if question.kind == "number":
            low, high = option.bounds
            # jupyterquiz leaves the upper end out; here it belongs to the answer.
            answers.append({"type": "range", "range": [low, math.nextafter(high, math.inf)]})
        else:
            answers.append({"answer": option.text})
        answers[-1] |= {"correct": option.correct, "feedback": option.feedback}
    if question.kind == "number":
        answers.append({"type": "default", "feedback": question.otherwise})
    return {"question": question.stem, "type": _TYPES[question.kind], "answers": answers}


def _as_text(questions: list[Question]) -> str:
    """Return the questions without their answers' marks, for readers without a browser."""
    blocks = []
    for n, question in enumerate(questions, start=1):
        choices = [option.text for option in question.options if option.text]
        blocks.append("\n   - ".join([f"{n}. {question.stem}", *choices]))
    return plain("\n".join(blocks))


# Dark text on the quiz's own white card, or white on a dark bar: at least 4.5:1 (WCAG AA)
# whatever the page's theme is. A test computes the ratios.
COLOURS = {
    "--jq-multiple-choice-bg": "#1f3a5f",
    "--jq-many-choice-bg": "#4a2c6f",
    "--jq-numeric-bg": "#1f4d4d",
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


def _script(questions: list[dict[str, Any]], box: str) -> str:
    from jupyterquiz.dynamic.loader import load_questions_script
    from jupyterquiz.dynamic.renderer import build_script

    start, _static, _url = load_questions_script(questions, box)
    start = start.replace("</", "<\\/")  # the page may hold the script in a script element
    script = _SCRIPT.replace("PROMPT", json.dumps(_("Type your answer and press Enter:")))
    script = script.replace("BOX", box)
    return script.replace("JUPYTERQUIZ", build_script(start, True, "", box, True))
