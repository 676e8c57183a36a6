"""The traceback of an error through the user's own files, without Python's import machinery and without dagwire."""

import traceback
from pathlib import Path

_DAGWIRE = str(Path(__file__).parents[2])


def user_traceback(error: BaseException) -> str:
    """The frames of `error` in files of the user and of other packages, each with its line, and the error itself."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_shown(frame.filename)]
    return "".join([*traceback.format_list(frames), *traceback.format_exception_only(error)]).rstrip()


def _is_shown(filename: str) -> bool:
    is_of_python = filename.startswith("<frozen ") or filename.endswith("importlib/__init__.py")
    return not is_of_python and not filename.startswith(_DAGWIRE)
