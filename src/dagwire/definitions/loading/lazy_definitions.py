"""`@definitions`: definitions that are made when they are loaded."""

from collections.abc import Callable
from inspect import signature

from dagwire.definitions.definitions import Definitions
from dagwire.definitions.specs.valid_names import name_of
from dagwire.errors import InvalidInvocationError, UnexpectedResultError


class LazyDefinitions:
    """A function that makes definitions; made by `@definitions`. A loader calls it, and a test may."""

    def __init__(self, function: Callable[[], object]) -> None:
        """Keep the function; it is not called yet.

        Raises:
            InvalidInvocationError: The function takes parameters, which nothing could fill.
        """
        self.name: str = name_of(function)
        parameters = ", ".join(signature(function).parameters)
        if parameters:
            problem = f"decorates '{self.name}', which takes {parameters}. Such a function takes no parameters."
            raise InvalidInvocationError("@definitions", problem)
        self._function = function
        self.__doc__ = function.__doc__

    def __call__(self) -> Definitions:
        """Make new definitions.

        Raises:
            UnexpectedResultError: The function returned something else.
        """
        made = self._function()
        if not isinstance(made, Definitions):
            problem = f"returned {type(made).__name__}; return Definitions."
            raise UnexpectedResultError(f"@definitions '{self.name}'", problem)
        return made

    def __repr__(self) -> str:
        """Name the function."""
        return f"LazyDefinitions({self.name})"


def definitions(fn: Callable[[], Definitions]) -> LazyDefinitions:
    """Make definitions by a function, when they are loaded; importing its module makes nothing.

    The command line, the pytest plugin and `load_definitions_from_module` accept the decorated function in place of
    `Definitions`.

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
    return LazyDefinitions(fn)
