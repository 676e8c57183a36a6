"""Python environments beside the project's own, for packages that do not fit into it or that only real systems need."""

import hashlib
import os
import subprocess
import sys
import tomllib
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".venv-systems"
REQUIREMENTS = Path(__file__).parent / "requirements"


def environment(name: str) -> Path:
    """Return the folder of the commands of an environment, which has `requirements/<name>.txt` and dagwire itself.

    It is made when a test first asks for it, by one process while the others wait, and anew when its packages change.
    """
    folder = FOLDER / name
    made_of = folder / "made-of"
    FOLDER.mkdir(exist_ok=True)
    with FileLock(f"{folder}.lock"):
        wanted = _fingerprint(name)
        if not made_of.exists() or made_of.read_text() != wanted:
            _make(folder, REQUIREMENTS / f"{name}.txt")
            made_of.write_text(wanted)
    return folder / "bin"


def _fingerprint(name: str) -> str:
    """A digest of all that an environment is made of, but for dagwire's sources, which are read where they lie."""
    pinned = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return hashlib.sha256("\0".join([pinned, repr(project), sys.version]).encode()).hexdigest()


def _make(folder: Path, requirements: Path) -> None:
    python = folder / "bin" / "python"
    _uv("venv", "--clear", "--python", sys.executable, folder)
    _uv("pip", "install", "--python", python, "-r", requirements)
    _uv("pip", "install", "--python", python, "-b", ROOT / "constraints.txt", "--no-deps", "-e", ROOT)


def _uv(*arguments: str | Path) -> None:
    command = [Path(sys.executable).with_name("uv"), *arguments, "--quiet"]
    variables = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
