"""`ConfigurableResource`: hooks of every kind, fields that hold resources, config that comes late."""

import asyncio
import contextlib
import functools
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import pytest
from pydantic import BaseModel, PrivateAttr

from dagwire import (
    Config,
    ConfigurableIOManagerFactory,
    ConfigurableResource,
    ConfigurableResourceFactory,
    EnvVar,
    InitResourceContext,
    IOManager,
    ResourceDependency,
    abuild_resources,
    build_init_resource_context,
    build_resources,
    configured,
    override,
    resource,
)
from dagwire.containers.as_container import container_from
from dagwire.errors import (
    ConfigFaultsError,
    InvalidConfigError,
    InvalidInvocationError,
    MissingVariableError,
    ResourceCycleError,
    ResourceSetupError,
    UnconfiguredFieldError,
)

T = TypeVar("T")


@pytest.fixture
def log():
    """The list of events, in order."""
    return []


@pytest.fixture
def db_class(log):
    """A resource that logs when it opens and closes."""

    class Db(ConfigurableResource):
        name: str = "db"
        _opened: bool = PrivateAttr(default=False)

        def setup_for_execution(self) -> None:
            self._opened = True
            log.append(f"open {self.name}")

        def teardown_after_execution(self) -> None:
            log.append(f"close {self.name}")

    return Db


def opened(recipe, config=None, **others):
    """Open `recipe` in a scope, under the key `it`, and return the live thing."""
    given = {"it": {"config": config}} if config is not None else None
    with build_resources({"it": recipe, **others}, resource_config=given) as resources:
        return resources.it


# -- hooks of every kind -----------------------------------------------------------------------------------------------


def _coroutines(log):
    class Kind(ConfigurableResource):
        async def setup_for_execution(self, context):
            await asyncio.sleep(0)
            log.append("open")

        async def teardown_after_execution(self):
            await asyncio.sleep(0)
            log.append("close")

    return Kind


def _generator(log):
    class Kind(ConfigurableResource):
        def yield_for_execution(self):
            log.append("open")
            try:
                yield self
            finally:
                log.append("close")

    return Kind


def _manager(log):
    class Kind(ConfigurableResource):
        @contextlib.contextmanager
        def yield_for_execution(self, context):
            log.append("open")
            try:
                yield self
            finally:
                log.append("close")

    return Kind


def _asynchronous_generator(log):
    class Kind(ConfigurableResource):
        async def yield_for_execution(self):
            await asyncio.sleep(0)
            log.append("open")
            try:
                yield self
            finally:
                log.append("close")

    return Kind


def _asynchronous_manager(log):
    class Kind(ConfigurableResource):
        @contextlib.asynccontextmanager
        async def yield_for_execution(self, context):
            log.append("open")
            try:
                yield self
            finally:
                log.append("close")

    return Kind


def _hooks_above(log):
    class Base(ConfigurableResource):
        def setup_for_execution(self, context: InitResourceContext) -> None:
            log.append("open")

        def teardown_after_execution(self, context: InitResourceContext) -> None:
            log.append("close")

    class Kind(Base):
        pass

    return Kind


KINDS = [_coroutines, _generator, _manager, _asynchronous_generator, _asynchronous_manager, _hooks_above]


@pytest.mark.parametrize("kind", KINDS)
def test_opens_and_closes_whatever_its_hooks_are(kind, log):
    """Coroutines, generators and context managers, with a context or without, open and close in a synchronous scope."""
    with build_resources({"it": kind(log)()}) as resources:
        assert resources.it.get_resource_context().run_id is None
        log.append("body")
    assert log == ["open", "body", "close"]


@pytest.mark.parametrize("kind", KINDS)
def test_opens_and_closes_in_an_event_loop(kind, log):
    """Life-cycle methods of every kind open and close in the caller's own event loop."""

    async def use():
        async with abuild_resources({"it": kind(log)()}):
            log.append("body")

    asyncio.run(use())
    assert log == ["open", "body", "close"]


@pytest.mark.parametrize("kind", [_generator, _manager, _asynchronous_generator, _asynchronous_manager])
def test_the_failure_of_the_body_closes_it(kind, log):
    """The body's exception passes through a generator's yield, and closes it."""
    with pytest.raises(ZeroDivisionError), build_resources({"it": kind(log)()}):
        1 / 0  # noqa: B018  # the failure
    assert log == ["open", "close"]


def test_a_factory_makes_its_product_in_a_coroutine():
    """`create_resource` may be a coroutine function; its users get the product."""

    class Number(ConfigurableResourceFactory[int]):
        size: int

        async def create_resource(self) -> int:
            await asyncio.sleep(0)
            return self.size

    assert opened(Number(size=3)) == 3


def test_a_factory_that_makes_nothing_says_so():
    """A factory without `create_resource` is refused when it is opened, by name."""

    class Empty(ConfigurableResourceFactory[int]):
        pass

    with pytest.raises(Exception, match="Empty does not define create_resource"):
        opened(Empty())


# -- fields that hold resources ----------------------------------------------------------------------------------------


def test_one_instance_is_opened_once_wherever_it_stands(db_class, log):
    """In a field, a list, a dict and under a key: one object is opened once, and is one object everywhere."""

    class Store(ConfigurableResource):
        one: Any
        many: list[db_class]
        by_name: dict[str, db_class]
        maybe: db_class | None = None

    db = db_class()
    # The key that sorts and stands last: its config must reach those before it all the same.
    resources = {"a_store": Store(one=db, many=[db, db], by_name={"k": db}), "z_db": db}
    with build_resources(resources, resource_config={"z_db": {"config": {"name": "run"}}}) as open_resources:
        store = open_resources.a_store
        assert store.one is store.many[0] is store.many[1] is store.by_name["k"] is open_resources.z_db
    assert log == ["open run", "close run"]


def test_an_override_of_a_key_reaches_where_it_is_nested(db_class):
    """A nested resource that has a key is that key's, so a fake for the key replaces it there too."""

    class Store(ConfigurableResource):
        db: db_class

    db = db_class()
    container = container_from({"store": Store(db=db), "db": db})
    with override(container, db=db_class(name="fake")), build_resources(container) as resources:
        assert resources.store.db.name == "fake"
    with build_resources(container) as resources:
        assert resources.store.db.name == "db"


def test_a_factory_in_a_field_gives_its_product():
    """`ResourceDependency[T]` given a factory, a definition or a plain value reads as the product."""

    class Number(ConfigurableResourceFactory[int]):
        def create_resource(self) -> int:
            return 3

    @resource
    def made():
        return 4

    class Holder(ConfigurableResource):
        number: ResourceDependency[int]

    assert [opened(Holder(number=given)).number for given in (Number(), made, 5)] == [3, 4, 5]


def test_a_definition_in_a_field_has_what_it_requires(log):
    """A nested definition is opened with the keys that it names, and closed."""

    @resource(required_resource_keys={"base"}, config_schema={"size": int})
    def made(context):
        yield context.resources.base + context.resource_config["size"]
        log.append("close")

    class Holder(ConfigurableResource):
        number: ResourceDependency[int]

    assert opened(Holder(number=made.configured({"size": 1})), base=2).number == 3
    assert log == ["close"]


def test_what_a_dependency_is_declared_as_is_not_held_against_a_fake(db_class):
    """A dependency takes any object, of a Protocol or of a class; a dict is read as the class's config."""

    class Clock(Protocol):
        def now(self) -> int: ...

    class Holder(ConfigurableResource):
        clock: ResourceDependency[Clock]
        db: ResourceDependency[db_class]

    fake = object()
    assert opened(Holder(clock=fake, db=fake)).db is fake
    assert opened(Holder(clock=fake, db={"name": "x"})).db.name == "x"
    with pytest.raises(ValueError, match="Field required"):
        Holder(clock=fake)


def test_a_class_in_a_field_is_refused_with_the_fix(db_class):
    """A dependency given a resource's class is refused; the message shows how to make an instance."""

    class Holder(ConfigurableResource):
        db: ResourceDependency[db_class]
        other: ResourceDependency[Any]

    for fields in ({"db": db_class, "other": 1}, {"db": db_class(), "other": db_class}):
        with pytest.raises(ValueError, match=r"give an instance, Db\(\.\.\.\)"):
            Holder(**fields)


def test_a_cycle_through_a_nested_definition_is_drawn():
    """A resource that nests a definition which requires that resource's key is a cycle."""

    @resource(required_resource_keys={"holder"})
    def made(context):
        return context.resources.holder

    class Holder(ConfigurableResource):
        inner: ResourceDependency[Any]

    with pytest.raises(ResourceCycleError, match="holder"), build_resources({"holder": Holder(inner=made)}):
        pass


def test_what_is_open_already_is_not_opened_again(db_class, log):
    """A resource open in one scope may be given to another: it is used as it is, and closed by the first alone."""

    class Store(ConfigurableResource):
        db: db_class

    with build_resources({"db": db_class()}) as outer:
        with build_resources({"store": Store(db=outer.db), "same": outer.db}) as inner:
            assert inner.store.db is inner.same is outer.db
        assert log == ["open db"]
    assert log == ["open db", "close db"]


def test_resources_inside_plain_models_are_opened(db_class, log):
    """A pydantic model or `Config` may hold resources: its copy gets the open ones."""

    class Pair(BaseModel):
        primary: db_class
        others: list[db_class]

    class Choice(Config):
        pair: Pair

    class Store(ConfigurableResource):
        choice: Choice

        def setup_for_execution(self):
            log.append(f"store over {self.choice.pair.primary._opened} {self.choice.pair.others[0]._opened}")

    store = Store(choice=Choice(pair=Pair(primary=db_class(name="a"), others=[db_class(name="b")])))
    with build_resources({"store": store}) as resources:
        assert resources.store.choice.pair.primary.name == "a"
    assert log == ["open a", "open b", "store over True True", "close b", "close a"]
    assert not store.choice.pair.primary._opened


# -- state and context -------------------------------------------------------------------------------------------------


def test_private_state_is_fresh_in_each_scope():
    """A mutable private default is made anew for each scope, whatever an earlier scope did to it."""

    class Kept(ConfigurableResource, Generic[T]):
        start: int = 0
        _items: list[int] = PrivateAttr(default_factory=list)

        def add(self) -> int:
            self._items.append(1)
            return len(self._items)

    declared = Kept[int]()
    assert [opened(declared).add(), opened(declared).add(), declared.add()] == [1, 1, 1]


def test_the_context_is_had_only_while_open(db_class):
    """A resource has no context outside a scope; inside it, the context names the resource's definition."""
    with pytest.raises(InvalidInvocationError, match="Db"):
        db_class().get_resource_context()

    class Told(ConfigurableResource):
        def defs(self):
            return self.get_resource_context().all_resource_defs

    told = Told()
    with build_resources({"told": told, "other": 3}) as resources:
        defs = resources.told.defs()
        assert (list(defs), defs["told"]) == (["told", "other"], told)


# -- config that comes late --------------------------------------------------------------------------------------------


class Late(ConfigurableResource):
    url: str
    size: int = 1


def test_fields_left_to_launch_come_from_the_run():
    """Given fields stay, defaults hold, and the run's config gives the rest."""
    late = Late.configure_at_launch(size=2)
    assert opened(late, {"url": "u"}) == Late(url="u", size=2)


def test_a_field_left_to_launch_says_so_when_read():
    """Reading a field that is left to launch is, before a run, an AttributeError with the fix."""
    with pytest.raises(UnconfiguredFieldError, match="build_resources"):
        _ = Late.configure_at_launch().url
    assert not hasattr(Late.configure_at_launch(), "url")


def test_a_misspelt_field_left_to_launch_is_refused_at_once():
    """An unknown field is refused with the nearest name."""
    with pytest.raises(InvalidConfigError, match="Did you mean 'url'"):
        Late.configure_at_launch(ur1="u")


def test_all_faults_of_all_resources_are_told_at_once(monkeypatch, db_class, log):
    """Missing fields, wrong types and unset variables of several resources come in one error, before anything opens."""
    monkeypatch.delenv("RESOURCES_URL", raising=False)
    recipes = {
        "late": Late.configure_at_launch(),
        "wrong": Late(url="u"),
        "unset": Late(url=EnvVar("RESOURCES_URL")),
        "db": db_class(),
    }
    with (
        pytest.raises(ConfigFaultsError) as caught,
        build_resources(recipes, resource_config={"wrong": {"config": {"size": "many"}}, "nobody": {"config": {}}}),
    ):
        pass
    told = str(caught.value)
    assert [part in told for part in ("'late'", "'wrong'", "RESOURCES_URL", "nobody")] == [True] * 4
    assert isinstance(caught.value, InvalidConfigError)
    assert log == []


@pytest.mark.parametrize("given", [{"it": {"confg": {"size": 1}}}, {"it": {"size": 1}}, {"it": 5}, 5])
def test_config_that_does_not_stand_under_its_name_is_refused(given):
    """`resource_config` is `{key: {"config": ...}}`; any other form is refused, not ignored."""
    with pytest.raises(InvalidConfigError), build_resources({"it": Late(url="u")}, resource_config=given):
        pass


def test_unset_variables_of_nested_resources_are_told(monkeypatch, db_class):
    """An unset variable is reported with the path of its field."""
    monkeypatch.delenv("RESOURCES_NAME", raising=False)

    class Store(ConfigurableResource):
        dbs: list[db_class]

    with (
        pytest.raises(MissingVariableError, match=r"RESOURCES_NAME.*it\.dbs\.0"),
        build_resources({"it": Store(dbs=[db_class(name=EnvVar("RESOURCES_NAME"))])}),
    ):
        pass


def test_a_collection_of_values_and_resources(monkeypatch, db_class):
    """A variable beside a resource in one dict is read; a resource reads its own."""
    monkeypatch.setenv("RESOURCES_NAME", "n")

    class Mixed(ConfigurableResource):
        things: dict[str, Any]

    mixed = Mixed(things={"db": db_class(name=EnvVar("RESOURCES_NAME")), "name": EnvVar("RESOURCES_NAME")})
    with build_resources({"it": mixed}) as resources:
        assert (resources.it.things["name"], resources.it.things["db"].name) == ("n", "n")


# -- without a scope ---------------------------------------------------------------------------------------------------


def test_ready_for_use_without_a_scope(monkeypatch):
    """`process_config_and_initialize` reads variables and opens what is nested."""
    monkeypatch.setenv("RESOURCES_URL", "u")

    class Number(ConfigurableResourceFactory[int]):
        def create_resource(self) -> int:
            return 3

    class Holder(ConfigurableResource):
        url: str
        number: ResourceDependency[int]

    holder = Holder(url=EnvVar("RESOURCES_URL"), number=Number()).process_config_and_initialize()
    assert (holder.url, holder.number) == ("u", 3)


def test_what_must_be_closed_needs_a_with_block(db_class):
    """A resource with a life cycle is refused without `with`; the error names the method that closes it."""
    with pytest.raises(InvalidInvocationError, match="_cm"):
        db_class().process_config_and_initialize()
    with pytest.raises(InvalidInvocationError, match="_cm"):
        db_class.from_resource_context(build_init_resource_context())


def test_the_failure_of_a_with_block_closes_it(db_class, log):
    """A failing `with` body closes the resource, and its exception comes out."""
    with pytest.raises(ZeroDivisionError), db_class().process_config_and_initialize_cm():
        1 / 0  # noqa: B018  # the failure
    assert log == ["open db", "close db"]


def test_made_of_a_context_with_resources_that_config_cannot_give(db_class):
    """`nested_resources` fills the fields that are resources."""

    class Store(ConfigurableResource):
        db: db_class
        size: int

    context = build_init_resource_context(config={"size": 3})
    with Store.from_resource_context_cm(context, nested_resources={"db": db_class(name="n")}) as store:
        assert (store.size, store.db.name) == (3, "n")


def test_config_of_a_context_that_does_not_fit_is_refused():
    """`process_config_and_initialize_cm` opens and closes as a run does."""
    with pytest.raises(InvalidConfigError, match="Did you mean 'url'"):
        Late.from_resource_context(build_init_resource_context(config={"ur1": "u"}))


def test_reading_an_open_field_costs_no_more_than_any_attribute():
    """An opened resource's fields are in its `__dict__`, so that no code of dagwire runs when one is read."""
    with build_resources({"it": Late(url="u")}) as resources:
        assert vars(resources.it)["url"] == "u"
    assert "__getattribute__" not in {name for kind in Late.__mro__[:-1] for name in vars(kind)}


class Login(NamedTuple):
    user: str
    password: str


class Inner(ConfigurableResource):
    name: str = "inner"

    def create_resource(self, context):
        return self.name.upper()


class Pair(NamedTuple):
    first: Inner
    second: str


class Holder(ConfigurableResource):
    login: Login = Login("ann", "pw")
    pair: Pair | None = None


def test_named_tuples_hold_variables_and_resources(monkeypatch):
    """Named tuples and dataclasses keep their types while their variables are read and their resources opened."""
    monkeypatch.setenv("PASSWORD", "hunter2")
    holder = Holder(login=Login("ann", EnvVar("PASSWORD")), pair=Pair(Inner(), "b"))
    with build_resources({"it": holder}) as resources:
        assert resources.it.login == Login("ann", "hunter2")
        assert type(resources.it.login) is Login
        assert isinstance(resources.it.pair, Pair)
        assert resources.it.pair.second == "b"
        assert "hunter2" not in repr(resources.it)


@dataclass
class Window:
    hours: int


class Windowed(ConfigurableResource):
    window: Window


def test_variables_for_a_dataclass_stand_in_a_dict(monkeypatch):
    """A dataclass is made from the values read, and validated."""
    monkeypatch.setenv("HOURS", "5")
    with build_resources({"it": Windowed(window={"hours": EnvVar("HOURS")})}) as resources:
        assert resources.it.window == Window(5)


def test_a_property_cached_before_the_scope_is_computed_anew():
    """A `cached_property` that was read before the scope is not carried into the open resource."""
    made = []

    class Db(ConfigurableResource):
        name: str = "db"

        @functools.cached_property
        def address(self):
            made.append(self)
            return f"{self.name}:{len(made)}"

    recipe = Db()
    assert recipe.address == "db:1"
    assert opened(recipe).address == "db:2"
    assert recipe.address == "db:1"


def test_a_product_of_a_factory_whose_set_up_waits(log):
    """A factory whose set-up is a coroutine may make its product in a generator, plain or asynchronous."""

    class Factory(ConfigurableResourceFactory[str]):
        async def setup_for_execution(self):
            log.append("set up")

    class Plain(Factory):
        def create_resource(self, context):
            yield "plain"
            log.append("closed plain")

    class Asynchronous(Factory):
        async def create_resource(self, context):
            yield "asynchronous"
            log.append("closed asynchronous")

    assert [opened(Plain()), opened(Asynchronous())] == ["plain", "asynchronous"]
    assert log == ["set up", "closed plain", "set up", "closed asynchronous"]


def test_a_post_init_that_needs_what_is_there_already():
    """A failing `model_post_init` of a recipe whose fields are all given is raised when the recipe is made."""
    inner = {}

    class Db(ConfigurableResource):
        name: str = "db"

        def model_post_init(self, context):
            _ = inner["late"].name

    class Late(ConfigurableResource):
        name: str

    inner["late"] = Late.configure_at_launch()
    with pytest.raises(UnconfiguredFieldError):
        Db()


def test_a_factory_of_io_managers_that_makes_none():
    """A ConfigurableIOManagerFactory without `create_io_manager` says so when it is opened."""

    class Empty(ConfigurableIOManagerFactory[IOManager]):
        pass

    with pytest.raises(ResourceSetupError, match="Empty does not define create_io_manager"):
        opened(Empty())


def test_config_of_a_definition_may_be_a_model():
    """A function of `configured` may return an instance of a model as the config of a resource class."""

    class Db(ConfigurableResource):
        name: str = "db"

    class Given(Config):
        name: str

    @configured(Db)
    def other(config):
        return Given(name="other")

    assert opened(other, {}).name == "other"


def test_a_configured_class_is_called_directly(db_class, log):
    """A class that `configured` made a definition is opened by a direct call: at once, or in a `with` block."""

    class Plain(ConfigurableResource):
        size: int = 1

    assert configured(Plain)({"size": 3})(build_init_resource_context()).size == 3
    with configured(db_class)({"name": "other"})(build_init_resource_context()) as db:
        assert db.name == "other"
    assert log == ["open other", "close other"]


def test_a_configured_class_is_named_by_the_class(db_class):
    """A definition made of a class has the name of the class."""
    assert configured(db_class)({}).name == "Db"


def test_a_direct_call_with_a_variable_that_is_not_set(monkeypatch):
    """A direct call raises before anything opens if a variable is not set."""

    class Plain(ConfigurableResource):
        password: str

    monkeypatch.delenv("PLAIN_PASSWORD", raising=False)
    with pytest.raises(MissingVariableError, match="PLAIN_PASSWORD"):
        configured(Plain)({"password": EnvVar("PLAIN_PASSWORD")})(build_init_resource_context())
