"""`backoff`: a call that is tried again after a growing delay."""

import itertools
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")

_FIRST_DELAY_S = 0.1


def backoff(
    fn: Callable[..., T],
    retry_on: tuple[type[BaseException], ...],
    args: Sequence[object] | None = None,
    kwargs: Mapping[str, object] | None = None,
    max_retries: int = 4,
    delay_generator: Iterable[float] | None = None,
) -> T:
    """Call a function; if it fails in an expected way, wait and call it again, in the thread of the caller.

    A resource whose opening is to be tried again needs no such call: its provider takes a retry policy.

    Args:
        fn: The function.
        retry_on: The exceptions after which it is called again.
        args: Its arguments by position.
        kwargs: Its arguments by name.
        max_retries: How often it is called again; the last failure is raised.
        delay_generator: The delays, in seconds; 0.1, then twice the last by default.

    Example:
        >>> from dagwire import backoff
        >>> answers = iter([OSError("busy"), "open"])
        >>> def connect():
        ...     answer = next(answers)
        ...     if isinstance(answer, OSError):
        ...         raise answer
        ...     return answer
        >>> backoff(connect, retry_on=(OSError,), delay_generator=[0.001])
        'open'
    """
    delays = delay_generator or (_FIRST_DELAY_S * 2**count for count in itertools.count())
    for delay_s in itertools.islice(delays, max_retries):
        try:
            return fn(*(args or ()), **(kwargs or {}))
        except retry_on:
            time.sleep(delay_s)
    return fn(*(args or ()), **(kwargs or {}))
