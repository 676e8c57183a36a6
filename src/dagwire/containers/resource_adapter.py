"""dependency-injector's own `Resource` as a resource that a run scope can own."""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from inspect import isasyncgenfunction, isawaitable, iscoroutinefunction, unwrap
from typing import Any, cast

from dependency_injector import providers

from dagwire.containers.provider_types import AnyProvider
from dagwire.containers.resource_provider import AnyResourceProvider, ResourceProvider


def as_resource_provider(provider: AnyProvider) -> AnyResourceProvider:
    """A resource that a run scope can own: `provider` itself, or one made of dependency-injector's own."""
    if isinstance(provider, ResourceProvider):
        return provider
    return from_dependency_injector(cast("providers.BaseResource[Any]", provider))


def from_dependency_injector(resource: providers.BaseResource[Any]) -> AnyResourceProvider:
    """Make a resource that a run scope can own: dependency-injector's refuses to be copied once it is open.

    Like the original it enters what its function returns, if that is a context manager; unlike the original it
    passes it the body's exception.
    """
    stubbed: Any = resource
    provides: Callable[..., Any] = stubbed.provides
    managed = _managed_in_a_loop if _is_asynchronous(provides) else _managed
    return ResourceProvider(managed(provides), *stubbed.args, **stubbed.kwargs)


def _is_asynchronous(provides: Any) -> bool:
    return iscoroutinefunction(provides) or isasyncgenfunction(unwrap(provides)) or hasattr(provides, "__aenter__")


def _managed(provides: Callable[..., object]) -> Callable[..., object]:
    @contextmanager
    def opened(*args: object, **kwargs: object) -> Generator[Any]:
        made = provides(*args, **kwargs)
        if isinstance(made, AbstractContextManager):
            with cast("AbstractContextManager[Any]", made) as value:
                yield value
        else:
            yield made

    return _named_after(provides, opened)


def _managed_in_a_loop(provides: Callable[..., object]) -> Callable[..., object]:
    @asynccontextmanager
    async def opened(*args: object, **kwargs: object) -> AsyncGenerator[Any]:
        made = provides(*args, **kwargs)
        if isawaitable(made):
            made = await made
        if isinstance(made, AbstractAsyncContextManager):
            async with cast("AbstractAsyncContextManager[Any]", made) as value:
                yield value
        elif isinstance(made, AbstractContextManager):
            with cast("AbstractContextManager[Any]", made) as value:
                yield value
        else:
            yield made

    return _named_after(provides, opened)


def _named_after(provides: Callable[..., object], opened: Callable[..., object]) -> Callable[..., object]:
    opened.__name__ = getattr(provides, "__name__", type(provides).__name__)
    return opened
