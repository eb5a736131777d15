"""The bank of questions (题库): files of questions, drawing from them, papers and Moodle.

Reading and checking need Python alone, and so run in the reader's browser as well.
"""

from crmlab.course.bank.questions import Option, Question, QuizError, check_quiz

__all__ = ["Option", "Question", "QuizError", "check_quiz"]
