"""The bank of questions (题库): files of questions, drawing from them, papers and Moodle.

Here is what a page needs; it reads with Python alone, so that it runs in the reader's browser
as well. Teachers' work is in ``crmlab.course.bank.draw``, ``crmlab.course.bank.moodle`` and
``crmlab.course.bank.paper``.
"""

from crmlab.course.bank.questions import Option, Question, QuizError, check_quiz

__all__ = ["Option", "Question", "QuizError", "check_quiz"]
