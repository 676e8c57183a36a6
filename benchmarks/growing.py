"""Operations on ever more items, the cost of one of which must not grow with their number."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from dagwire import (
    AssetsDefinition,
    AssetSpec,
    Definitions,
    ExecuteInProcessResult,
    JobDefinition,
    MaterializeResult,
    asset,
    define_asset_job,
    job,
    materialize,
    multi_asset,
    op,
)
from dagwire.errors import InvalidConfigError
from dagwire.suggestions import nearest

from benchmarks.measuring import Benchmark, Sampler, Scale, Side, Timed

Work = Callable[[], object]
"""Does something with as many items as it was made for."""


def declaring(count: int) -> Work:
    """Declare assets."""
    return lambda: assets(count)


def first_run(count: int) -> Work:
    """Run assets that no run has had before."""
    listed = assets(count)
    return lambda: materialize([*map(_anew, listed)])


def _anew(one: AssetsDefinition) -> AssetsDefinition:
    return one.map_asset_specs(lambda spec: spec)


def values_of_assets(count: int) -> Work:
    """Ask a result for the value of each asset."""
    result = _result(count)
    return lambda: [result.asset_value(f"asset_{number}") for number in range(count)]


def outputs_of_nodes(count: int) -> Work:
    """Ask a result for the output of each step."""
    result = _result(count)
    return lambda: [result.output_for_node(f"asset_{number}") for number in range(count)]


def materializations_of_nodes(count: int) -> Work:
    """Ask a result for the materializations of each step."""
    result = _result(count)
    return lambda: [result.asset_materializations_for_node(f"asset_{number}") for number in range(count)]


def finding_definitions(count: int) -> Work:
    """Find the definition of each asset."""
    defs = Definitions(assets(count))
    return lambda: [defs.resolve_assets_def(f"asset_{number}") for number in range(count)]


def checking_jobs(count: int) -> Work:
    """Check definitions of so many assets, each with a job of its own."""
    jobs = [define_asset_job(f"job_{number}", selection=[f"asset_{number}"]) for number in range(count)]
    listed = assets(count)

    def work() -> object:
        defs = Definitions(listed, jobs=jobs)
        Definitions.validate_loadable(defs)
        return defs

    return work


def in_threads(count: int) -> Work:
    """Run assets in four threads."""
    listed = assets(count)

    def work() -> object:
        with ThreadPoolExecutor(4) as executor:
            return materialize(listed, executor=executor)

    return work


def asleep_at_once(count: int) -> Work:
    """Run assets that all sleep at one time."""

    async def body() -> None:
        await asyncio.sleep(0.001)

    listed = [asset(name=f"asset_{number}")(body) for number in range(count)]
    return lambda: materialize(listed, max_concurrency=None)


def declaring_a_multi_asset(count: int) -> Work:
    """Declare a function that makes so many assets."""
    return lambda: _one_of_many(count)


def running_a_multi_asset(count: int) -> Work:
    """Run a function that makes so many assets."""
    definition = _one_of_many(count)
    return lambda: materialize([definition])


def declaring_calls_of_one_op(count: int) -> Work:
    """Declare a job that calls one op so many times."""
    return lambda: _job_of_one_op(count)


def running_calls_of_one_op(count: int) -> Work:
    """Run a job that calls one op so many times."""
    definition = _job_of_one_op(count)
    return definition.execute_in_process


def nearest_of_many(count: int) -> Work:
    """Look for the nearest of so many names."""
    names = [f"asset_{number}" for number in range(count)]
    return lambda: nearest("aset_77", names)


def unknown_steps(count: int) -> Work:
    """Refuse config for steps that do not exist."""
    listed, config = assets(1), {"ops": {f"other_{number}": {"config": {}} for number in range(count)}}

    def work() -> object:
        try:
            return materialize(listed, run_config=config)
        except InvalidConfigError as error:
            return error

    return work


GROWING: Mapping[str, tuple[Callable[[int], Work], tuple[int, ...]]] = {
    "declaring an asset": (declaring, (100, 1_000, 4_000, 10_000)),
    "the first run of an asset": (first_run, (100, 1_000, 4_000, 10_000)),
    "`result.asset_value`": (values_of_assets, (100, 1_000, 4_000, 10_000)),
    "`result.output_for_node`": (outputs_of_nodes, (100, 1_000, 4_000, 10_000)),
    "`result.asset_materializations_for_node`": (materializations_of_nodes, (100, 1_000, 4_000, 10_000)),
    "`resolve_assets_def`": (finding_definitions, (100, 1_000, 4_000, 10_000)),
    "`validate_loadable`, one job an asset": (checking_jobs, (50, 200, 500, 1_000)),
    "a step in threads": (in_threads, (100, 500, 2_000, 8_000)),
    "a step that sleeps beside all others": (asleep_at_once, (100, 500, 2_000, 5_000)),
    "declaring an asset of a multi-asset": (declaring_a_multi_asset, (50, 200, 500, 1_000)),
    "running an asset of a multi-asset": (running_a_multi_asset, (50, 200, 500, 1_000)),
    "declaring a call of one op": (declaring_calls_of_one_op, (100, 500, 2_000, 5_000)),
    "running a call of one op": (running_calls_of_one_op, (100, 500, 2_000, 5_000)),
    "a name that the nearest is looked for among": (nearest_of_many, (4_000, 20_000, 100_000, 200_000)),
    "an unknown step in run config": (unknown_steps, (1_000, 10_000, 50_000, 200_000)),
}
"""`{operation: (what prepares it for so many items, four sizes)}`."""


@contextmanager
def growth(title: str) -> Iterator[Benchmark]:
    """Multiples of the cost of one item at the smallest size, at the largest."""
    yield Benchmark(f"{title}: growth of its cost", {Side.DAGWIRE: _growth_sampler(title)}, unit="times", rounds=3)


def _growth_sampler(title: str) -> Sampler:
    prepare, sizes = GROWING[title]

    def sample(scale: Scale) -> float:
        wanted = [size for size in sizes if size <= scale.largest] or [1, 2]
        cost_of_few, cost_of_many = (_cost(prepare(size), size, scale) for size in (wanted[0], wanted[-1]))
        return cost_of_many / cost_of_few

    return sample


def _cost(work: Work, size: int, scale: Scale) -> float:
    return Timed(lambda: "nothing" if work() is None else "something", "something", parts=size)(scale)


def assets(count: int) -> list[AssetsDefinition]:
    """Assets that only give a number."""
    return [asset(name=f"asset_{number}")(_one) for number in range(count)]


def _one() -> int:
    return 1


def _result(count: int) -> ExecuteInProcessResult:
    return materialize(assets(count))


def _one_of_many(count: int) -> AssetsDefinition:
    @multi_asset(specs=[AssetSpec(f"asset_{number}") for number in range(count)])
    def many() -> Any:
        for number in range(count):
            yield MaterializeResult(asset_key=f"asset_{number}")

    return many


def _job_of_one_op(count: int) -> JobDefinition:
    one = op(name="one")(_one)

    @job
    def many() -> None:
        for _ in range(count):
            one()

    return many
