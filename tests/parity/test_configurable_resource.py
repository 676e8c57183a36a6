"""`ConfigurableResource`: a pydantic model whose fields are its config."""

import contextlib
import datetime as dt
import decimal
import pathlib
from typing import Any

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
    """dagwire's error calls the field missing; Dagster's says that None is not a number."""

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
