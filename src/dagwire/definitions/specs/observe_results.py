"""`ObserveResult`, `DataVersionsByPartition`: the results of looking at an asset that is made elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass

from dagwire.definitions.specs.argument_types import check_type
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.data_version import DataVersion
from dagwire.definitions.specs.normalized_metadata import normalized_metadata
from dagwire.definitions.specs.valid_attributes import check_tags


@dataclass(frozen=True, slots=True, init=False)
class ObserveResult:
    """The result of looking at an asset: the version of its data, and facts about it."""

    asset_key: AssetKey | None
    metadata: Mapping[str, object] | None
    data_version: DataVersion | None
    tags: Mapping[str, str] | None

    def __init__(
        self,
        asset_key: CoercibleToAssetKey | None = None,
        metadata: Mapping[str, object] | None = None,
        *,
        data_version: DataVersion | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Describe the result.

        Args:
            asset_key: The asset; the one that the function looks at by default.
            metadata: Facts about it.
            data_version: The version of its data; a tag of the observation.
            tags: Tags of the observation.

        Raises:
            InvalidDefinitionError: An argument has the wrong type, or metadata cannot be shown.
        """
        normalized_metadata(metadata, "ObserveResult")
        check_type("ObserveResult", "data_version", data_version, DataVersion)
        check_tags("ObserveResult", tags)
        object.__setattr__(self, "asset_key", None if asset_key is None else AssetKey.from_coercible(asset_key))
        object.__setattr__(self, "metadata", metadata)
        object.__setattr__(self, "data_version", data_version)
        object.__setattr__(self, "tags", tags)


@dataclass(frozen=True, slots=True, init=False)
class DataVersionsByPartition:
    """The versions of the data of several partitions of an asset."""

    data_versions_by_partition: Mapping[str, DataVersion]

    def __init__(self, data_versions_by_partition: Mapping[str, str | DataVersion]) -> None:
        """Keep `{partition: version}`; a version may be text."""
        versions = {
            key: one if isinstance(one, DataVersion) else DataVersion(one)
            for key, one in data_versions_by_partition.items()
        }
        object.__setattr__(self, "data_versions_by_partition", versions)
