"""The teacher's kit: term plan, lesson notes, rubric and marking sheet, from ``book/teach``.

The command ``crmlab teach`` makes them; pages of the book show the same sources.
"""

from crmlab.course.teach.notes import LessonNotes, known_mistakes, read_notes
from crmlab.course.teach.plan import Plan, Shelf, TeachError, lay_out, on_shelf, read_plan
from crmlab.course.teach.rubric import Rubric, read_rubric

__all__ = [
    "LessonNotes",
    "Plan",
    "Rubric",
    "Shelf",
    "TeachError",
    "known_mistakes",
    "lay_out",
    "on_shelf",
    "read_notes",
    "read_plan",
    "read_rubric",
]
