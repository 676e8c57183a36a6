"""Events that a run records of assets, and that a body may emit: `AssetMaterialization` and its kin."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Self, TypeGuard

from dagwire.definitions.specs.argument_types import check_type
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.data_version import DATA_VERSION_TAG, VERSION_TAGS
from dagwire.definitions.specs.metadata import MetadataValue
from dagwire.definitions.specs.normalized_metadata import AnyMetadata, normalized_metadata
from dagwire.definitions.specs.valid_attributes import check_tags


@dataclass(frozen=True, slots=True, init=False)
class _AssetEvent:
    """An event of one asset, or of one partition of it."""

    asset_key: AssetKey
    description: str | None
    metadata: AnyMetadata
    partition: str | None
    tags: Mapping[str, str] | None

    def __init__(
        self,
        asset_key: CoercibleToAssetKey,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        partition: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Describe the event; each plain value of `metadata` becomes a `MetadataValue`.

        Raises:
            InvalidDefinitionError: An argument has the wrong type, a tag is invalid or `metadata` cannot be shown.
        """
        key = _event_key(asset_key)
        owner = f"{type(self).__name__} of '{key.to_user_string()}'"
        check_type(owner, "description", description, str)
        check_type(owner, "partition", partition, str)
        # A version is a tag of any text, such as a digest of 64 letters.
        check_tags(owner, tags, any_text=VERSION_TAGS)
        object.__setattr__(self, "asset_key", key)
        object.__setattr__(self, "description", description)
        object.__setattr__(self, "metadata", normalized_metadata(metadata, owner))
        object.__setattr__(self, "partition", partition)
        object.__setattr__(self, "tags", tags)

    @property
    def label(self) -> str:
        """The parts of the key, with blanks between."""
        return " ".join(self.asset_key.parts)

    def with_metadata(self, metadata: Mapping[str, object] | None) -> Self:
        """Return the event with other metadata."""
        return type(self)(self.asset_key, self.description, metadata, self.partition, self.tags)


def _event_key(key: CoercibleToAssetKey) -> AssetKey:
    """The key that an event names; text is split at everything but letters, digits and underscores, as in Dagster."""
    if isinstance(key, str):
        return AssetKey([part for part in re.split(r"[^A-Za-z0-9_]+", key) if part])
    return AssetKey.from_coercible(key)


class AssetMaterialization(_AssetEvent):
    """The record that an asset was made; a body may emit it for an asset that is made elsewhere."""

    __slots__ = ()

    @classmethod
    def file(
        cls, path: str | PathLike[str], description: str | None = None, asset_key: CoercibleToAssetKey | None = None
    ) -> Self:
        """Return the record of a file; the words of its path are the key unless another is given."""
        key = asset_key if asset_key is not None else re.findall(r"\w+", fspath(path), re.ASCII)
        return cls(key, description, {"path": MetadataValue.path(path)})


class AssetObservation(_AssetEvent):
    """The record that an asset was looked at and not made."""

    __slots__ = ()

    @property
    def data_version(self) -> str | None:
        """The version of the data that was seen, if a tag names it."""
        return (self.tags or {}).get(DATA_VERSION_TAG)


Materialized = AssetMaterialization | AssetKey
"""The form in which a run keeps a materialization: its asset's key, if it has nothing else."""


def as_materialization(kept: Materialized) -> AssetMaterialization:
    """Return the materialization that a run has kept."""
    return AssetMaterialization(kept, tags={}) if isinstance(kept, AssetKey) else kept


@dataclass(frozen=True, slots=True, init=False)
class ExpectationResult:
    """The result of an expectation; the run goes on either way."""

    success: bool
    label: str | None
    description: str | None
    metadata: AnyMetadata

    def __init__(
        self,
        success: bool,  # Dagster's signature
        label: str | None = None,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        """Describe the result; `success` is whether the expectation holds."""
        owner = f"expectation '{label}'"
        check_type(owner, "success", success, bool)
        check_type(owner, "label", label, str)
        check_type(owner, "description", description, str)
        object.__setattr__(self, "success", success)
        object.__setattr__(self, "label", label)
        object.__setattr__(self, "description", description)
        object.__setattr__(self, "metadata", normalized_metadata(metadata, owner))


ExtraEvent = AssetMaterialization | AssetObservation | ExpectationResult
"""Events that a body emits beside its results: it yields them, or gives them to `context.log_event`."""


def is_extra_event(value: object) -> TypeGuard[ExtraEvent]:
    """Whether `value` is an event that a body emits beside its results."""
    return isinstance(value, ExtraEvent)
