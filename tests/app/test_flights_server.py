import subprocess
import sys
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any

import httpx
import pytest

from dagwire.errors import ResourceSetupError

from resources.errors import ServerError
from resources.flights_server import FlightsServer, build_database, listen, write_tables
from tests.app.outside import files_no_larger_than, is_listening, opened, read_only_folder, until

BUILD = "import sys; from pathlib import Path; from resources.flights_server import build_database as build; "


def rows_of(path: Path, sql: str) -> list[Any]:
    with closing(connect(path)) as db:
        return db.execute(sql).fetchall()


def port_of(url: str) -> int:
    return httpx.URL(url).port or 0


def test_the_database_holds_what_the_files_hold(tmp_path: Path) -> None:
    """NA becomes NULL, numbers numbers, and a text that looks like a number stays a text."""
    for name in ("flights", "weather", "planes"):
        (tmp_path / f"{name}.csv").write_text("year,month,dep_delay\n2013,1,NA\n2013,1,-4\n")
    (tmp_path / "airports.csv").write_text('faa,lat\n0E8,41.5\n"A, B",NA\n')
    (tmp_path / "airlines.csv").write_text("carrier,name\n9E,Zoë\n", encoding="utf-8")
    write_tables(tmp_path / "all.db", tmp_path)
    assert rows_of(tmp_path / "all.db", "SELECT * FROM flights") == [(2013, 1, None), (2013, 1, -4)]
    assert rows_of(tmp_path / "all.db", "SELECT * FROM airports") == [("0E8", 41.5), ("A, B", None)]
    assert rows_of(tmp_path / "all.db", "SELECT * FROM airlines") == [("9E", "Zoë")]
    assert rows_of(tmp_path / "all.db", "SELECT * FROM months") == [(2013, 1)]


def test_two_processes_that_build_at_once_both_find_it_whole(tmp_path: Path) -> None:
    """The file is built once, whoever asks; nobody sees half of it, and nothing else is left behind."""
    path = tmp_path / "flights.db"
    report = f"build(Path({str(path)!r})); print(Path({str(path)!r}).stat().st_ino)"
    both = [subprocess.Popen([sys.executable, "-c", BUILD + report], stdout=subprocess.PIPE) for _ in range(2)]
    inodes = {process.communicate()[0] for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert inodes == {f"{path.stat().st_ino}\n".encode()}
    assert rows_of(path, "SELECT count(*) FROM flights") == [(336_776,)]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["flights.db", "flights.lock"]


def test_a_build_that_is_killed_leaves_nothing_that_is_taken_for_whole(tmp_path: Path) -> None:
    """After SIGKILL in the middle of a build, no file has the final name, and a new build may begin."""
    path = tmp_path / "flights.db"
    builder = subprocess.Popen([sys.executable, "-c", BUILD + f"build(Path({str(path)!r}))"])
    part = path.with_suffix(".part")
    until(lambda: part.exists() and part.stat().st_size > 1_000_000)
    builder.kill()
    builder.wait()
    assert not path.exists()
    with files_no_larger_than(100_000), pytest.raises(ServerError):
        build_database(path)  # it does begin, since the lock went with its holder
    assert not part.exists()


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    """No room: a message with the path, and no half of a file is left to fill the disk."""
    path = tmp_path / "flights.db"
    with (
        files_no_larger_than(1_000_000),
        pytest.raises(ResourceSetupError, match="cannot build the local server's database") as caught,
        opened(FlightsServer(database=path)),
    ):
        pass
    assert str(path) in str(caught.value)
    assert [entry.name for entry in tmp_path.iterdir()] == ["flights.lock"]


@pytest.mark.parametrize("content", [b"", b"not a database" * 1000, None], ids=["empty", "no database", "another"])
def test_a_broken_database_is_named_with_what_to_do(tmp_path: Path, content: bytes | None) -> None:
    """Found when the server opens: datasette would answer each request with a page about itself."""
    path = tmp_path / "flights.db"
    if content is None:
        with closing(connect(path)) as db:
            db.execute("CREATE TABLE something_else (a)")
    else:
        path.write_bytes(content)
    with pytest.raises(ResourceSetupError) as caught, opened(FlightsServer(database=path)):
        pass
    assert f"{path}: this is not the local server's database" in str(caught.value)
    assert "the next run builds it anew" in str(caught.value)


def test_a_folder_that_may_not_be_written_is_named() -> None:
    """Not allowed: a message with the path and the reason."""
    with read_only_folder() as folder, pytest.raises(ServerError, match="Permission denied") as caught:
        build_database(folder / "flights.db")
    assert str(folder / "flights.db") in str(caught.value)


def test_a_taken_port_is_named(small_database: Path) -> None:
    """The configured port belongs to somebody else: one message with address and remedy."""
    with listen(0) as other:
        port = other.getsockname()[1]
        recipe = FlightsServer(database=small_database, port=port)
        with pytest.raises(ResourceSetupError) as caught, opened(recipe):
            pass
    assert f"127.0.0.1:{port}: the local server cannot have this port (Address already in use)" in str(caught.value)


def test_a_configured_port_is_used(small_database: Path) -> None:
    """A port that is free is the one the server listens on."""
    with listen(0) as other:
        port = other.getsockname()[1]
    with opened(FlightsServer(database=small_database, port=port)) as server:
        assert server.url == f"http://127.0.0.1:{port}/flights"
        assert httpx.get(f"{server.url}.json", timeout=20).status_code == 200


@pytest.mark.parametrize("called", [False, True], ids=["never called", "called"])
def test_the_server_ends_when_it_is_closed(small_database: Path, *, called: bool) -> None:
    """Whether anybody called or not, when the resource is closed nobody has its port: only its process had."""
    with opened(FlightsServer(database=small_database)) as server:
        if called:
            assert httpx.get(f"{server.url}/months.json?_shape=array", timeout=20).json()
    assert not is_listening(port_of(server.url))


@pytest.mark.parametrize("called", [False, True], ids=["never called", "called"])
def test_the_server_does_not_survive_a_killed_parent(small_database: Path, *, called: bool) -> None:
    """SIGKILL leaves no time to close anything; the server goes all the same."""
    program = (
        "import sys; from pathlib import Path; from resources.flights_server import FlightsServer; "
        "from dagwire import build_resources\n"
        f"with build_resources({{'it': FlightsServer(database=Path({str(small_database)!r}))}}) as resources:\n"
        "    print(resources.it.url, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout
    url = parent.stdout.readline().decode().strip()
    if called:
        assert httpx.get(f"{url}/months.json?_shape=array", timeout=20).json()
    parent.kill()
    parent.communicate()
    until(lambda: not is_listening(port_of(url)))
