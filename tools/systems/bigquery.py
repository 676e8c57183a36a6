"""bqemulator, which speaks BigQuery's REST to Google's own client. It checks no credentials."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.systems.environments import environment_of
from tools.systems.started import HOST, free_port, is_listening, started


@contextmanager
def bigquery() -> Generator[str]:
    """A new, empty project for the block; the server's address.

    It insists on an extension of DuckDB, which lies in a package of its own: DuckDB looks for it under the home folder.
    """
    port = free_port()
    environment = environment_of("bigquery")
    [extensions] = environment.glob("lib/python*/site-packages/duckdb_extension_spatial/extensions")
    with TemporaryDirectory(prefix="dagwire-bigquery-") as home:
        for extension in extensions.glob("*/*.duckdb_extension"):
            folder = Path(home, ".duckdb", "extensions", extension.parent.name, "linux_amd64")
            folder.mkdir(parents=True)
            shutil.copy(extension, folder)
        ports = ["--rest-port", str(port), "--grpc-port", str(free_port())]
        with started(
            [environment / "bin" / "bqemulator", "start", *ports],
            lambda: is_listening(port),
            variables={"HOME": home},
        ):
            yield f"http://{HOST}:{port}"
