"""The traceback of an error through the user's own files: installed packages and Python itself are left out."""

import sysconfig
import traceback
from pathlib import Path

_INSTALLED = (str(Path(__file__).parents[2]), *map(sysconfig.get_path, ("stdlib", "purelib", "platlib")))


def user_traceback(error: BaseException) -> str:
    """Show the frames of `error` in files of the user, each with its line, and the error itself."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if is_of_user(frame.filename)]
    return "".join([*traceback.format_list(frames), *traceback.format_exception_only(error)]).rstrip()


def is_of_user(filename: str) -> bool:
    """Whether a file is the user's own: not of Python itself, and not of an installed package."""
    return not filename.startswith(("<frozen ", *_INSTALLED))
