"""Every string that a reader sees passes through :func:`_`, the standard gettext.

English ships with the package. A translated edition adds
``crmlab/locale/<language>/LC_MESSAGES/crmlab.mo``; the reader's ``LANGUAGE`` or ``LANG``
then picks it.
"""

import gettext
from functools import cache
from pathlib import Path

_LOCALE = Path(__file__).with_name("locale")


@cache
def _catalogue() -> gettext.NullTranslations:
    return gettext.translation("crmlab", _LOCALE, fallback=True)


def _(message: str) -> str:
    """Translate `message` for the reader; English where no catalogue has it."""
    return _catalogue().gettext(message)
