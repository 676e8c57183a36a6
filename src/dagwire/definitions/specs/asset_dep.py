"""`AssetDep`: an upstream asset whose value is not taken."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dagwire.definitions.partitions.partition_mapping import PartitionMapping, checked_mapping
from dagwire.definitions.specs.argument_types import check_text_keys
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.errors import ArgumentTypeError, InvalidDefinitionError, InvariantViolationError


@dataclass(frozen=True, slots=True, init=False)
class AssetDep:
    """An upstream asset whose value is not taken. Equal by value."""

    asset_key: AssetKey
    partition_mapping: PartitionMapping | None
    metadata: Mapping[str, object]

    def __init__(
        self,
        asset: object,
        *,
        partition_mapping: PartitionMapping | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        """Name the asset.

        Args:
            asset: A key, a name, a spec or the asset itself.
            partition_mapping: The partitions that a partition needs; by default those that suit both sides.
            metadata: Facts about the dependency, for people.

        Raises:
            InvalidDefinitionError: `asset` names no single asset, or an argument has the wrong type.
        """
        key = _single_key(asset)
        owner = f"AssetDep of '{key.to_user_string()}'"
        check_text_keys(owner, "metadata", metadata)
        object.__setattr__(self, "asset_key", key)
        object.__setattr__(self, "partition_mapping", checked_mapping(owner, partition_mapping))
        object.__setattr__(self, "metadata", dict(metadata or {}))

    @property
    def key(self) -> AssetKey:
        """The asset's key."""
        return self.asset_key

    @staticmethod
    def from_coercible(arg: object) -> "AssetDep":
        """Return `arg` as an AssetDep: one itself, or what `asset` may be."""
        return arg if isinstance(arg, AssetDep) else AssetDep(arg)


def _single_key(asset: object) -> AssetKey:
    keys = _keys_of_several(asset)
    if len(keys) > 1:
        named = ", ".join(key.to_user_string() for key in keys)
        msg = f"An AssetDep names one asset, and was given several: {named}. Name one of them by its key."
        raise InvalidDefinitionError(msg)
    return AssetKey.from_coercible(asset)


def _keys_of_several(asset: object) -> list[AssetKey]:
    """The keys of a definition of several assets; empty for everything else."""
    specs: Iterable[Any] = getattr(asset, "specs", ())
    keys = [spec.key for spec in specs]
    return keys if len(keys) > 1 else []


def _is_iterable(value: object) -> bool:
    return isinstance(value, Iterable)


def deps_from(owner: str, deps: Iterable[Any] | None) -> list[AssetDep]:
    """Return `deps` as AssetDeps, each asset once; a definition of several assets gives all of them.

    Raises:
        ArgumentTypeError: `deps` is one text or one asset, not a collection.
        InvalidDefinitionError: An entry names no asset.
        InvariantViolationError: Two entries name one asset and differ; the message names `owner`.
    """
    if isinstance(deps, str) or not (deps is None or _is_iterable(deps)):
        raise ArgumentTypeError(owner, "deps", "collection of assets", deps)
    by_key: dict[AssetKey, AssetDep] = {}
    for item in deps or ():
        for dep in map(AssetDep.from_coercible, _keys_of_several(item) or [item]):
            if by_key.setdefault(dep.asset_key, dep) != dep:
                msg = f"{owner} names its dependency '{dep.asset_key.to_user_string()}' twice, and not alike."
                raise InvariantViolationError(msg)
    return list(by_key.values())
