"""The move of the JSON files of earlier versions into the history, once."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from dagwire.config.files.config_files import from_here
from dagwire.config.values.type_guards import is_mapping
from dagwire.definitions.specs.asset_events import AssetMaterialization
from dagwire.errors import DagwireError, StateFileError
from dagwire.history.database import reporting, transaction
from dagwire.history.metadata_json import restored
from dagwire.history.redaction import Redactor
from dagwire.history.run_changes import Change
from dagwire.history.stored_instance import MATERIALIZATION, event_row
from dagwire.history.ticks import TickState
from dagwire.resources.event_log_entry import EventLogEntry

_MEND = "Mend it, or delete it to begin anew."
_PARTITIONS = "dynamic-partitions.json"
_MATERIALIZATIONS = "materializations.json"


def migrate(connection: sqlite3.Connection, file: Path, redactor: Redactor) -> None:
    """Take over the JSON files beside the history; they are deleted when their content is in it.

    Raises:
        StateFileError: One of them cannot be read. Nothing was taken over.
    """
    old = [path for path in sorted(file.parent.glob("*.json")) if _is_ours(path)]
    if not old:
        return
    changes = [change for path in old for change in _changes(path, redactor)]
    with reporting(file), transaction(connection):
        for statement, values in changes:
            connection.execute(statement, values)
    for path in old:
        path.unlink(missing_ok=True)


def _is_ours(path: Path) -> bool:
    return path.name in (_PARTITIONS, _MATERIALIZATIONS) or path.name.startswith(("sensor-", "schedule-"))


def _changes(path: Path, redactor: Redactor) -> Iterator[Change]:
    found = _read(path)
    if path.name == _PARTITIONS:
        yield from _of_partitions(path, found)
    elif path.name == _MATERIALIZATIONS:
        yield from _of_materializations(path, found, redactor)
    else:
        yield from _state(path, found).changes(path.stem)


def _of_partitions(path: Path, found: Mapping[str, object]) -> Iterator[Change]:
    for name, keys in found.items():
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in cast("list[object]", keys)):
            raise StateFileError(from_here(str(path)), f"does not hold the keys of partitions under '{name}'. {_MEND}")
        for key in cast("list[str]", keys):
            yield "INSERT OR IGNORE INTO dynamic_partitions (name, key) VALUES (?, ?)", (name, key)


def _of_materializations(path: Path, found: Mapping[str, Any], redactor: Redactor) -> Iterator[Change]:
    try:
        entries = [_entry(data) for data in found.get("latest", ())]
    except (AttributeError, DagwireError, KeyError, TypeError, ValueError):
        raise StateFileError(from_here(str(path)), f"does not hold materializations. {_MEND}") from None
    for entry in sorted(entries, key=lambda one: one.storage_id):
        yield event_row(MATERIALIZATION, entry, redactor)


def _entry(data: Mapping[str, Any]) -> EventLogEntry:
    metadata = {name: restored(kind, value) for name, (kind, value) in data["metadata"].items()}
    made = AssetMaterialization(data["asset_key"], data["description"], metadata, data["partition"], data["tags"])
    return EventLogEntry(
        made, data["run_id"], data["job_name"], data["step_key"], data["timestamp"], int(data["storage_id"])
    )


def _state(path: Path, found: Mapping[str, Any]) -> TickState:
    try:
        TickState(**found)  # refuses what no state has
        return TypeAdapter(TickState).validate_python(found)
    except (TypeError, ValidationError):
        raise StateFileError(from_here(str(path)), f"does not hold the state of a tick. {_MEND}") from None


def _read(path: Path) -> Mapping[str, object]:
    try:
        found: object = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StateFileError(from_here(str(path)), f"cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise StateFileError(from_here(str(path)), f"is broken: it is not valid JSON. {_MEND}") from error
    if not is_mapping(found):
        raise StateFileError(from_here(str(path)), f"is broken: it does not hold a JSON object. {_MEND}")
    return found
