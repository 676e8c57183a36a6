"""`DagsterTypeLoader`: makes a value of the config of an input that no step gives."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from dagwire.definitions.specs.valid_names import name_of
from dagwire.errors import InvalidDefinitionError

LoaderFunction = Callable[[Any, Any], Any]

_CONTEXT_NAMES = frozenset({"context", "_context", "_", "context_"})


class DagsterTypeLoader(ABC):
    """Makes a value of config; `loader=` of a type takes one. `@dagster_type_loader` makes one of a function."""

    @property
    @abstractmethod
    def schema_type(self) -> Any:
        """The config schema that a run's config of the input must fit."""

    @abstractmethod
    def construct_from_config_value(self, context: Any, config_value: Any) -> Any:
        """Return the value for a config that fits the schema.

        Args:
            context: The context of the step; its resources are those that the loader asks for.
            config_value: The validated config.
        """

    def required_resource_keys(self) -> frozenset[str]:
        """Return the keys of the resources that it reads from its context."""
        return frozenset()


class _FunctionLoader(DagsterTypeLoader):
    """A loader made of a function."""

    def __init__(self, function: LoaderFunction, config_schema: object, keys: Iterable[str]) -> None:
        self._function = function
        self._schema = config_schema
        self._keys = frozenset(keys)

    @property
    def schema_type(self) -> object:
        return self._schema

    def construct_from_config_value(self, context: object, config_value: object) -> object:
        return self._function(context, config_value)

    def required_resource_keys(self) -> frozenset[str]:
        return self._keys


class ListLoader(DagsterTypeLoader):
    """The loader of a list, whose items another loader makes."""

    def __init__(self, inner: DagsterTypeLoader) -> None:
        """`inner` makes each item."""
        self._inner = inner

    @property
    def schema_type(self) -> object:
        """A list of the items' config."""
        return [self._inner.schema_type]

    def construct_from_config_value(self, context: Any, config_value: Any) -> Any:
        """Return the list of the items' values."""
        return [self._inner.construct_from_config_value(context, item) for item in config_value]

    def required_resource_keys(self) -> frozenset[str]:
        """Return the keys of the items' loader."""
        return self._inner.required_resource_keys()


def dagster_type_loader(
    config_schema: object, required_resource_keys: Iterable[str] | None = None
) -> Callable[[LoaderFunction], DagsterTypeLoader]:
    """Make a loader of a function that takes a context and the config of an input, and returns the value.

    Args:
        config_schema: The schema of the config, as `config_schema` of an op.
        required_resource_keys: Resources that the function reads as `context.resources.<key>`.

    Raises:
        InvalidDefinitionError: The function's first parameter is not a context.

    Example:
        >>> from dagwire import DagsterType, In, dagster_type_loader, job, op
        >>> @dagster_type_loader(config_schema={"first": int, "last": int})
        ... def load_range(_context, config):
        ...     return range(config["first"], config["last"] + 1)
        >>> Years = DagsterType(name="Years", type_check_fn=lambda _, value: len(value) > 0, loader=load_range)
        >>> @op(ins={"years": In(Years)})
        ... def count(years):
        ...     return len(years)
        >>> @job
        ... def counting():
        ...     count()
        >>> config = {"ops": {"count": {"inputs": {"years": {"first": 2011, "last": 2013}}}}}
        >>> counting.execute_in_process(run_config=config).output_for_node("count")
        3
    """

    def decorate(function: LoaderFunction) -> DagsterTypeLoader:
        first = next(iter(inspect.signature(function).parameters), None)
        if first not in _CONTEXT_NAMES:
            msg = f"Type loader '{name_of(function)}' must take a `context` first, and then the config."
            raise InvalidDefinitionError(msg)
        return _FunctionLoader(function, config_schema, required_resource_keys or ())

    return decorate
