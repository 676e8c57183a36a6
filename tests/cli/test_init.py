"""`dagwire init`: a new project, which passes its own tests at once."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, Run

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that was written with a web service, not to be changed."""
    folder = tmp_path_factory.mktemp("projects") / "Corner Shop"
    done = subprocess.run([*COMMAND, "init", folder, "--web"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"cd '{folder}'" in done.stdout
    assert "uvicorn corner_shop.web.service:app" in done.stdout
    return folder


def in_project(folder: Path, *command: str) -> str:
    """The output of a command that succeeds."""
    done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_is_laid_out_as_the_application_is(written: Path) -> None:
    """The folders of its package have the application's names, for the application's things."""
    folders = {path.name for path in (written / "src" / "corner_shop").iterdir() if path.is_dir()}
    assert {"config", "containers", "resources", "assets"} <= folders


def test_it_passes_its_own_tests(written: Path) -> None:
    """At once, and without changing its data."""
    assert "8 passed" in in_project(written, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider")


def test_nothing_is_wrong_with_it_and_it_runs(written: Path) -> None:
    """`check`, `materialize` and `tick` work as the README shows; the variables' names begin with the project's."""
    assert "Nothing is wrong" in in_project(written, "-m", "dagwire", "check", "--open")
    assert "Done" in in_project(written, "-m", "dagwire", "materialize")
    assert "| 2026-01-05 | 2 | 6.00 |" in (written / "data" / "report.md").read_text()
    assert "CORNER_SHOP_WAREHOUSE__PATH" in (written / "README.md").read_text()
    assert 'name = "corner-shop"' in (written / "pyproject.toml").read_text()


def test_its_steps_may_run_at_once(written: Path) -> None:
    """Its resources take calls from the threads of several steps."""
    assert "Done" in in_project(written, "-m", "dagwire", "materialize", "--max-concurrency", "4")


def test_it_is_written_as_dagwire_is(written: Path) -> None:
    """Style and format of every file are what this repository asks of itself."""
    rules = ["--no-cache", "--config", str(ROOT / "pyproject.toml")]
    # Imports are sorted otherwise there: dagwire is somebody else's.
    in_project(written, "-m", "ruff", "check", *rules, "--ignore", "I001")
    in_project(written, "-m", "ruff", "format", *rules, "--check")


def test_its_types_are_right(written: Path) -> None:
    """mypy has no complaint, strictly."""
    in_project(written, "-m", "mypy", "--strict", "--cache-dir", "/dev/null", ".")


def test_the_service_is_added_if_asked_for(written: Path, tmp_path: Path) -> None:
    """`--web` adds a folder, a test and what they need; without it nothing speaks of them."""
    folder = tmp_path / "corner-shop"
    assert "uvicorn" not in in_project(tmp_path, "-m", "dagwire", "init", folder.name)
    added = {"src/corner_shop/web/__init__.py", "src/corner_shop/web/service.py", "tests/test_service.py"}
    assert files_of(written) - files_of(folder) == added
    assert 'dependencies = ["dagwire[cli]"]' in (folder / "pyproject.toml").read_text()
    assert "web" not in (folder / "README.md").read_text()
    assert "uvicorn corner_shop.web.service:app" in (written / "README.md").read_text()
    test_nothing_is_left_of_the_templates(folder)


def files_of(folder: Path) -> set[str]:
    """The files of Python in a project."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*.py")}


def test_its_environments_differ_in_their_files(written: Path) -> None:
    """`config diff` shows what the profiles of its two environments say."""
    shown = in_project(written, "-m", "dagwire", "config", "diff", "local", "production")
    assert "/var/lib/corner-shop/orders.db" in shown


def test_its_wheel_holds_its_package_alone(written: Path, tmp_path: Path) -> None:
    """It can be built as it is: package and profiles are in the wheel, tests and data are not."""
    project = shutil.copytree(written, tmp_path / "project")
    in_project(project, "-m", "hatchling", "build", "-t", "wheel")
    (wheel,) = project.glob("dist/*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "corner_shop/config/profiles/production.toml" in names
    assert {name.partition("/")[0] for name in names} == {"corner_shop", "corner_shop-0.1.0.dist-info"}


def test_nothing_is_left_of_the_templates(written: Path) -> None:
    """No placeholder is forgotten."""
    text = "".join(path.read_text() for path in written.rglob("*.*") if path.suffix in {".py", ".md", ".toml"})
    assert not re.search(r"\$\{|\$(name|package)", text)
    assert not list(written.rglob("package"))


def test_a_folder_with_files_is_refused(run: Run, project: Path) -> None:
    """Nothing is overwritten; misuse is exit code 2."""
    before = sorted(project.iterdir())
    done = run("init", ".")
    assert done.returncode == 2
    assert "is not empty" in done.stderr
    assert sorted(project.iterdir()) == before


@pytest.mark.parametrize("name", ["--", "1st", "..."])
def test_a_folder_that_makes_no_name_is_refused(run: Run, project: Path, name: str) -> None:
    """A project's name begins with a letter."""
    done = run("init", "--", str(project / name))
    assert done.returncode == 2


def test_a_folder_that_cannot_be_written_is_named(run: Run, project: Path) -> None:
    """Its path and the reason; exit code 1."""
    (project / "file").write_text("")
    done = run("init", "file/shop")
    assert done.returncode == 1
    assert "file/shop" in done.stderr
