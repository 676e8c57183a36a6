"""`override` holds in its own context only: other threads and tasks never see it, and any order of exit is right."""

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from dependency_injector import containers, providers

from dagwire import (
    Definitions,
    ResourceParam,
    ResourceProvider,
    abuild_resources,
    asset,
    build_resources,
    override,
    resource,
)
from dagwire.errors import FaultsError, ResourceTypeError, UnknownNameError
from dagwire.resources.configurable_resource import ConfigurableResource


@pytest.fixture
def container():
    """Two plain values, and one made of both."""
    container = containers.DynamicContainer()
    container.db = providers.Object("real db")
    container.api = providers.Object("real api")
    container.both = providers.Singleton(lambda *values: values, container.db, container.api)
    return container


def read(container):
    """The values that a scope opened now has."""
    with build_resources(container, required_resource_keys=["both"]) as resources:
        return resources.both


def test_inside_and_outside(container):
    """An override holds inside its block, for dependents too, and not after it."""
    with override(container, db="fake"):
        assert read(container) == ("fake", "real api")
    assert read(container) == ("real db", "real api")
    assert container.both() == ("real db", "real api")


def test_a_scope_keeps_what_it_was_opened_with(container):
    """An override that begins after a scope was opened does not reach it."""
    with build_resources(container) as resources, override(container, db="fake"):
        assert resources.db == "real db"


def test_nested(container):
    """The innermost override of a key wins; the others go on holding."""
    with override(container, db="outer", api="outer"), override(container, db="inner"):
        assert read(container) == ("inner", "outer")


def test_left_in_any_order(container):
    """Blocks that are left in another order than entered do not undo one another."""
    first, second = ExitStack(), ExitStack()
    first.enter_context(override(container, db="first"))
    second.enter_context(override(container, api="second"))
    first.close()
    assert read(container) == ("real db", "second")
    second.close()
    assert read(container) == ("real db", "real api")


def test_after_an_exception(container):
    """A block that fails restores as any other."""
    with pytest.raises(ValueError, match="the body"), override(container, db="fake"):
        raise ValueError("the body")
    assert read(container) == ("real db", "real api")


def test_threads_started_outside_never_see_it(container):
    """A thread that runs beside the block goes on with the real thing, also in a scope opened meanwhile."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(threading.get_ident).result()
        with override(container, db="fake"):
            assert pool.submit(read, container).result() == ("real db", "real api")
            assert pool.submit(contextvars.copy_context().run, read, container).result() == ("fake", "real api")


def test_tasks(container):
    """A task started inside sees it, also after the block; one started outside never does."""

    async def aread(go_on):
        await go_on.wait()
        async with abuild_resources(container, required_resource_keys=["both"]) as resources:
            return resources.both

    async def main():
        go_on = asyncio.Event()
        outside = asyncio.create_task(aread(go_on))
        with override(container, db="fake"):
            inside = asyncio.create_task(aread(go_on))
            go_on.set()
            await outside
        return await outside, await inside

    assert asyncio.run(main()) == (("real db", "real api"), ("fake", "real api"))


def test_another_container_is_not_touched(container):
    """An override is of one container."""
    other = containers.DynamicContainer()
    other.db = providers.Object("other")
    with override(container, db="fake"), build_resources(other) as resources:
        assert resources.db == "other"


def test_an_unknown_key_is_refused(container):
    """With the nearest name; nothing is overridden."""
    with pytest.raises(UnknownNameError, match="'db'"), override(container, dbs="fake", api="fake"):
        pass
    assert read(container) == ("real db", "real api")


def test_all_unknown_keys_are_told_at_once(container):
    """Several unknown keys are one error."""
    with pytest.raises(FaultsError) as caught, override(container, dbs="fake", apis="fake", both="fake"):
        pass
    assert [fault.name for fault in caught.value.faults] == ["dbs", "apis"]


def test_a_class_is_refused(container):
    """A resource's class in place of an instance is refused when the block is entered."""

    class Db(ConfigurableResource):
        pass

    with pytest.raises(ResourceTypeError, match=r"Db\(\.\.\.\)"), override(container, db=Db):
        pass


def test_an_overriding_resource_is_each_run_s_own(container):
    """A recipe that overrides is opened and closed by each scope that uses it."""
    log = []

    @resource
    def fake():
        log.append("open")
        yield "fake"
        log.append("close")

    with override(container, db=fake):
        assert read(container) == read(container) == ("fake", "real api")
    assert log == ["open", "close"] * 2


def test_an_overriding_provider(container):
    """A provider may override, and depend on others of the container."""
    with override(container, db=ResourceProvider(lambda api: f"on {api}", container.api), api="fake api"):
        assert read(container) == ("on fake api", "fake api")


def test_of_definitions():
    """Definitions are overridden as their container is; the override is stronger than the resources given to a run."""

    @asset
    def trips(db: ResourceParam[str]):
        return db

    defs = Definitions(assets=[trips], resources={"db": "real"})
    job = defs.resolve_implicit_global_asset_job_def()
    with defs.override(db="fake"):
        assert job.execute_in_process().asset_value("trips") == "fake"
        assert job.execute_in_process(resources={"db": "run"}).asset_value("trips") == "fake"
    assert job.execute_in_process(resources={"db": "run"}).asset_value("trips") == "run"
    assert job.execute_in_process().asset_value("trips") == "real"
