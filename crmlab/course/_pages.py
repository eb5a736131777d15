"""Pages for people, of students' marks: one HTML file each, which asks no other file for anything.

The templates stand in ``templates/``. Whatever they show is escaped, for students write some of
it.
"""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from crmlab._text import _


def pages(**names: Any) -> Environment:
    """Return the templates, which know `names` and ``_``."""
    made = Environment(
        loader=PackageLoader("crmlab.course"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(_=_, **names)
    return made
