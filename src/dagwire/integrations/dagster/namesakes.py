"""Values as Dagster's: each of dagwire's value classes has a namesake there, with fields of the same names."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import dagster as dg

import dagwire
from dagwire.config.values.type_guards import is_mapping, is_named_tuple, is_sequence
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.metadata import MetadataValue


def namesake(value: Any) -> Any:
    """Return `value` as Dagster's, with all that it holds; what is not dagwire's own stays as it is."""
    kind = type(value)
    if isinstance(value, AssetKey):
        return dg.AssetKey(list(value.path))
    known = _known_there(kind)
    if known is not None:
        return _rebuilt(value, known)
    if is_mapping(value):
        return {name: namesake(item) for name, item in value.items()}
    if is_sequence(value) and not is_named_tuple(value):
        return kind(namesake(item) for item in value)
    return value


def _known_there(kind: type[Any]) -> object:
    """Dagster's namesake of one of dagwire's classes, or of what it derives from; None for other classes."""
    if not kind.__module__.startswith("dagwire."):
        return None
    return next((getattr(dg, one.__name__) for one in kind.__mro__ if hasattr(dg, one.__name__)), None)


def _rebuilt(value: Any, kind: Any) -> object:
    if isinstance(value, Enum):
        return kind[value.name]
    if is_named_tuple(value):
        return kind(**{name: namesake(item) for name, item in value._asdict().items()})
    assert is_dataclass(value)  # noqa: S101  # all other values that the bridge carries are
    given = {one.name: namesake(getattr(value, one.name)) for one in fields(value) if one.init}
    # The parameter of a kind of metadata may have another name than its attribute there.
    return kind(*given.values()) if issubclass(type(value), MetadataValue) else kind(**given)


def own_value(value: Any) -> Any:
    """Return a value of Dagster's as dagwire's, with all that it holds; what has no namesake here stays as it is."""
    kind = type(value)
    if isinstance(value, dg.AssetKey):
        return AssetKey(list(value.path))
    if kind.__module__.startswith("dagster.") and kind.__name__ in dir(dagwire):
        return _own(value, getattr(dagwire, kind.__name__))
    if is_mapping(value):
        return {name: own_value(item) for name, item in value.items()}
    return [own_value(item) for item in value] if isinstance(value, list) else value


def _own(value: Any, kind: Any) -> object:
    if issubclass(kind, Enum):
        return kind[value.name]
    if issubclass(kind, MetadataValue):
        of_value: Any = kind  # each kind takes one value
        made: object = of_value(own_value(value.value))
        return made
    given = {one.name: own_value(getattr(value, one.name)) for one in fields(kind) if one.init}
    if given.get("tags"):  # Dagster's own may be longer than a user's
        given["tags"] = {name: tag for name, tag in given["tags"].items() if not name.startswith("dagster/")}
    return kind(**given)


def plain_metadata(metadata: Mapping[str, object]) -> dict[str, Any]:
    """Dagster's metadata for dagwire: numbers, text and JSON as they are, and the text of anything else."""
    values = {name: getattr(value, "value", value) for name, value in metadata.items()}
    return {name: value if isinstance(value, _PLAIN) else str(value) for name, value in values.items()}


_PLAIN = (str, int, float, bool, dict, list, type(None))
