"""Assets made elsewhere as inputs of ops: an IO manager loads their values."""

from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.steps.stored_input import StoredAsset, StoredInput, stored_input
from dagwire.resources.io_manager import DEFAULT_IO_MANAGER


def stored_elsewhere(asset: SourceAsset | AssetSpec) -> StoredAsset:
    """The description of an asset that is made elsewhere, for the IO manager that loads it."""
    if isinstance(asset, SourceAsset):
        return asset.stored
    return StoredAsset(asset, asset.io_manager_key or DEFAULT_IO_MANAGER, {}, asset.partitions_def)


def asset_input(value: object) -> StoredInput | None:
    """The input that takes the value of an asset; None if `value` is not an asset made elsewhere."""
    if isinstance(value, StoredInput):
        return value
    return stored_input(stored_elsewhere(value), None) if isinstance(value, SourceAsset | AssetSpec) else None
