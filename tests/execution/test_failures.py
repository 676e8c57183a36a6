"""Failures, interrupts and what they leave behind: everything is closed, and the right exception comes out."""

import asyncio
import gc
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

import dagwire as dg
from dagwire.errors import InvalidInvocationError, ResourceTeardownError, StepExitError

from tests.execution.runs import WAYS


@pytest.fixture
def happened():
    """The log of a test, in order."""
    return []


@pytest.fixture
def resources(happened):
    """Two resources that log opening, closing, and the failure that closing sees."""

    def make(name):
        @dg.resource
        def opened():
            happened.append(f"open {name}")
            try:
                yield name
            except BaseException as error:
                happened.append(f"told {name} {type(error).__name__}")
                raise
            finally:
                happened.append(f"close {name}")

        return opened

    return {"a": make("a"), "b": make("b")}


def _asset(body, name, **kwargs):
    return dg.asset(body, name=name, required_resource_keys={"a", "b"}, **kwargs)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, GeneratorExit], ids=lambda kind: kind.__name__)
def test_an_interrupt_closes_everything_and_goes_on(way, interrupt, resources, happened, caplog):
    """An interrupt ends the run: everything is closed, each close sees it, and it is raised."""
    if way in ("in a loop", "in tasks"):
        interrupt = asyncio.CancelledError  # what a loop's tasks are interrupted by

    def ends(context):
        raise interrupt

    events = []
    with pytest.raises(interrupt):
        WAYS[way]([_asset(ends, "ends")], resources=resources, on_event=events.append)
    assert [line for line in happened if line.startswith("close")] == ["close b", "close a"]
    assert any(line.startswith("told") for line in happened)
    assert events[-1].event_type_value == "PIPELINE_CANCELED"
    gc.collect()
    assert caplog.text == ""  # asyncio would report tasks here whose results nobody read


@pytest.mark.parametrize("code", [None, 0, 2])
@pytest.mark.parametrize("way", WAYS)
def test_a_body_that_exits_fails_its_step(way, code, resources, happened, caplog):
    """`sys.exit()` fails the step whatever its code: the run raises an error that names the step, and closes all."""

    def leaves(context):
        sys.exit(code)

    events = []
    with pytest.raises(StepExitError, match=r"asset 'leaves' called sys\.exit\(") as raised:
        WAYS[way]([_asset(leaves, "leaves")], resources=resources, on_event=events.append)
    assert (raised.value.code, type(raised.value.__cause__)) == (code, SystemExit)
    assert [line for line in happened if line.startswith("close")] == ["close b", "close a"]
    assert events[-1].event_type_value == "PIPELINE_FAILURE"
    gc.collect()
    assert caplog.text == ""


@pytest.mark.parametrize("way", WAYS)
def test_the_body_s_exception_comes_out_itself(way, resources, happened):
    """The very exception is raised after everything is closed, its own traceback on top; each close sees it."""
    error = ValueError("the step")

    def fails(context):
        raise error

    with pytest.raises(ValueError, match="the step") as caught:
        WAYS[way]([_asset(fails, "fails")], resources=resources)
    assert caught.value is error
    assert caught.traceback[-1].name == "fails"
    assert happened == [
        "open a",
        "open b",
        "told b ValueError",
        "close b",
        "told a ValueError",
        "close a",
    ]


def test_raising_stops_before_the_next_step(happened):
    """With `raise_on_error` no further step starts; without it the independent ones run."""
    fails = dg.asset(lambda: 1 / 0, name="a_fails")
    other = dg.asset(lambda: happened.append("other"), name="b_other")
    with pytest.raises(ZeroDivisionError):
        dg.materialize([fails, other])
    assert happened == []
    assert not dg.materialize([fails, other], raise_on_error=False).success
    assert happened == ["other"]


def test_steps_that_run_when_another_fails_come_to_their_end():
    """In threads a failure starts nothing new, and waits for what runs."""
    started, failed = threading.Event(), threading.Event()
    ended = []

    def slow():
        started.set()
        assert failed.wait(10)
        ended.append("slow")

    def fails():
        assert started.wait(10)
        failed.set()
        raise ValueError("no")

    later = dg.asset(lambda: ended.append("later"), name="later", deps=["slow"])
    with ThreadPoolExecutor(2) as executor, pytest.raises(ValueError, match="no"):
        dg.materialize([dg.asset(slow, name="slow"), dg.asset(fails, name="fails"), later], executor=executor)
    assert ended == ["slow"]


def test_a_failing_close_fails_the_run(happened):
    """If a close fails after all steps, the run is not a success, and names the resource."""

    @dg.resource
    def breaks():
        yield 1
        raise OSError("disk gone")

    reads = dg.asset(lambda context: context.resources.db, name="reads", required_resource_keys={"db"})
    with pytest.raises(ResourceTeardownError, match="'db'"):
        dg.materialize([reads], resources={"db": breaks})
    result = dg.materialize([reads], resources={"db": breaks}, raise_on_error=False)
    assert not result.success
    assert result.is_node_success("reads")


def test_processes_are_refused(happened):
    """Workers that share no memory share no resources either; nothing runs."""
    with ProcessPoolExecutor(1) as executor, pytest.raises(InvalidInvocationError, match="threads"):
        dg.materialize([dg.asset(lambda: happened.append(1), name="x")], executor=executor)
    assert happened == []


def test_a_cancelled_task_closes_its_run(resources, happened):
    """Cancelling the task that runs assets closes what it opened, in that task, and the cancellation goes on."""
    waiting = asyncio.Event()

    async def waits(context):
        waiting.set()
        await asyncio.Event().wait()

    async def main():
        task = asyncio.create_task(dg.amaterialize([_asset(waits, "waits")], resources=resources))
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert happened[-4:] == ["told b CancelledError", "close b", "told a CancelledError", "close a"]


@pytest.mark.parametrize("way", WAYS)
def test_all_faults_before_anything_opens(way, resources, happened):
    """Missing assets, missing resources, wrong config and wrong partitions are reported at once; nothing opens."""

    class Load(dg.Config):
        limit: int

    def needs(context, config: Load, gone):
        pass

    lacking = dg.asset(needs, name="needs", required_resource_keys={"a", "missing"})
    with pytest.raises(dg.DagsterError) as caught:
        WAYS[way]([lacking], resources=resources, partition_key="2024")
    for named in ("'gone'", "'missing'", "limit", "2024"):
        assert named in str(caught.value)
    assert happened == []
