"""What an explorer says under its picture, as a test reads it: with plain spaces."""

import re
from typing import Any


def caption(html: str) -> str:
    """Return the sentence in the HTML of one picture."""
    found = re.search("<figcaption>(.*)</figcaption>", html, re.DOTALL)
    return found[1].replace("\N{NO-BREAK SPACE}", " ")


def sentence(explorer: Any) -> str:
    """Return the sentence that a live explorer shows now."""
    return caption(explorer.children[-1].value)
