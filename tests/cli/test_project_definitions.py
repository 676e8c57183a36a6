"""How the command line finds the definitions, and what it says where it does not."""

from pathlib import Path

from tests.cli.conftest import Run


def test_the_nearest_pyproject_above_says_where(run: Run, project: Path) -> None:
    """A command works from any folder of the project."""
    inner = project / "deep" / "inside"
    inner.mkdir(parents=True)
    assert run("job", "run", "good", cwd=inner).returncode == 0


def test_the_option_is_stronger(run: Run) -> None:
    """`-m module:attribute` is taken in place of what pyproject.toml says."""
    done = run("job", "run", "good", "-m", "shop:not_definitions")
    assert done.returncode == 1
    assert "'shop:not_definitions' is a int, not Definitions. Did you mean 'shop:defs'?" in done.stderr


def test_the_attribute_is_defs_by_default(run: Run) -> None:
    """`-m module` alone means `module:defs`."""
    assert run("job", "run", "good", "-m", "shop").returncode == 0


def test_a_module_is_found_without_a_pyproject(run: Run, project: Path) -> None:
    """In a folder without one, the folder itself is on the import path."""
    (project / "pyproject.toml").unlink()
    assert run("job", "run", "good", "-m", "shop").returncode == 0


def test_no_pyproject_and_no_option(run: Run, project: Path) -> None:
    """The message says what was looked for, and both ways to name the definitions."""
    (project / "pyproject.toml").unlink()
    done = run("job", "run", "good")
    assert done.returncode == 1
    assert "There is no pyproject.toml" in done.stderr
    assert "-m" in done.stderr


def test_a_pyproject_that_does_not_say(run: Run, project: Path) -> None:
    """The message names the file."""
    (project / "pyproject.toml").write_text("[project]\n")
    done = run("job", "run", "good")
    assert done.returncode == 1
    assert str(project / "pyproject.toml") in done.stderr


def test_a_missing_module_is_named(run: Run) -> None:
    """A module that is not there is told in one message."""
    done = run("job", "run", "good", "-m", "shpo")
    assert done.returncode == 1
    assert "There is no module 'shpo'." in done.stderr


def test_an_import_that_fails_inside_the_module_is_shown_whole(run: Run, project: Path) -> None:
    """A fault of the user's own code keeps its traceback: it says which line to mend."""
    (project / "shop.py").write_text("import not_there_at_all\n")
    done = run("job", "run", "good")
    assert done.returncode == 1
    assert "import not_there_at_all" in done.stderr
