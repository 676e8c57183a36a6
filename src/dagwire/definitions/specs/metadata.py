"""`MetadataValue`: what a result says about itself, in kinds that an outlet knows how to show."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any

from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.errors import InvalidDefinitionError


@dataclass(frozen=True, slots=True)
class MetadataValue:
    """One value of metadata; its class says how to show it."""

    value: Any

    @staticmethod
    def int(value: int) -> "IntMetadataValue":
        """A whole number."""
        return IntMetadataValue(value)

    @staticmethod
    def float(value: float) -> "FloatMetadataValue":
        """A number."""
        return FloatMetadataValue(value)

    @staticmethod
    def bool(value: bool) -> "BoolMetadataValue":  # Dagster's signature
        """True or false."""
        return BoolMetadataValue(value)

    @staticmethod
    def text(value: str) -> "TextMetadataValue":
        """Plain text."""
        return TextMetadataValue(value)

    @staticmethod
    def md(value: str) -> "MarkdownMetadataValue":
        """Markdown."""
        return MarkdownMetadataValue(value)

    @staticmethod
    def url(value: str) -> "UrlMetadataValue":
        """A link."""
        return UrlMetadataValue(value)

    @staticmethod
    def path(value: str | PathLike[str]) -> "PathMetadataValue":
        """A file or folder."""
        return PathMetadataValue(str(fspath(value)))  # pyright: ignore[reportUnknownArgumentType]  # not generic at run time

    @staticmethod
    def json(value: object) -> "JsonMetadataValue":
        """A dict or list of plain values."""
        return JsonMetadataValue(value)

    @staticmethod
    def null() -> "NullMetadataValue":
        """Nothing."""
        return NullMetadataValue(None)


class IntMetadataValue(MetadataValue):
    """A whole number."""


class FloatMetadataValue(MetadataValue):
    """A number."""


class BoolMetadataValue(MetadataValue):
    """True or false."""


class TextMetadataValue(MetadataValue):
    """Plain text."""

    @property
    def text(self) -> str:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]  # as Dagster's
        """The text; Dagster's second name for `value`."""
        return str(self.value)


class MarkdownMetadataValue(MetadataValue):
    """Markdown."""


class UrlMetadataValue(MetadataValue):
    """A link."""


class PathMetadataValue(MetadataValue):
    """A file or folder."""


class JsonMetadataValue(MetadataValue):
    """A dict or list of plain values."""

    @property
    def data(self) -> Any:
        """The dict or list; Dagster's second name for `value`."""
        return self.value


class NullMetadataValue(MetadataValue):
    """Nothing."""


class DagsterAssetMetadataValue(MetadataValue):
    """Another asset's key."""


# bool before int: a bool is an int to Python.
_KINDS: tuple[tuple[type | tuple[type, ...], type[MetadataValue]], ...] = (
    (bool, BoolMetadataValue),
    (int, IntMetadataValue),
    (float, FloatMetadataValue),
    (str, TextMetadataValue),
    ((dict, list), JsonMetadataValue),
    (AssetKey, DagsterAssetMetadataValue),
    (type(None), NullMetadataValue),
)


def normalized_metadata(metadata: Mapping[str, object] | None, owner: str) -> dict[str, MetadataValue]:
    """`metadata` with each plain value in the kind that suits it.

    Raises:
        InvalidDefinitionError: A value is of a type that no outlet can show; it names `owner` and the entry.
    """
    return {name: _normalized(name, value, owner) for name, value in metadata.items()} if metadata else {}


def _normalized(name: str, value: object, owner: str) -> MetadataValue:
    if isinstance(value, MetadataValue):
        return value
    if isinstance(value, PathLike):
        return PathMetadataValue(str(fspath(value)))  # pyright: ignore[reportUnknownArgumentType]  # not generic at run time
    for plain, kind in _KINDS:
        if isinstance(value, plain):
            return kind(value)
    msg = (
        f"Metadata '{name}' of {owner} is a {type(value).__name__}, which cannot be shown. Give a number, a string, "
        f"a dict, a list or a MetadataValue."
    )
    raise InvalidDefinitionError(msg)
