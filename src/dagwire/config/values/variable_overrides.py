"""Variables that are given for one thread or task, in place of what the environment of the process holds."""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_NOTHING: Mapping[str, str] = {}
_given: ContextVar[Mapping[str, str]] = ContextVar("dagwire_given_variables", default=_NOTHING)


@contextmanager
def given_variables(variables: Mapping[str, str]) -> Generator[None]:
    """Have every `EnvVar` that is read inside this block, in this thread or task, find these `{variable: value}`.

    Example:
        >>> from dagwire import EnvVar
        >>> with given_variables({"API_TOKEN": "for a test"}):
        ...     EnvVar("API_TOKEN").get_value()
        'for a test'
    """
    token = _given.set({**_given.get(), **variables})
    try:
        yield
    finally:
        _given.reset(token)


def variables_now() -> Mapping[str, str]:
    """The environment of the process, with what is given here and now in its place."""
    given = _given.get()
    return {**os.environ, **given} if given else os.environ
