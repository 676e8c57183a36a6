"""Steps are run with retries, hooks, results, types and contexts."""

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import dagwire as dg
from dagwire.errors import UnexpectedResultError, WrongTypeError

from tests.execution.runs import WAYS


def run(*assets, **kwargs):
    """Make assets, telling of failures in the result."""
    return dg.materialize(assets, raise_on_error=False, **kwargs)


def kinds(result, node):
    """The types of a node's events."""
    return [event.event_type_value for event in result.events_for_node(node)]


# -- retries -----------------------------------------------------------------------------------------------------------


def test_a_policy_tries_again():
    """Each retry is two events; the context counts; the value is that of the attempt that succeeded."""

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=3))
    def rows(context) -> int:
        if context.retry_number < 2:
            raise ValueError("again")
        return context.retry_number

    result = run(rows)
    assert result.asset_value("rows") == 2
    assert kinds(result, "rows")[:5] == [
        "STEP_START",
        *["STEP_UP_FOR_RETRY", "STEP_RESTARTED"] * 2,
    ]
    assert result.retry_attempts_for_node("rows") == 2


def test_the_last_attempt_s_exception_comes_out():
    """When all retries are used up the user's own exception is raised, not one about retries."""
    attempts = []

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=2))
    def rows():
        attempts.append(1)
        raise ValueError(len(attempts))

    with pytest.raises(ValueError, match="3"):
        dg.materialize([rows])


def test_a_body_may_ask_to_be_tried_again():
    """`RetryRequested` counts its own retries; what it was raised from is what the step fails of."""
    attempts = []

    @dg.asset
    def rows():
        attempts.append(1)
        raise dg.RetryRequested(max_retries=2) from OSError("busy")

    with pytest.raises(OSError, match="busy"):
        dg.materialize([rows])
    assert len(attempts) == 3


def test_a_failure_may_forbid_retries():
    """`Failure(allow_retries=False)` fails at once, with its description and metadata."""

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=2))
    def rows():
        raise dg.Failure("No rows.", metadata={"rows": 0}, allow_retries=False)

    result = run(rows)
    assert kinds(result, "rows") == ["STEP_START", "STEP_FAILURE"]
    data = result.failure_data_for_node("rows")
    assert data.user_failure_data.description == "No rows."
    assert data.user_failure_data.metadata["rows"].value == 0
    assert data.error.cls_name == "Failure"


@pytest.mark.parametrize(
    ("policy", "delays"),
    [
        (dg.RetryPolicy(3), [0, 0, 0]),
        (dg.RetryPolicy(3, delay=2), [2, 2, 2]),
        (dg.RetryPolicy(3, delay=2, backoff=dg.Backoff.LINEAR), [2, 4, 6]),
        (dg.RetryPolicy(3, delay=2, backoff=dg.Backoff.EXPONENTIAL), [2, 6, 14]),
    ],
    ids=str,
)
def test_delays_grow(policy, delays):
    """The delays before the first, second and third retry, as Dagster reckons them."""
    assert [policy.calculate_delay(retry) for retry in (1, 2, 3)] == delays


@pytest.mark.parametrize("jitter", dg.Jitter)
def test_jitter_stays_near(jitter):
    """A spread delay is never negative, and never more than twice the delay."""
    policy = dg.RetryPolicy(3, delay=2, jitter=jitter)
    assert all(0 <= policy.calculate_delay(1) <= 4 for _ in range(100))


def test_a_job_s_policy_is_for_ops_without_one():
    """`op_retry_policy` holds for an op without a policy."""
    attempts = []

    def fails(name):
        attempts.append(name)
        raise ValueError(name)

    own = dg.op(name="own", retry_policy=dg.RetryPolicy(0))(lambda: fails("own"))
    other = dg.op(name="other")(lambda: fails("other"))

    @dg.job(op_retry_policy=dg.RetryPolicy(1))
    def nightly():
        own()
        other()

    nightly.execute_in_process(raise_on_error=False)
    assert sorted(attempts) == ["other", "other", "own"]


# -- hooks -------------------------------------------------------------------------------------------------------------


def test_hooks_are_called_on_their_occasion():
    """With their own resources, the step's name, exception and outputs; a hook that fails changes nothing else."""
    told = []

    @dg.success_hook(required_resource_keys={"chat"})
    def praise(context):
        context.resources.chat.append((context.step_key, context.op.name, dict(context.op_output_values)))

    @dg.failure_hook
    def blame(context, chat: dg.ResourceParam[list]):
        chat.append((context.step_key, str(context.op_exception)))

    @dg.success_hook
    def broken(context):
        raise OSError("chat is down")

    @dg.op
    def good():
        return 1

    @dg.op
    def bad():
        raise ValueError("no")

    @dg.job(hooks={praise, blame})
    def nightly():
        good.with_hooks({broken})()
        bad()

    result = nightly.execute_in_process(raise_on_error=False, resources={"chat": told})
    assert told == [("bad", "no"), ("good", "good", {"result": 1})]
    assert kinds(result, "good")[-2:] == ["HOOK_ERRORED", "HOOK_COMPLETED"]
    assert result.is_node_success("good")


def test_a_hook_called_directly():
    """`build_hook_context` gives what a run gives."""
    told = []

    @dg.failure_hook(required_resource_keys={"chat"})
    def blame(context):
        context.resources.chat.append(str(context.op_exception))

    blame(dg.build_hook_context(resources={"chat": told}, op_exception=ValueError("no")))
    assert told == ["no"]


# -- results -----------------------------------------------------------------------------------------------------------


def test_a_multi_asset_may_yield_results_or_outputs():
    """Values go downstream by their output; metadata and tags are on each materialization."""

    @dg.multi_asset(outs={"low": dg.AssetOut(), "high": dg.AssetOut(key="top")})
    def bounds():
        yield dg.Output(4, "high", metadata={"n": 2})
        yield dg.Output(3, "low")

    @dg.asset
    def width(low, top):
        return top - low

    @dg.multi_asset(specs=[dg.AssetSpec("a"), dg.AssetSpec("b", skippable=True), dg.AssetSpec("c")])
    def stored(context):
        context.add_asset_metadata({"rows": 5}, "a")
        yield dg.MaterializeResult("a", metadata={"x": 1})

    result = run(bounds, width, stored)
    assert result.asset_value("width") == 1
    assert result.asset_value("top") == 4
    made = {m.asset_key.to_user_string(): m for m in result.asset_materializations_for_node("stored")}
    assert set(made) == {"a", "c"}
    assert {name: value.value for name, value in made["a"].metadata.items()} == {"x": 1, "rows": 5}


def test_only_what_is_wanted_of_a_multi_asset():
    """With `can_subset` the context names the wanted assets; making another is an error."""

    @dg.multi_asset(specs=[dg.AssetSpec("a"), dg.AssetSpec("b")], can_subset=True)
    def both(context):
        for key in sorted(context.selected_asset_keys, key=str):
            yield dg.MaterializeResult(key)

    @dg.multi_asset(specs=[dg.AssetSpec("c"), dg.AssetSpec("d")], can_subset=True)
    def stubborn():
        yield dg.MaterializeResult("c")
        yield dg.MaterializeResult("d")

    [made] = run(both, selection="b").get_asset_materialization_events()
    assert made.asset_key == dg.AssetKey("b")
    assert run(stubborn, selection="d").is_node_failed("stubborn")


def test_an_asset_that_was_left_out_skips_its_readers():
    """An optional output that is not given skips what takes its value, and the run is a success."""

    @dg.multi_asset(outs={"a": dg.AssetOut(is_required=False), "b": dg.AssetOut()})
    def some():
        yield dg.Output(2, "b")

    result = run(some, dg.asset(lambda a: a, name="reads"), dg.asset(lambda b: b, name="takes"))
    assert result.success
    assert result.is_node_skipped("reads")
    assert result.asset_value("takes") == 2


@pytest.mark.parametrize(
    "returned", [5, dg.MaterializeResult("x"), (1, 2, 3), dg.Output(1, "z")], ids=["value", "key", "three", "output"]
)
def test_results_of_a_multi_asset_that_are_none(returned):
    """A result that fits no output, or not their number, fails the step by name."""

    @dg.multi_asset(outs={"a": dg.AssetOut(), "b": dg.AssetOut()})
    def both():
        return returned

    with pytest.raises(UnexpectedResultError, match="multi_asset 'both'"):
        dg.materialize([both])


def test_checks_inside_an_asset_are_all_wanted():
    """A declared check without a result fails the step; so does a result of no declared check."""
    spec = dg.AssetCheckSpec("some", asset="rows")
    silent = dg.asset(lambda: 1, name="rows", check_specs=[spec])
    with pytest.raises(UnexpectedResultError, match="'some' of 'rows'"):
        dg.materialize([silent])
    strange = dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True, check_name="other")])
    with pytest.raises(UnexpectedResultError, match="'other'"):
        dg.materialize([dg.asset(lambda: strange, name="rows", check_specs=[spec])])


def test_a_blocking_check_inside_an_asset():
    """If it does not pass, the asset is recorded, its step fails, and nothing downstream runs."""

    @dg.asset(check_specs=[dg.AssetCheckSpec("some", asset="rows", blocking=True)])
    def rows():
        yield dg.MaterializeResult()
        yield dg.AssetCheckResult(passed=False, check_name="some")

    result = run(rows, dg.asset(lambda: 1, name="after", deps=[rows]))
    assert kinds(result, "rows")[-3:] == ["ASSET_MATERIALIZATION", "ASSET_CHECK_EVALUATION", "STEP_FAILURE"]
    assert result.is_node_skipped("after")


def test_several_checks_of_one_function():
    """Each result is of the check that it names; a blocking one that fails stops what is downstream of its asset."""

    @dg.multi_asset_check(
        specs=[dg.AssetCheckSpec("some", asset="rows"), dg.AssetCheckSpec("keys", asset="rows", blocking=True)]
    )
    def look(rows):
        yield dg.AssetCheckResult(passed=True, check_name="some")
        yield dg.AssetCheckResult(passed=rows > 3, check_name="keys")

    rows = dg.asset(lambda: 3, name="rows")
    result = run(rows, look, dg.asset(lambda: 1, name="after", deps=[rows]))
    found = {evaluation.check_name: evaluation.passed for evaluation in result.get_asset_check_evaluations()}
    assert found == {"some": True, "keys": False}
    assert result.is_node_failed("look")
    assert result.is_node_skipped("after")


def test_what_a_body_says_beside_its_result():
    """Observations and expectations, yielded or logged, are events of the step."""

    @dg.asset
    def rows(context):
        context.log_event(dg.AssetObservation("source", metadata={"rows": 3}))
        yield dg.ExpectationResult(success=False, label="many")
        yield dg.Output(1)

    assert kinds(run(rows), "rows")[1:3] == ["ASSET_OBSERVATION", "STEP_EXPECTATION_RESULT"]


def test_a_graph_asset_is_made_by_its_ops():
    """Its ops are steps, with upstream values and the asset's own resources; their failure skips it."""

    @dg.op(required_resource_keys={"factor"})
    def times(context, number):
        return number * context.resources.factor

    @dg.graph_asset(resource_defs={"factor": 3})
    def tripled(number):
        return times(times(number))

    result = run(dg.asset(lambda: 2, name="number"), tripled)
    assert result.asset_value("tripled") == 18
    assert result.output_for_node("tripled.times") == 6
    failing = run(dg.asset(lambda: None, name="number"), tripled)
    assert failing.is_node_failed("tripled.times")
    assert failing.is_node_skipped("tripled")


# -- types -------------------------------------------------------------------------------------------------------------


def test_types_are_held_to():
    """A value of another type than declared fails the step that gives it, or the one that takes it."""

    def gives() -> int:
        return "x"

    def takes(rows: str):
        return rows

    with pytest.raises(WrongTypeError, match="asset 'rows': output 'result' is not of its declared type Int"):
        dg.materialize([dg.asset(gives, name="rows")])
    result = run(dg.asset(lambda: 1, name="rows"), dg.asset(takes, name="takes"))
    assert result.is_node_failed("takes")


def test_nothing_is_handed_on_by_a_body_that_says_so():
    """A body annotated `-> None` stores nothing; any other None is a value."""

    def says() -> None:
        pass

    result = run(dg.asset(says, name="says"), dg.asset(lambda: None, name="none"))
    assert "HANDLED_OUTPUT" not in kinds(result, "says")
    assert "HANDLED_OUTPUT" in kinds(result, "none")


# -- side by side ------------------------------------------------------------------------------------------------------


def test_independent_steps_meet_in_threads():
    """Two steps that wait for one another come through only if they run at once, with one resource for both."""
    meeting = threading.Barrier(2, timeout=10)
    seen = []

    @dg.resource
    def shared():
        return object()

    def body(context):
        meeting.wait()
        seen.append(context.resources.db)

    pair = [dg.asset(body, name=name, required_resource_keys={"db"}) for name in "ab"]
    with ThreadPoolExecutor(2) as executor:
        assert dg.materialize(pair, resources={"db": shared}, executor=executor).success
    assert seen[0] is seen[1]


@pytest.mark.parametrize("asynchronously", [True, False])
def test_independent_steps_meet_in_a_loop(asynchronously):
    """`max_concurrency=None` runs asynchronous steps at once, from synchronous code too; a number limits them."""
    running, most = [], []

    def make(name):
        async def body():
            running.append(name)
            for _ in range(5):
                await asyncio.sleep(0)
            most.append(len(running))
            running.remove(name)

        return dg.asset(body, name=name)

    def peak(limit):
        most.clear()
        assets = [make(f"n{number}") for number in range(20)]
        if asynchronously:
            asyncio.run(dg.amaterialize(assets, max_concurrency=limit))
        else:
            dg.materialize(assets, max_concurrency=limit)
        return max(most)

    assert peak(None) == 20
    assert peak(3) == 3
    assert peak(1) == 1


def test_threads_see_the_caller_s_overrides():
    """Context variables of the caller hold in the steps' threads."""
    reads = dg.asset(lambda context: context.resources.db, name="reads", required_resource_keys={"db"})
    defs = dg.Definitions(assets=[reads], resources={"db": "own"})
    with ThreadPoolExecutor(2) as executor, defs.override(db="fake"):
        job = defs.resolve_implicit_global_asset_job_def()
        assert job.execute_in_process(executor=executor).asset_value("reads") == "fake"


def test_asynchronous_assets_in_threads_share_one_loop():
    """Asynchronous bodies that run from several threads run in one event loop of the run."""
    loops = []

    def make(name):
        async def body():
            loops.append(id(asyncio.get_running_loop()))

        return dg.asset(body, name=name)

    with ThreadPoolExecutor(4) as executor:
        assert dg.materialize([make(f"n{number}") for number in range(12)], executor=executor).success
    assert len(set(loops)) == 1


# -- a step's context --------------------------------------------------------------------------------------------------


def test_log_records_know_their_step(caplog):
    """`context.log` is standard logging, with run id and step in each record."""

    @dg.asset
    def rows(context):
        context.log.warning("few")
        return context.run_id

    with caplog.at_level(logging.WARNING, logger="dagwire"):
        run_id = run(rows).asset_value("rows")
    [record] = [record for record in caplog.records if record.message == "few"]
    assert (record.step_key, record.run_id) == ("rows", run_id)


def test_run_config_is_merged_over_the_job_s():
    """The run's config wins field by field; the rest is the job's."""

    class Load(dg.Config):
        low: int = 0
        high: int = 9

    @dg.op
    def fetch(config: Load):
        return (config.low, config.high)

    @dg.job(config=dg.RunConfig(ops={"fetch": Load(low=1, high=2)}))
    def nightly():
        fetch()

    result = nightly.execute_in_process({"ops": {"fetch": {"config": {"high": 5}}}})
    assert result.output_for_node("fetch") == (1, 5)


def test_an_event_is_told_as_it_happens():
    """`on_event` hears each event once, in the order of the result."""
    heard = []
    result = run(dg.asset(lambda: 1, name="rows"), on_event=heard.append)
    assert [(one.event_type, one.step_key, one.timestamp) for one in heard] == [
        (one.event_type, one.step_key, one.timestamp) for one in result.all_events
    ]


def test_many_unknown_steps_are_counted():
    """A run config with many unknown steps lists the first of them, and the number of the others."""

    @dg.op
    def read():
        return 1

    @dg.job
    def reading():
        read()

    with pytest.raises(dg.DagsterInvalidConfigError, match=r"ops.red: .*'read'(?s:.*)3 more steps") as caught:
        reading.execute_in_process(run_config={"ops": {"red": {}} | {f"x{i}": {} for i in range(22)}})
    assert "ops.x18:" in str(caught.value)
    assert "ops.x19:" not in str(caught.value)


def test_a_context_beside_values_in_memory():
    """The context of a step shows no IO manager of a value that passes in memory."""
    seen = []

    @dg.asset
    def trips():
        return 3

    @dg.asset(io_manager_key="store")
    def total(context, trips):
        seen.append(set(context.resources._asdict()))
        return trips

    dg.materialize([trips, total], resources={"store": dg.InMemoryIOManager()})
    assert seen == [{"store"}]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_delayed_retry_is_waited_for(way):
    """A run in which nothing but a delayed retry is left waits for it, however its steps run."""
    failures = [ValueError()]

    @dg.asset(retry_policy=dg.RetryPolicy(delay=0.01))
    def flaky():
        if failures:
            raise failures.pop()
        return 1

    @dg.asset
    def after(flaky):
        return flaky + 1

    assert way([flaky, after]).asset_value("after") == 2
