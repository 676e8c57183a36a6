"""Replacing a resource for a moment: what a test does around its body."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster
from dependency_injector import containers, providers

import dagwire

from benchmarks.dagster_side import kept_instance
from benchmarks.measuring import Benchmark, Side, Timed

EXPECTED = ("fake", "real")


@contextmanager
def overriding() -> Iterator[Benchmark]:
    """Override, resolve, restore."""
    with kept_instance() as instance:
        yield Benchmark(
            "override, resolve, restore",
            {
                Side.DAGWIRE: by_context(),
                Side.DAGSTER_KEPT: by_another_dict(instance),
                Side.BARE: by_dependency_injector(),
            },
            bare="`Provider.override`, which all threads see; Dagster is given another dict",
        )


def by_context() -> Timed:
    """dagwire's `override`, which this context alone sees."""
    application = one_singleton()

    def call() -> object:
        with dagwire.override(application, db="fake"), dagwire.build_resources(application) as resources:
            replaced = resources.db
        return replaced, application.db()

    return Timed(call, EXPECTED)


def by_another_dict(instance: object) -> Timed:
    """Dagster has no override: the caller puts together what it opens."""
    application = {"db": "real"}

    def call() -> object:
        with dagster.build_resources({**application, "db": "fake"}, instance) as resources:
            replaced = resources.db
        return replaced, application["db"]

    return Timed(call, EXPECTED)


def by_dependency_injector() -> Timed:
    """The provider itself is changed, and changed back."""
    application = one_singleton()
    fake = providers.Object("fake")

    def call() -> object:
        with application.db.override(fake):
            replaced = application.db()
        return replaced, application.db()

    return Timed(call, EXPECTED)


def one_singleton() -> containers.DynamicContainer:
    """A container with the one provider `db`."""
    application = containers.DynamicContainer()
    application.db = providers.Singleton(str, "real")
    return application
