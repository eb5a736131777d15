"""The command line ``crmlab``: labs, grading, the gradebook, quizzes, the teacher's kit, data.

One module holds one command, and its function bears the module's name. A command loads when it
is called, so one that needs little works where little is installed.
"""

import sys
from collections.abc import Sequence

from crmlab._text import _


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and leave with its exit code: 0 done, 1 refused, 2 not understood."""
    try:
        from crmlab.course.cli._root import root
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        print(_("crmlab: the command line needs click: install crmlab[labs]"), file=sys.stderr)
        return 1
    root.main(arguments, prog_name="crmlab")
    return 0
