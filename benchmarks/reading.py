"""Reading an open resource: what a body pays for each look."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import dagster
from dependency_injector import providers

import dagwire

from benchmarks.dagster_side import kept_instance
from benchmarks.measuring import Benchmark, Side, Timed

READS = 1_000


@contextmanager
def reading() -> Iterator[Benchmark]:
    """Read one resource again and again."""
    singleton = providers.Singleton(str, "open")
    with kept_instance() as instance, ExitStack() as scopes:
        of_dagwire = scopes.enter_context(dagwire.build_resources({"db": "open"}))
        of_dagster = scopes.enter_context(dagster.build_resources({"db": "open"}, instance))
        yield Benchmark(
            "reading an open resource",
            {
                Side.DAGWIRE: attribute_reads(of_dagwire),
                Side.DAGSTER_KEPT: attribute_reads(of_dagster),
                Side.BARE: provider_calls(singleton),
            },
            bare="calling a `providers.Singleton`",
        )


def attribute_reads(resources: Any) -> Timed:
    """As a body reads: `context.resources.db`."""

    def call() -> object:
        value = None
        for _ in range(READS):
            value = resources.db
        return value

    return Timed(call, "open", parts=READS)


def provider_calls(provider: Callable[[], object]) -> Timed:
    """As code without dagwire reads: `container.db()`."""

    def call() -> object:
        value = None
        for _ in range(READS):
            value = provider()
        return value

    return Timed(call, "open", parts=READS)
