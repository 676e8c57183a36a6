"""Builds sdist and wheel, looks into both, and uses the wheel where the sources are out of reach."""

import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
UV = Path(sys.executable).with_name("uv")

# Runs in the clean environment, isolated from this folder, on the dependencies that the wheel itself asks for.
USE = """
import importlib.metadata
import importlib.resources
import sys

import dagwire

version, site_packages = sys.argv[1:]
assert dagwire.__file__.startswith(site_packages), dagwire.__file__
assert importlib.resources.files("dagwire").joinpath("py.typed").is_file(), "py.typed is missing"
assert importlib.metadata.version("dagwire") == version, importlib.metadata.version("dagwire")
missing = [name for name in getattr(dagwire, "__all__", ()) if not hasattr(dagwire, name)]
assert not missing, missing
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Standard output of `command`; where it fails, its output is shown and all ends."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def build() -> tuple[Path, Path]:
    """The sdist, and the wheel made of it, in dist/."""
    shutil.rmtree(DIST, ignore_errors=True)
    # Without isolation: the build backend is one of the pinned packages of this environment.
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", DIST, cwd=ROOT)
    (sdist,), (wheel,) = DIST.glob("*.tar.gz"), DIST.glob("*.whl")
    return sdist, wheel


def check_contents(sdist: Path, wheel: Path) -> None:
    """The wheel holds dagwire and its metadata; the sdist all that a build and the tests need."""
    with zipfile.ZipFile(wheel) as opened:
        packed = opened.namelist()
    strangers = [name for name in packed if not name.startswith("dagwire/") and ".dist-info/" not in name]
    assert not strangers, f"the wheel holds what does not belong to it: {strangers}"
    assert "dagwire/py.typed" in packed, "the wheel lacks py.typed"
    assert any(name.endswith("/LICENSE") for name in packed), "the wheel lacks the license"
    with tarfile.open(sdist) as opened_sdist:
        sources = {name.partition("/")[2] for name in opened_sdist.getnames()}
    needed = {"pyproject.toml", "constraints.txt", "Makefile", "README.md", "LICENSE", "src/dagwire/__init__.py"}
    assert needed <= sources, f"the sdist lacks {needed - sources}"
    unwanted = [name for name in sources if name.split("/")[0] in {"data", "dist", ".venv", ".env"}]
    assert not unwanted, f"the sdist holds {unwanted}"


def check_use(wheel: Path) -> None:
    """The wheel can be imported in a clean environment; its command names the missing extra, and works with it."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    with tempfile.TemporaryDirectory() as folder:
        elsewhere = Path(folder).resolve()
        run(UV, "venv", "--quiet", "--python", sys.executable, elsewhere / "venv", cwd=elsewhere)
        binaries = elsewhere / "venv" / "bin"
        install = (UV, "pip", "install", "--quiet", "--python", binaries / "python", "-c", ROOT / "constraints.txt")
        run(*install, wheel, cwd=elsewhere)
        run(binaries / "python", "-I", "-c", USE, version, str(elsewhere / "venv"), cwd=elsewhere)
        with zipfile.ZipFile(wheel) as opened:
            has_command_line = "dagwire/cli/__init__.py" in opened.namelist()
        if not has_command_line:
            return
        bare = subprocess.run([binaries / "dagwire"], cwd=elsewhere, capture_output=True, text=True, check=False)
        said = bare.stdout + bare.stderr
        assert bare.returncode != 0, "without its extra the command line must fail"
        assert "dagwire[cli]" in said, said
        assert "Traceback" not in said, said
        run(*install, f"dagwire[cli] @ {wheel.as_uri()}", cwd=elsewhere)
        assert "Usage" in run(binaries / "dagwire", "--help", cwd=elsewhere)
        run(binaries / "dagwire", "init", "shop", cwd=elsewhere)
        assert "3 of 3 steps done" in run(binaries / "dagwire", "materialize", cwd=elsewhere / "shop")


def main() -> None:
    """Build, look, use."""
    sdist, wheel = build()
    check_contents(sdist, wheel)
    check_use(wheel)
    print(f"{wheel.name} holds dagwire alone and works without the sources; {sdist.name} builds it")


if __name__ == "__main__":
    main()
