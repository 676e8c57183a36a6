"""Events of a run and the data of each, the run itself, and the reason of a failure."""

import pytest


@pytest.fixture
def mixed(dg):
    """The result of a job in which steps succeed, are retried, fail and are skipped, with hooks for either end."""

    @dg.op(out={"low": dg.Out(), "high": dg.Out(is_required=False)})
    def measure():
        yield dg.Output(1, "low", metadata={"unit": "m"})

    @dg.op
    def double(low):
        return low * 2

    @dg.op
    def never(high):
        return high

    @dg.op(retry_policy=dg.RetryPolicy(max_retries=1, delay=0.001))
    def flaky(context, doubled):
        if context.retry_number == 0:
            raise KeyError("first")
        return doubled

    @dg.op
    def broken(x):
        raise ValueError("boom")

    @dg.success_hook
    def applaud(context):
        pass

    @dg.failure_hook
    def alarm(context):
        raise RuntimeError("the alarm is broken")

    @dg.job(hooks={applaud, alarm}, tags={"team": "a"})
    def nightly():
        low, high = measure()
        never(high)
        broken(flaky(double(low)))

    return nightly.execute_in_process(raise_on_error=False, tags={"by": "hand"})


def data_of(result, event_type, step=None):
    """The data of the one event of a type."""
    (event,) = [
        event
        for event in result.all_events
        if event.event_type_value == event_type and (step is None or event.step_key == step)
    ]
    return event.event_specific_data


def test_types_of_events_are_an_enum_of_text(dg, mixed):
    """`event_type` is a DagsterEventType: its members are named as in Dagster and compare with their text."""
    kinds = dg.DagsterEventType
    assert all(isinstance(event, dg.DagsterEvent) for event in mixed.all_events)
    assert all(isinstance(event.event_type, kinds) for event in mixed.all_events)
    assert kinds.RUN_START is kinds.PIPELINE_START
    assert kinds.STEP_SUCCESS == "STEP_SUCCESS"
    assert kinds("PIPELINE_FAILURE") is kinds.RUN_FAILURE
    assert str(kinds.STEP_START) == "DagsterEventType.STEP_START"
    assert [e.step_key for e in mixed.all_events if e.event_type == kinds.STEP_FAILURE] == ["broken"]


def test_data_of_values(mixed):
    """Inputs and outputs have the names, keys and metadata that a program reads from their events."""
    output = data_of(mixed, "STEP_OUTPUT", "measure")
    assert (output.output_name, output.mapping_key) == ("low", None)
    assert (output.step_output_handle.step_key, output.step_output_handle.output_name) == ("measure", "low")
    assert output.metadata["unit"].value == "m"
    assert data_of(mixed, "HANDLED_OUTPUT", "measure").output_name == "low"
    assert data_of(mixed, "LOADED_INPUT", "double").input_name == "low"
    assert data_of(mixed, "STEP_INPUT", "double").input_name == "low"
    assert data_of(mixed, "STEP_SUCCESS", "double").duration_ms >= 0


def test_data_of_failures(mixed):
    """A retry, a failed step, a failed hook and a failed run name the exception that a body raised."""
    retry = data_of(mixed, "STEP_UP_FOR_RETRY")
    assert (retry.error.cause.cls_name, retry.seconds_to_wait) == ("KeyError", 0.001)
    failure = data_of(mixed, "STEP_FAILURE")
    assert (failure.error.cause.cls_name, failure.error.cause.message) == ("ValueError", "ValueError: boom\n")
    assert failure.user_failure_data is None
    assert "boom" in failure.error.to_string()
    assert "the alarm is broken" in data_of(mixed, "HOOK_ERRORED").error.to_string()
    assert data_of(mixed, "PIPELINE_FAILURE").first_step_failure_event.step_key == "broken"


def test_hooks_that_do_not_apply_are_skipped(mixed):
    """Each end of a step has an event for each hook: completed, failed, or skipped."""
    kinds = {"HOOK_COMPLETED", "HOOK_ERRORED", "HOOK_SKIPPED"}
    seen = [(e.step_key, e.event_type_value) for e in mixed.all_events if e.event_type_value in kinds]
    assert sorted(kind for step, kind in seen if step == "broken") == ["HOOK_ERRORED", "HOOK_SKIPPED"]
    assert sorted(kind for step, kind in seen if step == "double") == ["HOOK_COMPLETED", "HOOK_SKIPPED"]
    assert all(e.is_hook_event for e in mixed.all_events if e.event_type_value in kinds)


@pytest.mark.parametrize(
    "member",
    ["step_output_data", "step_failure_data", "step_retry_data", "step_materialization_data", "materialization",
     "step_success_data", "step_input_data", "hook_errored_data", "asset_observation_data", "job_failure_data",
     "asset_check_evaluation_data", "step_expectation_result_data", "engine_event_data"],
)  # fmt: skip
def test_data_of_another_type_is_refused(mixed, member):
    """An event has the data of its own type; asking for that of another raises."""
    (event, *_) = [event for event in mixed.all_events if event.is_step_start]
    with pytest.raises(Exception, match="STEP_START"):
        getattr(event, member)


def test_events_know_their_step_and_job(mixed):
    """`job_name`, `node_name` and `logging_tags` say where an event happened."""
    (event, *_) = [event for event in mixed.all_events if event.is_step_start]
    assert (event.job_name, event.node_name, event.step_key) == ("nightly", "measure", "measure")
    tags = event.logging_tags
    assert {key: tags[key] for key in ("run_id", "job_name", "step_key", "op_name")} == {
        "run_id": mixed.run_id,
        "job_name": "nightly",
        "step_key": "measure",
        "op_name": "measure",
    }
    with pytest.raises(Exception):  # noqa: B017, PT011  # Dagster's has no class of its own
        mixed.all_events[0].node_name  # noqa: B018  # a property


def test_kinds_of_events_of_the_run(mixed):
    """`is_job_event`, `is_run_failure` and their kin are true of the run's events, not of a step's."""
    first, last = mixed.all_events[0], mixed.all_events[-1]
    assert (first.is_job_event, first.is_run_failure, first.is_failure) == (True, False, False)
    assert (last.is_job_event, last.is_run_failure, last.is_job_failure, last.is_failure) == (True, True, True, True)
    assert not any(event.is_resource_init_failure or event.is_asset_materialization_planned for event in (first, last))


def test_names_inside_graphs(dg):
    """In a graph `node_name` is the op's own name, while `step_key` has the graph's before it."""

    @dg.op(out=dg.DynamicOut())
    def letters():
        yield dg.DynamicOutput("x", mapping_key="a")

    @dg.op
    def echo(letter):
        return letter

    @dg.graph
    def inner():
        letters().map(echo)

    @dg.job
    def nightly():
        inner()

    started = [event for event in nightly.execute_in_process().all_events if event.is_step_start]
    assert [(e.step_key, e.node_name) for e in started] == [
        ("inner.letters", "letters"),
        ("inner.echo[a]", "echo"),
    ]


def test_data_of_assets(dg):
    """Materializations, observations and checks of assets are in the data of their events."""

    @dg.asset
    def rows(context):
        context.log_event(dg.AssetObservation("source", metadata={"seen": True}))
        return dg.MaterializeResult(metadata={"size": 3})

    @dg.asset_check(asset=rows)
    def complete():
        return dg.AssetCheckResult(passed=True)

    result = dg.materialize([rows, complete])
    materialization = data_of(result, "ASSET_MATERIALIZATION").materialization
    assert (materialization.asset_key, materialization.metadata["size"].value) == (dg.AssetKey("rows"), 3)
    observation = data_of(result, "ASSET_OBSERVATION").asset_observation
    assert (observation.asset_key, observation.metadata["seen"].value) == (dg.AssetKey("source"), True)
    assert data_of(result, "ASSET_CHECK_EVALUATION").check_name == "complete"
    of_assets = {event.event_type_value: event.asset_key for event in result.all_events if event.asset_key is not None}
    assert of_assets == {"ASSET_MATERIALIZATION": dg.AssetKey("rows"), "ASSET_OBSERVATION": dg.AssetKey("source")}
    assert result.get_asset_materialization_planned_events() == []


# -- the run -----------------------------------------------------------------------------------------------------------


def test_the_status_of_a_run(dg, mixed):
    """A result's run is a success or a failure; in a body it has not ended."""
    seen = []

    @dg.asset
    def rows(context):
        seen.append(context.run)

    done = dg.materialize([rows]).dagster_run
    status = dg.DagsterRunStatus
    assert (done.status, done.is_success, done.is_failure, done.is_finished) == (status.SUCCESS, True, False, True)
    failed = mixed.dagster_run
    assert (failed.status, failed.is_success, failed.is_failure_or_canceled) == (status.FAILURE, False, True)
    assert (seen[0].is_finished, seen[0].run_id) == (False, done.run_id)
    assert status("STARTED").name == "STARTED"


def test_facts_of_a_run(dg, mixed):
    """A run knows its job, tags and steps; it retries no other."""
    run = mixed.dagster_run
    assert (run.job_name, run.run_id) == ("nightly", mixed.run_id)
    assert {"team": "a", "by": "hand"}.items() <= run.tags.items()
    assert sorted(run.step_keys_to_execute) == ["broken", "double", "flaky", "measure", "never"]
    assert (run.root_run_id, run.parent_run_id, run.previous_run_id, run.get_root_run_id()) == (None,) * 4


def test_a_run_made_by_hand(dg):
    """`DagsterRun(job_name)` has an id, no tags and no config; runs are equal by value and changed by copying."""
    run = dg.DagsterRun("nightly", run_id="1")
    assert (run.tags, run.run_config, run.status) == ({}, {}, dg.DagsterRunStatus.NOT_STARTED)
    assert run == dg.DagsterRun("nightly", run_id="1")
    assert dg.DagsterRun("nightly").run_id
    tagged = run.with_tags({"a": "1"})
    assert (tagged.tags, run.tags) == ({"a": "1"}, {})
    assert run.with_status(dg.DagsterRunStatus.STARTED).is_cancelable
    assert run.with_status(dg.DagsterRunStatus.CANCELED).is_failure_or_canceled


# -- why a step failed -------------------------------------------------------------------------------------------------


def failing_job(dg, body):
    """A job of one op `step` that runs `body`."""

    @dg.op
    def step(context):
        return body(context)

    @dg.job
    def nightly():
        step()

    return nightly


def test_an_exception_of_a_body_is_the_cause(dg):
    """`failure_data_for_node(...).error.cause` is the body's exception, whose own cause follows; the run raises it."""

    def body(context):
        try:
            {}["inner"]
        except KeyError as inner:
            raise ValueError("outer") from inner

    nightly = failing_job(dg, body)
    error = nightly.execute_in_process(raise_on_error=False).failure_data_for_node("step").error
    assert (error.cause.cls_name, error.cause.cause.cls_name) == ("ValueError", "KeyError")
    assert any("in body" in frame for frame in error.cause.stack)
    with pytest.raises(ValueError, match="outer"):
        nightly.execute_in_process()


def test_a_failure_is_its_own_error(dg):
    """A `Failure` is the error itself, without a cause."""

    def body(context):
        raise dg.Failure("no rows")

    data = failing_job(dg, body).execute_in_process(raise_on_error=False).failure_data_for_node("step")
    assert (data.error.cls_name, data.error.cause) == ("Failure", None)
    assert data.user_failure_data.description == "no rows"


@pytest.mark.parametrize("code", [None, 0, 3, "bye"])
def test_sys_exit_fails_its_step(dg, code, log):
    """`sys.exit()` in a body fails the step whatever its code: other steps run, and everything is closed."""

    class Db(dg.ConfigurableResource):
        def setup_for_execution(self, context):
            log.append("open")

        def teardown_after_execution(self, context):
            log.append("close")

    @dg.op(retry_policy=dg.RetryPolicy(max_retries=2))
    def leave(db: Db):
        log.append("leave")
        raise SystemExit(code)

    @dg.op
    def other():
        log.append("other")

    @dg.job(resource_defs={"db": Db()})
    def nightly():
        leave()
        other()

    result = nightly.execute_in_process(raise_on_error=False)
    assert (result.success, result.get_failed_step_keys()) == (False, {"leave"})
    assert log == ["open", "leave", "other", "close"]


def test_sys_exit_raises_an_error_of_the_run(dg, differs):
    """Dagster lets a body's `SystemExit` out, so that `sys.exit(0)` ends the caller's program as a success."""

    def body(context):
        raise SystemExit(0)

    nightly = failing_job(dg, body)
    error = dg.DagsterUserCodeExecutionError
    differs(nightly.execute_in_process, dagster=SystemExit, dagwire=error)


def test_sys_exit_in_a_hook_changes_nothing(dg):
    """A hook that calls `sys.exit()` has failed, as one that raises has; the run goes on."""

    @dg.success_hook
    def leave(context):
        raise SystemExit(1)

    @dg.op
    def step():
        return 1

    @dg.job(hooks={leave})
    def nightly():
        step()

    if dg.__name__ == "dagster":
        with pytest.raises(SystemExit):
            nightly.execute_in_process()
    else:
        assert nightly.execute_in_process().success


def test_an_interrupt_ends_the_run(dg, log, tracked):
    """KeyboardInterrupt is not a failure of a step: it comes out, after everything is closed."""

    @dg.op
    def stop(db: tracked):
        raise KeyboardInterrupt

    @dg.job(resource_defs={"db": tracked()})
    def nightly():
        stop()

    with pytest.raises(BaseException) as raised:  # noqa: PT011  # Dagster's own class for it
        nightly.execute_in_process()
    assert not isinstance(raised.value, Exception)
    assert log == ["open db", "close db"]
