"""The plugin is there in every run of pytest, and costs nothing where nobody uses it."""

import subprocess
import sys


def test_it_imports_little():
    """Neither pydantic nor dependency-injector, nor any layer of dagwire but the errors."""
    program = (
        "import sys, pytest, dagwire.testing.plugin, dagwire.testing.pytest_hooks, dagwire.testing.fixtures\n"
        "print(*(name for name in sys.modules if name.split('.')[0] in ('dagwire', 'pydantic', 'dependency_injector')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {name for name in done.stdout.split() if not name.startswith("dagwire.errors.")} == {
        *(
            "dagwire",
            "dagwire.errors",
            "dagwire.suggestions",
            "dagwire.credentials",
            "dagwire.config",
            "dagwire.config.environments",
            "dagwire.config.environments.environment",
            "dagwire.definitions",
            "dagwire.definitions.loading",
            "dagwire.definitions.loading.project_setting",
        ),
        *("dagwire.testing", "dagwire.testing.plugin", "dagwire.testing.pytest_hooks", "dagwire.testing.fixtures"),
    }


def test_a_project_without_dagwire(pytester):
    """No header line; fixtures of the same names are the project's own."""
    pytester.makepyfile("""
        import pytest, sys

        @pytest.fixture
        def run():
            return "ours"

        @pytest.fixture
        def resources():
            return "ours too"

        def test(run, resources):
            assert (run, resources) == ("ours", "ours too")

        def test_plain():
            pass
    """)
    result = pytester.runpytest_inprocess("-pno:randomly", "-pno:asyncio", "-pno:run-parallel")
    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("dagwire:*")


def test_the_header_says_what_is_used(run_tests):
    """The environment and the definitions."""
    result = run_tests("def test(): pass")
    result.stdout.fnmatch_lines(["dagwire: environment as by default, definitions app:defs"])


def test_the_marks_are_declared(project):
    """So that they pass where marks are strict."""
    result = project.runpytest_inprocess("--markers", "-pno:randomly", "-pno:asyncio", "-pno:run-parallel")
    for name in ("override(key=value)", "environment(name)", "settings(VARIABLE=value)", "may_leak"):
        result.stdout.fnmatch_lines([f"@pytest.mark.{name}: *"])
