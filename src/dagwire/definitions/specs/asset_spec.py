"""`AssetSpec` and its kin: what there is to say of an asset, apart from how it is made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from dagwire.definitions.partitions.partition_mapping import PartitionMapping, checked_mapping
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.valid_names import check_asset_parts
from dagwire.errors import InvalidDefinitionError

KIND_TAG = "dagster/kind/"
"""What the tags of an asset's kinds start with, as in Dagster."""
IO_MANAGER_METADATA = "dagster/io_manager_key"
"""The entry of a spec's metadata that names the IO manager which loads the asset, as in Dagster."""


class AssetDep:
    """An asset that comes before another one, whose value is not taken."""

    __slots__ = ("asset_key", "metadata", "partition_mapping")

    def __init__(
        self,
        asset: Any,
        *,
        partition_mapping: PartitionMapping | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        """Keep what is said.

        Args:
            asset: A key, a name, a spec or the asset itself.
            partition_mapping: Which of its partitions a partition needs; by default what suits both sides' partitions.
            metadata: Facts about the dependency, for people.
        """
        self.asset_key = dependency_key(asset)
        self.partition_mapping = checked_mapping(f"AssetDep of '{self.asset_key.to_user_string()}'", partition_mapping)
        self.metadata = dict(metadata or {})

    @property
    def key(self) -> AssetKey:
        """The asset's key."""
        return self.asset_key


def dependency_key(dep: Any) -> AssetKey:
    """The key that an entry of `deps` names.

    Raises:
        InvalidNameError: It is text that is no name.
        InvalidDefinitionError: It names no single asset.
    """
    key = AssetKey.from_coercible(dep)
    check_asset_parts(key.parts)
    return key


@dataclass(frozen=True, slots=True, init=False)
class AssetSpec:
    """What there is to say of one asset, apart from how it is made."""

    key: AssetKey
    deps: tuple[AssetKey, ...]
    description: str | None
    metadata: Mapping[str, object]
    skippable: bool
    group_name: str
    code_version: str | None
    owners: tuple[str, ...]
    tags: Mapping[str, str]
    partitions_def: PartitionsDefinition | None
    partition_mappings: Mapping[AssetKey, PartitionMapping]
    """`{key: which partitions of it are needed}`, of those among `deps` that say so."""

    def __init__(
        self,
        key: CoercibleToAssetKey,
        *,
        deps: Iterable[Any] | None = None,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        skippable: bool = False,
        group_name: str | None = None,
        code_version: str | None = None,
        owners: Sequence[str] | None = None,
        tags: Mapping[str, str] | None = None,
        kinds: Iterable[str] | None = None,
        partitions_def: PartitionsDefinition | None = None,
    ) -> None:
        """Keep what is said.

        Args:
            key: The asset's key.
            deps: Assets that come first: keys, names, specs or assets.
            description: For people.
            metadata: Facts about the asset.
            skippable: Whether the function that makes it may leave it out.
            group_name: The group it is shown in.
            code_version: Changes when what the function makes changes.
            owners: Email addresses, or `team:name`.
            tags: For selecting and grouping.
            kinds: What it is made with or kept in; each becomes a tag.
            partitions_def: The parts it is made in.

        Raises:
            InvalidDefinitionError: A name or an owner cannot be used.
        """
        own = AssetKey.from_coercible(key)
        check_asset_parts(own.parts)
        listed = list(deps or ())
        mapped = [dep for dep in listed if isinstance(dep, AssetDep) and dep.partition_mapping is not None]
        values = {
            "key": own,
            "deps": tuple(dict.fromkeys(dependency_key(dep) for dep in listed)),
            "description": description,
            "metadata": dict(metadata or {}),
            "skippable": skippable,
            "group_name": group_name or "default",
            "code_version": code_version,
            "owners": _checked_owners(own, owners or ()),
            "tags": {**(tags or {}), **{f"{KIND_TAG}{kind}": "" for kind in kinds or ()}},
            "partitions_def": partitions_def,
            "partition_mappings": {dep.asset_key: dep.partition_mapping for dep in mapped},
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def kinds(self) -> frozenset[str]:
        """What it is made with or kept in."""
        return frozenset(tag.removeprefix(KIND_TAG) for tag in self.tags if tag.startswith(KIND_TAG))

    @property
    def mapped_deps(self) -> list[AssetDep]:
        """What comes first, each with its partition mapping."""
        return [AssetDep(key, partition_mapping=self.partition_mappings.get(key)) for key in self.deps]

    @property
    def io_manager_key(self) -> str | None:
        """The IO manager that `with_io_manager_key` named, or None."""
        key = self.metadata.get(IO_MANAGER_METADATA)
        return None if key is None else str(key)

    def with_io_manager_key(self, io_manager_key: str) -> "AssetSpec":
        """A spec whose value is stored and loaded by the IO manager under `io_manager_key`."""
        return self.replace_attributes(metadata={**self.metadata, IO_MANAGER_METADATA: io_manager_key})

    def merge_attributes(
        self,
        *,
        deps: Iterable[Any] = (),
        metadata: Mapping[str, object] | None = None,
        owners: Sequence[str] = (),
        tags: Mapping[str, str] | None = None,
        kinds: Iterable[str] = (),
    ) -> "AssetSpec":
        """A spec that says more: what is given is laid over, or comes behind, what it has."""
        return self.replace_attributes(
            deps=[*self.deps, *deps],
            metadata={**self.metadata, **(metadata or {})},
            owners=[*self.owners, *owners],
            tags={**self.tags, **(tags or {})},
            kinds={*self.kinds, *kinds},
        )

    def replace_attributes(self, **changes: Any) -> "AssetSpec":
        """A spec that differs in the arguments given."""
        values = {name: getattr(self, name) for name in self.__slots__ if name != "partition_mappings"}
        values["deps"] = self.mapped_deps
        return AssetSpec(**{**values, **changes})


def _checked_owners(key: AssetKey, owners: Iterable[str]) -> tuple[str, ...]:
    owners = tuple(owners)
    wrong = [owner for owner in owners if not (owner.startswith("team:") or "." in owner.partition("@")[2])]
    if wrong:
        msg = f"asset '{key.to_user_string()}': owner '{wrong[0]}' is neither an email address nor 'team:name'."
        raise InvalidDefinitionError(msg)
    return owners


@dataclass(frozen=True, slots=True)
class AssetIn:
    """What there is to say of a parameter that takes an asset's value."""

    key: CoercibleToAssetKey | None = None
    metadata: Mapping[str, object] | None = None
    key_prefix: str | Sequence[str] | None = None
    input_manager_key: str | None = None
    """What loads the value; by default what stored it."""
    partition_mapping: PartitionMapping | None = None
    """Which partitions of the asset a partition takes; by default what suits both sides' partitions."""
    dagster_type: Any = Any

    def __post_init__(self) -> None:
        """Refuse a mapping that is none.

        Raises:
            InvalidDefinitionError: `partition_mapping` is no PartitionMapping.
        """
        checked_mapping("AssetIn", self.partition_mapping)

    def key_for(self, parameter: str) -> AssetKey:
        """The asset whose value the parameter takes.

        Raises:
            InvalidDefinitionError: Both `key` and `key_prefix` are given.
        """
        if self.key is not None:
            if self.key_prefix is not None:
                msg = f"AssetIn of '{parameter}': give `key` or `key_prefix`, not both."
                raise InvalidDefinitionError(msg)
            return AssetKey.from_coercible(self.key)
        own = AssetKey(parameter)
        return own.with_prefix(self.key_prefix) if self.key_prefix else own


class AssetOut(NamedTuple):
    """What there is to say of one of several assets that a function makes."""

    key_prefix: str | Sequence[str] | None = None
    key: CoercibleToAssetKey | None = None
    dagster_type: Any = Any
    description: str | None = None
    is_required: bool = True
    io_manager_key: str | None = None
    """What stores the value; "io_manager" by default, where that is provided."""
    metadata: Mapping[str, object] | None = None
    group_name: str | None = None
    code_version: str | None = None
    owners: Sequence[str] | None = None
    tags: Mapping[str, str] | None = None
    kinds: Iterable[str] = frozenset()

    def spec_for(self, output: str, deps: Iterable[Any], group_name: str | None) -> AssetSpec:
        """The spec of the asset that is output `output`."""
        key = AssetIn(self.key, key_prefix=self.key_prefix).key_for(output)
        return AssetSpec(
            key,
            deps=deps,
            description=self.description,
            metadata=self.metadata,
            skippable=not self.is_required,
            group_name=self.group_name or group_name,
            code_version=self.code_version,
            owners=self.owners,
            tags=self.tags,
            kinds=self.kinds,
        )
