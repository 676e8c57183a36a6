"""The attributes that assets share, or that an asset without them is given."""

from collections.abc import Iterable, Mapping

from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.asset_dep import AssetDep
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.automation_condition import AutomationCondition
from dagwire.definitions.specs.valid_attributes import DEFAULT_GROUP
from dagwire.errors import InvalidDefinitionError


def shared_partitions(
    owner: str, declared: PartitionsDefinition | None, specs: Iterable[AssetSpec]
) -> PartitionsDefinition | None:
    """The partitions of assets: those that are declared for all, or those of their specs.

    Raises:
        InvalidDefinitionError: They differ.
    """
    named = [spec.partitions_def for spec in specs if spec.partitions_def is not None]
    found = declared or (named[0] if named else None)
    if any(partitions != found for partitions in named):
        msg = f"{owner}: its assets have different partitions. Assets that one function makes share their partitions."
        raise InvalidDefinitionError(msg)
    return found


def moved_deps(spec: AssetSpec, moved: Mapping[AssetKey, AssetKey]) -> list[AssetDep]:
    """The dependencies of an asset, of which some have new keys."""
    return [
        AssetDep(
            moved.get(dep.asset_key, dep.asset_key), partition_mapping=dep.partition_mapping, metadata=dep.metadata
        )
        for dep in spec.deps
    ]


def condition_of(
    spec: AssetSpec, declared: AutomationCondition | Mapping[AssetKey, AutomationCondition] | None
) -> AutomationCondition | None:
    """The condition for an asset that has none."""
    if spec.automation_condition is not None:
        return None
    return declared.get(spec.key) if isinstance(declared, Mapping) else declared


def free_group(spec: AssetSpec, group_name: str) -> str:
    """The group of an asset that has none.

    Raises:
        InvalidDefinitionError: The asset has another group.
    """
    if spec.group_name not in (None, DEFAULT_GROUP, group_name):
        msg = (
            f"asset '{spec.key.to_user_string()}' has group '{spec.group_name}', and cannot be put into '{group_name}'."
        )
        raise InvalidDefinitionError(msg)
    return group_name


def free_tags(spec: AssetSpec, tags: Mapping[str, str]) -> Mapping[str, str]:
    """The tags of an asset that has none.

    Raises:
        InvalidDefinitionError: The asset has tags.
    """
    if spec.tags:
        msg = f"asset '{spec.key.to_user_string()}' has tags, and cannot be given others. Use `map_asset_specs`."
        raise InvalidDefinitionError(msg)
    return tags
