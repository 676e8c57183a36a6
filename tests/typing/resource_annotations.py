"""Types of resources for mypy and pyright; `make types` checks this file, nothing runs it."""

from collections.abc import Generator
from typing import Any, Protocol, assert_type

from dagwire import (
    ConfigurableIOManagerFactory,
    ConfigurableResource,
    ConfigurableResourceFactory,
    EnvVar,
    InitResourceContext,
    InMemoryIOManager,
    IOManagerDefinition,
    ResourceDefinition,
    ResourceDependency,
    ResourceParam,
    asset,
    configured,
    io_manager,
    resource,
)


class Clock(Protocol):
    """A class that a user asks for."""

    def now(self) -> int:
        """The time."""
        ...


class Fixed:
    """A clock that always shows one time."""

    def now(self) -> int:
        """The time."""
        return 12


class Db(ConfigurableResource):
    """A resource of two fields."""

    url: str
    size: int = 1


class Clocks(ConfigurableResourceFactory[Clock]):
    """A factory of clocks."""

    def create_resource(self, context: InitResourceContext) -> Clock:
        """A clock."""
        return Fixed()


class Store(ConfigurableResource):
    """A resource that holds others."""

    db: Db
    clock: ResourceDependency[Clock]
    word: ResourceDependency[str]


@resource
def word() -> str:
    """A resource of text."""
    return "word"


@asset
def read(clock: ResourceParam[Clock], maybe: ResourceParam[Db | None], db: Db) -> int:
    """A parameter is what it is declared as."""
    assert_type(clock, Clock)
    assert_type(maybe, Db | None)
    assert_type(db, Db)
    return clock.now()


def fields_read_as_what_they_are_declared(store: Store) -> None:
    """A dependency reads as its type, whatever it was given."""
    assert_type(store.db, Db)
    assert_type(store.clock, Clock)
    assert_type(store.word, str)


def fields_take_what_gives_them() -> None:
    """A dependency takes a value, a resource, a factory or a definition; late config and variables fit anywhere."""
    late = Db.configure_at_launch(size=2)
    assert_type(late, Db)
    Store(db=late, clock=Fixed(), word="word")
    Store(db=Db(url=EnvVar("URL"), size=EnvVar.int("SIZE")), clock=Clocks(), word=word)
    Store(db=Db(url="u"), clock=3, word="word")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # no clock
    Store(db=3, clock=Fixed(), word="word")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # no Db


def products_have_their_type() -> None:
    """A factory's product has its declared type."""
    assert_type(Clocks().process_config_and_initialize(), Clock)
    with Clocks().process_config_and_initialize_cm() as clock:
        assert_type(clock, Clock)
    assert_type(Clocks.from_resource_context(InitResourceContext()), Clock)
    assert_type(Db(url="u").process_config_and_initialize(), Db)
    assert_type(Db.from_resource_context(InitResourceContext()), Db)
    with Db.from_resource_context_cm(InitResourceContext()) as db:
        assert_type(db, Db)
    assert_type(EnvVar("A").get_value(), str | None)
    assert_type(EnvVar("A").get_value("b"), str)


class Texts(ConfigurableResourceFactory[str]):
    """A factory that yields what it makes."""

    def create_resource(self, context: InitResourceContext) -> Generator[str]:
        """A text."""
        yield "text"


class LateTexts(ConfigurableResourceFactory[str]):
    """A factory that waits for what it makes."""

    async def create_resource(self, context: InitResourceContext) -> str:
        """A text."""
        return "text"


assert_type(Texts().process_config_and_initialize(), str)


class Client:
    """Made by a resource of another class."""


class Clients(ConfigurableResource[Client]):
    """A resource that makes a client."""

    def create_resource(self, context: InitResourceContext) -> Client:
        """A client."""
        return Client()


assert_type(Clients().process_config_and_initialize(), Client)


class Kept(ConfigurableIOManagerFactory[InMemoryIOManager]):
    """A factory of IO managers."""

    def create_io_manager(self, context: InitResourceContext) -> InMemoryIOManager:
        """One."""
        return InMemoryIOManager()


@io_manager
def kept() -> InMemoryIOManager:
    """An IO manager by function."""
    return InMemoryIOManager()


@configured(kept, config_schema={"x": int})
def kept_differently(config: Any) -> Any:
    """Another definition of its kind."""
    return config


assert_type(word, ResourceDefinition)
assert_type(kept, IOManagerDefinition)
assert_type(kept_differently, IOManagerDefinition)
