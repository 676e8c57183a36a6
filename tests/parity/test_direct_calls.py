"""Direct calls: assets and ops as plain functions."""

import asyncio
import functools
from unittest import mock

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


@pytest.fixture
def small(dg):
    """A resource without a life cycle, and a Config."""

    class Small(dg.ConfigurableResource):
        x: int = 1

    class Settings(dg.Config):
        n: int = 1

    return Small, Settings


def test_a_resource_by_keyword_is_in_the_context(dg, small):
    """A resource passed by keyword is in `context.resources`, too."""
    resource_class, _ = small

    def body(context, r):
        return r.x, context.resources.r.x

    body.__annotations__ = {"r": resource_class}
    assert dg.op(name="o")(body)(None, r=resource_class(x=2)) == (2, 2)
    assert dg.asset(name="a")(body)(dg.build_asset_context(), resource_class(x=3)) == (3, 3)


def test_resources_of_other_keys_beside_a_context(dg, small, differs):
    """dagwire takes a resource by keyword beside a context that has others; Dagster takes one source alone."""
    resource_class, _ = small

    def body(r):
        return r.x

    body.__annotations__ = {"r": resource_class}
    reads = dg.op(name="o")(body)
    differs(
        lambda: reads(dg.build_op_context(resources={"other": 1}), r=resource_class(x=2)),
        dagster=dg.DagsterInvalidInvocationError,
        dagwire=2,
    )


def test_resources_bound_to_the_asset(dg):
    """A direct call uses the resources that are bound to the asset; the context must not have them as well."""
    nine = dg.ResourceDefinition.hardcoded_resource(9)
    bound = dg.asset(name="bound", resource_defs={"r": nine}, required_resource_keys={"r"})(read_r)
    assert bound(dg.build_asset_context()) == 9  # the bound value
    assert bound(None) == 9  # as above
    with pytest.raises(dg.DagsterInvalidInvocationError):
        bound(dg.build_asset_context(resources={"r": 1}))


def read_r(context):
    """Return a resource of the context."""
    return context.resources.r


def test_a_resource_of_a_context_without_config(dg):
    """`resources_config` configures the resources of a context, in the form of run config."""
    configured = dg.ResourceDefinition(lambda context: context.resource_config["x"], config_schema={"x": int})
    reads = dg.op(name="reads", required_resource_keys={"r"})(read_r)
    context = dg.build_op_context(resources={"r": configured}, resources_config={"r": {"config": {"x": 4}}})
    assert reads(context) == 4  # the configured value


@pytest.fixture
def settled(dg, small):
    """An op that takes config, and returns both forms of it."""
    _, settings = small

    def body(context, config):
        return config.n, context.op_config

    body.__annotations__ = {"config": settings}
    return dg.op(name="settled")(body)


def test_config_is_a_dict_in_the_context(dg, settled, small):
    """`context.op_config` is a dict beside the parameter `config`, wherever the config comes from."""
    _, settings = small
    assert settled(dg.build_op_context(op_config={"n": 2})) == (2, {"n": 2})
    assert settled(None, settings(n=3)) == (3, {"n": 3})
    assert settled(None, config={"n": 4}) == (4, {"n": 4})
    assert settled(None) == (1, {"n": 1})


def test_config_twice_is_refused(dg, settled, small):
    """Config comes in the context or as an argument, not as both."""
    _, settings = small
    with pytest.raises(dg.DagsterInvalidInvocationError):
        settled(dg.build_op_context(op_config={"n": 1}), settings(n=3))


def test_config_without_a_schema(dg):
    """Config of an op that declares none is shown as it was passed; without any it is None."""
    shows = dg.op(name="shows")(lambda context: context.op_config)
    assert shows(dg.build_op_context(op_config={"n": 2})) == {"n": 2}
    assert shows(None) is None


def test_config_with_a_variable(dg, monkeypatch):
    """An `EnvVar` in config is read for the call."""

    class Named(dg.Config):
        name: str

    def body(config):
        return config.name

    body.__annotations__ = {"config": Named}
    monkeypatch.setenv("DIRECT_NAME", "Ada")
    assert dg.op(name="o")(body)(Named(name=dg.EnvVar("DIRECT_NAME"))) == "Ada"


def test_none_makes_a_context(dg):
    """A body that is called with None has a context all the same."""
    logs = dg.op(name="logs")(lambda context: (context.log.info("x"), context.run_id)[1])
    assert logs(None) == "EPHEMERAL"
    assert dg.asset(name="knows")(lambda context: context.asset_key.to_user_string())(None) == "knows"


@pytest.mark.parametrize("given", [5, "x"], ids=str)
def test_a_context_that_is_none(dg, given):
    """An argument in the place of the context that is not a context is refused."""
    with pytest.raises(dg.DagsterInvalidInvocationError):
        dg.op(name="o")(lambda context: context)(given)


def test_the_context_of_another_kind(dg):
    """The context of an asset or of a check does not serve an op; an op's serves both."""
    op = dg.op(name="o")(lambda context: context.op_def.name)
    with pytest.raises(dg.DagsterInvariantViolationError):
        op(dg.build_asset_context())
    with pytest.raises(dg.DagsterInvariantViolationError):
        op(dg.build_asset_check_context())
    assert dg.asset(name="a")(lambda context: context.op_def.name)(dg.build_op_context()) == "a"


def test_inputs_are_checked(dg):
    """A direct call checks the types of inputs, defaults included, and of outputs."""
    takes = dg.op(name="takes", ins={"x": dg.In(int, default_value=7)}, out=dg.Out(int))(lambda x: x)
    assert takes() == 7  # the default
    with pytest.raises(dg.DagsterTypeCheckDidNotPass):
        takes("x")
    with pytest.raises(dg.DagsterTypeCheckDidNotPass):
        dg.op(name="gives", out=dg.Out(int))(lambda: "x")()
    with pytest.raises(dg.DagsterTypeCheckDidNotPass):
        dg.asset(name="typed", dagster_type=int)(lambda: "x")()


def test_a_type_reads_the_resources_of_a_call(dg):
    """A type that asks for a resource gets it from the context of a direct call."""
    known = dg.DagsterType(
        name="Known",
        required_resource_keys={"limit"},
        type_check_fn=lambda context, value: value < context.resources.limit,
    )
    takes = dg.op(name="takes", ins={"x": dg.In(known)}, required_resource_keys={"limit"})(lambda _, x: x)
    assert takes(dg.build_op_context(resources={"limit": 4}), 3) == 3  # the argument
    with pytest.raises(dg.DagsterTypeCheckDidNotPass):
        takes(dg.build_op_context(resources={"limit": 2}), 3)


def test_arguments_that_do_not_fit(dg):
    """Arguments that are too many by position, doubled or missing are refused."""
    takes = dg.op(name="takes")(three)
    assert takes(1) == (1, 2, 3)
    for args, kwargs in (((1, 2, 3), {}), ((1,), {"a": 2}), ((), {}), ((1, 2, 3, 4), {})):
        with pytest.raises(dg.DagsterInvalidInvocationError):
            takes(*args, **kwargs)


def three(a, b=2, *, c=3):
    """Return the arguments."""
    return a, b, c


def test_a_parameter_by_keyword_alone(dg, differs):
    """dagwire passes an argument for a parameter after the star; Dagster drops it and passes the default."""
    differs(lambda: dg.op(name="takes")(three)(1, c=5), dagster=(1, 2, 3), dagwire=(1, 2, 5))


def test_an_unknown_keyword(dg, differs):
    """dagwire refuses an argument that the function does not have; Dagster drops it."""
    differs(lambda: dg.op(name="takes")(three)(1, z=5), dagster=(1, 2, 3), dagwire=dg.DagsterInvalidInvocationError)


def test_inputs_of_any_name(dg):
    """A function with `**` takes the inputs that `ins` declares, by keyword alone."""

    @dg.op(ins={"first": dg.In(str), "second": dg.In(str)})
    def joins(**parts):
        return parts["first"] + parts["second"]

    assert joins(first="a", second="b") == "ab"
    with pytest.raises(dg.DagsterInvalidInvocationError):
        joins("a", "b")
    with pytest.raises(dg.DagsterTypeCheckDidNotPass):
        joins(first="a", second=2)


def test_order_alone_takes_no_value(dg):
    """An input of type Nothing is left out of a direct call, and refused in one."""
    waits = dg.op(name="waits", ins={"start": dg.In(dg.Nothing)})(lambda: 5)
    assert waits() == 5  # the result
    with pytest.raises(dg.DagsterInvalidInvocationError):
        waits(start="now")
    with pytest.raises(dg.DagsterInvalidInvocationError):
        waits("now")


@pytest.mark.parametrize(
    ("outs", "returned"),
    [
        (("a", "b"), 1),
        (("a", "b"), [1, 2]),
        (("a", "b"), (1, 2, 3)),
    ],
    ids=str,
)
def test_several_outputs_want_a_tuple(dg, outs, returned):
    """A function of several outputs returns a tuple of as many."""
    with pytest.raises(dg.DagsterInvariantViolationError):
        dg.op(name="o", out={name: dg.Out() for name in outs})(lambda: returned)()


def test_generators_are_checked_as_they_go(dg):
    """A generator yields Outputs, each once, of the declared type, and none may be missing."""

    def called(items, **types):
        return dg.op(name="o", out={name: dg.Out(kind) for name, kind in types.items()})(lambda: (yield from items))()

    assert [
        one.value for one in called([dg.Output(1, "a"), dg.AssetObservation("x")], a=int) if hasattr(one, "value")
    ] == [1]
    for items in ([5], [dg.Output(1, "a"), dg.Output(2, "a")], []):
        with pytest.raises(dg.DagsterInvariantViolationError):
            list(called(items, a=int))
    values = called([dg.Output("x", "a")], a=int)
    with pytest.raises(dg.DagsterTypeCheckDidNotPass):
        next(values)


def test_an_asynchronous_call_is_checked(dg):
    """The result of a coroutine, and the items of an asynchronous generator, are checked."""

    async def gives():
        return "x"

    async def yields():
        yield dg.Output("x")

    async def listed(items):
        return [item async for item in items]

    with pytest.raises(dg.DagsterTypeCheckDidNotPass):
        asyncio.run(dg.op(name="gives", out=dg.Out(int))(gives)())
    with pytest.raises(dg.DagsterTypeCheckDidNotPass):
        asyncio.run(listed(dg.op(name="yields", out=dg.Out(int))(yields)()))


def test_a_list_of_dynamic_outputs(dg):
    """A dynamic output is returned as a list, in a direct call too."""
    dynamic = dg.op(name="dynamic", out=dg.DynamicOut())
    assert [one.value for one in dynamic(lambda: [dg.DynamicOutput(1, "a")])()] == [1]
    with pytest.raises(dg.DagsterInvariantViolationError):
        dynamic(lambda: dg.DynamicOutput(1, "a"))()


@pytest.mark.parametrize("kind", ["op", "asset"])
def test_a_partial_as_a_body(dg, kind):
    """A partial of a function may be a body; its bound arguments have defaults."""
    body = functools.partial(three, a=1, b=5)
    assert getattr(dg, kind)(name="p")(body)() == (1, 5, 3)


def test_an_underscore_leads_an_input(dg):
    """A first parameter that begins with an underscore, and is none of the context's names, is an input."""

    def adds(_x, y):
        return _x + y

    assert dg.op(adds)(1, 2) == 3  # the sum


def test_an_output_of_another_name(dg):
    """An op with one output returns an Output of its name, or of the default one."""
    named = dg.op(name="named", out={"a": dg.Out()})
    assert named(lambda: dg.Output(1))().value == 1
    for name in ("b", "wrong"):
        with pytest.raises(dg.DagsterInvariantViolationError):
            named(lambda name=name: dg.Output(1, output_name=name))()
    with pytest.raises(dg.DagsterInvariantViolationError):
        dg.op(name="plain")(lambda: dg.Output(1, output_name="wrong"))()


def test_one_output_of_several(dg):
    """An op with several outputs does not return one of them alone, though the other may be left out."""
    with pytest.raises(dg.DagsterInvariantViolationError):
        dg.op(name="o", out={"a": dg.Out(is_required=False), "b": dg.Out()})(lambda: dg.Output(1, "b"))()


def test_outputs_named_by_numbers(dg, differs):
    """An op whose outputs are named by numbers has a place in dagwire's jobs; Dagster fails as it is placed."""
    numbered = dg.op(name="numbered", out={"1": dg.Out(), "2": dg.Out()})(lambda: (3, 4))

    def body():
        numbered()

    differs(
        lambda: dg.job(name="numbers")(body).execute_in_process().output_for_node("numbered", "2"),
        dagster=ValueError,
        dagwire=4,
    )


def test_config_of_an_unknown_resource(dg):
    """`resources_config` of a key that the context does not have is invalid config."""
    with pytest.raises(dg.DagsterInvalidConfigError):
        dg.build_op_context(resources={"r": 1}, resources_config={"other": {"config": 1}})


def test_an_annotation_of_an_output(dg):
    """An asset that is annotated to return an Output wraps its value, in a run and in a direct call."""

    def bare():
        return 5

    def wrapped():
        return dg.Output(5)

    bare.__annotations__ = wrapped.__annotations__ = {"return": dg.Output[int]}
    assert dg.asset(wrapped)().value == 5
    with pytest.raises(dg.DagsterInvariantViolationError):
        dg.asset(bare)()
    assert not dg.materialize([dg.asset(bare)], raise_on_error=False).success


def test_mocks_as_resources(dg, small):
    """A mock serves as a resource, by keyword and in a context, and shows how it was called."""
    resource_class, _ = small

    def body(context, r):
        context.log.info("asks")
        return r.ask("x")

    body.__annotations__ = {"r": resource_class}
    asks = dg.asset(name="asks")(body)
    fake = mock.Mock(spec=["ask"], ask=mock.Mock(return_value=3, spec=[]))
    assert asks(dg.build_asset_context(), r=fake) == 3
    assert asks(dg.build_asset_context(resources={"r": fake})) == 3
    assert fake.ask.call_args_list == [mock.call("x"), mock.call("x")]


def test_a_direct_call_under_another_name(dg):
    """An op under another name, with hooks or with tags is called directly as the op itself."""
    takes = dg.op(name="takes")(lambda context, x: x)  # the name is the context's
    assert takes.alias("other")(None, 3) == 3
    assert takes.tag({"a": "b"})(None, x=3) == 3
    with pytest.raises(dg.DagsterInvalidInvocationError):
        takes.alias("other")()
