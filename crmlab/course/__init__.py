"""Labs that answer at once, quizzes in the page, and the command line (课程).

A student's notebook needs only this:

>>> from crmlab.course import Lab, quiz

The teacher's side is ``crmlab.course.master``, which makes the student's notebooks and
the key from one master, ``crmlab.course.gradebook``, which makes final marks, and
``crmlab.course.cli``, the command ``crmlab``.
"""

from crmlab.course.bank import check_quiz
from crmlab.course.lab import Lab
from crmlab.course.quiz import quiz

__all__ = ["Lab", "check_quiz", "quiz"]
