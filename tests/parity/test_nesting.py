"""Nesting: resources as fields of resources."""

import pytest


@pytest.fixture
def store_class(dg, tracked, log):
    """A resource that nests another, and logs whether it found it open."""

    class Store(tracked):
        db: tracked

        def setup_for_execution(self, context):
            log.append(f"open {self.name} over {'open' if self.db.is_open else 'closed'} {self.db.name}")

    return Store


def test_a_nested_resource_is_open_before_its_parent(dg, tracked, store_class, log):
    """The parent's setup finds its child open; the child is closed after it."""
    with dg.build_resources({"store": store_class(name="store", db=tracked(name="db"))}) as resources:
        assert resources.store.db.is_open
    assert log == ["open db", "open store over open db", "close store", "close db"]


def test_in_a_run(dg, tracked, store_class, log):
    """In a run, too, a nested resource is open before its parent and closed after it."""

    @dg.asset
    def read(store: store_class):
        return store.db.name

    assert (
        dg.materialize([read], resources={"store": store_class(name="store", db=tracked())}).asset_value("read") == "db"
    )
    assert log == ["open db", "open store over open db", "close store", "close db"]


def test_a_nested_resource_configured_late(dg, tracked, store_class):
    """A nested resource left to launch takes the run config of its own key."""
    late = tracked.configure_at_launch()
    config = {"db": {"config": {"name": "late"}}}
    with dg.build_resources({"db": late, "store": store_class(db=late)}, resource_config=config) as resources:
        assert resources.store.db.name == "late"
        assert resources.store.db.is_open


def test_a_nested_resource_configured_late_in_a_run(dg, tracked, store_class):
    """A nested resource left to launch is, in a run, the very object of its key."""
    late = tracked.configure_at_launch()

    @dg.asset
    def read(store: store_class, db: tracked):
        return (store.db.name, db.name, store.db is db)

    result = dg.materialize(
        [read],
        resources={"db": late, "store": store_class(db=late)},
        run_config={"resources": {"db": {"config": {"name": "late"}}}},
    )
    assert result.asset_value("read") == ("late", "late", True)


def test_a_nested_late_resource_without_a_key_is_refused(dg, tracked, store_class):
    """A nested resource left to launch must be a key of its own."""
    with (
        pytest.raises(Exception, match="db"),
        dg.build_resources({"store": store_class(db=tracked.configure_at_launch())}),
    ):
        pass


def test_a_chain_of_three(dg, tracked, log):
    """Nested resources open from the innermost out, and close in reverse."""

    class Two(tracked):
        one: tracked

    class Three(tracked):
        two: Two

    with dg.build_resources({"three": Three(name="3", two=Two(name="2", one=tracked(name="1")))}):
        pass
    assert log == ["open 1", "open 2", "open 3", "close 3", "close 2", "close 1"]


def test_resource_dependency_takes_a_function_resource(dg):
    """`ResourceDependency[T]` as a field takes a definition; users see its product."""

    @dg.resource
    def token():
        return "secret"

    class Api(dg.ConfigurableResource):
        token: dg.ResourceDependency[str]

    with dg.build_resources({"token": token, "api": Api(token=token)}) as resources:
        assert resources.api.token == "secret"


@pytest.mark.parametrize("base", ["ConfigurableIOManager", "ConfigurableIOManagerFactory"])
def test_an_io_manager_that_nests_a_resource(dg, tracked, log, base):
    """An IO manager finds its nested resource open; the config that its contexts show leaves the resource out."""

    class Kept(getattr(dg, base)):
        db: tracked
        folder: str = "f"

        def create_io_manager(self, context):
            return Simple(self)

        def handle_output(self, context, obj):
            log.append((self.db.is_open, context.resource_config))

        def load_input(self, context):
            return None

    class Simple(dg.IOManager):
        def __init__(self, made_by):
            self.handle_output, self.made_by = made_by.handle_output, made_by

        def handle_output(self, context, obj):
            raise NotImplementedError

        def load_input(self, context):
            return None

    @dg.asset
    def one():
        return 1

    dg.materialize([one], resources={"io_manager": Kept(db=tracked())})
    assert log == ["open db", (True, {"folder": "f"}), "close db"]


# -- better on purpose -------------------------------------------------------------------------------------------------


def test_nested_and_a_key_of_its_own_is_one_instance(dg, tracked, store_class, log, differs):
    """dagwire opens one object that is both a key and nested once; Dagster opens it twice."""
    shared = tracked(name="db")

    def use():
        with dg.build_resources({"db": shared, "store": store_class(name="store", db=shared)}) as resources:
            return resources.store.db is resources.db

    differs(use, dagster=False, dagwire=True)
    assert log.count("open db") == log.count("close db") == {"dagster": 2, "dagwire": 1}[dg.__name__]


def test_nested_in_two_is_one_instance(dg, tracked, log, differs):
    """dagwire opens an object that two resources nest once; Dagster once for each."""

    class Left(dg.ConfigurableResource):
        db: tracked

    class Right(dg.ConfigurableResource):
        db: tracked

    shared = tracked(name="db")

    def use():
        with dg.build_resources({"left": Left(db=shared), "right": Right(db=shared)}) as resources:
            return resources.left.db is resources.right.db

    differs(use, dagster=False, dagwire=True)
    assert log.count("open db") == {"dagster": 2, "dagwire": 1}[dg.__name__]


def test_a_key_s_run_config_reaches_where_it_is_nested(dg, tracked, differs):
    """dagwire's run config for a key that is also nested reaches the nesting resource; Dagster's does not."""

    class Store(dg.ConfigurableResource):
        db: tracked

    shared = tracked(name="db")
    config = {"db": {"config": {"name": "run"}}}

    def use():
        with dg.build_resources({"db": shared, "store": Store(db=shared)}, resource_config=config) as resources:
            return resources.store.db.name

    differs(use, dagster="db", dagwire="run")
