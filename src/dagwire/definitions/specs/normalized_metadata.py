"""Plain values as metadata: each becomes the `MetadataValue` that suits it."""

from collections.abc import Mapping
from os import PathLike

from dagwire.definitions.specs.argument_types import check_text_keys
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.metadata import (
    BoolMetadataValue,
    DagsterAssetMetadataValue,
    FloatMetadataValue,
    IntMetadataValue,
    JsonMetadataValue,
    MetadataValue,
    NullMetadataValue,
    PathMetadataValue,
    TableColumnLineageMetadataValue,
    TableSchemaMetadataValue,
    TextMetadataValue,
)
from dagwire.definitions.specs.table_metadata import TableColumnLineage, TableSchema
from dagwire.errors import InvalidDefinitionError

# bool before int: a bool is an int to Python.
_KINDS: tuple[tuple[type | tuple[type, ...], type[MetadataValue]], ...] = (
    (bool, BoolMetadataValue),
    (int, IntMetadataValue),
    (float, FloatMetadataValue),
    (str, TextMetadataValue),
    ((dict, list), JsonMetadataValue),
    (AssetKey, DagsterAssetMetadataValue),
    (PathLike, PathMetadataValue),
    (TableSchema, TableSchemaMetadataValue),
    (TableColumnLineage, TableColumnLineageMetadataValue),
)

AnyMetadata = Mapping[str, MetadataValue]


def normalized_metadata(metadata: Mapping[str, object] | None, owner: str) -> dict[str, MetadataValue]:
    """Return `metadata` with each plain value as a `MetadataValue`.

    Raises:
        ArgumentTypeError: `metadata` is not a mapping from strings; the message names `owner`.
        InvalidDefinitionError: A value has a type that no outlet can show; the message names `owner` and the entry.
    """
    if not metadata:
        return {}
    check_text_keys(owner, "metadata", metadata)
    return {name: _normalized(name, value, owner) for name, value in metadata.items()}


def shown_metadata(metadata: Mapping[str, object] | None, owner: str) -> dict[str, MetadataValue]:
    """Return `metadata` as `MetadataValue`s; a value that cannot be shown is replaced by the name of its type."""
    return {name: _shown(name, value, owner) for name, value in (metadata or {}).items()}


def _shown(name: str, value: object, owner: str) -> MetadataValue:
    try:
        return _normalized(name, value, owner)
    except InvalidDefinitionError:
        return TextMetadataValue(f"[{type(value).__name__}] (unserializable)")


def _normalized(name: str, value: object, owner: str) -> MetadataValue:
    if isinstance(value, MetadataValue):
        return value
    if value is None:
        return NullMetadataValue()
    for plain, kind in _KINDS:
        if isinstance(value, plain):
            return _made(kind, name, value, owner)
    msg = (
        f"Metadata '{name}' of {owner} is a {type(value).__name__}, which cannot be shown. Give a number, a string, "
        f"a dict, a list or a MetadataValue."
    )
    raise InvalidDefinitionError(msg)


def _made(kind: type[MetadataValue], name: str, value: object, owner: str) -> MetadataValue:
    try:
        return kind(value)  # type: ignore[call-arg]  # each kind of the table takes one value
    except InvalidDefinitionError as error:
        msg = f"Metadata '{name}' of {owner} cannot be shown: {error}"
        raise InvalidDefinitionError(msg) from error
