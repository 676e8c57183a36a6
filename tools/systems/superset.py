"""Apache Superset itself. Its set-up takes a minute, so its own database is made once and copied for each use."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tools.systems.environments import environment_of
from tools.systems.started import HOST, free_port, is_listening, started

USER = "admin"
PASSWORD = "dagwire's own"  # noqa: S105  # of a server that lives for one block, on a loopback port
CONFIG = """
import os
SECRET_KEY = "of a server that lives for one block"
SQLALCHEMY_DATABASE_URI = "sqlite:///" + os.environ["SUPERSET_DATABASE"]
TALISMAN_ENABLED = False
PREVENT_UNSAFE_DB_CONNECTIONS = False
WTF_CSRF_EXEMPT_LIST = []
RATELIMIT_ENABLED = False
if os.environ.get("SUPERSET_IS_OPEN"):
    AUTH_ROLE_PUBLIC = "Admin"
"""
ADMIN = ("--username", USER, "--password", PASSWORD, "--firstname", "A", "--lastname", "A", "--email", "a@example.org")
SET_UP = (("db", "upgrade"), ("fab", "create-admin", *ADMIN), ("init",))


class Superset(NamedTuple):
    """How to reach the server, as one who may do everything."""

    url: str
    user: str
    password: str


@contextmanager
def superset(database: Path | None = None, *, is_open: bool = False) -> Generator[Superset]:
    """A server for the block.

    Args:
        database: The file of its own database, made if it is not there. By default there is a new one for the block.
        is_open: Whether everybody sees everything, without a login; then nothing can be made.
    """
    environment = environment_of("superset")
    port = free_port()
    with TemporaryDirectory(prefix="dagwire-superset-") as folder:
        database = database or Path(folder, "superset.db")
        if not database.exists():
            shutil.copy(empty_database(environment), database)
        program = [environment / "bin" / "gunicorn", "-w", "1", "-k", "gthread", "--threads", "4", "--timeout", "120"]
        with started(
            [*map(str, program), "--bind", f"{HOST}:{port}", "superset.app:create_app()"],
            lambda: is_listening(port),
            variables={**variables_for(environment, database), "SUPERSET_IS_OPEN": "yes" if is_open else ""},
            folder=Path(folder),
            patience_s=120,
        ):
            yield Superset(f"http://{HOST}:{port}", USER, PASSWORD)


def empty_database(environment: Path) -> Path:
    """Superset's own database with one user, made when it is first asked for."""
    made = environment / "empty.db"
    with environment.with_suffix(".database.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            part = environment / "part.db"
            part.unlink(missing_ok=True)
            for command in SET_UP:
                subprocess.run(
                    [str(environment / "bin" / "superset"), *command],
                    check=True,
                    capture_output=True,
                    env={**os.environ, **variables_for(environment, part)},
                )
            part.rename(made)
    return made


def variables_for(environment: Path, database: Path) -> dict[str, str]:
    """The variables by which Superset finds its settings and its database."""
    config = environment / "superset_config.py"
    config.write_text(CONFIG)
    return {"SUPERSET_CONFIG_PATH": str(config), "SUPERSET_DATABASE": str(database), "FLASK_APP": "superset.app"}
