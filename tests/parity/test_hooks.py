"""Hooks: functions that are called after a step, on ops, graphs and jobs, and by hand."""

import logging

import pytest


@pytest.fixture(autouse=True)
def _quiet():
    """Keep Dagster's log of failed steps out of the report."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def good(dg):
    """An op that succeeds."""
    return dg.op(name="good")(lambda: 5)


@pytest.fixture
def bad(dg):
    """An op that fails."""

    @dg.op(name="bad")
    def fails():
        raise KeyError("oh")

    return fails


def job_of(dg, *ops, **options):
    """A job of ops that do not depend on one another."""

    def body():
        for op in ops:
            op()

    return dg.job(**{"name": "hooked", **options})(body)


def test_hooks_are_told_of_the_step(dg, good, bad, log):
    """A success hook is called after steps that are done, a failure hook after those that failed."""

    @dg.success_hook
    def done(context):
        log.append(("done", context.op.name, context.step_key, context.op_exception, dict(context.op_output_values)))

    @dg.failure_hook
    def broken(context):
        log.append(("broken", context.op.name, type(context.op_exception), dict(context.op_output_values)))

    job_of(dg, good.alias("other"), bad, hooks={done, broken}).execute_in_process(raise_on_error=False)
    assert sorted(log) == [("broken", "bad", KeyError, {}), ("done", "other", "other", None, {"result": 5})]


@pytest.mark.not_carried("a hook gets Dagster's own definition of the step")
def test_the_definition_of_the_step(dg, good, log):
    """`context.op` has the step's name and its definition; `hook_def` is the hook."""
    hook = dg.success_hook(name="h")(lambda context: log.append((context.op.definition, context.hook_def.name)))
    job_of(dg, good, hooks={hook}).execute_in_process()
    assert log == [(good, "h")]


@pytest.mark.not_carried("Dagster gets the outputs of a body when it has ended")
def test_outputs_before_a_failure(dg, log):
    """A failure hook sees the outputs and the metadata that the body had yielded."""

    @dg.op(out={"a": dg.Out(), "b": dg.Out()})
    def halfway(context):
        context.add_output_metadata({"more": 2}, "a")
        yield dg.Output(1, "a", metadata={"own": 1})
        raise ValueError

    @dg.failure_hook
    def look(context):
        log.append((dict(context.op_output_values), {k: v.value for k, v in context.op_output_metadata["a"].items()}))

    job_of(dg, halfway, hooks={look}).execute_in_process(raise_on_error=False)
    assert log == [({"a": 1}, {"own": 1, "more": 2})]


def test_dynamic_outputs_in_hooks(dg, log):
    """The value of a dynamic output is a dict by mapping key."""
    dynamic = dg.op(name="dynamic", out=dg.DynamicOut())(lambda: [dg.DynamicOutput(1, "a"), dg.DynamicOutput(2, "b")])
    hook = dg.success_hook(name="h")(lambda context: log.append(dict(context.op_output_values)))
    job_of(dg, dynamic, hooks={hook}).execute_in_process()
    assert log == [{"result": {"a": 1, "b": 2}}]


def test_the_failure_of_a_retry(dg, log):
    """After the last retry a hook sees the request, whose cause is the failure itself."""

    @dg.op
    def retried():
        raise dg.RetryRequested(max_retries=1) from ValueError("reason")

    @dg.failure_hook
    def look(context):
        log.append((type(context.op_exception), str(context.op_exception.__cause__)))

    job_of(dg, retried, hooks={look}).execute_in_process(raise_on_error=False)
    assert log == [(dg.RetryRequested, "reason")]


def test_config_in_hooks(dg, log):
    """`context.op_config` of a hook is the step's config, as a dict."""

    class Settings(dg.Config):
        n: int = 1

    def body(config):
        return config.n

    body.__annotations__ = {"config": Settings}
    hook = dg.success_hook(name="h")(lambda context: log.append(context.op_config))
    job_of(dg, dg.op(name="o")(body), hooks={hook}).execute_in_process()
    assert log == [{"n": 1}]


def test_hooks_skipped_in_events(dg, good, bad):
    """A hook that waits for the other end of a step is skipped, which is an event."""
    hook = dg.success_hook(name="h")(lambda _: None)
    result = job_of(dg, good, bad, hooks={hook}).execute_in_process(raise_on_error=False)
    found = [(e.event_type_value, e.step_key) for e in result.all_events if "HOOK" in e.event_type_value]
    assert sorted(found) == [("HOOK_COMPLETED", "good"), ("HOOK_SKIPPED", "bad")]


def test_a_hook_that_fails(dg, good):
    """A hook that raises is an event, and changes nothing."""
    hook = dg.success_hook(name="h")(lambda _: 1 / 0)
    result = job_of(dg, good, hooks={hook}).execute_in_process()
    assert result.success
    assert [e.event_type_value for e in result.all_events if "HOOK" in e.event_type_value] == ["HOOK_ERRORED"]


@pytest.fixture
def by_hand(dg, log):
    """A hook made by hand, which is called with the events of each step."""

    def look(context, events):
        log.append((context.step_key, [event.event_type_value for event in events]))
        return dg.HookExecutionResult("by_hand", is_skipped=not log[-1][1][-1].endswith("SUCCESS"))

    return dg.HookDefinition(name="by_hand", hook_fn=look)


def test_a_hook_by_hand_takes_events(dg, by_hand, good, bad, log):
    """A hook made by hand is called after each step, with its events; its result shows whether it was skipped."""
    result = job_of(dg, good, bad, hooks={by_hand}).execute_in_process(raise_on_error=False)
    assert sorted(log) == [
        ("bad", ["STEP_START", "STEP_FAILURE"]),
        ("good", ["STEP_START", "STEP_OUTPUT", "HANDLED_OUTPUT", "STEP_SUCCESS"]),
    ]
    found = [(e.event_type_value, e.step_key) for e in result.all_events if "HOOK" in e.event_type_value]
    assert sorted(found) == [("HOOK_COMPLETED", "good"), ("HOOK_SKIPPED", "bad")]


def test_a_hook_by_hand_that_returns_nothing(dg, good, differs):
    """A hook made by hand that returns no HookExecutionResult is recorded as failed; in Dagster it ends the run."""
    hook = dg.HookDefinition(name="h", hook_fn=lambda context, events: None)
    job = job_of(dg, good, hooks={hook})
    differs(lambda: job.execute_in_process(raise_on_error=False).success, dagster=False, dagwire=True)


def test_a_hook_by_hand_cannot_be_called(dg, by_hand):
    """A hook made by hand is called directly only if it has a function for that."""
    with pytest.raises(dg.DagsterInvalidInvocationError):
        by_hand(dg.build_hook_context(), [])
    hook = dg.HookDefinition(name="h", hook_fn=by_hand.hook_fn, decorated_fn=lambda _: "called")
    assert hook(dg.build_hook_context()) == "called"


def test_the_function_of_a_hook(dg):
    """`hook_fn` of a decorated hook takes events, and calls the function if they hold its end of the step."""

    class Event:
        is_step_success = True
        is_step_failure = False

    hook = dg.failure_hook(name="h")(lambda context: context)
    assert hook.hook_fn(None, [Event()]).is_skipped


def test_a_hook_as_a_decorator(dg, good, log):
    """A hook is a decorator of jobs and graphs: it is called after each of their steps."""
    hook = dg.success_hook(name="h")(lambda context: log.append(context.step_key))

    @hook
    @dg.job(tags={"kept": "yes"})
    def decorated():
        good()

    assert decorated.tags["kept"] == "yes"
    decorated.execute_in_process()
    assert log == ["good"]


def test_hooks_of_all_places_add_up(dg, good, log):
    """The hooks of an op, of its graph and of the job are called, each for its steps."""

    def hook(name):
        return dg.success_hook(name=name)(lambda context: log.append((name, context.step_key, context.op.name)))

    hooked = good.with_hooks({hook("op")})
    other = good.alias("other")

    @dg.graph
    def inner():
        hooked()
        other()

    in_graph = inner.with_hooks({hook("graph")})
    job_of(dg, in_graph, hooks={hook("job")}).execute_in_process()
    assert sorted(log) == [
        ("graph", "inner.good", "good"),
        ("graph", "inner.other", "other"),
        ("job", "inner.good", "good"),
        ("job", "inner.other", "other"),
        ("op", "inner.good", "good"),
    ]


def test_a_hook_asks_for_resources(dg, good, log):
    """A hook reads the resources that it asks for; a job that lacks them is refused."""
    hook = dg.success_hook(name="h", required_resource_keys={"r"})(lambda context: log.append(context.resources.r))
    job_of(
        dg, good, hooks={hook}, resource_defs={"r": dg.ResourceDefinition.hardcoded_resource(1)}
    ).execute_in_process()
    assert log == [1]
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="r"):
        job_of(dg, good, hooks={hook}).execute_in_process()


@pytest.mark.parametrize("decorator", ["success_hook", "failure_hook"])
def test_a_direct_call_of_a_hook(dg, decorator):
    """A hook is called directly with a context or with None, by position or by name, and returns what it returns."""
    hook = getattr(dg, decorator)(name="h")(lambda context: ("called", context.op_exception))
    assert hook(None) == ("called", None)
    assert hook(dg.build_hook_context()) == ("called", None)
    error = ValueError()
    assert hook(context=dg.build_hook_context(op_exception=error)) == ("called", error)
    for args, kwargs in (((), {}), ((None, None), {}), ((), {"foo": None})):
        with pytest.raises(dg.DagsterInvalidInvocationError):
            hook(*args, **kwargs)


def test_a_direct_call_lacks_a_resource(dg):
    """A direct call of a hook needs the resources that the hook asks for."""
    hook = dg.success_hook(name="h", required_resource_keys={"r"})(lambda context: context.resources.r)
    assert hook(dg.build_hook_context(resources={"r": 1})) == 1
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="r"):
        hook(None)


def test_a_hook_context_by_hand(dg, good):
    """A hook's context built by hand has the op, the run and the job that it was built with."""
    context = dg.build_hook_context(op=good, run_id="i", job_name="j")
    assert (context.op.name, context.run_id, context.job_name) == ("good", "i", "j")
    assert dg.build_hook_context(op=good.alias("other")).op.name == "other"


@pytest.mark.parametrize(
    "name", ["op", "run_id", "job_name", "step_key", "op_config", "op_output_values", "op_output_metadata", "hook_def"]
)
def test_a_hook_context_lacks_facts(dg, invalid_property, name):
    """A fact that a hook's context was not built with raises a DagsterInvalidPropertyError."""
    with pytest.raises(invalid_property):
        getattr(dg.build_hook_context(), name)


def test_a_hook_takes_a_context(dg):
    """A hook whose function takes no context is refused."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.success_hook(name="h")(lambda: None)


def test_the_function_of_a_hook_is_called_with_events(dg, log):
    """`hook_fn` of a hook, called with a context and events, calls the body if the events say that it is due."""

    @dg.success_hook
    def tell(context):
        log.append("told")

    @dg.op
    def one():
        return 1

    @dg.job
    def steps():
        one()

    events = steps.execute_in_process().events_for_node("one")
    tell.hook_fn(dg.build_hook_context(), events)
    assert log == ["told"]
    tell.hook_fn(dg.build_hook_context(), [])
    assert log == ["told"]
