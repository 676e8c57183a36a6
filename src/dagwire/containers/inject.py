"""`inject`: functions that are given what the current scope has open."""

import functools
import typing
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Mapping
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction, signature
from typing import Any, ParamSpec, TypeVar, overload

from dagwire.containers.build_resources import abuild_resources, build_resources
from dagwire.containers.current_scope import OpenScope, current_scope, process_scope_of_class
from dagwire.containers.declared_keys import declared_key, declaring_class
from dagwire.containers.provider_types import is_provider
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError
from dagwire.resources.resource_param import is_resource_annotation, resource_key

P = ParamSpec("P")
T = TypeVar("T")


@overload
def inject(function: Callable[P, T], /, *, resources: object = None) -> Callable[..., T]: ...
@overload
def inject(*, resources: object = None) -> Callable[[Callable[P, T]], Callable[..., T]]: ...
def inject(function: Any = None, /, *, resources: Any = None) -> Any:
    """Give a function's parameters what the current scope has under their keys, with its overrides.

    A parameter asks for a resource as an asset's does: `db: ResourceParam[Db]` for the one under its own name,
    `Annotated[S3, Provide["gateways.s3"]]` or `Annotated[S3, Provide[Application.gateways.s3]]` for any other. An
    argument that is passed is used as it is. Methods, coroutine functions and generators are injected, too.

    A resource that the scope has not opened yet is opened, and closed with the scope. Outside any run, the function's
    resources are opened for the call alone: of `resources`, of the container whose process scope is open, or of the
    container's class that `Provide` names. There, what lives for the process is the process scope's.

    The signature that `inspect` shows has the other parameters alone. So frameworks that read it, as FastAPI, Typer and
    Celery do, ask nobody for what is injected.

    Args:
        function: The function; `@inject` may be written without arguments.
        resources: The container that serves calls outside any scope.

    Raises:
        InvalidDefinitionError: No parameter asks for a resource, or one names a provider that has no key.

    Example:
        >>> from dagwire import ResourceParam, build_resources, inject
        >>> @inject
        ... def greet(word: str, name: ResourceParam[str]) -> str:
        ...     return f"{word}, {name}"
        >>> with build_resources({"name": "Ann"}):
        ...     greet("hello")
        'hello, Ann'
    """
    if function is None:
        return functools.partial(inject, resources=resources)
    injection = _Injection(function, resources)
    injected = _wrapper(function, injection)
    injected.__signature__ = injection.rest  # type: ignore[attr-defined]  # an attribute that `inspect` reads
    return injected


def asks_for_resources(function: Callable[..., object]) -> bool:
    """Whether a parameter of `function` asks for a resource, so that it can be injected."""
    hints = typing.get_type_hints(function, include_extras=True)
    return any(is_resource_annotation(hints.get(parameter)) for parameter in signature(function).parameters)


class _Injection:
    """The requests of one function; lives as long as it."""

    def __init__(self, function: Callable[..., object], resources: object) -> None:
        self.name = function.__qualname__
        self._key_by_parameter: dict[str, str] = {}
        self._resources = resources
        self._declaring: object = None
        declared = signature(function)
        hints = typing.get_type_hints(function, include_extras=True)
        for parameter in declared.parameters:
            if is_resource_annotation(hints.get(parameter)):
                self._key_by_parameter[parameter] = self._key(parameter, resource_key(parameter, hints[parameter]))
        if not self._key_by_parameter:
            msg = f"No parameter of {self.name} asks for a resource. Write `db: ResourceParam[Db]`, or drop @inject."
            raise InvalidDefinitionError(msg)
        self._positions = {name: place for place, name in enumerate(declared.parameters)}
        self._first = min(self._positions[parameter] for parameter in self._key_by_parameter)
        rest = [one for name, one in declared.parameters.items() if name not in self._key_by_parameter]
        self.rest = declared.replace(parameters=rest)
        """The signature without what is injected."""

    def _key(self, parameter: str, named: object) -> str:
        if isinstance(named, str):
            return named
        found = declared_key(named) if is_provider(named) else None
        if found is None:
            msg = f"{self.name} takes '{parameter}' by a Provide without a key. Write Provide[\"gateways.s3\"]."
            raise InvalidDefinitionError(msg)
        if self._declaring is None and is_provider(named):
            self._declaring = declaring_class(named)
        return found

    def fill_from_open_scope(self) -> Callable[[tuple[Any, ...], dict[str, Any]], bool]:
        """A quick function for the common case: the scope has opened all that the call does not pass.

        It adds the resources to the keyword arguments of a call, and returns whether nothing is missing.
        """
        first, items = self._first, tuple(self._key_by_parameter.items())

        def fill(args: tuple[object, ...], kwargs: dict[str, Any]) -> bool:
            if len(args) > first or (scope := current_scope()) is None:
                return False
            opened = scope.opened
            for parameter, key in items:
                if parameter not in kwargs:
                    if key not in opened:
                        return False
                    kwargs[parameter] = opened[key]
            return True

        return fill

    def missing(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> dict[str, str]:
        """`{parameter: key}` of what the call does not pass."""
        passed = len(args)
        return {
            parameter: key
            for parameter, key in self._key_by_parameter.items()
            if parameter not in kwargs and self._positions[parameter] >= passed
        }

    def serving_scope(self, wanted: Mapping[str, str]) -> OpenScope | None:
        """The current scope; None if there is none, or if it is a process scope and something lives for a run."""
        scope = current_scope()
        return None if scope is None or not all(map(scope.keeps, wanted.values())) else scope

    def container(self) -> object:
        """The container that serves a call outside any run.

        Raises:
            InvalidInvocationError: There is none.
        """
        scope = current_scope() or process_scope_of_class(self._declaring)
        found = self._resources or (self._declaring if scope is None else scope.container)
        if found is None:
            keys = ", ".join(f"'{key}'" for key in self._key_by_parameter.values())
            problem = f"needs {keys} outside any scope. Call it inside one, or write @inject(resources=container)."
            raise InvalidInvocationError(self.name, problem)
        return found


def _from_scope(scope: OpenScope, wanted: Mapping[str, str]) -> dict[str, Any]:
    return {parameter: scope.get(key) for parameter, key in wanted.items()}


async def _awaited_from_scope(scope: OpenScope, wanted: Mapping[str, str]) -> dict[str, Any]:
    return {parameter: await scope.aget(key) for parameter, key in wanted.items()}


def _opened(resources: Any, wanted: Mapping[str, str]) -> dict[str, Any]:
    by_key: Mapping[str, object] = resources.original_resource_dict
    return {parameter: by_key[key] for parameter, key in wanted.items()}


def _keys(wanted: Mapping[str, str]) -> Iterable[str]:
    return dict.fromkeys(wanted.values())


def _wrapper(function: Callable[..., object], injection: _Injection) -> Callable[..., object]:
    if iscoroutinefunction(function):
        return _of_coroutine(function, injection)
    if isasyncgenfunction(function):
        return _of_async_generator(function, injection)
    if isgeneratorfunction(function):
        return _of_generator(function, injection)
    return _of_function(function, injection)


def _of_function(function: Callable[..., object], injection: _Injection) -> Callable[..., object]:
    fill = injection.fill_from_open_scope()

    @functools.wraps(function)
    def injected(*args: object, **kwargs: object) -> object:
        if fill(args, kwargs):
            return function(*args, **kwargs)
        wanted = injection.missing(args, kwargs)
        scope = injection.serving_scope(wanted)
        if scope is not None:
            return function(*args, **kwargs, **_from_scope(scope, wanted))
        with build_resources(injection.container(), required_resource_keys=_keys(wanted)) as resources:
            return function(*args, **kwargs, **_opened(resources, wanted))

    return injected


def _of_coroutine(function: Callable[..., Any], injection: _Injection) -> Callable[..., object]:
    fill = injection.fill_from_open_scope()

    @functools.wraps(function)
    async def injected(*args: Any, **kwargs: Any) -> object:
        if fill(args, kwargs):
            return await function(*args, **kwargs)
        wanted = injection.missing(args, kwargs)
        scope = injection.serving_scope(wanted)
        if scope is not None:
            return await function(*args, **kwargs, **await _awaited_from_scope(scope, wanted))
        async with abuild_resources(injection.container(), required_resource_keys=_keys(wanted)) as resources:
            return await function(*args, **kwargs, **_opened(resources, wanted))

    return injected


def _of_generator(function: Callable[..., Any], injection: _Injection) -> Callable[..., object]:
    @functools.wraps(function)
    def injected(*args: Any, **kwargs: Any) -> Generator[object, Any, Any]:
        wanted = injection.missing(args, kwargs)
        scope = injection.serving_scope(wanted)
        if scope is not None:
            steps: Generator[Any, Any, Any] = function(*args, **kwargs, **_from_scope(scope, wanted))
            return (yield from steps)
        with build_resources(injection.container(), required_resource_keys=_keys(wanted)) as resources:
            steps = function(*args, **kwargs, **_opened(resources, wanted))
            return (yield from steps)

    return injected


def _of_async_generator(function: Callable[..., Any], injection: _Injection) -> Callable[..., object]:
    @functools.wraps(function)
    async def injected(*args: Any, **kwargs: Any) -> AsyncGenerator[object]:
        wanted = injection.missing(args, kwargs)
        scope = injection.serving_scope(wanted)
        if scope is not None:
            async for item in function(*args, **kwargs, **await _awaited_from_scope(scope, wanted)):
                yield item
            return
        async with abuild_resources(injection.container(), required_resource_keys=_keys(wanted)) as resources:
            async for item in function(*args, **kwargs, **_opened(resources, wanted)):
                yield item

    return injected
