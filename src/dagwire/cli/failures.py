"""A failure for whoever is called at night: the user's file and line, the causes, the traceback."""

import os
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path

from dagwire.definitions.loading.user_frames import is_of_user

_LIBRARY = str(Path(__file__).parents[1]) + os.sep


def failure_text(error: BaseException, *, all_frames: bool = False) -> str:
    """The traceback of `error` and of its causes, without the frames of dagwire unless `all_frames`."""
    shown = traceback.TracebackException.from_exception(error)
    if not all_frames:
        for one in _with_causes(shown):
            one.stack = traceback.StackSummary.from_list(
                frame for frame in one.stack if not frame.filename.startswith(_LIBRARY)
            )
    return "".join(shown.format()).rstrip("\n")


def _with_causes(shown: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    yield shown
    for inner in (shown.__cause__, shown.__context__, *(shown.exceptions or ())):
        if inner is not None:
            yield from _with_causes(inner)


def summary_of(error: BaseException | None) -> str:
    """The error in one line; its place in the user's files is at the end."""
    members = _members(error)
    return "; ".join(f"{type(one).__name__}: {one}{_place(one)}" for one in members)


def _members(error: BaseException | None) -> Iterable[BaseException | None]:
    if isinstance(error, BaseExceptionGroup):
        members: tuple[BaseException, ...] = error.args[1]
        return [inner for member in members for inner in _members(member)]
    return [error]


def _place(error: BaseException | None) -> str:
    """The line of the user's code that raised `error`, or its first cause that the user's code raised."""
    while error is not None:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if is_of_user(frame.filename)]
        if frames:
            return f" ({_near(frames[-1].filename)}, line {frames[-1].lineno}, in {frames[-1].name})"
        error = error.__cause__
    return ""


def _near(filename: str) -> str:
    """The path of a file from here, or its whole path if it lies elsewhere."""
    path = Path(filename)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else filename
