"""A test that leaves something behind fails, and only that test; the report names the line that made it."""

import pytest


def test_a_resource_left_open(run_tests):
    """Named with the line that opened it; the test after it passes."""
    result = run_tests("""
        kept = []

        def test_leak():
            kept.append(dg.build_resources(app.defs.container, required_resource_keys=["db"]))
            kept[0].__enter__()

        def test_after():
            pass
    """)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_leak*",
            "*LeakError: The test test_leak left behind:",
            "*- resource 'db', still open; test_it.py:14 opened it",
        ]
    )


def test_an_override_left_behind(run_tests):
    """Named with the line that began it, and ended, so that the next test does not see it."""
    result = run_tests("""
        kept = []

        def test_leak():
            kept.append(app.defs.override(db=FakeDb()))
            kept[0].__enter__()

        def test_after(run):
            assert run("trips").asset_value("trips") == ["real.db"]
            assert app.rows_of_the_process() == ["real.db"]
    """)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*- an override of 'db', still in force; test_it.py:14 began it"])


def test_an_override_of_dependency_injectors_own(run_tests):
    """An override by dependency-injector would reach all tests: it is reported, and reset."""
    result = run_tests("""
        def test_leak(run):
            app.defs.container.db.override(FakeDb())

        def test_after(run):
            assert app.rows_of_the_process() == ["real.db"]
    """)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*- provider 'db', still overridden by its own `override`*"])


def test_a_variable_left_set(run_tests):
    """A variable that settings read and a test left set is reported, and restored."""
    result = run_tests("""
        def test_set(run):
            os.environ["APP_PATH"] = "left.db"

        def test_other(run):
            os.environ["OTHER"] = "not ours"

        def test_after(run):
            assert run("trips").asset_value("trips") == ["real.db"]
            del os.environ["OTHER"]
    """)
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["*- variable APP_PATH, still set; monkeypatch.setenv sets it back"])


THREAD = """
        stop = threading.Event()

        class Polling(dg.ConfigurableResource):
            def setup_for_execution(self, context):
                threading.Thread(target=stop.wait, name="poller", daemon=True).start()

        @pytest.fixture(scope="session", autouse=True)
        def at_the_end():
            yield
            stop.set()
"""


def test_a_thread_that_outlives_its_resource(run_tests):
    """Named with its resource and the line that opened that."""
    result = run_tests(
        THREAD
        + """
        def test_leak():
            with dg.build_resources({"poll": Polling()}):
                pass

        def test_after():
            pass
    """
    )
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*- thread 'poller' of resource 'poll', still running; test_it.py:22 opened it"])


def test_a_thread_of_the_tests_own(run_tests):
    """A thread that no resource started is ignored."""
    run_tests(
        THREAD
        + """
        def test():
            with dg.build_resources({"poll": 1}):
                threading.Thread(target=stop.wait, daemon=True).start()
    """
    ).assert_outcomes(passed=1)


def test_a_leak_in_a_thread_of_the_test(run_tests):
    """A thread that the test starts writes into its record; one that ran before does not."""
    result = run_tests("""
        from concurrent.futures import ThreadPoolExecutor
        kept = []

        def leak():
            kept.append(dg.build_resources(app.defs.container, required_resource_keys=["db"]))
            kept[-1].__enter__()

        @pytest.fixture(scope="session")
        def background():
            with ThreadPoolExecutor(1) as pool:
                pool.submit(int).result()
                yield pool

        def test_before(background):
            background.submit(leak).result()

        def test_leak():
            thread = threading.Thread(target=leak)
            thread.start()
            thread.join()
    """)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_leak*"])


def test_a_fixture_of_wider_scope(run_tests):
    """A fixture of wider scope may keep things open until it ends; then it is checked."""
    result = run_tests(
        """
        @pytest.fixture(scope="module")
        def right():
            with app.defs.override(sent="kept"), dg.build_resources(
                app.defs.container, required_resource_keys=["db", "sent"]
            ) as resources:
                yield resources

        kept = []

        @pytest.fixture(scope="module")
        def wrong():
            kept.append(dg.build_resources(app.defs.container, required_resource_keys=["db"]))
            return kept[0].__enter__()

        @pytest.mark.parametrize("time", [1, 2])
        def test(right, wrong, time):
            assert right.db.rows() == wrong.db.rows()
            assert right.sent == "kept"
    """,
        "-p",
        "no:cacheprovider",
    )
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test?2?*", "*LeakError: The fixture wrong left behind:"])
    result.stdout.no_fnmatch_line("*The fixture right*")


def test_a_failing_test_is_told_of_once(run_tests):
    """A test that fails and leaks has both, a teardown that fails has the leak in a note."""
    result = run_tests("""
        kept = []

        @pytest.fixture
        def broken():
            yield
            raise ValueError("broken")

        def test_leak(broken):
            kept.append(app.defs.override(db=FakeDb()))
            kept[0].__enter__()
    """)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["E *ValueError: broken", "*an override of 'db', still in force*"])


def test_nothing_leaks(run_tests):
    """Things that are closed and threads that have ended are not reported."""
    run_tests("""
        def test(run, override, resources, monkeypatch):
            monkeypatch.setenv("APP_PATH", "patched")
            override(sent=[])
            assert resources.db.rows() == ["patched"]
            with app.defs.override(db=FakeDb()), dg.build_resources(app.defs.container, required_resource_keys=["db"]):
                run("trips")
    """).assert_outcomes(passed=1)


@pytest.mark.parametrize("switch", ["mark", "ini"])
def test_the_checks_can_be_switched_off(run_tests, switch):
    """For one test by a mark, for all by the configuration."""
    options = ["-o", "dagwire_leaks=false"] if switch == "ini" else []
    mark = "@pytest.mark.may_leak" if switch == "mark" else ""
    run_tests(
        f"""
        kept = []

        {mark}
        def test_leak():
            kept.append(dg.build_resources(app.defs.container, required_resource_keys=["db"]))
            kept[0].__enter__()
    """,
        *options,
    ).assert_outcomes(passed=1)
