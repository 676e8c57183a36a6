"""The benchmarks, in the order of the page."""

from contextlib import AbstractContextManager

from benchmarks.calling import with_plain_object, with_resource
from benchmarks.chain import asynchronous_chain_of_five, chain_declared, chain_of_five
from benchmarks.container_size import scope_of_three_of, three_of
from benchmarks.growing import GROWING, growth
from benchmarks.importing import APPLICATION, EVERYTHING, RESOURCES, help_time, import_memory, import_time
from benchmarks.injecting import injected_coroutine_function, injected_function
from benchmarks.measuring import Benchmark, Scale
from benchmarks.memory import peak_memory
from benchmarks.opening import one_declared, one_generator, one_instance, one_resource
from benchmarks.overriding import overriding
from benchmarks.reading import reading
from benchmarks.reading_settings import reading_settings
from benchmarks.recording import list_of_runs, recorded_run
from benchmarks.running import (
    many_assets,
    many_assets_first,
    many_assets_with_context,
    one_asset,
    one_asset_first,
    run_with_three_of,
)
from benchmarks.testing import one_test

Prepared = AbstractContextManager[Benchmark]


def sections(scale: Scale) -> dict[str, list[Prepared]]:
    """`{title: benchmarks}`; nothing is set up before a benchmark is entered."""
    thousand = min(1_000, scale.largest)
    sizes = [size for size in (10, 100, 1_000) if size <= scale.largest]
    counts = [*(count for count in (10, 100, 1_000) if count <= scale.largest), scale.largest]
    return {
        "In short": [one_resource(), one_asset(), many_assets(thousand)],
        "Starting": [
            import_time(RESOURCES, "what resources need"),
            import_time(APPLICATION, "what an application needs"),
            import_time(EVERYTHING, "every name"),
            help_time(),
        ],
        "Resources": [
            one_declared(),
            one_instance(),
            one_generator(),
            chain_of_five(),
            chain_declared(),
            asynchronous_chain_of_five(),
            reading(),
            injected_function(),
            injected_coroutine_function(),
            overriding(),
            *map(scope_of_three_of, sizes),
            *map(three_of, sizes),
        ],
        "Assets": [
            one_asset_first(),
            *map(many_assets, dict.fromkeys(counts)),
            *map(many_assets_with_context, dict.fromkeys((thousand, scale.largest))),
            *map(many_assets_first, dict.fromkeys((thousand, scale.largest))),
            *map(run_with_three_of, sizes),
            with_plain_object(),
            with_resource(),
        ],
        "Growth": [*map(growth, GROWING)],
        "History": [recorded_run(10), recorded_run(thousand), list_of_runs(scale.largest)],
        "Settings": [reading_settings()],
        "Tests": [one_test()],
        "Memory": [import_memory(), peak_memory(scale.largest)],
    }
