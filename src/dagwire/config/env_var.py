"""`EnvVar`: the name of an environment variable, standing for its value until a run starts."""

import os
from builtins import int as _int
from collections.abc import Iterator, Mapping
from typing import TypeVar

from dagwire.errors import UnresolvedVariableError

_D = TypeVar("_D", str, None)


class EnvVar(str):
    """The name of an environment variable, standing for its value until a run starts.

    Given for any field of a `Config` or a `ConfigurableResource`, in nested models, lists and dicts too. The variable is
    read when the resource is opened, and the field's own type validates it, so a number or a date needs no other class.

    Example:
        >>> from dagwire import ConfigurableResource, EnvVar
        >>> class Api(ConfigurableResource):
        ...     token: str
        >>> Api(token=EnvVar("API_TOKEN"))
        Api(token=EnvVar('API_TOKEN'))
    """

    __slots__ = ()

    @classmethod
    def int(cls, name: str) -> _int:
        """The variable `name`, for a field of type int; as Dagster spells it."""
        return IntEnvVar(name)  # type: ignore[return-value]  # stands for an int until the run starts

    @property
    def env_var_name(self) -> str:
        """The variable's name, which is never its value."""
        return str.__str__(self)

    def get_value(self, default: _D = None) -> str | _D:
        """The variable's value now, or `default` where it is not set."""
        return os.environ.get(self.env_var_name, default)

    def __repr__(self) -> str:
        """`EnvVar('NAME')`: the name, never the value."""
        return f"{type(self).__name__}({self.env_var_name!r})"

    def __str__(self) -> str:
        """Refuse: the name would pass for the value.

        Raises:
            UnresolvedVariableError: Always.
        """
        raise UnresolvedVariableError(self.env_var_name)

    def __format__(self, format_spec: str) -> str:
        """Refuse, as `str()` does."""
        return str(self)

    def __add__(self, other: object) -> str:  # type: ignore[override]  # a name must not be joined with text
        """Refuse, as `str()` does."""
        return str(self)

    def __radd__(self, other: object) -> str:
        """Refuse, as `str()` does."""
        return str(self)


class IntEnvVar(EnvVar):
    """An `EnvVar` for a field of type int; made by `EnvVar.int`."""

    __slots__ = ()


def variables_in(value: object) -> Iterator[EnvVar]:
    """Every `EnvVar` in `value`, looking into dicts, lists, tuples and sets."""
    if isinstance(value, EnvVar):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from variables_in(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from variables_in(item)


def read_variables(value: object) -> object:
    """`value` with every `EnvVar` in it replaced by what the environment holds now.

    Raises:
        KeyError: A variable is not set.
    """
    if isinstance(value, EnvVar):
        return os.environ[value.env_var_name]
    if isinstance(value, Mapping):
        return {key: read_variables(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(read_variables(item) for item in value)
    return value
