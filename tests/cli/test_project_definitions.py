"""The command line finds the definitions, or reports where it looked for them."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run

REPOSITORY = """
from dagwire import asset, repository

@asset
def answer():
    return 42

@repository
def all_of_it():
    return [answer]
"""


def test_the_nearest_pyproject_above_says_where(run: Run, project: Path) -> None:
    """A command works from any folder of the project."""
    inner = project / "deep" / "inside"
    inner.mkdir(parents=True)
    assert run("job", "run", "good", cwd=inner).returncode == 0


def test_the_option_is_stronger(run: Run) -> None:
    """`-m module:attribute` overrides the definitions that pyproject.toml names."""
    done = run("job", "run", "good", "-m", "shop:not_definitions")
    assert done.returncode == 2
    assert "'shop:not_definitions' is a int, not Definitions. Did you mean 'shop:defs'?" in done.stderr


def test_the_attribute_is_defs_by_default(run: Run) -> None:
    """`-m module` alone means `module:defs`."""
    assert run("job", "run", "good", "-m", "shop").returncode == 0


def test_a_module_is_found_without_a_pyproject(run: Run, project: Path) -> None:
    """In a folder without one, the folder itself is on the import path."""
    (project / "pyproject.toml").unlink()
    assert run("job", "run", "good", "-m", "shop").returncode == 0


def test_a_repository_is_found(run: Run, project: Path) -> None:
    """A repository stands where `Definitions` do."""
    (project / "old.py").write_text(REPOSITORY)
    done = run("assets", "-m", "old:all_of_it")
    assert done.returncode == 0
    assert "answer" in done.stdout


def test_a_package_below_src(run: Run, project: Path) -> None:
    """A package in the folder `src` of the project is found without being installed."""
    (project / "src").mkdir()
    (project / "shop.py").rename(project / "src" / "shop.py")
    assert run("job", "run", "good").returncode == 0


def test_no_pyproject_and_no_option(run: Run, project: Path) -> None:
    """The message lists the file that was looked for, and both ways to name the definitions."""
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
    """A missing module is reported in one message."""
    done = run("job", "run", "good", "-m", "shpo")
    assert done.returncode == 2
    assert "There is no module 'shpo'." in done.stderr


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("import not_there_at_all\n", "ModuleNotFoundError: No module named 'not_there_at_all'"),
        ("def broken(:\n", "SyntaxError: invalid syntax"),
        ("1 / 0\n", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(0)\n", "SystemExit: 0"),
    ],
)
def test_a_module_that_fails_is_shown_by_the_users_own_lines(run: Run, project: Path, text: str, last: str) -> None:
    """The message has file and line of the user's code, and no frame of dagwire; the exit code is 1."""
    (project / "shop.py").write_text(text)
    done = run("job", "run", "good")
    assert done.returncode == 1
    assert "DefinitionsImportError: Importing 'shop' fails." in done.stderr
    assert f'File "{project / "shop.py"}", line 1' in done.stderr
    assert done.stderr.rstrip().endswith(last)
    assert "dagwire/" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("target", ["", ":", "a:b:c", "shop:", "1shop", ".shop", "sh op", "shop:defs.x", "shop:a-b"])
def test_a_target_of_a_wrong_form_is_one_message(run: Run, target: str) -> None:
    """Whatever is written after `-m`, the message shows the form and the exit code is 2."""
    done = run("check", "-m", target)
    assert done.returncode == 2
    assert done.stderr.startswith("DefinitionsNotFoundError: ")
    assert "Name them as 'module:attribute'" in done.stderr


def test_a_path_of_a_file_is_shown_as_its_module(run: Run) -> None:
    """If a file's path is given, the message shows how to name its module."""
    assert "write 'shop:defs'" in run("check", "-m", "shop.py:defs").stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[tool.dagwire", "it is not valid TOML"),
        ("[tool.dagwire]\nname = 'Z\u00fcrich'\n".encode("latin-1"), "it is not encoded in UTF-8"),
        (b"[tool]\ndagwire = 3\n", "[tool.dagwire] is not a table"),
        (b"tool = 3\n", "[tool.dagwire] is not a table"),
        (b"[tool.dagwire]\ndefinitions = ['shop:defs']\n", "`definitions` is a list, not a text"),
        (b"a = " + b"[" * 5000 + b"]" * 5000, "nested too deeply"),
    ],
)
def test_a_broken_pyproject_is_one_message(run: Run, project: Path, content: bytes, told: str) -> None:
    """The message names the file and what is wrong with it."""
    (project / "pyproject.toml").write_bytes(content)
    done = run("check")
    assert done.returncode == 1
    assert f"{project / 'pyproject.toml'}" in done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_byte_order_mark_in_pyproject_is_read(run: Run, project: Path) -> None:
    """Some editors write one."""
    text = (project / "pyproject.toml").read_bytes()
    (project / "pyproject.toml").write_bytes(b"\xef\xbb\xbf" + text)
    assert run("check").returncode == 0
