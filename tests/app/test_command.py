import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from resources.flights_server import listen
from tests.app.command import environment, no_file_larger_than, run
from tests.app.misbehaving import FLIGHT, Reply, Script, cut_json, nobody_there, page, send, serving, silence
from tests.app.outside import is_listening

JANUARY = "2013-01...2013-01"
TWO_MONTHS = "2013-01...2013-02"


@pytest.fixture
def folder(tmp_path: Path, small_database: Path) -> Path:
    """A folder in which the local server's database is there already."""
    shutil.copy(small_database, tmp_path / "flights.db")
    return tmp_path


@pytest.fixture(scope="module")
def after_january(tmp_path_factory: pytest.TempPathFactory, small_database: Path) -> Path:
    """A folder in which the job has run for January; not to be changed."""
    folder = tmp_path_factory.mktemp("january")
    shutil.copy(small_database, folder / "flights.db")
    assert run(environment(folder), JANUARY).returncode == 0
    return folder


@pytest.fixture
def folder_after_january(folder: Path, after_january: Path) -> Path:
    """A folder that may be changed, in which the job has run for January."""
    shutil.copytree(after_january, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture
def port() -> int:
    """A free port for the local server, by which a test can detect whether it still runs."""
    with listen(0) as listener:
        return int(listener.getsockname()[1])


def quiet(variables: dict[str, str]) -> dict[str, str]:
    """The variables of a run that logs nothing: its failures are in its last lines alone."""
    return {**variables, "DAGWIRE_LOG_LEVEL": "CRITICAL"}


def one_message(failed: "subprocess.CompletedProcess[str]") -> str:
    """The message of a command that failed as it should: exit code 1, one message, no traceback."""
    assert failed.returncode == 1, failed.stdout + failed.stderr
    assert "Traceback" not in failed.stdout + failed.stderr
    # Steps that fail for one reason say the same.
    messages = {line.partition("failed: ")[2] or line for line in failed.stderr.splitlines() if line.strip()}
    message = "\n".join(messages)
    assert len(messages) == 1 or "could not be read:" in message, failed.stderr
    return message


def server_with(*replies: Reply) -> Callable[[], AbstractContextManager[Script]]:
    return lambda: serving(*replies)


NO_CARRIER = {name: value for name, value in FLIGHT.items() if name != "carrier"}


@pytest.mark.parametrize(
    ("api", "said"),
    [
        (server_with(silence()), "no answer (ReadTimeout"),
        (server_with(send(500, b"")), "answered 500 Internal Server Error"),
        (server_with(send(429, b"", Retry_After="900")), "answered 429 Too Many Requests, Retry-After: 900"),
        (None, "no answer (ConnectError"),
    ],
    ids=["slow", "500", "429", "down"],
)
def test_an_api_that_fails_ends_the_run_with_one_message(
    api: Callable[[], AbstractContextManager[Script]] | None, said: str, folder: Path
) -> None:
    """The message names the address and the fault; the exit code is 1."""
    with api() if api else nullcontext() as server:
        url = server.url if server else nobody_there()
        variables = environment(
            folder, APP_API__BASE_URL=url, APP_API__READ_TIMEOUT_S=0.3, APP_API__ATTEMPTS=2, APP_API__PATIENCE_S=5
        )
        message = one_message(run(quiet(variables), JANUARY))
    assert f"{url}/" in message
    assert said in message


@pytest.mark.parametrize(
    ("reply", "said"),
    [(cut_json(), "Invalid JSON"), (page(NO_CARRIER), "flights: rows.0.carrier: Field required")],
    ids=["cut", "field"],
)
def test_an_api_that_sends_nonsense_is_named(reply: Reply, said: str, folder: Path) -> None:
    """Cut JSON, or a record without a field, is reported by the step that met it, and the exit code is 1."""
    with serving(reply) as server:
        failed = run(quiet(environment(folder, APP_API__BASE_URL=server.url)), JANUARY)
    assert failed.returncode == 1
    assert "Traceback" not in failed.stderr
    (message,) = [line for line in failed.stderr.splitlines() if "'raw_flights'" in line]
    assert f"{server.url}/flights.json" in message
    assert said in message


def test_a_store_in_whose_place_a_file_stands_is_named(folder: Path) -> None:
    """The store's folder cannot be made: its path and the reason."""
    (folder / "raw").write_text("a file")
    message = one_message(run(quiet(environment(folder)), JANUARY))
    assert f"{folder / 'raw'}: cannot open the store" in message


def test_a_full_disk_is_named_and_the_run_after_it_goes_on(folder_after_january: Path, port: int) -> None:
    """No room for a page: its path and the reason, no server is left; with room again the job ends as it should."""
    folder = folder_after_january
    variables = environment(folder, APP_SERVER__PORT=port)
    failed = run(quiet(variables), TWO_MONTHS, no_file_larger_than(1000))
    assert failed.returncode == 1
    assert "Traceback" not in failed.stderr
    assert f"{folder / 'raw'}/flights/2013-02/" in failed.stderr
    assert "File too large" in failed.stderr
    assert not is_listening(port)
    assert run(variables, TWO_MONTHS).returncode == 0


def test_a_locked_warehouse_is_named_and_what_was_stored_is_kept(folder_after_january: Path, port: int) -> None:
    """Another process has the file: path and process; what is stored stays, and the run after it goes on from there."""
    folder = folder_after_january
    variables = environment(folder, APP_SERVER__PORT=port)
    program = f"import duckdb, sys; c = duckdb.connect({str(folder / 'flights.duckdb')!r}); print(); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-uc", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        holder.stdout.readline()
        message = one_message(run(quiet(variables), TWO_MONTHS))
        holder.communicate()
    assert f"{folder / 'flights.duckdb'}: process {holder.pid} has this file open" in message
    assert not is_listening(port)
    next_run = run(variables, TWO_MONTHS)
    assert next_run.returncode == 0
    fetched = re.findall(r"(\S+:) \d+ rows fetched", next_run.stderr)
    assert fetched == ["flights/2013-02:", "weather/2013-02:"]


def test_a_taken_port_is_named(folder: Path) -> None:
    """The local server's port belongs to somebody else: address and remedy."""
    with listen(0) as other:
        taken = other.getsockname()[1]
        message = one_message(run(quiet(environment(folder, APP_SERVER__PORT=taken)), JANUARY))
    assert f"127.0.0.1:{taken}: the local server cannot have this port (Address already in use)" in message


def test_an_environment_that_no_profile_knows_is_a_misuse(folder: Path) -> None:
    """A name of the variable that picks the environment is refused as one of `--env` is; nothing was opened."""
    refused = run(quiet(environment(folder, DAGWIRE_ENV="prod")), JANUARY)
    assert refused.returncode == 2
    assert "Known: 'local', 'production', 'test'" in refused.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["flights.db"]


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("APP_API__PAGE_SIZE", "canary-many", "APP_API__PAGE_SIZE"),
        ("DAGWIRE_ENV", "production", "APP_API__BASE_URL must say where the API is"),
    ],
)
def test_wrong_settings_end_the_run_before_anything_opens(variable: str, value: str, said: str, folder: Path) -> None:
    """A missing or wrong setting is reported by its variable; nothing was opened, and no value is shown."""
    variables = environment(folder, **{variable: value})
    del variables["APP_SERVER__DATABASE"]  # a setting of a server is a server; production has none
    message = one_message(run(quiet(variables), JANUARY))
    assert said in message
    assert "canary" not in message
    assert sorted(path.name for path in folder.iterdir()) == ["flights.db"]
