"""Variables that are given for one thread or task, in place of what the environment of the process holds."""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(eq=False)
class VariableOverrides:
    """The variables of one block; lives as long as the block, and what was read with it is kept no longer."""

    value_by_name: Mapping[str, str]


_NONE = VariableOverrides({})
_in_force: ContextVar[VariableOverrides] = ContextVar("dagwire_variable_overrides", default=_NONE)


@contextmanager
def override_variables(variables: Mapping[str, str] | VariableOverrides) -> Generator[None]:
    """Have settings and every `EnvVar` find these `{variable: value}` inside this block, in this thread or task.

    Example:
        >>> from dagwire import EnvVar
        >>> with override_variables({"API_TOKEN": "for a test"}):
        ...     EnvVar("API_TOKEN").get_value()
        'for a test'
    """
    token = _in_force.set(_merged(_in_force.get(), variables))
    try:
        yield
    finally:
        _in_force.reset(token)


def _merged(outer: VariableOverrides, variables: Mapping[str, str] | VariableOverrides) -> VariableOverrides:
    """The overrides of a block within `outer`. A block that is entered again, as in another thread, stays one block."""
    inner = variables if isinstance(variables, VariableOverrides) else VariableOverrides(variables)
    merged = {**outer.value_by_name, **inner.value_by_name}
    if merged == outer.value_by_name:
        return outer
    return inner if merged == inner.value_by_name else VariableOverrides(merged)


def variable_overrides_in_force() -> VariableOverrides | None:
    """The variables that are given here and now; None outside of every block."""
    overrides = _in_force.get()
    return overrides if overrides.value_by_name else None


def variables_now() -> Mapping[str, str]:
    """The environment of the process, with the variables that are given here and now in its place."""
    overrides = _in_force.get().value_by_name
    return {**os.environ, **overrides} if overrides else os.environ
