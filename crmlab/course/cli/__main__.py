"""``python -m crmlab.course.cli`` is the command ``crmlab``."""

import sys

from crmlab.course.cli import main

if __name__ == "__main__":
    sys.exit(main())
