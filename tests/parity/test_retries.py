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


def test_steps_around_a_retry(dg, log, differs):
    """A step is tried again at once; Dagster runs the steps that are ready before it tries again."""

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
    differs(
        lambda: log,
        dagster=["flaky 0", "other", "flaky 1", "after"],
        dagwire=["flaky 0", "flaky 1", "other", "after"],
    )


def test_a_coroutine_inside_a_running_loop(dg, differs):
    """If an event loop runs already, an asynchronous asset can be materialized; Dagster's loop cannot start."""

    @dg.asset
    async def rows():
        return 1

    async def inside():
        return dg.materialize([rows]).success

    differs(lambda: asyncio.run(inside()), dagster=RuntimeError, dagwire=True)
