"""The life-cycle methods that users write: with or without a context, plain, generators or asynchronous."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from functools import partial
from inspect import (
    CO_VARARGS,
    Parameter,
    isasyncgenfunction,
    isawaitable,
    iscoroutinefunction,
    isgeneratorfunction,
    signature,
    unwrap,
)
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from dagwire.resources.weak_cache import cached_weakly

if TYPE_CHECKING:
    from typing_extensions import TypeIs

Manager = AbstractContextManager[Any] | AbstractAsyncContextManager[Any]


def is_asynchronous(manager: Manager) -> "TypeIs[AbstractAsyncContextManager[Any]]":
    """Whether `manager` is for `async with`; its method decides, as the abstract class takes ten times as long."""
    return hasattr(manager, "__aexit__")


_POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD, Parameter.VAR_POSITIONAL)


def call_method(method: Callable[..., object], context: object) -> Any:
    """Call a bound method, with `context` if it takes an argument."""
    return method(context) if _takes_argument(method) else method()


def call_manager_method(method: Callable[..., object], context: object) -> Manager:
    """Call a bound method that returns a context manager, or is a bare generator."""
    make = as_manager_function(method)
    manager: Manager = make(context) if _takes_argument(method) else make()
    return manager


def _takes_argument(method: Callable[..., object]) -> bool:
    """Whether a method takes an argument besides `self`, or a function takes any."""
    function = getattr(method, "__func__", None)
    return _positional(method) > 0 if function is None else _positional(function) > 1


def _positional(function: Callable[..., object]) -> int:
    """The number of positional parameters, `*args` among them; every opening asks for some."""
    code = getattr(function, "__code__", None)
    if code is None or function.__dict__:  # it may be wrapped, or have a signature of its own
        return _positional_of_signature(function)
    return int(code.co_argcount) + bool(code.co_flags & CO_VARARGS)


@cached_weakly
def _positional_of_signature(function: Callable[..., object]) -> int:
    return sum(parameter.kind in _POSITIONAL for parameter in signature(function).parameters.values())


def as_manager_function(function: Callable[..., object]) -> Callable[..., Any]:
    """Turn a generator function into one that returns a context manager; return any other function as it is."""
    wrap = generator_manager(function)
    return function if wrap is None else wrap(function)


def generator_manager(function: Callable[..., object]) -> Callable[..., Any] | None:
    """Return the decorator that makes a context manager of `function`; None unless it is a generator function."""
    return _manager_maker(getattr(function, "__func__", function))


@cached_weakly
def _manager_maker(function: Callable[..., object]) -> Callable[..., Any] | None:
    for body in (function, getattr(type(function), "__call__", None)):  # noqa: B004  # its own code, of an object
        if isgeneratorfunction(body):
            return contextmanager
        if isasyncgenfunction(body):
            return asynccontextmanager
    return None


def is_manager_function(function: Callable[..., object]) -> bool:
    """Whether `function` is a generator, or was decorated with `contextmanager` or `asynccontextmanager`.

    The generator underneath decides. An object that merely has `__enter__`, such as a file or a lock, is itself the
    resource and is not entered, as in Dagster.
    """
    if as_manager_function(function) is not function:
        return True
    while isinstance(function, partial):
        function = function.func
    inner = unwrap(function)
    return inner is not function and (isgeneratorfunction(inner) or isasyncgenfunction(inner))


def waits(function: Callable[..., object]) -> bool:
    """Whether `function` is a coroutine function or an asynchronous generator, decorated or not."""
    inner = unwrap(function)
    return iscoroutinefunction(inner) or isasyncgenfunction(inner)


class OpenedByMethods(AbstractContextManager[Any]):
    """Sets a resource up, gives what it creates, and tears it down; one whose set-up failed is not torn down."""

    def __init__(self, resource: Any, context: object) -> None:
        """Call nothing yet."""
        self._resource = resource
        self._context = context
        self._manager: AbstractContextManager[Any] | None = None

    def __enter__(self) -> Any:
        """Set it up, and create the product."""
        resource, context = self._resource, self._context
        call_method(resource.setup_for_execution, context)
        try:
            if not resource.yields_product:
                return call_method(resource.create_resource, context)
            manager = call_manager_method(getattr(resource, resource.maker_name), context)
            self._manager = cast("AbstractContextManager[Any]", manager)
            return self._manager.__enter__()
        except BaseException:
            self._tear_down()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the product if it is to be closed, and tear the resource down, whatever fails."""
        try:
            if self._manager is not None:
                self._manager.__exit__(kind, error, traceback)
        finally:
            self._tear_down()

    def _tear_down(self) -> None:
        call_method(self._resource.teardown_after_execution, self._context)


@asynccontextmanager
async def aopened_by_methods(resource: Any, context: object) -> AsyncGenerator[Any]:
    """Do what `OpenedByMethods` does when one of the methods is asynchronous."""
    await _awaited(call_method(resource.setup_for_execution, context))
    try:
        if resource.yields_product:
            manager = call_manager_method(getattr(resource, resource.maker_name), context)
            async with _as_asynchronous(manager) as product:
                yield product
        else:
            yield await _awaited(call_method(resource.create_resource, context))
    finally:
        await _awaited(call_method(resource.teardown_after_execution, context))


async def _awaited(result: object) -> Any:
    return await result if isawaitable(result) else result


@asynccontextmanager
async def _as_asynchronous(manager: Manager) -> AsyncGenerator[Any]:
    if is_asynchronous(manager):
        async with manager as value:
            yield value
    else:
        with manager as value:
            yield value
