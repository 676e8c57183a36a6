"""A run works on a private copy: what is private to it, what it shares, and that the container is never changed."""

import threading

import pytest
from dependency_injector import containers, providers

from dagwire import ConfigurableResource, ResourceProvider, build_resources, resource
from dagwire.containers.keys import Requirement
from dagwire.containers.run_scope import RunScope
from dagwire.resources.run_without_loop import drive


class Service:
    """Whatever it is given, as attributes."""

    def __init__(self, *args, **kwargs):
        self.args = args
        self.__dict__.update(kwargs)

    def given(self, *args, **kwargs):
        return Service(*args, **kwargs)


def connection():
    """A resource that knows whether it is open."""
    state = Service(is_open=True)
    yield state
    state.is_open = False


@pytest.fixture
def container():
    """A pool for the process, a connection for the run, and a service on top of each."""

    class Application(containers.DeclarativeContainer):
        pool = providers.Singleton(Service)
        connection = ResourceProvider(connection)
        on_pool = providers.Singleton(Service, below=pool)
        on_connection = providers.Singleton(Service, below=connection)

    return Application()


def test_a_singleton_is_shared(container):
    """A singleton that depends on nothing of the run's own is the container's own object."""
    with build_resources(container) as first, build_resources(container) as second:
        assert first.on_pool is second.on_pool is container.on_pool()


def test_a_resource_is_private(container):
    """Two scopes that are open at once have a resource each."""
    with build_resources(container) as first, build_resources(container) as second:
        assert first.connection is not second.connection


def test_a_singleton_on_a_resource_is_private(container):
    """A Singleton never keeps a closed resource: it is the run's own where what it depends on is."""
    with build_resources(container) as first:
        assert first.on_connection.below is first.connection
    with build_resources(container) as second:
        assert second.on_connection is not first.on_connection
        assert second.on_connection.below.is_open
    assert not first.connection.is_open


def test_a_singleton_is_one_within_a_run(container):
    """A private Singleton is built once for its run, however many depend on it."""
    container.also = providers.Factory(Service, below=container.on_connection)
    with build_resources(container) as resources:
        assert resources.also.below is resources.on_connection


def test_the_container_is_not_changed(container):
    """After a run with replacements the container's providers are what and as they were."""
    before = dict(container.providers)
    with build_resources(container, replacements={"pool": "fake", "connection": "fake"}) as resources:
        assert resources.on_pool.below == resources.on_connection.below == "fake"
    assert container.providers == before
    assert not any(provider.overridden for provider in before.values())
    assert isinstance(container.pool(), Service)
    assert isinstance(container.on_pool().below, Service)


def test_arguments_are_not_copied():
    """A lock and a dict that are arguments stay the same objects in a private copy."""
    lock, shared = threading.Lock(), {}
    container = containers.DynamicContainer()
    container.connection = ResourceProvider(connection)
    container.service = providers.Factory(Service, container.connection, lock, shared=shared, lock=lock)
    container.service.add_attributes(also=lock)
    container.method = container.service.provided.given.call(lock, shared=shared)
    with build_resources(container) as resources:
        assert resources.service.args[1] is resources.service.lock is resources.service.also is lock
        assert resources.service.shared is shared
        assert resources.method.args == (lock,)


def test_only_what_is_reached_is_opened(container):
    """A key that nobody asks for opens nothing."""
    container.broken = ResourceProvider(_fail)
    with build_resources(container, required_resource_keys=["on_pool"]) as resources:
        assert resources._asdict().keys() == {"on_pool"}


def _fail():
    raise AssertionError("opened")


def test_only_the_chosen_branch_is_opened():
    """A Selector opens the branch that it chooses alone; a choice may depend on another resource."""

    @resource
    def choice():
        yield "good"

    container = containers.DynamicContainer()
    container.choice = ResourceProvider(choice)
    container.selected = providers.Selector(
        container.choice, good=ResourceProvider(connection), bad=ResourceProvider(_fail)
    )
    container.service = providers.Factory(Service, below=container.selected)
    with build_resources(container, required_resource_keys=["service"]) as resources:
        assert resources.service.below.is_open


def test_a_long_chain():
    """1,000 resources, one on top of another, open and close: no recursion limits them."""
    container = containers.DynamicContainer()
    log = []

    def link(name, *below):
        log.append(name)
        yield name
        log.append(name)

    previous = ()
    for number in range(1_000):
        provider = ResourceProvider(link, number, *previous)
        container.set_provider(f"n{number}", provider)
        previous = (provider,)
    with build_resources(container, required_resource_keys=["n999"]):
        assert log == list(range(1_000))
    assert log[1_000:] == list(range(999, -1, -1))


def test_a_long_chain_of_copies():
    """Copying a chain is not what limits it: dependency-injector calls 800 in a row, and `deepcopy` gives up at 400."""
    container = containers.DynamicContainer()
    container.bottom = ResourceProvider(connection)
    provider = container.bottom
    for number in range(800):
        provider = providers.Callable(_same, provider)
        container.set_provider(f"n{number}", provider)
    with build_resources(container, required_resource_keys=["n799", "bottom"]) as resources:
        assert resources.n799 is resources.bottom


def _same(value):
    return value


def test_overrides_of_the_users_own_hold(container):
    """Overrides by dependency-injector's own means hold in a run, too."""
    container.pool.override(providers.Object("theirs"))
    container.connection.override("theirs")
    with build_resources(container) as resources:
        assert resources.on_pool.below == resources.on_connection.below == resources.connection == "theirs"


def test_replacements_are_stronger_than_overrides_of_the_users_own(container):
    """A run's replacement wins over an override on the provider itself."""
    container.pool.override(providers.Object("theirs"))
    with build_resources(container, replacements={"pool": "ours"}) as resources:
        assert resources.pool == resources.on_pool.below == "ours"


def test_an_overriding_resource_is_opened_and_closed(container):
    """A resource that overrides, by whatever means, is the run's own as any other."""
    container.connection.override(ResourceProvider(connection))
    with build_resources(container, replacements={"pool": ResourceProvider(connection)}) as resources:
        assert resources.connection.is_open
        assert resources.on_pool.below.is_open
    assert not resources.connection.is_open
    assert not resources.on_pool.below.is_open


def test_a_declarative_class():
    """A container's class serves as well as an instance of it."""
    with build_resources(_Declared) as resources:
        assert resources.on_connection.below.is_open


class _Declared(containers.DeclarativeContainer):
    connection = ResourceProvider(connection)
    on_connection = providers.Singleton(Service, below=connection)


def test_a_copied_container():
    """An instance of a container, a copy of its class, has recipes of its own; both work, and do not meet."""
    one, other = _Declared(), _Declared()
    other.connection.override("fake")
    with build_resources(one) as first, build_resources(other) as second:
        assert first.connection.is_open
        assert second.on_connection.below == "fake"


def test_a_lock_in_a_resource_provider_of_a_copied_container():
    """dependency-injector copies a declarative container; plain arguments of a resource are shared by the copies."""
    lock = threading.Lock()

    class Locked(containers.DeclarativeContainer):
        service = ResourceProvider(service_with, lock)

    with build_resources(Locked()) as resources:
        assert resources.service is lock


def service_with(lock):
    return lock


def test_one_provider_under_two_keys(container):
    """Two keys of one provider are one resource."""
    container.set_provider("alias", container.connection)
    with build_resources(container) as resources:
        assert resources.alias is resources.connection


def test_one_instance_under_two_keys():
    """An instance given twice is opened once."""
    log = []

    class Db(ConfigurableResource):
        def setup_for_execution(self, context):
            log.append("open")

    db = Db()
    with build_resources({"a": db, "b": db}) as resources:
        assert resources.a is resources.b
    assert log == ["open"]


# -- inner scopes ------------------------------------------------------------------------------------------------------


def _open(scope, *keys):
    assert scope.prepare([Requirement(key) for key in keys]) == []
    return scope


def test_an_inner_scope_shares_what_its_replacements_do_not_touch(container):
    """An object that depends on neither of a run's two bindings is one object, opened once."""
    container.also = providers.Factory(Service, on=container.on_connection, pool=container.pool)
    outer = RunScope(container)
    inner = outer.inner({"pool": providers.Object("inner")})
    second = outer.inner({"pool": providers.Object("second")})
    for scope in (outer, inner, second):
        _open(scope, *(["connection"] if scope is outer else ["also", "on_pool"]))
    for scope in (outer, inner, second):
        drive(scope.open())
    assert inner.value("also").on is second.value("also").on
    assert inner.value("also").on.below is outer.value("connection")
    assert (inner.value("also").pool, second.value("also").pool) == ("inner", "second")
    assert (inner.value("on_pool").below, second.value("on_pool").below) == ("inner", "second")
    drive(outer.close(None))
    assert not outer.value("connection").is_open


def test_inner_scopes_without_the_outer_share_too(container):
    """A resource that only inner scopes reach is one for both."""
    outer = RunScope(container)
    first, second = outer.inner({"pool": providers.Object(1)}), outer.inner({"pool": providers.Object(2)})
    for scope in (_open(outer), _open(first, "connection"), _open(second, "on_connection")):
        drive(scope.open())
    assert second.value("on_connection").below is first.value("connection")
    drive(outer.close(None))
