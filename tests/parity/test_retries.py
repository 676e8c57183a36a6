"""Retries: policies and their delays, what a policy refuses, the order of steps around a retry."""

import asyncio

import pytest


def test_delays_of_a_policy(dg):
    """`calculate_delay` is the delay before a retry: the same, in steps, or doubled and more."""
    linear, exponential = dg.Backoff.LINEAR, dg.Backoff.EXPONENTIAL
    assert [dg.RetryPolicy(delay=2).calculate_delay(n) for n in (1, 2, 3)] == [2, 2, 2]
    assert [dg.RetryPolicy(delay=2, backoff=linear).calculate_delay(n) for n in (1, 2, 3)] == [2, 4, 6]
    assert [dg.RetryPolicy(delay=2, backoff=exponential).calculate_delay(n) for n in (1, 2, 3)] == [2, 6, 14]
    assert dg.RetryPolicy().calculate_delay(1) == 0


def test_delays_with_jitter(dg):
    """Full jitter spreads the delay down to nothing, the other one around it."""
    full = dg.RetryPolicy(delay=2, jitter=dg.Jitter.FULL)
    around = dg.RetryPolicy(delay=2, jitter=dg.Jitter.PLUS_MINUS)
    assert all(0 <= full.calculate_delay(1) <= 2 for _ in range(20))
    assert all(0 <= around.calculate_delay(1) <= 4 for _ in range(20))


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"max_retries": "a"}, id="text"),
        pytest.param({"max_retries": None}, id="none"),
        pytest.param({"delay": "a"}, id="delay"),
        pytest.param({"delay": 1, "backoff": "LINEAR"}, id="backoff"),
        pytest.param({"delay": 1, "jitter": "FULL"}, id="jitter"),
    ],
)
def test_policies_of_other_types(dg, options):
    """A policy refuses arguments of another type when it is made, and so does RetryRequested."""
    with pytest.raises(Exception):  # noqa: B017, PT011  # Dagster's has no class of its own
        dg.RetryPolicy(**options)
    with pytest.raises(Exception):  # noqa: B017, PT011  # as above
        dg.RetryRequested("often")


def test_policies_are_equal_by_value(dg):
    """Equal policies are equal and hash alike."""
    assert dg.RetryPolicy(2, delay=1) == dg.RetryPolicy(max_retries=2, delay=1)
    assert len({dg.RetryPolicy(2), dg.RetryPolicy(2)}) == 1


def test_steps_around_a_retry(dg, log):
    """The steps that are ready run before a step is tried again; those that come after it wait."""

    @dg.op(retry_policy=dg.RetryPolicy(max_retries=1))
    def flaky(context):
        log.append(f"flaky {context.retry_number}")
        if context.retry_number == 0:
            raise ValueError

    @dg.op
    def other():
        log.append("other")

    @dg.op(ins={"before": dg.In(dg.Nothing)})
    def after():
        log.append("after")

    @dg.job
    def nightly():
        after(flaky())
        other()

    assert nightly.execute_in_process().retry_attempts_for_node("flaky") == 1
    assert log == ["flaky 0", "other", "flaky 1", "after"]


@pytest.mark.not_carried("Dagster runs a coroutine in a loop of its own")
def test_a_coroutine_inside_a_running_loop(dg, differs):
    """If an event loop runs already, an asynchronous asset can be materialized; Dagster's loop cannot start."""

    @dg.asset
    async def rows():
        return 1

    async def inside():
        return dg.materialize([rows]).success

    differs(lambda: asyncio.run(inside()), dagster=RuntimeError, dagwire=True)


@pytest.fixture
def order(events):
    """Run a job; return the attempts and the ends of its steps, in order."""
    kinds = ("START", "UP_FOR_RETRY", "RESTARTED", "SUCCESS", "FAILURE")

    def run(job):
        found = [
            (kind.removeprefix("STEP_"), step) for kind, step in events(job.execute_in_process(raise_on_error=False))
        ]
        return [f"{kind} {step}" for kind, step in found if kind in kinds and step is not None]

    return run


def flaky(dg, name, *, fails=1, **policy):
    """Make an op that fails a few times."""
    left = [fails]

    def body():
        left[0] -= 1
        if left[0] >= 0:
            raise ValueError
        return 1

    return dg.op(name=name, retry_policy=dg.RetryPolicy(**policy))(body)


def test_a_retry_waits_behind_ready_steps(dg, order):
    """A step that is to be tried again runs after the steps that are ready, and before those that come after it."""
    a, z = flaky(dg, "a"), flaky(dg, "z")
    steps = {name: dg.op(name=name, ins={"x": dg.In()})(lambda x: x) for name in ("c", "d", "e")}
    b = dg.op(name="b")(lambda: 1)

    @dg.job
    def several():
        steps["c"](b())
        steps["d"](a())
        steps["e"](z())

    assert order(several) == [
        *("START a", "UP_FOR_RETRY a", "START b", "SUCCESS b", "START z", "UP_FOR_RETRY z"),
        *("RESTARTED a", "SUCCESS a", "START c", "SUCCESS c", "RESTARTED z", "SUCCESS z"),
        *("START d", "SUCCESS d", "START e", "SUCCESS e"),
    ]


def test_a_retry_that_fails_again(dg, order):
    """A step waits its turn before each further attempt."""
    a = flaky(dg, "a", fails=3, max_retries=2)
    b, c = dg.op(name="b")(lambda: 1), dg.op(name="c", ins={"x": dg.In()})(lambda x: x)

    @dg.job
    def several():
        c(b())
        a()

    assert order(several) == [
        *("START a", "UP_FOR_RETRY a", "START b", "SUCCESS b", "RESTARTED a", "UP_FOR_RETRY a"),
        *("START c", "SUCCESS c", "RESTARTED a", "FAILURE a"),
    ]


def test_steps_run_during_the_delay_of_a_retry(dg, order):
    """A delay holds up only its own step; the run waits when nothing else is left."""
    a = flaky(dg, "a", delay=0.05)
    b = dg.op(name="b")(lambda: 1)
    c, d = (dg.op(name=name, ins={"x": dg.In()})(lambda x: x) for name in ("c", "d"))

    @dg.job
    def several():
        d(c(b()))
        a()

    assert order(several)[-2:] == ["RESTARTED a", "SUCCESS a"]


def test_the_run_stops_after_ready_steps(dg, log):
    """A failure that a retry may still mend does not stop the steps beside it."""
    a = flaky(dg, "a", fails=2)

    @dg.op
    def b():
        log.append("b")

    @dg.job
    def several():
        a()
        b()

    with pytest.raises(Exception):  # noqa: B017, PT011  # each side has its own class
        several.execute_in_process()
    assert log == ["b"]


def test_mapped_steps_are_tried_again(dg, order):
    """A mapped step that is to be tried again waits behind its siblings; a step that collects waits for all."""

    @dg.op(out=dg.DynamicOut())
    def values():
        yield dg.DynamicOutput(0, "k0")
        yield dg.DynamicOutput(1, "k1")

    @dg.op(retry_policy=dg.RetryPolicy())
    def times(context, n):
        if n + context.retry_number == 0:
            raise ValueError
        return n

    @dg.op
    def total(found):
        return len(found)

    @dg.job
    def mapped():
        total(values().map(times).collect())

    assert order(mapped) == [
        *("START values", "SUCCESS values", "START times[k0]", "UP_FOR_RETRY times[k0]"),
        *("START times[k1]", "SUCCESS times[k1]", "RESTARTED times[k0]", "SUCCESS times[k0]"),
        *("START total", "SUCCESS total"),
    ]
