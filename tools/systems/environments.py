"""A virtual environment for each server, made once by uv with pinned versions and kept under a cache folder.

Servers do not share one: their own requirements contradict each other, and the project's environment needs none of
them.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements")
KEPT_FOR_ALL = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dagwire" / "systems"


def environment_of(server: str) -> Path:
    """The folder of the environment in which `server` runs; it is made first if it is not there.

    `requirements/<server>.txt` pins every package. Other pins, or another Python, make another environment. Of several
    processes that ask at once, one makes it.

    Raises:
        subprocess.CalledProcessError: Its packages cannot be installed. The next call tries again.
    """
    pins = REQUIREMENTS / f"{server}.txt"
    version = sha256(pins.read_bytes() + sys.version.encode() + sys.executable.encode()).hexdigest()[:12]
    folder = KEPT_FOR_ALL / f"{server}-{version}"
    ready = folder / ".ready"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # ends with the process, however that ends
        if not ready.exists():
            uv("venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
            uv(
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--python",
                str(folder / "bin" / "python"),
                "--requirement",
                str(pins),
            )
            ready.touch()
    return folder


def uv(*arguments: str) -> None:
    """Run uv, which `make setup` has put beside Python."""
    beside = Path(sys.executable).with_name("uv")
    program = str(beside) if beside.exists() else os.environ.get("UV") or shutil.which("uv") or "uv"
    subprocess.run([program, *arguments], check=True, env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"})
