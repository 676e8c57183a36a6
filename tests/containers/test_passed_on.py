"""A provider that is passed on uncalled is opened and built when somebody calls it, as dependency-injector does."""

import asyncio
from unittest.mock import MagicMock

import pytest
from dependency_injector import containers, providers

from dagwire import ResourceProvider, abuild_resources, build_resources, override
from dagwire.containers.isolated_copy import isolated_copy
from dagwire.errors import ResourceCycleError, ResourceNotOpenError, ResourceSetupError, UnknownResourceError

log: list[str] = []


@pytest.fixture(autouse=True)
def _fresh_log():
    log.clear()


class Service:
    """Whatever it is given."""

    def __init__(self, *args, **kwargs):
        self.args = args
        self.__dict__.update(kwargs)


def connected(name):
    log.append(f"open {name}")
    yield name
    log.append(f"close {name}")


async def waited(name):
    await asyncio.sleep(0)
    log.append(f"open {name}")
    yield name
    log.append(f"close {name}")


def opened(container, key):
    return build_resources(container, required_resource_keys=[key])


# -- each way of passing on --------------------------------------------------------------------------------------------


class Inner(containers.DeclarativeContainer):
    db = ResourceProvider(connected, "db")
    kept = providers.Singleton(Service, below=db)


def by_delegate(db):
    return {"user": providers.Factory(Service, give=db.provider)}


def by_delegated_factory(db):
    return {"user": providers.Factory(Service, give=providers.DelegatedFactory(str, db))}


def by_aggregate(db):
    return {"user": providers.Aggregate(give=providers.Factory(str, db), other=ResourceProvider(connected, "other"))}


def by_nested_container(_):
    return {"user": providers.Container(Inner)}


WAYS = {
    "delegate": (by_delegate, lambda user: user.give()),
    "delegated factory": (by_delegated_factory, lambda user: user.give()),
    "aggregate": (by_aggregate, lambda user: user("give")),
    "nested container": (by_nested_container, lambda user: user.db),
}


@pytest.fixture(params=WAYS)
def way(request):
    """A container of which `user` passes on `db`, and what calls for it."""
    declare, call = WAYS[request.param]
    container = containers.DynamicContainer()
    container.db = ResourceProvider(connected, "db")
    container.set_providers(**declare(container.db))
    return container, call


def test_it_is_opened_when_it_is_called(way):
    """Nothing is opened for what is passed on until it is called; then it is opened once, and closed with the scope."""
    container, call = way
    with opened(container, "user") as resources:
        assert log == []
        assert call(resources.user) == "db"
        assert call(resources.user) == "db"
        assert log == ["open db"]
    assert log == ["open db", "close db"]


def test_two_scopes_do_not_meet(way):
    """Two scopes open a resource each."""
    container, call = way
    with opened(container, "user") as first, opened(container, "user") as second:
        assert call(first.user) == call(second.user) == "db"
    assert log == ["open db"] * 2 + ["close db"] * 2


def test_an_override_reaches_it(way):
    """The provider passed on is the scope's, fakes included."""
    container, call = way
    key = "user.db" if isinstance(container.user, providers.Container) else "db"
    with override(container, {key: "fake"}), opened(container, "user") as resources:
        assert call(resources.user) == "fake"
    assert log == []


def test_in_a_copy_for_a_test(way):
    """A copied container passes on what is its own."""
    container, call = way
    with opened(isolated_copy(container), "user") as resources:
        assert call(resources.user) == "db"


def test_after_the_scope(way):
    """Whoever calls for it when the scope is closed hears that nothing opens it any more."""
    container, call = way
    with opened(container, "user") as resources:
        kept = resources.user
    with pytest.raises(ResourceNotOpenError):
        call(kept)


def test_a_failing_late_opening():
    """A resource that fails to open late raises to its caller, and is tried again at the next call."""
    attempts = []

    def unsteady():
        attempts.append(1)
        if len(attempts) == 1:
            raise ConnectionError
        return "open"

    container = containers.DynamicContainer()
    container.db = ResourceProvider(unsteady)
    container.user = providers.Factory(Service, give=container.db.provider)
    with opened(container, "user") as resources:
        with pytest.raises(ResourceSetupError):
            resources.user.give()
        assert resources.user.give() == "open"


def test_late_in_an_event_loop():
    """An asynchronous resource that is called for late is a task, opened once for all who wait for it."""

    async def main():
        container = containers.DynamicContainer()
        container.db = ResourceProvider(waited, "db")
        container.user = providers.Factory(Service, give=container.db.provider)
        async with abuild_resources(container, required_resource_keys=["user"]) as resources:
            assert await asyncio.gather(resources.user.give(), resources.user.give()) == ["db", "db"]
            assert await resources.user.give() == "db"
        assert log == ["open db", "close db"]

    asyncio.run(main())


def test_unasked_singletons_are_not_built():
    """A Singleton that is only passed on is built by whoever calls for it."""

    class Unasked(containers.DeclarativeContainer):
        costly = providers.Singleton(log.append, "built")

    container = containers.DynamicContainer()
    container.nested = providers.Container(Unasked)
    container.stores = providers.Aggregate(costly=providers.Singleton(log.append, "built too"))
    with build_resources(container):
        assert log == []


# -- cycles -----------------------------------------------------------------------------------------------------------


class Pair(containers.DeclarativeContainer):
    db = ResourceProvider(connected, "db")
    left = providers.Factory(Service, db=db)
    right = providers.Factory(Service, other=left.provider)
    left.add_kwargs(other=right.provider)


def test_a_cycle_of_passing_on_is_none():
    """Two factories that are given each other's provider call nothing in a cycle; both are the scope's own."""
    with opened(Pair(), "left") as resources:
        assert resources.left.other().other().db == "db"
    assert log == ["open db", "close db"]
    with override(pair := Pair(), db="fake"), opened(pair, "right") as resources:
        assert resources.right.other().other().other().db == "fake"


def test_a_cycle_of_calls_is_drawn_wherever_it_is():
    """A cycle of calls below what is passed on is one, whoever makes the first call."""
    container = containers.DynamicContainer()
    container.left = providers.Factory(Service)
    container.right = providers.Factory(Service, container.left)
    container.left.add_args(container.right)
    container.user = providers.Factory(Service, container.left.provider)
    with pytest.raises(ResourceCycleError, match=r"left -> right -> left|right -> left -> right"):
        opened(container, "user").__enter__()


# -- Self --------------------------------------------------------------------------------------------------------------


class Knowing(containers.DeclarativeContainer):
    __self__ = providers.Self()
    db = ResourceProvider(connected, "db")
    kept = providers.Singleton(Service, 1)
    bus = providers.Factory(Service, inside=__self__)


def test_self_is_the_scopes_container():
    """The container of `providers.Self` has the scope's resources and fakes, and opens the ones that are called for."""
    with opened(Knowing(), "bus") as resources:
        inside = resources.bus.inside
        assert log == []
        assert inside.db() == "db"
        assert sorted(inside.providers) == ["bus", "db", "kept"]
        with pytest.raises(AttributeError, match="no provider 'nothing'"):
            inside.nothing()
    with override(knowing := Knowing(), db="fake"), opened(knowing, "bus") as resources:
        assert resources.bus.inside.db() == "fake"


def test_two_tests_share_nothing_by_self():
    """Copies of a container for two tests have a Singleton each, also by way of `providers.Self`."""
    container = Knowing()
    first, second = isolated_copy(container), isolated_copy(container)
    assert first.bus().inside.kept() is first.kept()
    assert first.bus().inside.kept() is not second.bus().inside.kept()


# -- what only looks like a provider -----------------------------------------------------------------------------------


def test_a_mock_of_a_provider_is_a_value():
    """A mock that claims to be a provider is passed on as the value it is."""
    mock = MagicMock(spec=providers.Provider)
    container = containers.DynamicContainer()
    container.db = providers.Object("real")
    container.user = providers.Factory(Service, below=container.db, mock=mock)
    with override(container, db=mock), opened(container, "user") as resources:
        assert resources.user.below is mock
        assert resources.user.mock is mock


# -- keys that are paths -----------------------------------------------------------------------------------------------


def test_a_resource_is_read_by_its_path():
    """A view of resources takes a key as an item, a path or the beginning of one."""

    class Outer(containers.DeclarativeContainer):
        inner = providers.Container(Inner)

    with build_resources(Outer(), required_resource_keys=["inner.db"]) as resources:
        assert resources["inner.db"] == resources["inner"].db == resources.inner.db == "db"
        with pytest.raises(UnknownResourceError):
            resources["nothing"]
