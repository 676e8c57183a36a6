"""The cost of the bridge to Dagster: `python -m benchmarks.on_dagster` prints milliseconds a step and a key.

Both figures are differences: a step of dagwire's that Dagster executes over one of Dagster's own, and a key of a
container over a constant in Dagster's dict. Each is a median over rounds that alternate, in processor time.
"""

import logging
import warnings
from collections.abc import Callable
from statistics import median
from time import process_time
from typing import Any

import dagster

import dagwire
from dagwire.integrations.dagster import resources_for_dagster, to_dagster

STEP_AIM_MS = 1.0
KEY_AIM_MS = 0.1


class Number(dagwire.ConfigurableResource):
    """A resource with nothing to open."""

    value: int = 1


def overhead_of_a_step(steps: int, rounds: int) -> float:
    """Milliseconds that a step takes more than Dagster's own, in a run of `steps` assets."""
    own = [dagster.asset(name=f"a{number}")(lambda: 1) for number in range(steps)]
    carried = to_dagster(dagwire.Definitions([dagwire.asset(name=f"a{number}")(lambda: 1) for number in range(steps)]))
    jobs = [
        definitions.resolve_implicit_global_asset_job_def()
        for definitions in (dagster.Definitions(assets=own), carried)
    ]
    with dagster.DagsterInstance.ephemeral() as instance:

        def run(job: Any) -> None:
            assert job.execute_in_process(instance=instance).output_for_node("a0") == 1

        theirs, ours = _alternating([lambda job=job: run(job) for job in jobs], rounds)
    return (ours - theirs) / steps * 1_000


def overhead_of_a_key(keys: int, rounds: int) -> float:
    """Milliseconds that a key takes more than a constant, to be opened and closed in one pass of `keys` resources."""
    names = [f"r{number}" for number in range(keys)]
    constants = {name: dagster.ResourceDefinition.hardcoded_resource(Number()) for name in names}
    carried = resources_for_dagster({name: Number() for name in names})
    with dagster.DagsterInstance.ephemeral() as instance:

        def opened(resources: Any) -> None:
            with dagster.build_resources(resources, instance=instance) as found:
                assert found.r0.value == 1

        theirs, ours = _alternating([lambda: opened(constants), lambda: opened(carried)], rounds)
    return (ours - theirs) / keys * 1_000


def _alternating(calls: list[Callable[[], None]], rounds: int) -> list[float]:
    """The median processor time of each call, in seconds, after one round that does not count."""
    taken: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds + 1):
        for times, call in zip(taken, calls, strict=True):
            started = process_time()
            call()
            times.append(process_time() - started)
    return [median(times[1:]) for times in taken]


def main() -> None:
    """Print both figures beside their aims."""
    warnings.simplefilter("ignore")
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    print(f"a step: {overhead_of_a_step(40, 15):.2f} ms (aim: under {STEP_AIM_MS})")
    print(f"a key:  {overhead_of_a_key(20, 40):.3f} ms (aim: under {KEY_AIM_MS})")


if __name__ == "__main__":
    main()
