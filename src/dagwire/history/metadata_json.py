"""Metadata as JSON, so that another process reads what one has written."""

import json
from collections.abc import Callable, Mapping
from typing import Any

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

_KINDS: dict[str, Callable[[Any], MetadataValue]] = {
    kind.__name__.removesuffix("MetadataValue").lower(): kind
    for kind in (
        *(BoolMetadataValue, FloatMetadataValue, IntMetadataValue, JsonMetadataValue, MarkdownMetadataValue),
        *(PathMetadataValue, TextMetadataValue, UrlMetadataValue),
    )
}
_NULL = "null"
_NAMES: dict[object, str] = {NullMetadataValue: _NULL, **{kind: name for name, kind in _KINDS.items()}}


def metadata_to_json(metadata: Mapping[str, MetadataValue]) -> dict[str, list[Any]]:
    """`{name: [kind, value]}` in plain values. Metadata of kinds that JSON has no form for is left out."""
    return {name: [_NAMES[type(value)], value.value] for name, value in metadata.items() if type(value) in _NAMES}


def metadata_from_json(text: str) -> dict[str, MetadataValue]:
    """The metadata that `metadata_to_json` made.

    Raises:
        AttributeError, KeyError, TypeError, ValueError: It did not make this.
    """
    return {name: restored(kind, value) for name, (kind, value) in json.loads(text).items()}


def restored(kind: str, value: object) -> MetadataValue:
    """The metadata of a kind with a plain value."""
    return NullMetadataValue() if kind == _NULL else _KINDS[kind](value)
