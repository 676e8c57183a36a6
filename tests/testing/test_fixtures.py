"""Each fixture has its value, which belongs to one test alone."""


def test_an_asset_and_a_job_run_by_name(run_tests):
    """`run` takes the name of an asset or of a job of the project, and the things themselves."""
    run_tests("""
        def test(run):
            assert run("trips").asset_value("trips") == ["real.db"]
            assert run("all_trips").asset_value("trips") == ["real.db"]
            assert run(app.trips).asset_value("trips") == ["real.db"]
            assert run([app.trips, app.slow_trips], selection="trips").asset_value("trips") == ["real.db"]
            assert run("counted").output_for_node("count") == 1
            assert run(app.counting).output_for_node("count") == 1
            assert run(app.counting.to_job()).output_for_node("count") == 1
    """).assert_outcomes(passed=1)


def test_what_is_no_job_or_asset_is_refused(run_tests):
    """By name with the nearest one there is; by type with what is taken."""
    result = run_tests("""
        def test_name(run):
            run("trip")

        def test_type(run):
            run(17)
    """)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "*There is no job or asset 'trip'. Did you mean 'trips'?*",
            "*run takes assets and asset checks, not int.",
        ]
    )


def test_a_failing_step_raises_or_is_told_of(run_tests):
    """As the same argument of `materialize` has it."""
    run_tests("""
        @dg.asset
        def broken(db: dg.ResourceParam[object]):
            raise ValueError("broken")

        def test(run):
            with pytest.raises(ValueError, match="broken"):
                run(broken)
            assert not run(broken, raise_on_error=False).success
    """).assert_outcomes(passed=1)


def test_an_override_holds_for_the_test(run_tests):
    """For what the test runs and for what runs elsewhere in the program, and not after the test."""
    run_tests("""
        def test_with(run, override):
            override(db=FakeDb())
            assert run("trips").asset_value("trips") == ["fake"]
            assert app.rows_of_the_process() == ["fake"]

        def test_without(run):
            assert run("trips").asset_value("trips") == ["real.db"]
            assert app.rows_of_the_process() == ["real.db"]
    """).assert_outcomes(passed=2)


def test_an_override_may_end_before_the_test(run_tests):
    """Used as a block, it holds for the block."""
    run_tests("""
        def test(run, override):
            with override(db=FakeDb()):
                assert run("trips").asset_value("trips") == ["fake"]
            assert run("trips").asset_value("trips") == ["real.db"]
    """).assert_outcomes(passed=1)


def test_an_override_by_a_fixture(run_tests):
    """A fixture of the user's may override for all its tests."""
    run_tests("""
        @pytest.fixture(autouse=True)
        def fake_db(override):
            override(db=FakeDb())

        def test(resources, override):
            assert resources.db.rows() == ["fake"]
            override(db="nearer")
            assert resources.db == "nearer"
    """).assert_outcomes(passed=1)


def test_an_unknown_key_fails_the_test(run_tests):
    """With the nearest name."""
    result = run_tests("""
        def test(override):
            override(dbs=FakeDb())
    """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*There is no resource to override 'dbs'. Did you mean 'db'?*"])


def test_resources_are_opened_once_and_closed(run_tests):
    """Asked for again a resource is the same; the end of the test closes it, so nothing leaks."""
    run_tests("""
        seen = []

        def test_open(resources):
            assert resources.db is resources["db"]
            assert resources.slow_db._is_open
            seen.append(resources.slow_db)

        def test_closed():
            assert not seen[0]._is_open
    """).assert_outcomes(passed=2)


def test_an_unknown_resource_is_refused(run_tests):
    """With the nearest key."""
    result = run_tests("""
        def test(resources):
            resources.dbs
    """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Resource 'dbs' is not provided. Did you mean 'db'?*"])


def test_singletons_are_the_tests_own(run_tests):
    """Singletons are kept through all runs of one test, and the next test begins with new ones."""
    run_tests("""
        @pytest.mark.parametrize("time", [1, 2])
        def test(run, resources, dagwire_container, time):
            run("trips")
            run("trips")
            assert resources.sent == ["trips", "trips"]
            assert dagwire_container.sent() is resources.sent
            assert app.defs.container.sent() == []
    """).assert_outcomes(passed=2)


def test_the_definitions_of_a_conftest(run_tests, project):
    """A conftest may give others, and their singletons are the test's own as well."""
    project.makeconftest("""
        import pytest, app, dagwire as dg
        from dependency_injector import providers

        @pytest.fixture(scope="session")
        def dagwire_definitions():
            resources = {"db": app.FakeDb(), "sent": providers.Singleton(list)}
            return dg.Definitions(assets=[app.trips], resources=resources)
    """)
    run_tests("""
        @pytest.mark.parametrize("time", [1, 2])
        def test(run, resources, time):
            assert run("trips").asset_value("trips") == ["fake"]
            assert resources.sent == ["trips"]
    """).assert_outcomes(passed=2)


def test_the_container_of_a_conftest(run_tests, project):
    """For tests of resources and single assets a container is enough."""
    project.makeconftest("""
        import pytest, app

        @pytest.fixture
        def dagwire_container():
            return app.Application()
    """)
    (project.path / "pyproject.toml").unlink()
    run_tests("""
        def test(run, resources, override):
            override(db=FakeDb())
            assert run(app.trips).asset_value("trips") == ["fake"]
    """).assert_outcomes(passed=1)


def test_no_definitions_are_found(run_tests, project):
    """The test fails at set-up; the message names what to write, and where."""
    project.makepyprojecttoml("[tool.pytest]\nstrict = true\n")
    result = run_tests("""
        def test(run):
            pass
    """)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*has no `definitions` in its table*"])


def test_an_opened_resource_can_be_asserted(run_tests):
    """Any key that a run reached counts as opened, a plain fake too; an unknown key is refused."""
    result = run_tests("""
        def test_right(run, override, assert_opened, assert_never_opened):
            override(db=FakeDb())
            assert_never_opened("db", "sent")
            run("trips")
            assert_opened("db", "sent")
            assert_never_opened("slow_db")

        def test_never(assert_opened):
            assert_opened("db")

        def test_opened(run, assert_never_opened):
            run("trips")
            assert_never_opened("db")

        def test_unknown(assert_never_opened):
            assert_never_opened("dbs")
    """)
    result.assert_outcomes(passed=1, failed=3)
    result.stdout.fnmatch_lines(
        [
            "*AssertionError: never opened: db. Opened: nothing.",
            "*AssertionError: opened: db (test_it.py:*",
            "*There is no resource *'dbs'. Did you mean 'db'?*",
        ]
    )


def test_classes_of_tests(run_tests):
    """Fixtures and marks work in classes, and in unittest's the marks do."""
    run_tests("""
        import unittest

        @pytest.mark.override(db=FakeDb)
        class TestClass:
            def test(self, run):
                assert run("trips").asset_value("trips") == ["fake"]

        @pytest.mark.override(db=FakeDb)
        class TestOld(unittest.TestCase):
            def test(self):
                self.assertEqual(app.rows_of_the_process(), ["fake"])
    """).assert_outcomes(passed=2)
