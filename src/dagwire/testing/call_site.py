"""The line of the user's code that led here."""

import inspect
import sysconfig
from pathlib import Path

import dagwire

_OURS = str(Path(dagwire.__file__).parent)
_INSTALLED = (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"))


def calling_line() -> str:
    """`file:line` of the innermost caller that belongs neither to dagwire nor to a package that is installed."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_filename.startswith((_OURS, *_INSTALLED, "<")):
        frame = frame.f_back
    return f"{_shortened(frame.f_code.co_filename)}:{frame.f_lineno}" if frame is not None else "an unknown line"


def _shortened(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
