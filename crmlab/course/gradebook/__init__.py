"""The gradebook: records of a term in, final marks out, and how each came about (成绩册)."""

from crmlab.course.gradebook.marks import gradebook
from crmlab.course.gradebook.result import Entry, FinalMark, Gradebook, Score, half_up
from crmlab.course.gradebook.rules import Rules, RulesError, read_rules

__all__ = [
    "Entry",
    "FinalMark",
    "Gradebook",
    "Rules",
    "RulesError",
    "Score",
    "gradebook",
    "half_up",
    "read_rules",
]
