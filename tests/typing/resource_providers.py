"""The type of a provider's resource, as type checkers see it: that of what its source gives."""

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Protocol, assert_type

from pydantic_settings import BaseSettings

from dagwire import ConfigurableResource, ResourceProvider, SettingsProvider


class Api(ConfigurableResource):
    """A resource."""

    url: str = ""


class HasUrl(Protocol):
    """What users of the resource know of it."""

    url: str


class Settings(BaseSettings):
    """Settings with a resource."""

    api: Api = Api()


class Connection:
    """An object of a library."""

    def __init__(self, dsn: str) -> None:
        """Connect."""


def function(dsn: str) -> Connection:
    """Open a connection that needs no closing."""
    return Connection(dsn)


def iterator(dsn: str) -> Iterator[Connection]:
    """Open a connection, and close it."""
    yield Connection(dsn)


def generator(dsn: str) -> Generator[Connection, None, None]:
    """Do the same, more precisely typed."""
    yield Connection(dsn)


@contextmanager
def manager(dsn: str) -> Generator[Connection]:
    """Open it by a context manager."""
    yield Connection(dsn)


async def coroutine(dsn: str) -> Connection:
    """Open it in an event loop."""
    return Connection(dsn)


async def asynchronous(dsn: str) -> AsyncIterator[Connection]:
    """Open and close it in an event loop."""
    yield Connection(dsn)


@asynccontextmanager
async def asynchronous_manager(dsn: str) -> AsyncGenerator[Connection]:
    """Do so by a context manager."""
    yield Connection(dsn)


settings = SettingsProvider(Settings)
of_settings: ResourceProvider[HasUrl] = ResourceProvider(settings.of(lambda s: s.api), url="x")
assert_type(ResourceProvider(Api, url=""), ResourceProvider[Api])
assert_type(ResourceProvider(Api()), ResourceProvider[Api])
assert_type(ResourceProvider(function, "dsn"), ResourceProvider[Connection])
assert_type(ResourceProvider(iterator, dsn="dsn"), ResourceProvider[Connection])
assert_type(ResourceProvider(generator, "dsn"), ResourceProvider[Connection])
assert_type(ResourceProvider(manager, "dsn"), ResourceProvider[Connection])
assert_type(ResourceProvider(coroutine, "dsn"), ResourceProvider[Connection])
assert_type(ResourceProvider(asynchronous, "dsn"), ResourceProvider[Connection])
assert_type(ResourceProvider(asynchronous_manager, "dsn"), ResourceProvider[Connection])
assert_type(ResourceProvider(generator, "dsn").set_lifetime("step"), ResourceProvider[Connection])
assert_type(ResourceProvider(function, "dsn")(), Connection)
