"""`@definitions`: definitions that are made when they are loaded."""

import typing
from collections.abc import Callable
from functools import partial
from inspect import signature
from typing import Any, overload

from dagwire.containers.inject import inject
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.specs.valid_names import name_of
from dagwire.errors import InvalidInvocationError, UnexpectedResultError
from dagwire.resources.resource_param import is_resource_annotation


class LazyDefinitions:
    """A function that makes definitions; made by `@definitions`. A loader calls it, and a test may."""

    def __init__(self, function: Callable[..., object], resources: Any = None) -> None:
        """Keep the function; it is not called, and nothing is opened yet.

        Raises:
            InvalidDefinitionError: `resources` are given, and no parameter asks for one.
            InvalidInvocationError: The function takes parameters that nothing could fill.
        """
        self.name: str = name_of(function)
        parameters = signature(function).parameters
        hints = typing.get_type_hints(function, include_extras=True) if parameters else {}
        unknown = ", ".join(name for name in parameters if not is_resource_annotation(hints.get(name)))
        if unknown:
            problem = f"decorates '{self.name}', which takes {unknown}. Such a function takes resources, or nothing."
            raise InvalidInvocationError("@definitions", problem)
        self._function = inject(function, resources=resources) if parameters or resources is not None else function
        self.__doc__ = function.__doc__

    def __call__(self) -> Definitions:
        """Make new definitions; the resources that the function takes are open meanwhile, and closed after it.

        Raises:
            UnexpectedResultError: The function returned something else.
            InvalidDefinitionError: A resource is missing or declared wrongly. Nothing was opened.
            ResourceSetupError: A resource could not be opened.
        """
        made = self._function()
        if not isinstance(made, Definitions):
            problem = f"returned {type(made).__name__}; return Definitions."
            raise UnexpectedResultError(f"@definitions '{self.name}'", problem)
        return made

    def __repr__(self) -> str:
        """Name the function."""
        return f"LazyDefinitions({self.name})"


@overload
def definitions(fn: Callable[..., Definitions]) -> LazyDefinitions: ...
@overload
def definitions(*, resources: Any) -> Callable[[Callable[..., Definitions]], LazyDefinitions]: ...
def definitions(fn: Any = None, *, resources: Any = None) -> Any:
    """Make definitions by a function, when they are loaded; importing its module makes nothing.

    The command line, the pytest plugin and `load_definitions_from_module` accept the decorated function in place of
    `Definitions`.

    A function that reads a catalogue to know which assets there are takes it as a parameter, as an asset does. It is
    opened before the function is called and closed after it, with the overrides and the environment in force.

    Args:
        fn: The function.
        resources: The container, or `{key: resource}`, of the resources that its parameters ask for.

    Raises:
        InvalidDefinitionError: `resources` are given, and no parameter asks for one.
        InvalidInvocationError: The function takes parameters that do not ask for resources.

    Example:
        >>> from dagwire import Definitions, asset, definitions
        >>> @definitions
        ... def defs():
        ...     @asset
        ...     def answer():
        ...         return 42
        ...     return Definitions(assets=[answer])
        >>> defs().resolve_implicit_global_asset_job_def().execute_in_process().asset_value("answer")
        42
    """
    return partial(LazyDefinitions, resources=resources) if fn is None else LazyDefinitions(fn, resources)
