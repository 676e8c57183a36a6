"""`EnvVar`: the name of an environment variable, standing for its value until a run starts."""

import os
from builtins import int as _int
from collections.abc import Iterator
from typing import TypeVar, overload

from dagwire.config.narrowing import is_collection, is_mapping
from dagwire.errors import UnresolvedVariableError

_D = TypeVar("_D", str, None)


class EnvVar(str):
    """The name of an environment variable, standing for its value until a run starts.

    Given for any field of a `Config` or a `ConfigurableResource`, in nested models, lists and dicts too. The variable
    is read when the resource is opened, and the field's own type validates it, so a date needs no class of its own.

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

    @overload
    def get_value(self) -> str | None: ...
    @overload
    def get_value(self, default: _D) -> str | _D: ...
    def get_value(self, default: str | None = None) -> str | None:
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

    def __add__(self, other: object) -> str:
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
    elif is_mapping(value):
        for item in value.values():
            yield from variables_in(item)
    elif is_collection(value):
        for item in value:
            yield from variables_in(item)


def read_variables(value: object) -> object:
    """`value` with every `EnvVar` in it replaced by what the environment holds now.

    Raises:
        KeyError: A variable is not set.
    """
    if isinstance(value, EnvVar):
        return os.environ[value.env_var_name]
    if is_mapping(value):
        return {key: read_variables(item) for key, item in value.items()}
    if is_collection(value):
        return type(value)(read_variables(item) for item in value)
    return value
