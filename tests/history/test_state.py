"""The state folder: what one process leaves for the next, whatever happens to its file."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dagwire import AssetKey, AssetMaterialization, MetadataValue
from dagwire.errors import DefinitionsNotFoundError, StateFileError
from dagwire.history import database
from dagwire.history.database import FILE, VERSION, connect, opened
from dagwire.history.pruning import Retention
from dagwire.history.state_folder import State, opened_state, retention_of_project
from dagwire.history.ticks import TickRecord

from tests.app.outside import files_no_larger_than
from tests.history.conftest import EMPTY


def open_at(folder: Path):
    return opened_state(folder, EMPTY, Retention())


def test_partitions_that_two_processes_add_are_all_kept(tmp_path: Path) -> None:
    """Partitions that other processes added or deleted in the meantime stay so."""
    with open_at(tmp_path) as first:
        first.instance.add_dynamic_partitions("towns", ["linz", "graz"])
    with open_at(tmp_path) as slow:
        with open_at(tmp_path) as quick:
            quick.instance.add_dynamic_partitions("towns", ["wien"])
            quick.instance.delete_dynamic_partition("towns", "linz")
        slow.instance.add_dynamic_partitions("towns", ["steyr"])
        slow.instance.delete_dynamic_partition("towns", "graz")
    with open_at(tmp_path) as later:
        assert later.instance.get_dynamic_partitions("towns") == ["wien", "steyr"]
        assert later.runs.dynamic_partitions() == {"towns": ["wien", "steyr"]}


def test_materializations_are_kept_for_asset_sensors(tmp_path: Path) -> None:
    """A later process sees what an earlier one made, with its metadata, in order."""
    key = AssetKey(["nested", "rows"])
    metadata = {"rows": 3, "page": MetadataValue.md("*x*"), "made_of": AssetKey("raw"), "none": None}
    with open_at(tmp_path) as first:
        first.instance.report_runless_asset_event(AssetMaterialization(key, "all", metadata, "2013-01", {"a": "b"}))
        first.instance.report_runless_asset_event(AssetMaterialization("other"))
        first.instance.report_runless_asset_event(AssetMaterialization("other"))
    with open_at(tmp_path) as later:
        found = {entry.asset_key.to_user_string(): entry for entry in later.instance.latest_materializations}
        assert {name: entry.storage_id for name, entry in found.items()} == {"nested/rows": 1, "other": 3}
        made = found["nested/rows"].materialization
        assert (made.description, made.partition, made.tags) == ("all", "2013-01", {"a": "b"})
        assert made.metadata == {
            "rows": MetadataValue.int(3),
            "page": MetadataValue.md("*x*"),
            "none": MetadataValue.null(),
        }
        latest, previous = later.instance.latest_two_materializations(AssetKey("other"))
        assert latest is not None
        assert previous is not None
        assert (latest.storage_id, previous.storage_id) == (3, 2)
        assert later.instance.has_asset_key(AssetKey("other"))
        assert later.instance.latest_two_materializations(AssetKey("nothing")) == (None, None)


def test_an_event_that_cannot_be_read_is_named(state: State) -> None:
    """An event that another program wrote is one message."""
    state.instance.report_runless_asset_event(AssetMaterialization("rows"))
    state.writer.execute("UPDATE asset_events SET metadata = '[]'")
    with pytest.raises(StateFileError, match="event 1 cannot be read"):
        state.instance.get_latest_materialization_event(AssetKey("rows"))
    state.writer.execute("UPDATE asset_events SET asset = 'rows'")
    with pytest.raises(ValueError, match="rows"):
        state.instance.get_asset_keys()


# -- files that cannot be used -----------------------------------------------------------------------------------------


def test_a_file_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    """The message names the file and the remedy."""
    (tmp_path / FILE).write_bytes(b"not a database" * 100)
    with pytest.raises(StateFileError, match=r"history\.sqlite is damaged .*Move it away"):
        connect(tmp_path / FILE)


def test_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    """A form that this version does not know is refused."""
    with opened(tmp_path / FILE) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(StateFileError, match="was written by a newer dagwire"):
        connect(tmp_path / FILE)


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    """A file that has tables and not our mark belongs to somebody else."""
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute("CREATE TABLE customers (name TEXT)")
    with pytest.raises(StateFileError, match="is not a history of dagwire"):
        connect(tmp_path / FILE)


def test_a_second_process_finds_the_tables_that_the_first_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes may make the file at once: whoever is second finds it made."""
    connect(tmp_path / FILE).close()
    answers = iter([0, VERSION])
    monkeypatch.setattr(database, "_number", lambda *_: next(answers))
    connect(tmp_path / FILE).close()


def test_a_file_that_another_process_writes_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while the message reports that another process has it."""
    monkeypatch.setattr(database, "_WAIT_S", 0.01)
    with opened(tmp_path / FILE) as first, opened(tmp_path / FILE) as second:
        first.execute("BEGIN IMMEDIATE")
        with pytest.raises(StateFileError, match="is in use by another process"), database.reporting(tmp_path / FILE):
            second.execute("BEGIN IMMEDIATE")


def test_a_write_that_fails_is_reported_by_the_next_flush(tmp_path: Path) -> None:
    """A disk that fills is one message; what is put after it is not written, and nothing hangs."""
    with open_at(tmp_path) as state:
        state.instance.add_dynamic_partitions("towns", ["linz"])
        state.writer.flush()
        with files_no_larger_than(1000):
            state.instance.add_dynamic_partitions("towns", ["x" * 1_000_000])
            with pytest.raises(StateFileError, match="cannot be read or written"):
                state.writer.flush()
        state.instance.add_dynamic_partitions("towns", ["graz"])
        with pytest.raises(StateFileError, match="cannot be read or written"):
            state.writer.flush()
    with open_at(tmp_path) as later:
        assert later.instance.get_dynamic_partitions("towns") == ["linz"]


def test_a_folder_that_takes_no_file_is_found_before_work_starts(tmp_path: Path) -> None:
    """A full disk is one message."""
    with files_no_larger_than(0), pytest.raises(StateFileError, match="cannot be written"), open_at(tmp_path):
        pass


# -- what earlier versions left ----------------------------------------------------------------------------------------


def test_json_files_move_to_the_history(tmp_path: Path) -> None:
    """Cursors, run keys, partitions and materializations are taken over once, and the files are deleted."""
    state = {"cursor": "3", "ticked_for": "2026-01-01", "ticked_before": ["2025"], "run_keys": ["b", "a"]}
    entry = {
        "asset_key": ["rows"],
        "partition": None,
        "description": None,
        "tags": {},
        "run_id": "r",
        "job_name": "j",
        "step_key": "rows",
        "timestamp": 1.5,
        "storage_id": 4,
        "metadata": {"n": ["int", 3]},
    }
    (tmp_path / "sensor-letters.json").write_text(json.dumps(state))
    (tmp_path / "dynamic-partitions.json").write_text('{"towns": ["linz"]}')
    (tmp_path / "materializations.json").write_text(json.dumps({"latest": [entry]}))
    (tmp_path / "package.json").write_text("{}")
    for _ in range(2):
        with open_at(tmp_path) as opened_folder:
            found = TickRecord(opened_folder.connection, opened_folder.file, "sensor-letters").state
            assert (found.cursor, found.ticked_for, found.ticked_before, found.run_keys) == tuple(state.values())
            assert opened_folder.instance.get_dynamic_partitions("towns") == ["linz"]
            made = opened_folder.instance.get_latest_materialization_event(AssetKey("rows"))
            assert made is not None
            assert (made.run_id, made.timestamp, made.materialization.metadata["n"].value) == ("r", 1.5, 3)
    assert [path.name for path in sorted(tmp_path.glob("*.json"))] == ["package.json"]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("dynamic-partitions.json", b'{"regions": 3}', "does not hold the keys of partitions under 'regions'"),
        ("dynamic-partitions.json", b'{"regions": [1]}', "does not hold the keys of partitions under 'regions'"),
        ("dynamic-partitions.json", b"[1", "is not valid JSON"),
        ("materializations.json", b'{"latest": [{"asset_key": ["a"], "metadata": []}]}', "does not hold materializ"),
        ("schedule-a.json", b'{"cursor": 3}', "does not hold the state of a tick"),
        ("schedule-a.json", b'"x"', "does not hold a JSON object"),
    ],
)
def test_a_broken_json_file_is_named(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    """Nothing is taken over before all can be read."""
    (tmp_path / name).write_bytes(content)
    (tmp_path / "sensor-a.json").write_text('{"cursor": "3"}')
    with pytest.raises(StateFileError, match=problem) as refused, open_at(tmp_path):
        pass
    assert name in str(refused.value)
    assert (tmp_path / "sensor-a.json").exists()


def test_a_json_file_that_is_no_file_is_named(tmp_path: Path) -> None:
    """A folder in the place of a file cannot be read."""
    (tmp_path / "sensor-a.json").mkdir()
    with pytest.raises(StateFileError, match="cannot be read"), open_at(tmp_path):
        pass


# -- how much is kept --------------------------------------------------------------------------------------------------


def test_the_project_says_how_much_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """[tool.dagwire.history] has days and runs; without it, and without a project, defaults hold."""
    monkeypatch.chdir(tmp_path)
    assert retention_of_project() == Retention()
    (tmp_path / "pyproject.toml").write_text("[tool.dagwire.history]\ndays = 7\n")
    assert retention_of_project() == Retention(days=7)


@pytest.mark.parametrize("table", ["history = 3", "history = {hours = 3}", "history = {runs = 0}"])
def test_a_limit_that_means_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    """The message names the two limits."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(f"[tool.dagwire]\n{table}\n")
    with pytest.raises(DefinitionsNotFoundError, match="`days` and `runs`"):
        retention_of_project()


def test_materializations_of_earlier_processes_are_fetched(tmp_path: Path) -> None:
    """`fetch_materializations` reads the file; a wiped asset is gone for the next process, too."""
    key = AssetKey("rows")
    with open_at(tmp_path) as first:
        for partition in ("a", "b"):
            first.instance.report_runless_asset_event(AssetMaterialization(key, partition=partition))
        first.instance.report_runless_asset_event(AssetMaterialization("other"))
    with open_at(tmp_path) as later:
        page = later.instance.fetch_materializations(key, limit=1)
        assert [record.partition_key for record in page.records] == ["b"]
        assert page.has_more
        assert later.instance.get_materialized_partitions(key) == {"a", "b"}
        assert list(later.instance.get_latest_materialization_events([key, AssetKey("nothing")])) == [key]
        later.instance.wipe_assets([key])
    with open_at(tmp_path) as last:
        assert last.instance.fetch_materializations(key, limit=9).records == []
        assert last.instance.get_asset_keys() == [AssetKey("other")]
