"""The marks `override`, `environment`, `settings`: nearest first, and refused where they are wrong."""

import pytest


def test_a_class_in_a_mark_is_made_anew(run_tests):
    """A class in a mark makes a new fake for each test; any other object is used itself."""
    run_tests("""
        shared = FakeDb()
        seen = []

        @pytest.mark.parametrize("time", [1, 2])
        @pytest.mark.override(db=FakeDb, sent=shared)
        def test(resources, time):
            seen.append(resources.db)
            assert resources.db.rows() == ["fake"]
            assert resources.sent is shared
            assert len(set(map(id, seen))) == time
    """).assert_outcomes(passed=2)


def test_the_nearest_mark_wins(run_tests):
    """Function over class over module, key by key."""
    run_tests("""
        pytestmark = pytest.mark.override(db="module", sent="module")

        @pytest.mark.override({"db": "class"})
        class TestClass:
            def test_class(self, resources):
                assert (resources.db, resources.sent) == ("class", "module")

            @pytest.mark.override(db="function")
            def test_function(self, resources):
                assert (resources.db, resources.sent) == ("function", "module")

        def test_module(resources):
            assert resources.db == "module"
    """).assert_outcomes(passed=3)


def test_marks_need_no_fixture(run_tests):
    """A marked test has its overrides though it asks for nothing, and though its fixtures ask before it."""
    run_tests("""
        @pytest.fixture
        def rows():
            return app.rows_of_the_process()

        @pytest.mark.override(db=FakeDb)
        def test(rows):
            assert rows == ["fake"] == app.rows_of_the_process()

        def test_unmarked(rows):
            assert rows == ["real.db"]
    """).assert_outcomes(passed=2)


def test_variables_are_set_for_one_test(run_tests):
    """Settings are read anew with them, by parts of the program that know nothing of tests, too."""
    run_tests("""
        @pytest.mark.settings(APP_PATH="marked.db")
        def test_marked(run):
            assert run("trips").asset_value("trips") == ["marked.db"]
            assert app.rows_of_the_process() == ["marked.db"]
            assert "APP_PATH" not in os.environ

        def test_unmarked(run):
            assert run("trips").asset_value("trips") == ["real.db"]
            assert app.rows_of_the_process() == ["real.db"]
    """).assert_outcomes(passed=2)


def test_variables_hold_for_a_container_of_the_tests_own(run_tests):
    """A test that makes its container sees them in it, and a container of the process keeps nothing of them."""
    run_tests("""
        shared = app.Application()

        @pytest.fixture
        def dagwire_container():
            return shared

        @pytest.mark.settings(APP_PATH="marked.db")
        def test_marked(dagwire_container, resources):
            assert dagwire_container.settings().path == "marked.db"
            assert resources.db.rows() == ["marked.db"]

        def test_unmarked(dagwire_container):
            assert dagwire_container.settings().path == "real.db"
    """).assert_outcomes(passed=2)


def test_variables_reach_an_env_var(run_tests):
    """The `settings` mark also sets the variables that an `EnvVar` reads."""
    run_tests("""
        @pytest.mark.settings(API_TOKEN="marked")
        def test(resources):
            assert resources.api.token == "marked"
    """).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        ("override(dbs=FakeDb)", "There is no resource to override 'dbs'. Did you mean 'db'?*"),
        ("override(db=app.Db)", "*The mark on test puts a new Db under 'db', which cannot be made: *"),
        ("override()", "@pytest.mark.override takes resources by key: override(db=FakeDb), or*"),
        ("override('db')", "@pytest.mark.override takes resources by key: override(db=FakeDb), or*"),
        ("settings('APP_PATH')", '@pytest.mark.settings takes variables by name: settings(APP_REGION="eu").'),
        ("settings(APP_PAHT='x')", "There is no variable 'APP_PAHT'. Did you mean 'APP_PATH'?*"),
        ("environment()", '@pytest.mark.environment takes the name of one: environment("test").'),
    ],
)
def test_a_wrong_mark_fails_the_set_up(run_tests, mark, told):
    """The body does not run; the message names the nearest valid name, or lists the ones that are accepted."""
    result = run_tests(f"""
        @pytest.mark.{mark}
        def test():
            raise SystemExit
    """)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{told}"])
