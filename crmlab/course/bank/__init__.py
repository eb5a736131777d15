"""The bank of questions (题库): files of questions, drawing from them, papers and Moodle.

All of it needs Python alone; reading and checking run in the reader's browser as well.
"""

from crmlab.course.bank.draw import draw, read_bank
from crmlab.course.bank.moodle import moodle_xml
from crmlab.course.bank.paper import Paper, make_paper
from crmlab.course.bank.questions import Option, Question, QuizError, check_quiz

__all__ = [
    "Option",
    "Paper",
    "Question",
    "QuizError",
    "check_quiz",
    "draw",
    "make_paper",
    "moodle_xml",
    "read_bank",
]
