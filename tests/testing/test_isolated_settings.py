"""Settings are read anew for each test, in the environment that it names; a change that comes too late is a warning."""

import pytest


def test_a_variable_before_first_use(run_tests):
    """Each test reads the settings anew, so `monkeypatch.setenv` works even if another test has read them."""
    run_tests("""
        def test_before(run):
            assert run("trips").asset_value("trips") == ["real.db"]

        def test_patched(run, monkeypatch):
            monkeypatch.setenv("APP_PATH", "patched.db")
            assert run("trips").asset_value("trips") == ["patched.db"]
            assert app.rows_of_the_process() == ["patched.db"]

        def test_after(run):
            assert run("trips").asset_value("trips") == ["real.db"]
    """).assert_outcomes(passed=3)


def test_settings_that_cannot_be_read_end_no_session(run_tests):
    """The test fails with the settings' own error, its report names the reason, and the tests after it run."""
    result = run_tests("""
        def test_broken(dagwire_container, monkeypatch, tmp_path):
            monkeypatch.setenv("APP_PATH", "a")
            monkeypatch.setenv("app_path", "b")
            dagwire_container.settings()

        def test_after(dagwire_container):
            assert dagwire_container.settings().path == "real.db"
    """)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


def test_a_variable_after_it_was_read(run_tests):
    """A variable set too late changes nothing; the warning names it, and the line that read the settings."""
    result = run_tests(
        """
        def test(run, monkeypatch):
            run("trips")
            monkeypatch.setenv("APP_PATH", "late.db")
            monkeypatch.setenv("OTHER", "not ours")
            assert run("trips").asset_value("trips") == ["real.db"]
    """,
        *("-W", "default"),
    )
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*ChangedVariableWarning: APP_PATH was changed after test_it.py:11 had the settings*"])


def test_a_variable_set_back_in_time(run_tests):
    """A variable restored before the body ends causes no warning."""
    run_tests("""
        def test(run, monkeypatch):
            run("trips")
            with monkeypatch.context() as patch:
                patch.setenv("APP_PATH", "late.db")
    """).assert_outcomes(passed=1)


PROFILES = """
import dagwire as dg
from dagwire import Profiles, ProfileSettings
from dependency_injector import containers, providers
from pathlib import Path
from pydantic_settings import SettingsConfigDict
from typing import ClassVar


class Settings(ProfileSettings):
    model_config = SettingsConfigDict(env_prefix="TRIPS_")
    profiles: ClassVar = Profiles(Path(__file__).parent / "config", default="local", overrides={"test": {"sent": 0}})
    path: str


class Application(containers.DeclarativeContainer):
    settings = dg.SettingsProvider(Settings)
    path = providers.Factory(str, settings.provided.path)
    sent = providers.Singleton(list)


@dg.asset
def found(path: dg.ResourceParam[str], sent: dg.ResourceParam[object]):
    return path, sent


defs = dg.Definitions(assets=[found], resources=Application())


def found_by_the_process():
    return defs.resolve_implicit_global_asset_job_def().execute_in_process().asset_value("found")
"""


@pytest.fixture
def with_profiles(project):
    """A project with the environments `local` and `test`."""
    project.makepyfile(profiled=PROFILES)
    project.makepyprojecttoml('[tool.dagwire]\ndefinitions = "profiled:defs"\n[tool.pytest]\nstrict = true\n')
    folder = project.mkdir("config")
    for name in ("local", "test"):
        (folder / f"{name}.toml").write_text(f'path = "{name}.db"\n')


@pytest.mark.usefixtures("with_profiles")
def test_an_environment_for_one_test(run_tests):
    """Its settings and its overrides hold, for parts of the program that know nothing of tests, too."""
    run_tests("""
        import profiled

        @pytest.mark.environment("test")
        def test_marked(run):
            assert run("found").asset_value("found") == profiled.found_by_the_process() == ("test.db", 0)

        def test_unmarked(run):
            assert run("found").asset_value("found") == profiled.found_by_the_process() == ("local.db", [])

        @pytest.mark.environment("test")
        def test_in_threads(run):
            from concurrent.futures import ThreadPoolExecutor
            with ThreadPoolExecutor(2) as pool:
                for result in pool.map(run, ["found"] * 4):
                    assert result.asset_value("found") == ("test.db", 0)
    """).assert_outcomes(passed=3)


@pytest.mark.usefixtures("with_profiles")
def test_an_environment_for_all_tests(run_tests):
    """By an option of the command, which the header line repeats; a mark is nearer."""
    result = run_tests(
        """
        def test_all(run):
            assert run("found").asset_value("found") == ("test.db", 0)

        @pytest.mark.environment("local")
        def test_marked(run):
            assert run("found").asset_value("found") == ("local.db", [])
    """,
        *("--dagwire-env", "test"),
    )
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["dagwire: environment test, definitions profiled:defs"])


@pytest.mark.usefixtures("with_profiles")
def test_an_unknown_environment(run_tests):
    """Fails the set-up, with the known ones."""
    result = run_tests("""
        @pytest.mark.environment("tests")
        def test():
            pass
    """)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*UnknownEnvironmentError: *'tests'*'test'*"])


def test_an_environment_for_all_tests_needs_profiles(run_tests):
    """The option is refused, by the first test that uses the definitions, if their settings have no profiles."""
    result = run_tests("def test(run): ...", "--dagwire-env", "test")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*DAGWIRE_ENV is 'test', and no settings have profiles*"])


def test_an_environment_without_profiles(run_tests):
    """Naming an environment is a mistake if the settings have no profiles."""
    result = run_tests("""
        @pytest.mark.environment("test")
        def test():
            pass
    """)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*There is no environment 'test'*"])


def test_a_failing_test_tells_what_was_in_force(run_tests):
    """Overrides with their lines, settings with their sources; secrets are masked, and fakes are only named."""
    source = """
        @pytest.fixture(autouse=True)
        def password(monkeypatch):
            monkeypatch.setenv("APP_PASSWORD", "-".join(["canary", "77cd"]))

        class Secretive:
            def __repr__(self):
                return "canary-98ab"

        @pytest.mark.settings(APP_PATH="marked.db")
        @pytest.mark.override(sent=Secretive)
        def test(run, override):
            override(slow_db=Secretive())
            run("counted")
            raise ValueError("failed")
    """
    result = run_tests(source)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- dagwire -*",
            "override  sent = Secretive  (the mark on test)",
            "override  slow_db = Secretive  (test_it.py:21)",
            "setting   settings.path = 'marked.db'  (environment variable APP_PATH)",
            "setting   settings.password = '[*]*'  (environment variable APP_PASSWORD)",
            "settings  settings, 0 more as by default; read by test_it.py:22",
        ]
    )
    result.stdout.no_fnmatch_line("*canary*")
