"""Plain steps take a quick path, and what one can see of a run is the same on both paths."""

import re
import sys
from contextlib import contextmanager
from unittest import mock

import pytest
from dependency_injector import containers
from hypothesis import given, settings
from hypothesis import strategies as st

import dagwire as dg
from dagwire.execution import plain_steps, run
from dagwire.execution.executors import one_by_one

from tests.execution.runs import graphs

# -- the general path, forced ------------------------------------------------------------------------------------------


async def generally(nodes, calls, get_steps, record, *, stop_at_failure):
    """Do plain steps as all others are done."""
    await one_by_one(nodes, get_steps().do, record, get_steps().sleep, stop_at_failure=stop_at_failure)


@contextmanager
def without_quick_path():
    """Have no step take the quick path."""
    with mock.patch.object(run, "do_in_order", generally):
        yield


@pytest.fixture(name="counts")
def counts_fixture(monkeypatch):
    """The counts of one test."""
    counts = plain_steps.StepCounts()
    monkeypatch.setattr(plain_steps, "COUNTS", counts)
    return counts


# -- bodies ------------------------------------------------------------------------------------------------------------


class Attempts:
    """The attempts of one run, noted by the steps; a list that contexts of steps can be compared by."""

    def __init__(self):
        self.noted = []

    def fails(self, name, times):
        """Whether this attempt of a step is among the first, which fail."""
        self.noted.append(name)
        return self.noted.count(name) <= times


class Thing(str):
    """A value of a class of one's own."""

    __slots__ = ()


def _raise(error):
    raise error


def _add_metadata(context):
    context.add_output_metadata({"rows": 3})
    return 1


def _log_event(context):
    context.log_event(dg.AssetObservation(context.asset_key, description="seen"))
    return 1


def _say_nothing(context):
    assert dg.AssetExecutionContext.get().asset_key == context.asset_key
    return context.op_execution_context.retry_number


def _ask_without_parameter():
    dg.AssetExecutionContext.get().add_output_metadata({"rows": 4})
    return 1


def _yield_output():
    yield dg.Output(5, metadata={"rows": 5})


async def _later():
    return 6


BODIES = {
    "nothing": lambda: None,
    "number": lambda: 7,
    "own class": lambda: Thing("x"),
    "list": lambda: [1, 2],
    "generator returned": lambda: (one for one in [dg.Output(1)]),
    "coroutine returned": _later,
    "result": lambda: dg.MaterializeResult(metadata={"rows": 1}),
    "result with value": lambda: dg.MaterializeResult(value=3, tags={"a": "b"}),
    "output": lambda: dg.Output(4, metadata={"rows": 4}),
    "value error": lambda: _raise(ValueError("no")),
    "failure": lambda: _raise(dg.Failure("No rows.", metadata={"rows": 0})),
    "exit": lambda: sys.exit(3),
    "metadata": _add_metadata,
    "event": _log_event,
    "context": _say_nothing,
    "context asked": _ask_without_parameter,
    "yields": _yield_output,
    "asynchronous": _later,
}
RETURNS = {"any": None, "int": int, "none": type(None), "text": str, "list of int": list[int]}


def _asset(node, parents, kind, returns, options, attempts):
    """An asset of one kind that comes after its parents; the first of them it takes, if it is to."""
    body = BODIES[kind]
    takes_context = kind in {"metadata", "event", "context"}

    def call(*leading):
        if attempts.fails(f"n{node}", options["failing"]):
            raise dg.RetryRequested(max_retries=1) if options["asks_again"] else ValueError("again")
        return body(*leading)

    taken = f"n{min(parents)}" if parents and options["takes_value"] else None
    names = [*(["context"] if takes_context else []), *([taken] if taken else []), *options["resources"]]
    scope = {"call": call, "dg": dg}
    annotated = ", ".join(f"{name}: dg.ResourceParam[object]" if name in {"db", "own"} else name for name in names)
    leading = "context" if takes_context else ""
    source = f"def n{node}({annotated}):\n    return call({leading})\n"
    if kind == "yields":
        source = f"def n{node}({annotated}):\n    yield from call({leading})\n"
    if kind == "asynchronous":
        source = f"async def n{node}({annotated}):\n    return await call({leading})\n"
    exec(source, scope)  # noqa: S102  # parameters are read from the function
    function = scope[f"n{node}"]
    if RETURNS[returns] is not None and kind != "yields":
        function.__annotations__["return"] = RETURNS[returns]
    return dg.asset(
        deps=[f"n{parent}" for parent in parents if f"n{parent}" != taken],
        retry_policy=dg.RetryPolicy(max_retries=1) if options["retries"] else None,
        code_version="1" if options["versioned"] else None,
        hooks={_hook(attempts)} if options["hooked"] else None,
        resource_defs={"own": "own"} if "own" in options["resources"] else None,
        output_required=options["required"],
    )(function)


def _hook(attempts):
    @dg.success_hook
    def note(context):
        attempts.noted.append(("hook", context.step_key))

    return note


OPTIONS = st.fixed_dictionaries(
    {
        "failing": st.sampled_from([0, 0, 0, 0, 1, 2]),
        "asks_again": st.booleans(),
        "retries": st.booleans(),
        "takes_value": st.booleans(),
        "resources": st.sampled_from([(), (), ("db",), ("own",), ("db", "own")]),
        "versioned": st.sampled_from([False, False, False, True]),
        "hooked": st.sampled_from([False, False, False, True]),
        "required": st.sampled_from([True, True, True, False]),
    }
)
STEP = st.tuples(st.sampled_from(sorted(BODIES)), st.sampled_from(sorted(RETURNS)), OPTIONS)


# -- one meaning -------------------------------------------------------------------------------------------------------


def _seen(parents, steps, how):
    """All that one can see of a run: what was attempted, its events, values and failures."""
    attempts = Attempts()
    assets = [_asset(node, sorted(parents[node]), *steps[node], attempts) for node in parents]
    if how["checked"]:
        assets.append(dg.asset_check(asset="n0", name="checked")(lambda: dg.AssetCheckResult(passed=how["passes"])))
    resources = {"db": "db", **({"io_manager": dg.InMemoryIOManager()} if how["stores"] else {})}
    listening = []
    options = {"on_event": listening.append} if how["listens"] else {}
    try:
        result = dg.materialize(assets, resources=resources, raise_on_error=how["raises"], **options)
    except Exception as failure:  # noqa: BLE001  # of any kind
        return attempts.noted, [_event(event) for event in listening], type(failure), str(failure), failure.__cause__
    return (
        attempts.noted,
        [_event(event) for event in result.all_events],
        [_event(event) for event in listening],
        {node: _value(result, f"n{node}") for node in parents},
        result.success,
    )


def _event(event):
    """An event without its time, its duration, and the run's id."""
    data = None if event.is_step_success else event.event_specific_data
    return event.event_type, event.step_key, event.message, _shown(data)


def _shown(data):
    """Data without what differs from run to run: ids, times, addresses of objects."""
    return re.sub(r"(run_id|timestamp)=[^,)]+|0x[0-9a-f]+|[0-9a-f-]{36}", "", repr(data))


def _value(result, name):
    try:
        return result.output_for_node(name)
    except dg.DagsterError as error:
        return str(error)


@settings(max_examples=80, deadline=None)
@given(parents=graphs(8), data=st.data())
def test_both_paths_show_the_same(parents, data):
    """Events, values, failures, messages and attempts of random runs do not depend on the path that steps take."""
    steps = {node: data.draw(STEP) for node in parents}
    how = data.draw(st.fixed_dictionaries({name: st.booleans() for name in ("checked", "passes", "raises")}))
    how |= data.draw(st.fixed_dictionaries({name: st.sampled_from([0, 0, 1]) for name in ("stores", "listens")}))
    with without_quick_path():
        expected = _seen(parents, steps, how)
    assert _shown(_seen(parents, steps, how)) == _shown(expected)


def _materialization():
    return dg.AssetMaterialization("elsewhere")


OPS = [*sorted(BODIES.keys() - {"event", "yields", "asynchronous", "context"}), "an event"]


@pytest.mark.parametrize("kind", OPS)
@pytest.mark.parametrize("returns", sorted(RETURNS))
def test_ops_show_the_same_on_both_paths(kind, returns):
    """An op, and an op that takes its value, have the same events and failures on both paths."""
    body = {**BODIES, "an event": _materialization}[kind]

    def seen():
        def first(context):
            return body(context) if kind == "metadata" else body()

        if RETURNS[returns] is not None:
            first.__annotations__["return"] = RETURNS[returns]
        first_op, second_op = dg.op(first), dg.op(name="second")(lambda value: [value])

        @dg.job
        def both():
            second_op(first_op())

        result = both.execute_in_process(raise_on_error=False)
        return [_event(event) for event in result.all_events], [_value(result, name) for name in ("first", "second")]

    with without_quick_path():
        expected = seen()
    assert _shown(seen()) == _shown(expected)


# -- which path --------------------------------------------------------------------------------------------------------


def test_plain_steps_are_counted(counts):
    """Steps that only return a value take the quick path; a failing one begins there and ends on the other."""

    @dg.asset
    def first() -> int:
        return 1

    @dg.asset
    def second(context, first: int) -> None:
        assert first == 1

    @dg.asset(deps=[second])
    def third():
        raise ValueError("no")

    dg.materialize([first, second, third], raise_on_error=False)
    assert (counts.plain, counts.general) == (2, 1)


def test_a_run_that_is_heard_takes_the_general_path(counts):
    """A listener gets each event as it happens, which the quick path would write later."""
    asset = dg.asset(lambda: 1, name="one")
    kinds = []
    dg.materialize([asset], on_event=lambda event: kinds.append(event.event_type_value))
    assert (counts.plain, counts.general) == (0, 0)
    assert "STEP_START" in kinds


def test_a_value_of_another_type_than_its_input_s(counts):
    """A step whose input does not fit fails on the general path, with the message that names both."""

    @dg.asset
    def number():
        return 1

    @dg.asset
    def text(number: str):
        return number

    with pytest.raises(dg.DagsterTypeCheckDidNotPass, match="number"):
        dg.materialize([number, text])
    assert (counts.plain, counts.general) == (1, 1)


def test_config_of_a_step_that_declares_none(counts):
    """A run may have config for any step; its context then shows it, on the general path."""

    @dg.asset
    def rows(context):
        return context.op_config

    config = {"ops": {"rows": {"config": {"size": 1}}}}
    assert dg.materialize([rows], run_config=config).asset_value("rows") == {"size": 1}
    assert (counts.plain, counts.general) == (0, 1)


def test_what_lives_for_a_step_is_opened_on_the_general_path(counts):
    """A resource that lives for a step is opened and closed around it; asked for in a body, too."""
    log = []

    def opened():
        log.append("open")
        yield "session"
        log.append("close")

    class App(containers.DeclarativeContainer):
        session = dg.ResourceProvider(opened).set_lifetime("step")

    @dg.asset
    def first(session: dg.ResourceParam[str]) -> str:
        return session

    @dg.asset
    def second() -> str:
        return dg.current_scope().get("session")

    app = App()
    assert dg.materialize([first], resources=app).asset_value("first") == "session"
    assert (counts.plain, counts.general) == (0, 1)
    assert dg.materialize([first, second], resources=app).asset_value("second") == "session"
    assert (counts.plain, counts.general) == (0, 3)
    assert log == ["open", "close"] * 3


def test_a_plain_step_costs_few_calls():
    """A later run makes at most fifteen calls of Python functions for a step that does nothing."""
    assets = [dg.asset(lambda: None, name=f"n{number}") for number in range(110)]
    few, many = assets[:10], assets[10:]
    calls = [_calls(lambda listed=listed: dg.materialize(listed)) for listed in (few, many)]
    assert (calls[1] - calls[0]) / (len(many) - len(few)) < 15


def _calls(function):
    """The number of Python functions that a second call of `function` calls."""
    function()
    count = 0

    def note(_frame, event, _argument):
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count


def test_the_same_assets_are_put_in_order_once():
    """`materialize` keeps the job of its assets; other assets, or fewer, have a job of their own."""
    assets = [dg.asset(lambda: 1, name=f"n{number}") for number in range(3)]
    first = dg.materialize(assets).job_def
    assert dg.materialize(assets).job_def.steps is first.steps
    assert len(dg.materialize(assets[:2]).job_def.steps) == 2
    assert len(dg.materialize(assets, selection="n1").job_def.steps) == 1
    assert dg.materialize([]).success
