"""The environments of these tests: made once, of pinned packages, with the dagwire of this folder."""

import subprocess

from tests.systems.environments import ROOT, environment


def test_an_environment_has_this_dagwire():
    """The environment reads dagwire where its sources lie, and has packages that the project's own has not."""
    script = "import dagwire, dagster_webserver; print(dagwire.__file__)"
    command = [environment("dagster") / "python", "-c", script]
    shown = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True).stdout
    assert shown.strip() == str(ROOT / "src" / "dagwire" / "__init__.py")


def test_an_environment_is_made_once():
    """A second test finds the environment as the first one left it."""
    made_of = environment("dagster").with_name("made-of")
    made_at = made_of.stat().st_mtime_ns
    assert environment("dagster").with_name("made-of").stat().st_mtime_ns == made_at
