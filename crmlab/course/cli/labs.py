"""``crmlab labs``: everything about labs."""

from crmlab._text import _
from crmlab.course.cli._root import Commands

labs = Commands(
    "labs",
    sentences={
        "build": _("Make the student's notebooks, their checks, and the teacher's key."),
        "grade": _("Grade a folder of submissions."),
    },
    help=_(
        """Make the labs of the course, and grade what students hand in.

        One master per lab holds text, solution and checks; exercises/README.md tells how it is
        written.
        """
    ),
)
