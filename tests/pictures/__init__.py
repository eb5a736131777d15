"""One module for each room of models: `results()` gives a result of each class with a picture."""

import importlib
import pkgutil

from crmlab._result import Drawable


def results() -> list[Drawable]:
    """Return the results of all rooms that have a module here."""
    rooms = [module.name for module in pkgutil.iter_modules(__path__)]
    return [
        result
        for room in sorted(rooms)
        for result in importlib.import_module(f"{__name__}.{room}").results()
    ]
