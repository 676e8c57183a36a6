"""Contexts built by hand: bound to a definition for a call, without a run."""

import asyncio
import contextlib

import pytest


@pytest.mark.parametrize("build", ["build_op_context", "build_asset_context"])
def test_a_context_is_bound_for_the_call_alone(dg, build):
    """A context belongs to the asset while it is called, and is free again when the call ends or fails."""
    seen = []
    context = getattr(dg, build)()

    @dg.asset
    def fails(context):
        seen.append((context.is_bound, context.asset_key.to_user_string()))
        raise dg.Failure("broken")

    @dg.asset
    def works(context):
        seen.append((context.is_bound, context.asset_key.to_user_string()))

    with pytest.raises(dg.Failure):
        fails(context)
    works(context)
    assert seen == [(True, "fails"), (True, "works")]
    assert not context.is_bound


def test_a_context_serves_one_call_at_a_time(dg):
    """A context that serves a coroutine cannot be passed to another call before it ends."""
    first, second = (dg.asset(name=name)(waiting) for name in ("first", "second"))
    context = dg.build_asset_context()

    async def both():
        with contextlib.closing(first(context)):
            second(context)

    with pytest.raises(dg.DagsterInvalidInvocationError):
        asyncio.run(both())


async def waiting(context):
    """Give others time."""
    await asyncio.sleep(0)
    return context.asset_key


def test_a_generator_frees_its_context(dg):
    """A context serves a generator until its end."""
    context = dg.build_op_context()
    op = dg.op(name="o", out={"a": dg.Out(), "b": dg.Out()})(
        lambda _: (yield from (dg.Output(1, "a"), dg.Output(2, "b")))
    )
    items = op(context)
    next(items)
    assert context.is_bound
    list(items)
    assert not context.is_bound


def test_metadata_once_and_in_time(dg):
    """In a direct call an output gets metadata once, before it is yielded; the next call starts anew."""

    def twice(context):
        context.add_output_metadata({"a": 1})
        context.add_output_metadata({"b": 1})

    def late(context):
        yield dg.Output(1)
        context.add_output_metadata({"a": 1})

    once = dg.op(name="once")(lambda context: context.add_output_metadata({"a": 1}))
    context = dg.build_op_context()
    once(context)
    once(context)
    assert context.get_output_metadata("result") == {"a": 1}
    with pytest.raises(dg.DagsterInvariantViolationError):
        dg.op(twice)(context)
    with pytest.raises(dg.DagsterInvariantViolationError):
        list(dg.op(late)(context))


def test_events_of_a_direct_call(dg):
    """`get_events` of a context returns what `log_event` was called with."""
    logs = dg.op(name="logs")(lambda context: context.log_event(dg.AssetMaterialization("made")))
    context = dg.build_op_context()
    logs(context)
    assert [event.asset_key.to_user_string() for event in context.get_events()] == ["made"]


@pytest.mark.parametrize(
    "name", ["job_name", "job_def", "run", "dagster_run", "op", "op_handle", "node_handle", "step_launcher"]
)
def test_a_context_by_hand_has_no_run(dg, invalid_property, name):
    """A context built by hand has no run and no job, so their attributes raise a DagsterInvalidPropertyError."""
    with pytest.raises(invalid_property):
        getattr(dg.build_op_context(), name)
    with pytest.raises(invalid_property):
        dg.op(name="o")(lambda context: getattr(context, name))(None)


@pytest.mark.parametrize("name", ["op_def", "assets_def", "asset_key", "has_assets_def", "run_config", "alias"])
def test_a_context_by_hand_belongs_to_nothing(dg, invalid_property, name):
    """Outside a call a context belongs to no definition, so its attributes raise a DagsterInvalidPropertyError."""
    with pytest.raises(invalid_property):
        getattr(dg.build_op_context(), name)


def test_an_op_has_no_asset(dg, invalid_property):
    """A plain op that is called has no `assets_def`."""
    assert dg.op(name="o")(lambda context: context.has_assets_def)(None) is False
    with pytest.raises(invalid_property):
        dg.op(name="o")(lambda context: context.assets_def)(None)


def test_run_config_of_a_direct_call(dg):
    """`context.run_config` is the config that a run would have had."""
    shows = dg.op(name="shows", config_schema={"a": int})(lambda context: context.run_config)
    assert shows(dg.build_op_context(op_config={"a": 1})) == {"ops": {"shows": {"config": {"a": 1}}}, "resources": {}}


def test_every_argument_by_position(dg):
    """The arguments of `build_op_context` and `build_asset_context` may be passed by position, in Dagster's order."""
    instance = dg.DagsterInstance.ephemeral()
    op_context = dg.build_op_context({"r": 2}, {"a": 3}, None, instance, None, "p", None, "m", {"t": "1"})
    assert (op_context.partition_key, op_context.get_mapping_key(), op_context.get_tag("t")) == ("p", "m", "1")
    asset_context = dg.build_asset_context({"r": 2}, None, {"a": 3}, instance, "p", None, {"t": "1"})
    assert (asset_context.partition_key, asset_context.run_tags, asset_context.instance) == ("p", {"t": "1"}, instance)
