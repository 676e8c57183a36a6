"""`ConfigurableResource`: a pydantic model whose fields are its config."""

import contextlib
import copy
import datetime as dt
import decimal
import enum
import functools
import pathlib
from typing import Any, Generic, Literal, TypeVar

import pytest
from pydantic import Field, PrivateAttr, field_validator


@pytest.fixture
def db_class(dg):
    """A resource of two fields and no life cycle."""

    class Db(dg.ConfigurableResource):
        """A database."""

        url: str = "memory"
        size: int = 1

    return Db


def test_fields_are_read_as_attributes(dg, db_class):
    """Fields hold the constructor's arguments; the rest are defaults."""
    db = db_class(url="file")
    assert (db.url, db.size) == ("file", 1)


def test_values_are_coerced_as_pydantic_does(db_class):
    """An int field takes a number written as text."""
    assert db_class(size="3").size == 3


def test_a_wrong_type_is_a_validation_error(db_class):
    """A wrong type raises at construction, as a ValueError that names the field."""
    with pytest.raises(ValueError, match="size"):
        db_class(size="many")


def test_a_missing_field_is_a_validation_error(dg):
    """A field without default must be given."""

    class Need(dg.ConfigurableResource):
        url: str

    with pytest.raises(ValueError, match="url"):
        Need()


def test_positional_arguments_are_refused(db_class):
    """Fields are given by name; a positional argument is a TypeError."""
    with pytest.raises(TypeError):
        db_class("file")


@pytest.mark.parametrize("attribute", ["url", "brand_new"])
def test_public_fields_are_frozen(dg, db_class, attribute):
    """Assigning to a field, or to any other public name, raises."""
    with pytest.raises(dg.DagsterInvalidInvocationError):
        setattr(db_class(), attribute, "other")


def test_equality_is_by_value(db_class):
    """Two resources of equal config are equal, and hash alike."""
    assert db_class(url="a") == db_class(url="a") != db_class(url="b")
    assert hash(db_class(url="a")) == hash(db_class(url="a"))


def test_repr_shows_the_fields(db_class):
    """`repr` of a resource is pydantic's: class, fields, values."""
    assert repr(db_class()) == "Db(url='memory', size=1)"


def test_inherits_fields_and_methods(dg, db_class):
    """A subclass has its parent's fields and methods, and serves wherever the parent is asked for."""

    class Fast(db_class):
        depth: int = 2

    @dg.asset
    def read(db: db_class):
        return (type(db).__name__, db.url, db.depth)

    assert dg.materialize([read], resources={"db": Fast(url="u")}).asset_value("read") == ("Fast", "u", 2)


def test_pydantic_s_own_means_work(dg):
    """Field constraints, aliases of defaults and validators are pydantic's."""

    class Db(dg.ConfigurableResource):
        size: int = Field(default=1, ge=1, description="How many.")
        tags: list[str] = Field(default_factory=list)

        @field_validator("tags")
        @classmethod
        def _lower(cls, tags: list[str]) -> list[str]:
            return [tag.lower() for tag in tags]

    assert Db(tags=["A"]).tags == ["a"]
    with pytest.raises(ValueError, match="size"):
        Db(size=0)


def test_private_attributes_hold_state(dg, tracked):
    """A PrivateAttr is set in setup and read by methods while the run lasts."""

    @dg.asset
    def read(db: tracked):
        return db.is_open

    assert dg.materialize([read], resources={"db": tracked()}).asset_value("read") is True


def test_the_object_given_is_left_alone(dg, tracked):
    """A run opens a copy: the object that was declared keeps its own state."""
    declared = tracked()
    with dg.build_resources({"db": declared}) as resources:
        assert resources.db.is_open
        assert not declared.is_open
    assert not declared.is_open


def test_two_runs_of_one_object_are_separate(dg, tracked):
    """State left by one run is not seen by the next."""

    class Counter(dg.ConfigurableResource):
        _count: int = PrivateAttr(default=0)

        def add(self) -> int:
            self._count += 1
            return self._count

    @dg.asset
    def read(counter: Counter):
        return counter.add()

    counter = Counter()
    assert [dg.materialize([read], resources={"counter": counter}).asset_value("read") for _ in range(2)] == [1, 1]


def test_a_field_may_be_a_nested_config(dg):
    """A Config as a field groups values; a dictionary serves for it."""

    class Pool(dg.Config):
        size: int = 4

    class Db(dg.ConfigurableResource):
        pool: Pool = Pool()

    @dg.asset
    def read(db: Db):
        return db.pool.size

    assert dg.materialize([read], resources={"db": Db(pool={"size": 5})}).asset_value("read") == 5
    assert dg.materialize([read], resources={"db": Db(pool=Pool(size=6))}).asset_value("read") == 6


def test_setup_sees_the_context_of_the_run(dg, log):
    """`setup_for_execution` gets an InitResourceContext: run id, log, instance, the key's definition."""

    class Db(dg.ConfigurableResource):
        def setup_for_execution(self, context: Any) -> None:
            log.append((isinstance(context, dg.InitResourceContext), context.run_id, context.log is not None))

    @dg.asset
    def read(context, db: Db):
        return context.run_id

    result = dg.materialize([read], resources={"db": Db()})
    assert log == [(True, result.asset_value("read"), True)]
    assert result.run_id == result.asset_value("read")


def test_get_resource_context_inside_a_run(dg):
    """`get_resource_context` in a method gives the context of the run that it serves."""

    class Db(dg.ConfigurableResource):
        def run_id(self) -> str | None:
            return self.get_resource_context().run_id

    @dg.asset
    def read(context, db: Db):
        return db.run_id() == context.run_id

    assert dg.materialize([read], resources={"db": Db()}).asset_value("read") is True


def test_get_resource_context_outside_a_run_raises(dg, db_class):
    """`get_resource_context` raises outside a run."""
    with pytest.raises(Exception, match=r"(?i)context"):
        db_class().get_resource_context()


def test_yield_for_execution_brackets_the_run(dg, log):
    """Code before the yield opens, code after it closes; what is yielded is what users get."""

    class Db(dg.ConfigurableResource):
        @contextlib.contextmanager
        def yield_for_execution(self, context: Any):
            log.append("open")
            try:
                yield self
            finally:
                log.append("close")

    @dg.asset
    def read(db: Db):
        log.append(type(db).__name__)

    dg.materialize([read], resources={"db": Db()})
    assert log == ["open", "Db", "close"]


def test_process_config_and_initialize_cm(dg, tracked, log):
    """`process_config_and_initialize_cm` opens the resource for a `with` block."""
    with tracked(name="x").process_config_and_initialize_cm() as db:
        log.append(db.is_open)
    assert log == ["open x", True, "close x"]


def test_from_resource_context_cm(dg, tracked, log):
    """`from_resource_context_cm` makes the resource from a context's config, for a `with` block."""
    with tracked.from_resource_context_cm(dg.build_init_resource_context(config={"name": "x"})) as db:
        log.append(db.is_open)
    assert log == ["open x", True, "close x"]


def test_from_resource_context(dg, db_class):
    """A resource without a life cycle is made from a context's config."""
    assert db_class.from_resource_context(dg.build_init_resource_context(config={"url": "x"})).url == "x"


def test_the_schema_of_a_resource_that_nests_another(dg, db_class):
    """The config schema of a class leaves out the fields that hold resources: a function fills them in."""

    class Store(dg.ConfigurableResource):
        db: dg.ResourceDependency[db_class]
        bucket: str
        retries: int = 3

    @dg.resource(config_schema=Store.to_config_schema(), required_resource_keys={"db"})
    def store(context):
        return Store(db=context.resources.db, **context.resource_config)

    resources = {"db": db_class(url="u"), "store": store.configured({"bucket": "b"})}
    with dg.build_resources(resources) as opened:
        assert (opened.store.db.url, opened.store.bucket, opened.store.retries) == ("u", "b", 3)


def test_from_resource_context_serves_a_resource_function(dg, db_class):
    """The bridge for old code: a `@resource` function made of a class."""

    @dg.resource(config_schema=db_class.to_config_schema())
    def db(context):
        return db_class.from_resource_context(context)

    @dg.asset(required_resource_keys={"db"})
    def read(context):
        return context.resources.db.url

    run_config = {"resources": {"db": {"config": {"url": "x"}}}}
    assert dg.materialize([read], resources={"db": db}, run_config=run_config).asset_value("read") == "x"


# -- config that a resource sees ---------------------------------------------------------------------------------------


class Mode(enum.Enum):
    """A choice whose names and values differ."""

    FAST = "quick"
    SAFE = "slow"


@pytest.fixture
def configured_class(dg, log):
    """A resource of many kinds of fields, which logs the config that its methods see."""

    class Pool(dg.Config):
        size: int = 4
        hosts: list[str] = ["a"]

    class Inner(dg.ConfigurableResource):
        depth: int = 1

    class Db(dg.ConfigurableResource):
        url: str
        port: int = 1
        zone: str | None = None
        mode: Mode = Mode.FAST
        pool: Pool = Pool()
        short: int = Field(default=2, alias="long_name")
        inner: Inner

        def setup_for_execution(self, context):
            log.append(context.resource_config)

        def create_resource(self, context):
            log.append(context.resource_config)
            return self

        def teardown_after_execution(self, context):
            log.append(context.resource_config)

    Db.Inner, Db.Pool = Inner, Pool
    return Db


def test_every_method_sees_the_resolved_config(dg, configured_class, log, monkeypatch):
    """`resource_config` is a plain dict: variables read, defaults filled in, enums by value, resources left out."""
    monkeypatch.setenv("PARITY_PORT", "7")
    db = configured_class(url="u", port=dg.EnvVar.int("PARITY_PORT"), mode=Mode.SAFE, inner=configured_class.Inner())
    with dg.build_resources({"db": db}) as resources:
        log.append(resources.db.get_resource_context().resource_config)
    config = {"url": "u", "port": 7, "zone": None, "mode": "slow", "pool": {"size": 4, "hosts": ["a"]}, "long_name": 2}
    assert log == [config] * 4


def test_config_from_the_run_is_in_what_methods_see(dg, log):
    """`resource_config` has the run's config merged over the fields, for resources built in code and late ones."""

    class Db(dg.ConfigurableResource):
        name: str = "db"
        size: int

        @contextlib.contextmanager
        def yield_for_execution(self, context):
            log.append(context.resource_config)
            yield self

    resources = {"built": Db(size=1), "late": Db.configure_at_launch(name="late")}
    config = {"built": {"config": {"size": 2}}, "late": {"config": {"size": 3}}}
    with dg.build_resources(resources, resource_config=config):
        assert sorted(log, key=str) == [{"name": "db", "size": 2}, {"name": "late", "size": 3}]


def test_a_nested_resource_sees_its_own_config(dg, log):
    """A nested resource's context has its own fields as `resource_config`."""

    class Inner(dg.ConfigurableResource):
        depth: int = 1

        def setup_for_execution(self, context):
            log.append(context.resource_config)

    class Outer(dg.ConfigurableResource):
        name: str = "outer"
        inner: Inner

        def setup_for_execution(self, context):
            log.append(context.resource_config)

    with dg.build_resources({"outer": Outer(inner=Inner(depth=3))}):
        assert log == [{"depth": 3}, {"name": "outer"}]


def test_a_factory_of_io_managers_sees_its_config(dg, log):
    """`create_io_manager` finds the factory's fields in its context."""

    class Kept(dg.ConfigurableIOManagerFactory):
        folder: str = "f"

        def create_io_manager(self, context):
            log.append(context.resource_config)
            return dg.InMemoryIOManager()

    with dg.build_resources({"io_manager": Kept()}):
        assert log == [{"folder": "f"}]


def test_a_resource_opened_by_hand_sees_its_config(dg, db_class):
    """`process_config_and_initialize` and `from_resource_context` fill the context's config in, too."""
    config = {"url": "x", "size": 1}
    assert db_class(url="x").process_config_and_initialize().get_resource_context().resource_config == config
    context = dg.build_init_resource_context(config={"url": "x"})
    opened = db_class.from_resource_context(context)
    assert opened.get_resource_context().resource_config == {"dagster": {"url": "x"}, "dagwire": config}[dg.__name__]


@pytest.mark.parametrize("method", ["with_resource_context", "with_replaced_resource_context"])
def test_a_context_by_hand(dg, db_class, method):
    """`with_resource_context` is a copy of the resource that has the context; the resource itself has none."""
    db = db_class(url="x")
    context = dg.build_init_resource_context(config={"any": 1})
    assert getattr(db, method)(context).get_resource_context() is context
    assert getattr(db, method)(context).url == "x"
    with pytest.raises(Exception, match="context"):
        db.get_resource_context()


def test_a_context_by_hand_has_an_empty_config(dg):
    """`build_init_resource_context()` has `{}` as config."""
    assert dg.build_init_resource_context().resource_config == {}


def test_a_member_of_a_union_stands_under_its_discriminator(dg, log):
    """In `resource_config` a discriminated union has the form of launch config."""

    class Dog(dg.Config):
        kind: Literal["dog"] = "dog"
        age: int

    class Fish(dg.Config):
        kind: Literal["fish"] = "fish"

    class Zoo(dg.ConfigurableResource):
        pet: Dog | Fish = Field(discriminator="kind")

        def setup_for_execution(self, context):
            log.append(context.resource_config)

    with dg.build_resources({"zoo": Zoo(pet=Dog(age=3))}):
        assert log == [{"pet": {"dog": {"age": 3}}}]


def test_model_post_init_sees_the_values_of_the_run(dg, monkeypatch):
    """`model_post_init` runs on the copy that is opened, with variables read and launch config in place."""
    monkeypatch.setenv("PARITY_SIZE", "5")

    class Db(dg.ConfigurableResource):
        size: int
        _double: int = PrivateAttr(default=0)

        def model_post_init(self, context):
            self._double = self.size * 2

    resources = {"variable": Db(size=dg.EnvVar.int("PARITY_SIZE")), "late": Db.configure_at_launch()}
    with dg.build_resources(resources, resource_config={"late": {"config": {"size": 4}}}) as opened:
        assert (opened.variable._double, opened.late._double) == (10, 8)


# -- what a resource creates -------------------------------------------------------------------------------------------


class Client:
    """The product of the resources below."""

    def __init__(self, size=0):
        self.size = size


GENERIC = ["ConfigurableResource", "ConfigurableIOManager", "ConfigurableIOManagerFactory"]


@pytest.mark.parametrize("name", GENERIC)
@pytest.mark.parametrize("product", [Client, Any, "Client", TypeVar("V"), dict[str, int]], ids=str)
def test_classes_of_resources_take_a_parameter(dg, name, product):
    """`ConfigurableResource[T]` and its kin are base classes, as without the parameter."""
    base = getattr(dg, name)
    methods = dict.fromkeys(["handle_output", "load_input", "create_io_manager"], lambda *_: None)
    made = type("Made", (base[product],), {"__annotations__": {"size": int}, "size": 1, **methods})
    assert issubclass(made, base)
    assert made(size=2).size == 2


def test_a_resource_that_is_generic_itself(dg):
    """A class of `ConfigurableResource[T]` takes a parameter in its turn, which types a field."""
    product = TypeVar("product")

    class Holder(dg.ConfigurableResource[product]):
        held: product

    class Numbers(Holder[int]):
        more: int = 1

    assert Numbers(held="3").held == 3
    assert isinstance(Numbers(held=1), Holder)
    with dg.build_resources({"plain": Holder[int](held=4)}) as resources:
        assert resources.plain.held == 4


def test_a_typed_resource_creates_another_object(dg):
    """`create_resource` of a `ConfigurableResource[T]` makes the T that users get, nested and as a parameter."""

    class Clients(dg.ConfigurableResource[Client]):
        size: int = 1

        def create_resource(self, context):
            return Client(self.size)

    class Service(dg.ConfigurableResource):
        client: dg.ResourceDependency[Client]

    @dg.asset
    def read(client: dg.ResourceParam[Client], service: Service):
        return (client.size, service.client.size)

    resources = {"client": Clients(size=2), "service": Service(client=Clients(size=3))}
    assert dg.materialize([read], resources=resources).output_for_node("read") == (2, 3)


def yielding_class(dg, log, *, decorated=False):
    """A resource whose `create_resource` yields a client and closes it."""

    def create_resource(self, context):
        log.append("open")
        try:
            yield Client(self.size)
        finally:
            log.append("close")

    body = contextlib.contextmanager(create_resource) if decorated else create_resource
    return type("Clients", (dg.ConfigurableResource,), {"__annotations__": {"size": int}, "create_resource": body})


@pytest.mark.parametrize("decorated", [False, True])
def test_create_resource_may_yield(dg, log, decorated):
    """A `create_resource` that yields opens before its `yield`, and closes when the run ends."""

    @dg.asset
    def read(client: dg.ResourceParam[Client]):
        log.append(client.size)

    dg.materialize([read], resources={"client": yielding_class(dg, log, decorated=decorated)(size=2)})
    assert log == ["open", 2, "close"]


def test_create_resource_that_yields_by_hand(dg, log, differs):
    """dagwire opens what a `create_resource` yields outside a run as well; Dagster gives the generator."""

    def use():
        with yielding_class(dg, log)(size=2).process_config_and_initialize_cm() as client:
            return (client.size, list(log))

    differs(use, dagster=AttributeError, dagwire=(2, ["open"]))
    assert log == {"dagster": [], "dagwire": ["open", "close"]}[dg.__name__]


def test_a_nested_create_resource_that_yields(dg, log, differs):
    """dagwire nests what a `create_resource` yields; Dagster nests the generator."""

    class Service(dg.ConfigurableResource):
        client: dg.ResourceDependency[Client]

    def use():
        with dg.build_resources({"service": Service(client=yielding_class(dg, log)(size=2))}) as resources:
            return resources.service.client.size

    differs(use, dagster=dg.DagsterResourceFunctionError, dagwire=2)


# -- set up without tear-down, and cached values -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        lambda dg, db_class: db_class().process_config_and_initialize(),
        lambda dg, db_class: db_class.from_resource_context(dg.build_init_resource_context(config={"url": "x"})),
        lambda dg, db_class: dg.build_init_resource_context(resources={"db": db_class()}).resources.db,
        lambda dg, db_class: dg.build_op_context(resources={"db": db_class()}).resources.db,
    ],
    ids=["process_config_and_initialize", "from_resource_context", "build_init_resource_context", "build_op_context"],
)
def test_a_set_up_alone_needs_no_with(dg, set_up_class, log, use):
    """A resource that is set up and never torn down is open by hand without a `with` statement."""
    assert use(dg, set_up_class).is_open
    assert log == ["open"]


@pytest.mark.parametrize(
    "use",
    [
        lambda dg, db: db.process_config_and_initialize(),
        lambda dg, db: dg.build_init_resource_context(resources={"db": db}).resources.db,
        lambda dg, db: dg.build_op_context(resources={"db": db}).resources.db,
    ],
    ids=["process_config_and_initialize", "build_init_resource_context", "build_op_context"],
)
def test_a_tear_down_needs_a_with(dg, tracked, use):
    """A resource that is torn down is refused by hand, unless a `with` statement closes it."""
    with pytest.raises(Exception, match=r"(?i)with|_cm"):
        use(dg, tracked())


def test_a_cached_property_is_made_anew_in_each_run(dg, log):
    """A `cached_property` is computed once in a run's copy, and never in the object that was declared."""

    class Db(dg.ConfigurableResource):
        size: int = 1

        @functools.cached_property
        def pool(self):
            log.append("made")
            return [self.size]

    @dg.asset
    def read(db: Db):
        return db.pool is db.pool

    declared = Db(size=3)
    for _ in range(2):
        assert dg.materialize([read], resources={"db": declared}).output_for_node("read")
    assert log == ["made", "made"]
    assert "pool" not in vars(declared)


# -- as a definition ---------------------------------------------------------------------------------------------------


def test_configured_takes_a_class(dg, db_class):
    """`configured(Class)` makes a definition of a function that returns the fields."""

    @dg.configured(db_class, config_schema={"host": str})
    def db(config):
        return {"url": f"http://{config['host']}"}

    with dg.build_resources({"db": db}, resource_config={"db": {"config": {"host": "h"}}}) as resources:
        assert (type(resources.db), resources.db.url) == (db_class, "http://h")


def test_configured_reads_its_schema_from_an_annotation(dg, db_class):
    """A function of `configured` may declare its config by a `Config` class, and may return the resource."""

    class Host(dg.Config):
        host: str = "h"

    def db(config: Host):
        return db_class(url=f"http://{config.host}")

    with dg.build_resources({"db": dg.configured(db_class)(db).configured({"host": "i"})}) as resources:
        assert resources.db.url == "http://i"
    with pytest.raises(Exception, match="config_schema"):
        dg.configured(db_class, config_schema={"host": str})(db)
    with pytest.raises(Exception, match="parameter"):
        dg.configured(db_class)(lambda config, more: {})


def test_a_resource_s_definition_takes_config(dg, tracked, log):
    """`get_resource_definition` gives a definition of the resource, whose `configured` sets fields."""
    definition = tracked().get_resource_definition().configured({"size": 3})
    assert isinstance(definition, dg.ResourceDefinition)
    with dg.build_resources({"db": definition}) as resources:
        assert (resources.db.name, resources.db.size) == ("db", 3)
    assert log == ["open db", "close db"]


def test_fields_as_a_dict(dg, db_class):
    """`to_fields_dict` names the fields that are config."""
    assert set(db_class.to_fields_dict()) == {"url", "size"}


# -- better on purpose -------------------------------------------------------------------------------------------------


def test_an_unknown_argument_is_refused(db_class, differs):
    """dagwire refuses a misspelt argument, naming it; Dagster drops it silently."""
    differs(lambda: db_class(ur1="file").url, dagster="memory", dagwire=ValueError)


def test_the_context_of_setup_and_teardown_is_optional(dg, log, differs):
    """dagwire calls methods without a context parameter as well; in Dagster they fail to open."""

    class Db(dg.ConfigurableResource):
        def setup_for_execution(self) -> None:
            log.append("open")

        def teardown_after_execution(self) -> None:
            log.append("close")

    def use():
        with dg.build_resources({"db": Db()}):
            log.append("use")
        return list(log)

    differs(use, dagster=dg.DagsterResourceFunctionError, dagwire=["open", "use", "close"])


def test_a_missing_field_is_called_missing(dg):
    """dagwire's error calls the field missing; Dagster's calls None an invalid number."""

    class Need(dg.ConfigurableResource):
        size: int

    with pytest.raises(ValueError, match="size") as caught:
        Need()
    says_missing = "missing" in str(caught.value).lower() or "required" in str(caught.value).lower()
    assert says_missing is {"dagster": False, "dagwire": True}[dg.__name__]


def test_a_class_in_place_of_an_instance_is_refused(dg, db_class, differs):
    """dagwire refuses `resources={"db": Db}`; Dagster passes the class on."""

    @dg.asset
    def read(db: db_class):
        return db is db_class

    differs(
        lambda: dg.materialize([read], resources={"db": db_class}).asset_value("read"),
        dagster=True,
        dagwire=dg.DagsterInvalidDefinitionError,
    )


def test_fields_of_types_that_dagster_refuses(dg, differs):
    """dagwire takes every type that pydantic knows; Dagster takes few."""

    def use():
        class Db(dg.ConfigurableResource):
            since: dt.date
            price: decimal.Decimal
            path: pathlib.Path
            kind: int | str = 1

        with dg.build_resources({"db": Db(since="2013-01-31", price="1.5", path="/tmp", kind="k")}) as resources:  # noqa: S108
            db = resources.db
            return (db.since, db.price, db.path, db.kind)

    differs(
        use,
        dagster=Exception,
        dagwire=(dt.date(2013, 1, 31), decimal.Decimal("1.5"), pathlib.Path("/tmp"), "k"),  # noqa: S108
    )


def test_a_copy_with_other_fields(dg, db_class, differs):
    """dagwire opens a `model_copy` with the fields it was given; Dagster with those of the original."""

    def use():
        with dg.build_resources({"db": db_class(url="a").model_copy(update={"url": "b"})}) as resources:
            return resources.db.url

    differs(use, dagster="a", dagwire="b")


def test_a_deep_copy_of_a_resource(dg, db_class, differs):
    """dagwire's resources can be copied deeply; Dagster's cannot."""
    differs(lambda: copy.deepcopy(db_class(url="a")).url, dagster=Exception, dagwire="a")


def test_generic_without_the_resource_s_parameter(dg, differs):
    """dagwire takes `Generic[T]` beside `ConfigurableResource`; Dagster wants its own type variable there too."""
    held = TypeVar("held")

    def use():
        class Holder(dg.ConfigurableResource, Generic[held]):
            value: held

        return Holder[int](value="3").value

    differs(use, dagster=TypeError, dagwire=3)


def test_the_given_config_as_a_dict(dg):
    """`_resolved_config_dict`, which published packages read, has what was given, and no default."""

    class Db(dg.ConfigurableResource):
        host: str
        port: int = 5432
        user: str | None = None

    class Session(dg.ConfigurableResource):
        db: Db
        size: int = 1

    assert Db(host="h")._resolved_config_dict == {"host": "h"}
    assert Db(host="h", port=5432, user=None)._resolved_config_dict == {"host": "h", "port": 5432}
    assert Session(db=Db(host="h"), size=3)._resolved_config_dict == {"size": 3}


def test_the_given_config_of_an_open_resource(dg, monkeypatch, log):
    """In a run `_resolved_config_dict` has the values of variables and of the run's config."""
    monkeypatch.setenv("DB_HOST", "from a variable")

    class Db(dg.ConfigurableResource):
        host: str
        port: int = 5432

    @dg.asset
    def rows(db: Db):
        log.append(db._resolved_config_dict)

    dg.materialize([rows], resources={"db": Db(host=dg.EnvVar("DB_HOST"))})
    config = {"resources": {"db": {"config": {"host": "late", "port": 1}}}}
    dg.materialize([rows], resources={"db": Db.configure_at_launch()}, run_config=config)
    assert log == [{"host": "from a variable"}, {"host": "late", "port": 1}]
