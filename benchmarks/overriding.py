"""Replacing a resource for a moment, as a test does around its body; something that depends on it is resolved."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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
            "override, resolve what depends on it, restore",
            {
                Side.DAGWIRE: by_context(),
                Side.DAGSTER_KEPT: by_another_dict(instance),
                Side.BARE: by_dependency_injector(),
            },
            bare="`Provider.override`, which all threads see; Dagster is given another dict",
        )


def by_context() -> Timed:
    """dagwire's `override`, which this context alone sees."""
    application = db_and_user()

    def call() -> object:
        with (
            dagwire.override(application, db="fake"),
            dagwire.build_resources(application, required_resource_keys=["user"]) as resources,
        ):
            replaced = resources.user
        return replaced, application.user()

    return Timed(call, EXPECTED)


def by_another_dict(instance: object) -> Timed:
    """Dagster has no override: the caller puts together what it opens."""

    @dagster.resource(required_resource_keys={"db"})
    def user(context: Any) -> object:
        return context.resources.db

    application = {"db": "real", "user": user}

    def call() -> object:
        with dagster.build_resources({**application, "db": "fake"}, instance) as resources:
            replaced = resources.user
        return replaced, application["db"]

    return Timed(call, EXPECTED)


def by_dependency_injector() -> Timed:
    """The provider itself is changed, and changed back."""
    application = db_and_user()
    fake = providers.Object("fake")

    def call() -> object:
        with application.db.override(fake):
            replaced = application.user()
        return replaced, application.user()

    return Timed(call, EXPECTED)


def db_and_user() -> containers.DynamicContainer:
    """A container with `db`, and `user`, which is made of it."""
    application = containers.DynamicContainer()
    application.db = providers.Singleton(str, "real")
    application.user = providers.Factory(str, application.db)
    return application
