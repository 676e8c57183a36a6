"""Many runs at once, each with an override of its own: none sees another's, and what is shared is built once."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from dependency_injector import containers, providers

from dagwire import (
    ResourceParam,
    ResourceProvider,
    abuild_resources,
    build_resources,
    inject,
    override,
    process_scope,
)

THREADS = 8
TASKS = 1_000


class Engine:
    """Counts how often it is built, slowly enough for threads to meet in it."""

    built = 0

    def __init__(self):
        Engine.built += 1
        threading.Event().wait(0.01)


def connection(engine, tenant):
    """A run's connection: the engine is shared, the tenant is the run's own."""
    opened = [engine, tenant]
    yield opened
    opened.append("closed")


@pytest.fixture
def container():
    """An engine for all; a tenant, a connection and a service for each run."""
    Engine.built = 0
    container = containers.DynamicContainer()
    container.engine = providers.Singleton(Engine)
    container.tenant = providers.Object("nobody")
    container.connection = ResourceProvider(connection, container.engine, container.tenant)
    container.service = providers.Singleton(tuple, providers.List(container.connection, container.tenant))
    return container


def check(resources, engines, tenant):
    """Hold one run to what is its own."""
    (engine, seen), seen_by_service = resources.service
    assert (seen, seen_by_service) == (tenant, tenant)
    assert resources.service[0] is resources.connection
    engines.add(engine)


def test_threads(container):
    """9,000 runs on eight threads: no crossing, and the shared Singleton is built once."""
    engines = set()

    def run(number):
        with override(container, tenant=number), build_resources(container) as resources:
            check(resources, engines, number)
        with build_resources(container) as resources:
            assert resources.tenant == "nobody"

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(run, range(4_500)))
    assert (Engine.built, len(engines)) == (1, 1)


def test_injected_functions_in_threads(container):
    """32 threads in one process scope, each with overrides of its own: an injected function gets its thread's."""

    @inject(resources=container)
    def call(connection: ResourceParam[list], service: ResourceParam[tuple]) -> object:
        assert service[0] is connection
        return connection[1]

    ready = threading.Barrier(32)

    def run(number):
        ready.wait()
        for _ in range(20):
            with override(container, tenant=number):
                assert call() == number
                with build_resources(container, required_resource_keys=[]):
                    assert call() == call() == number
            assert call() == "nobody"

    with process_scope(container), ThreadPoolExecutor(32) as pool:
        list(pool.map(run, range(32)))
    assert Engine.built == 1


def test_tasks(container):
    """1,000 tasks in one loop, all open at the same time: no crossing, and the shared Singleton is built once."""
    engines = set()
    open_now = 0
    most_open = 0

    async def run(number, everyone_is_open):
        nonlocal open_now, most_open
        with override(container, tenant=number):
            async with abuild_resources(container) as resources:
                open_now += 1
                most_open = max(most_open, open_now)
                if open_now == TASKS:
                    everyone_is_open.set()
                await everyone_is_open.wait()
                check(resources, engines, number)
                open_now -= 1

    async def run_all():
        everyone_is_open = asyncio.Event()
        await asyncio.gather(*(run(number, everyone_is_open) for number in range(TASKS)))

    asyncio.run(run_all())
    assert most_open == TASKS
    assert (Engine.built, len(engines)) == (1, 1)
