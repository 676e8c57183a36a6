"""Variables set for one thread or task alone, in front of the environment of the process."""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_NOTHING: Mapping[str, str] = {}
_overrides: ContextVar[Mapping[str, str]] = ContextVar("dagwire_variable_overrides", default=_NOTHING)


@contextmanager
def override_variables(variables: Mapping[str, str]) -> Generator[None]:
    """Set `{variable: value}` for every `EnvVar` that is read inside this block, in this thread or task.

    Example:
        >>> from dagwire import EnvVar
        >>> with override_variables({"API_TOKEN": "for a test"}):
        ...     EnvVar("API_TOKEN").get_value()
        'for a test'
    """
    token = _overrides.set({**_overrides.get(), **variables})
    try:
        yield
    finally:
        _overrides.reset(token)


def variables_now() -> Mapping[str, str]:
    """The environment of the process, with the overrides of this thread or task in front."""
    overrides = _overrides.get()
    return {**os.environ, **overrides} if overrides else os.environ
