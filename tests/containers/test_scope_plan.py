"""A scope's plan is worked out once for a container; a change of any part is seen by the next scope."""

import gc
import weakref

import pytest
from dependency_injector import containers, providers

from dagwire import (
    ConfigurableResource,
    EnvVar,
    ResourceProvider,
    asset,
    build_resources,
    materialize,
    override,
    resource,
)
from dagwire.containers.provider_graph import ProviderGraph
from dagwire.errors import FaultsError, MissingVariableError


class Service:
    """Whatever it is given, as attributes."""

    def __init__(self, *args, **kwargs):
        self.args = args
        self.__dict__.update(kwargs)


def given(*args, **kwargs):
    return Service(*args, **kwargs)


class Named(ConfigurableResource):
    name: str = "declared"


class Outer(ConfigurableResource):
    inner: Named


@pytest.fixture
def container():
    """A service on a resource, and one on a Singleton; scopes of it have been opened before."""

    class Gateways(containers.DeclarativeContainer):
        mail = providers.Object("mail")

    class Application(containers.DeclarativeContainer):
        gateways = providers.Container(Gateways)
        db = ResourceProvider(Named)
        pool = providers.Singleton(Service, size=1)
        on_db = providers.Factory(Service, below=db)
        on_pool = providers.Singleton(Service, below=pool)
        choice = providers.Selector(lambda: "one", one=providers.Object(1), two=providers.Object(2))

    application = Application()
    with build_resources(application):
        pass
    return application


def value(container, key):
    with build_resources(container, required_resource_keys=[key]) as resources:
        opened = resources
        for part in key.split("."):
            opened = getattr(opened, part)
        return opened


def test_the_work_is_done_once(container, monkeypatch):
    """A second scope of the same keys reads no provider's dependencies again; one of other keys does."""
    value(container, "on_db")
    read = reading(monkeypatch)
    value(container, "on_db")
    assert read == []
    value(container, "on_pool")
    assert read


def reading(monkeypatch):
    """The list of those whose dependencies are read from now on."""
    read = []
    really_read = ProviderGraph._read_edges
    monkeypatch.setattr(ProviderGraph, "_read_edges", lambda *args: read.append(args) or really_read(*args))
    return read


def test_a_plain_fake_fills_a_slot_of_the_plan(container, monkeypatch):
    """The plan does not depend on which object replaces a provider: a second fake needs no plan of its own."""

    def with_fake(fake):
        with override(container, db=fake):
            return value(container, "on_db").below

    assert with_fake("first") == "first"
    read = reading(monkeypatch)
    assert with_fake("second") == "second"
    assert read == []
    assert with_fake(providers.Object("third")) == "third"
    assert with_fake(Named(name="fourth")).name == "fourth"
    assert with_fake(providers.Object(container.gateways.mail)) is container.gateways.mail
    assert value(container, "on_db").below.name == "declared"


def test_a_slot_is_filled_anew_in_each_scope_of_a_run(container):
    """Two assets bound to different objects under one key have each its own, and so has what depends on it."""

    def bound_to(name, below):
        @asset(name=name, required_resource_keys={"on_db"}, resource_defs={"db": below})
        def bound(context):
            return context.resources.on_db.below

        return bound

    result = materialize([bound_to("left", "l"), bound_to("right", "r")], resources=container)
    assert [result.output_for_node(name) for name in ("left", "right")] == ["l", "r"]


def test_the_provider_itself_in_its_own_place_stays_shared(container):
    """Nothing is replaced by it: what depends on it is the Singleton that all runs share."""
    with override(container, pool=container.pool):
        assert value(container, "on_pool").below is container.pool()
    container.size = providers.Object(1)
    container.sized = providers.Singleton(Service, container.size)
    with override(container, size=container.size):
        assert value(container, "sized") is container.sized()


def test_an_override_is_seen(container):
    """dependency-injector's own overriding is seen by the next scope, and so is its end."""
    assert value(container, "on_db").below.name == "declared"
    with container.db.override(providers.Object("fake")):
        assert value(container, "on_db").below == "fake"
    assert value(container, "on_db").below.name == "declared"


def test_an_override_further_down_is_seen(container):
    """So is that of a provider that no key names."""
    hidden = providers.Object("hidden")
    container.deep = providers.Factory(Service, below=providers.Factory(Service, below=hidden))
    assert value(container, "deep").below.below == "hidden"
    with hidden.override("fake"):
        assert value(container, "deep").below.below == "fake"


def test_another_provider_under_a_key_is_seen(container):
    """So is a provider that takes another's place in the container."""
    value(container, "db")
    container.db = providers.Object("another")
    assert value(container, "db") == "another"


def test_a_nested_container_s_change_is_seen(container):
    """So is one in a nested container."""
    assert value(container, "gateways.mail") == "mail"
    with container.gateways.mail.override("fake"):
        assert value(container, "gateways.mail") == "fake"


@pytest.mark.parametrize(
    "change",
    [
        lambda factory, other: factory.set_kwargs(below=other),
        lambda factory, other: factory.add_kwargs(below=other),
        lambda factory, other: (factory.clear_kwargs(), factory.add_attributes(below=other)),
        lambda factory, other: (factory.clear_kwargs(), factory.set_provides(lambda: Service(below=other()))),
    ],
    ids=["set_kwargs", "add_kwargs", "add_attributes", "set_provides"],
)
def test_other_arguments_are_seen(container, change):
    """So is what dependency-injector lets be changed of a provider."""
    value(container, "on_db")
    change(container.on_db, providers.Object("another"))
    assert value(container, "on_db").below == "another"


def test_a_resource_that_was_initialised_is_seen(container):
    """A `providers.Resource` is the run's own until the application opens it, and again once it is shut."""
    container.connection = providers.Resource(lambda: iter([object()]))
    container.on_connection = providers.Factory(Service, below=container.connection)
    first, second = value(container, "on_connection").below, value(container, "on_connection").below
    assert first is not second
    shared = container.connection.init()
    assert value(container, "on_connection").below is shared
    container.connection.shutdown()
    assert value(container, "on_connection").below is not shared


def test_a_key_for_a_nested_resource_is_seen(container):
    """A nested resource that is declared under a key later goes by that key from then on."""
    inner = Named(name="inner")
    container.outer = ResourceProvider(Outer(inner=inner))
    assert value(container, "outer").inner.name == "inner"
    container.late = ResourceProvider(inner)
    with build_resources(container, resource_config={"late": {"config": {"name": "by its key"}}}) as resources:
        assert resources.outer.inner is resources.late
        assert resources.outer.inner.name == "by its key"


def test_a_choice_is_made_in_each_scope():
    """A Selector chooses anew."""
    chosen = "one"
    container = containers.DynamicContainer()
    container.choice = providers.Selector(
        lambda: chosen, one=ResourceProvider(Named, name="1"), two=providers.Object(2)
    )
    assert value(container, "choice").name == "1"
    chosen = "two"
    assert value(container, "choice") == 2


def test_a_subclass_has_plans_of_its_own():
    """A container class that inherits from another does not take over what was worked out for that."""

    class First(containers.DeclarativeContainer):
        db = providers.Object("first")

    assert value(First, "db") == "first"

    class Second(First):
        db = providers.Object("second")

    assert value(Second, "db") == "second"
    assert value(First, "db") == "first"


def test_a_container_ends():
    """A kept plan does not keep a container alive."""
    container = containers.DynamicContainer()
    container.db = ResourceProvider(Named)
    assert value(container, "db").name == "declared"
    watched = weakref.ref(container)
    del container
    gc.collect()
    assert watched() is None


def test_faults_beside_a_cycle_are_told():
    """Providers that depend on one another in a cycle do not hide a key that is missing."""

    @resource(required_resource_keys={"second", "absent"})
    def first():
        return 1

    @resource(required_resource_keys={"first"})
    def second():
        return 2

    with (
        pytest.raises(FaultsError, match=r"(?s)(absent.*first.*second|first.*second.*absent)"),
        build_resources({"first": first, "second": second}),
    ):
        pass


def test_variables_among_arguments_are_read(monkeypatch):
    """A function that is given an `EnvVar` receives what it is when the scope opens, in lists and dicts too."""
    monkeypatch.setenv("DSN", "sqlite://")
    monkeypatch.setenv("PORT", "5432")
    container = containers.DynamicContainer()
    container.db = ResourceProvider(given, EnvVar("DSN"), ports=[EnvVar.int("PORT")])
    assert (value(container, "db").args, value(container, "db").ports) == (("sqlite://",), [5432])
    monkeypatch.setenv("DSN", "duckdb://")
    assert value(container, "db").args == ("duckdb://",)


def test_an_unset_variable_among_arguments_is_told(monkeypatch):
    """An unset variable is reported before anything opens, with the argument's name."""
    monkeypatch.delenv("DSN", raising=False)
    opened = []
    container = containers.DynamicContainer()
    container.db = ResourceProvider(lambda dsn: opened.append(f"to {dsn}"), dsn=EnvVar("DSN"))
    with pytest.raises(MissingVariableError, match="'dsn' of resource 'db'"):
        value(container, "db")
    assert not opened
