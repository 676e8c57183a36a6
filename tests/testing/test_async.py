"""Tests that are coroutines, under anyio's plugin and under pytest-asyncio's, each test with what is its own."""

import pytest

ANYIO = """
        pytestmark = pytest.mark.anyio

        @pytest.fixture
        def anyio_backend():
            return "asyncio"
"""
ASYNCIO = """
        pytestmark = pytest.mark.asyncio
"""
# A fixture of a whole module keeps one task, and so one context, for all of its tests.
ANYIO_SHARED = """
        pytestmark = pytest.mark.anyio

        @pytest.fixture(scope="module")
        def anyio_backend():
            return "asyncio"

        @pytest.fixture(scope="module", autouse=True)
        async def shared():
            yield
"""
ASYNCIO_SHARED = """
        pytestmark = pytest.mark.asyncio(loop_scope="module")
"""


@pytest.fixture(params=[ANYIO, ASYNCIO, ANYIO_SHARED, ASYNCIO_SHARED], ids=["anyio", "asyncio", "anyio-1", "asyncio-1"])
def run_async(request, run_tests):
    """Run tests under one of the plugins, in a loop for each test or for all."""

    def run(source, *arguments):
        plugins = ["asyncio"] if "asyncio" in request.param and "anyio" not in request.param else []
        return run_tests(request.param + source, *arguments, plugins=plugins)

    return run


def test_runs_and_resources(run_async):
    """Runs and resources open and close in the test's own task."""
    run_async("""
        import asyncio
        seen = []

        async def test_open(arun, aresources):
            assert (await arun("slow_trips")).asset_value("slow_trips") == ["waited for"]
            assert (await arun("trips")).asset_value("trips") == ["real.db"]
            db = await aresources.slow_db
            assert db is await aresources["slow_db"]
            assert db._is_open
            seen.append(db)

        async def test_closed():
            assert not seen[0]._is_open
    """).assert_outcomes(passed=2)


def test_overrides(run_async):
    """By mark, by fixture and in the body; the next test has none of them, though it may run in the same task."""
    run_async("""
        @pytest.fixture
        def fake(override):
            override(db=FakeDb())

        @pytest.mark.override(db=FakeDb)
        async def test_mark(arun):
            assert (await arun("trips")).asset_value("trips") == ["fake"]
            assert app.rows_of_the_process() == ["fake"]

        async def test_fixture(arun, fake):
            assert (await arun("trips")).asset_value("trips") == ["fake"]
            assert app.rows_of_the_process() == ["fake"]

        async def test_body(arun, override):
            override(db=FakeDb())
            assert (await arun("trips")).asset_value("trips") == ["fake"]
            assert app.rows_of_the_process() == ["fake"]

        async def test_none(arun):
            assert (await arun("trips")).asset_value("trips") == ["real.db"]
            assert app.rows_of_the_process() == ["real.db"]

        @pytest.mark.settings(APP_PATH="marked.db")
        async def test_settings(arun):
            assert (await arun("trips")).asset_value("trips") == ["marked.db"]
            assert app.rows_of_the_process() == ["marked.db"]
    """).assert_outcomes(passed=5)


def test_interleaved_tasks(run_async):
    """Tasks of one test that override each for itself, waiting in between, do not see one another."""
    run_async("""
        import anyio

        async def test(arun, override):
            seen = {}

            async def one(number):
                override(db=number)
                await anyio.lowlevel.checkpoint()
                with app.defs.override(sent=[]):
                    await anyio.lowlevel.checkpoint()
                    async with dg.abuild_resources(app.defs.container, required_resource_keys=["db"]) as resources:
                        seen[number] = resources.db

            async with anyio.create_task_group() as tasks:
                for number in range(50):
                    tasks.start_soon(one, number)
            assert seen == {number: number for number in range(50)}
            async with dg.abuild_resources(app.defs.container, required_resource_keys=["db"]) as resources:
                assert resources.db.rows() == ["real.db"]
    """).assert_outcomes(passed=1)


def test_a_leak(run_async):
    """A resource that a coroutine leaves open fails its test, and the tests after it run."""
    result = run_async("""
        kept = []

        async def test_leak(arun):
            kept.append(dg.build_resources(app.defs.container, required_resource_keys=["db"]))
            kept[0].__enter__()

        async def test_after(arun):
            pass
    """)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*- resource 'db', still open; test_it.py:* opened it"])


def test_a_failing_body(run_async):
    """Resources that a failing body opened are closed."""
    run_async("""
        seen = []

        async def test_fails(aresources):
            seen.append(await aresources.slow_db)
            raise ValueError("the body")

        async def test_closed():
            assert not seen[0]._is_open
    """).assert_outcomes(failed=1, passed=1)


def test_the_synchronous_fixtures(run_tests):
    """A plain test may use asynchronous resources, and no plugin for coroutines is needed."""
    run_tests("""
        def test(run, resources):
            assert resources.slow_db._is_open
            assert run("slow_trips").asset_value("slow_trips") == ["waited for"]
    """).assert_outcomes(passed=1)
