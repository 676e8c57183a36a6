"""The latest materialization of each asset as JSON, so that a sensor of another process sees it."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from dagwire.definitions.specs.asset_events import AssetMaterialization
from dagwire.definitions.specs.metadata import (
    BoolMetadataValue,
    FloatMetadataValue,
    IntMetadataValue,
    JsonMetadataValue,
    MarkdownMetadataValue,
    MetadataValue,
    NullMetadataValue,
    PathMetadataValue,
    TextMetadataValue,
    UrlMetadataValue,
)
from dagwire.resources.event_log_entry import EventLogEntry

_KINDS: dict[str, Callable[[Any], MetadataValue]] = {
    kind.__name__.removesuffix("MetadataValue").lower(): kind
    for kind in (
        *(BoolMetadataValue, FloatMetadataValue, IntMetadataValue, JsonMetadataValue, MarkdownMetadataValue),
        *(PathMetadataValue, TextMetadataValue, UrlMetadataValue),
    )
}
_NULL = "null"
_NAMES: dict[object, str] = {NullMetadataValue: _NULL, **{kind: name for name, kind in _KINDS.items()}}


def numbered(kept: Iterable[EventLogEntry], new: Iterable[EventLogEntry]) -> list[EventLogEntry]:
    """The latest of each asset, once `new` ones of this process are put after those that others have `kept`."""
    latest = {entry.asset_key: entry for entry in kept}
    number = max((entry.storage_id for entry in latest.values()), default=0)
    for entry in sorted(new, key=lambda one: one.storage_id):
        number += 1
        latest[entry.asset_key] = replace(entry, storage_id=number)
    return list(latest.values())


def as_json(entry: EventLogEntry) -> dict[str, Any]:
    """Convert a materialization to plain values. Metadata that JSON cannot hold is left out."""
    made: AssetMaterialization = entry.asset_materialization
    return {
        "asset_key": made.asset_key.path,
        "partition": entry.partition,
        "description": made.description,
        "metadata": {name: [_NAMES[type(value)], value.value] for name, value in made.metadata.items() if _fits(value)},
        "tags": dict(made.tags or {}),
        "run_id": entry.run_id,
        "job_name": entry.job_name,
        "step_key": entry.step_key,
        "timestamp": entry.timestamp,
        "storage_id": entry.storage_id,
    }


def from_json(data: Mapping[str, Any]) -> EventLogEntry:
    """Convert plain values, made by `as_json`, to a materialization.

    Raises:
        KeyError, TypeError, ValueError: It did not make this.
    """
    metadata = {name: _restored(kind, value) for name, (kind, value) in data["metadata"].items()}
    made = AssetMaterialization(data["asset_key"], data["description"], metadata, data["partition"], data["tags"])
    return EventLogEntry(
        made, data["run_id"], data["job_name"], data["step_key"], data["timestamp"], int(data["storage_id"])
    )


def _restored(kind: str, value: object) -> MetadataValue:
    return NullMetadataValue() if kind == _NULL else _KINDS[kind](value)


def _fits(value: MetadataValue) -> bool:
    if type(value) not in _NAMES:
        return False
    try:
        json.dumps(value.value)
    except (TypeError, ValueError):
        return False
    return True
