"""Direct calls: assets and ops as plain functions."""

import pytest


@pytest.fixture
def plain_class(dg):
    """A resource without a life cycle."""

    class Plain(dg.ConfigurableResource):
        name: str = "plain"

    return Plain


@pytest.fixture
def load_class(dg):
    """A Config of one field."""

    class Load(dg.Config):
        limit: int = 3

    return Load


@pytest.fixture
def everything(dg, plain_class, load_class):
    """An asset with a context, config, an upstream value and a resource."""

    @dg.asset
    def everything(context, config: load_class, numbers, db: plain_class):
        return (config.limit, numbers, db.name)

    return everything


@pytest.mark.parametrize("kind", ["asset", "op"])
def test_a_plain_function(dg, kind):
    """An asset or op called directly returns what its function returns."""
    decorate = getattr(dg, kind)

    @decorate
    def double(x):
        return 2 * x

    assert double(2) == 4
    assert double(x=3) == 6


@pytest.mark.parametrize("kind", ["asset", "op"])
def test_a_missing_value_is_refused(dg, kind):
    """A direct call that lacks an upstream value is an invalid invocation."""

    @getattr(dg, kind)
    def double(x):
        return 2 * x

    with pytest.raises(dg.DagsterInvalidInvocationError, match="x"):
        double()


@pytest.mark.parametrize("kind", ["asset", "op"])
def test_too_many_values_are_refused(dg, kind):
    """A direct call with more values than the function takes is an invalid invocation."""

    @getattr(dg, kind)
    def nothing():
        return 1

    with pytest.raises(dg.DagsterInvalidInvocationError):
        nothing(1)


def test_a_resource_by_keyword(dg, tracked, log):
    """A resource passed by keyword is open for the call and closed after it."""

    @dg.asset
    def read(db: tracked):
        log.append(f"read {db.is_open}")
        return db.name

    assert read(db=tracked(name="n")) == "n"
    assert log == ["open n", "read True", "close n"]


def test_a_resource_by_keyword_is_closed_after_a_failure(dg, tracked, log):
    """A resource passed by keyword is closed when the body fails; the body's exception comes out."""

    @dg.asset
    def read(db: tracked):
        raise ValueError("the body")

    with pytest.raises(ValueError, match="the body"):
        read(db=tracked())
    assert log == ["open db", "close db"]


def test_a_plain_object_by_keyword(dg):
    """ResourceParam takes anything, a fake included."""

    @dg.asset
    def read(clock: dg.ResourceParam[int]):
        return clock

    assert read(clock=12) == 12


def test_a_fake_in_place_of_a_resource(dg, plain_class):
    """Any object serves for a ConfigurableResource too."""

    class Fake:
        name = "fake"

    @dg.asset
    def read(db: plain_class):
        return db.name

    assert read(db=Fake()) == "fake"


def test_resources_through_the_context(dg, plain_class):
    """`build_asset_context(resources=...)` serves annotated parameters and `context.resources`."""

    @dg.asset
    def annotated(context, db: plain_class):
        return db.name

    @dg.asset(required_resource_keys={"db"})
    def by_key(context):
        return context.resources.db.name

    for asset in (annotated, by_key):
        assert asset(dg.build_asset_context(resources={"db": plain_class(name="n")})) == "n"


def test_resources_of_a_context_are_open_inside_with(dg, tracked, log):
    """A context used by `with` opens its resources and closes them."""

    @dg.asset
    def read(context, db: tracked):
        return db.is_open

    with dg.build_asset_context(resources={"db": tracked()}) as context:
        assert read(context) is True
    assert log == ["open db", "close db"]


def test_resources_of_a_context_not_opened_are_refused(dg, tracked):
    """A resource with a life cycle cannot be had from a context outside its `with`."""

    @dg.asset
    def read(context, db: tracked):
        return db.is_open

    with pytest.raises(dg.DagsterInvariantViolationError):
        read(dg.build_asset_context(resources={"db": tracked()}))


def test_a_missing_resource_of_a_context_is_refused(dg, plain_class):
    """The error names a resource that the context does not have."""

    @dg.asset(required_resource_keys={"db"})
    def read(context):
        return context.resources.db

    with pytest.raises(dg.DagsterInvalidDefinitionError, match="db"):
        read(dg.build_asset_context())


def test_everything_by_keyword(dg, everything, plain_class, load_class):
    """Context comes first; config, values and resources may be passed by name."""
    found = everything(dg.build_asset_context(), config=load_class(limit=4), numbers=[1], db=plain_class())
    assert found == (4, [1], "plain")


def test_config_through_the_context(dg, everything, plain_class):
    """`build_asset_context(asset_config=...)` is the config, checked and with defaults."""
    context = dg.build_asset_context(resources={"db": plain_class()}, asset_config={"limit": 5})
    assert everything(context, numbers=[1]) == (5, [1], "plain")
    context = dg.build_asset_context(resources={"db": plain_class()})
    assert everything(context, numbers=[1]) == (3, [1], "plain")


def test_a_missing_context_is_refused(dg, everything, plain_class, load_class):
    """A function that takes a context must be called with one."""
    with pytest.raises(dg.DagsterInvalidInvocationError, match="context"):
        everything(config=load_class(), numbers=[1], db=plain_class())


def test_none_serves_as_a_context(dg, everything, plain_class, load_class):
    """None serves as a context if the body asks nothing of it."""
    assert everything(None, config=load_class(), numbers=[1], db=plain_class()) == (3, [1], "plain")


def test_resources_given_twice_are_refused(dg, everything, plain_class, load_class):
    """Resources may come by keyword or through the context, not by both."""
    context = dg.build_asset_context(resources={"db": plain_class()})
    with pytest.raises(dg.DagsterInvalidInvocationError):
        everything(context, config=load_class(), numbers=[1], db=plain_class())


def test_a_result_is_returned_as_it_is(dg):
    """A direct call hands back a MaterializeResult as it is."""

    @dg.asset
    def read():
        return dg.MaterializeResult(metadata={"rows": 3})

    assert read().metadata["rows"] in {3, dg.MetadataValue.int(3)}


def test_a_generator_s_results(dg):
    """A direct call of a generator function gives what it yields."""

    @dg.op
    def read():
        yield dg.Output(1)

    assert [output.value for output in read()] == [1]


def test_an_async_function_is_awaitable(dg):
    """A direct call of a coroutine function gives an awaitable."""
    import asyncio

    @dg.asset
    async def read():
        return 3

    async def call():
        return await read()

    assert asyncio.run(call()) == 3


def test_the_context_of_a_direct_call(dg):
    """A direct call's context has the class of a run's context and knows the asset's key."""

    @dg.asset
    def read(context):
        context.log.info("here")
        return (isinstance(context, dg.AssetExecutionContext), context.asset_key, context.has_partition_key)

    assert read(dg.build_asset_context()) == (True, dg.AssetKey("read"), False)


def test_metadata_of_a_direct_call(dg):
    """`get_output_metadata` of the context returns the metadata of `add_output_metadata`."""

    @dg.asset
    def read(context):
        context.add_output_metadata({"rows": 3})

    context = dg.build_asset_context()
    read(context)
    assert context.get_output_metadata("result") == {"rows": 3}


def test_an_op_with_its_context(dg, plain_class, load_class):
    """`build_op_context` gives resources and config."""

    @dg.op
    def fetch(context, config: load_class, db: plain_class, x):
        return (config.limit, db.name, x)

    context = dg.build_op_context(resources={"db": plain_class(name="n")}, op_config={"limit": 5})
    assert fetch(context, x=1) == (5, "n", 1)
    assert fetch(dg.build_op_context(), config=load_class(limit=6), db=plain_class(), x=2) == (6, "plain", 2)


def test_an_op_with_a_config_schema(dg):
    """`build_op_context(op_config=...)` is held to the op's config schema."""

    @dg.op(config_schema={"limit": int})
    def fetch(context):
        return context.op_config["limit"]

    assert fetch(dg.build_op_context(op_config={"limit": 2})) == 2
    assert fetch(dg.build_op_context(config={"limit": 3})) == 3
    with pytest.raises(dg.DagsterInvalidConfigError):
        fetch(dg.build_op_context(op_config={"limit": "x"}))


def test_an_op_with_several_outputs(dg):
    """A direct call of an op with several outputs gives the tuple."""

    @dg.op(out={"low": dg.Out(), "high": dg.Out()})
    def bounds():
        return 3, 4

    assert bounds() == (3, 4)


# -- better on purpose -------------------------------------------------------------------------------------------------


def test_a_missing_resource_by_keyword_is_named(dg, plain_class, differs):
    """dagwire raises an error of its own that names the missing resource; Dagster raises a bare KeyError."""

    @dg.asset
    def read(db: plain_class):
        return db.name

    def is_told():
        try:
            read()
        except Exception as error:  # noqa: BLE001  # which class it is, is the question
            return isinstance(error, dg.DagsterError) and "db" in str(error)

    differs(is_told, dagster=False, dagwire=True)
