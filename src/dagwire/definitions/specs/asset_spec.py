"""`AssetSpec`: the description of an asset, apart from the function that makes it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.argument_types import check_text_keys, check_type
from dagwire.definitions.specs.asset_dep import AssetDep, deps_from
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.automation_condition import AutoMaterializePolicy, AutomationCondition
from dagwire.definitions.specs.condition_from import condition_from
from dagwire.definitions.specs.freshness_policy import FreshnessPolicy
from dagwire.definitions.specs.valid_attributes import KIND_TAG, check_group_name, valid_owners, valid_tags

IO_MANAGER_METADATA = "dagster/io_manager_key"
"""The entry of a spec's metadata that names the IO manager which loads the asset, as in Dagster."""


@dataclass(frozen=True, slots=True, init=False)
class AssetSpec:
    """The description of one asset, apart from the function that makes it. Equal by value."""

    key: AssetKey
    deps: Sequence[AssetDep]
    description: str | None
    metadata: Mapping[str, Any]
    skippable: bool
    group_name: str | None
    code_version: str | None
    automation_condition: AutomationCondition | None
    """The rule by which Dagster materializes the asset; inert here."""
    freshness_policy: FreshnessPolicy | None
    """The freshness that Dagster expects of the asset; inert here."""
    owners: Sequence[str]
    tags: Mapping[str, str]
    partitions_def: PartitionsDefinition | None

    def __init__(
        self,
        key: CoercibleToAssetKey,
        *,
        deps: Iterable[object] | None = None,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        skippable: bool = False,
        group_name: str | None = None,
        code_version: str | None = None,
        automation_condition: AutomationCondition | None = None,
        owners: Sequence[str] | None = None,
        tags: Mapping[str, str] | None = None,
        kinds: Iterable[str] | None = None,
        partitions_def: PartitionsDefinition | None = None,
        freshness_policy: FreshnessPolicy | None = None,
        auto_materialize_policy: AutoMaterializePolicy | None = None,
    ) -> None:
        """Describe the asset.

        Args:
            key: The asset's key.
            deps: Upstream assets: keys, names, specs, assets, or each as an `AssetDep`.
            description: For people.
            metadata: Facts about the asset.
            skippable: Whether the function that makes it may leave it out.
            group_name: The group it is shown in; "default" if none is named.
            code_version: Changes when what the function makes changes.
            automation_condition: The rule by which Dagster materializes it; inert here.
            owners: Email addresses, or `team:name`.
            tags: For selecting and grouping.
            kinds: The technologies that make or store it; each becomes a tag.
            partitions_def: Its partitions.
            freshness_policy: The freshness that Dagster expects; inert here.
            auto_materialize_policy: An older form of `automation_condition`.

        Raises:
            InvalidDefinitionError: An argument has the wrong type, or a tag, an owner or a group is invalid.
            InvariantViolationError: Two of `deps` name one asset and differ.
        """
        own = AssetKey.from_coercible(key)
        owner = f"asset '{own.to_user_string()}'"
        check_type(owner, "description", description, str)
        check_text_keys(owner, "metadata", metadata)
        check_type(owner, "skippable", skippable, bool)
        check_type(owner, "code_version", code_version, str)
        check_type(owner, "partitions_def", partitions_def, PartitionsDefinition)
        automation_condition = condition_from(owner, automation_condition, auto_materialize_policy)
        check_type(owner, "freshness_policy", freshness_policy, FreshnessPolicy)
        check_group_name(owner, group_name)
        values = {
            "key": own,
            "deps": deps_from(owner, deps),
            "description": description,
            "metadata": dict(metadata or {}),
            "skippable": skippable,
            "group_name": group_name,
            "code_version": code_version,
            "automation_condition": automation_condition,
            "freshness_policy": freshness_policy,
            "owners": valid_owners(owner, owners),
            "tags": valid_tags(owner, tags, kinds),
            "partitions_def": partitions_def,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def kinds(self) -> set[str]:
        """The technologies that make or store it."""
        return {tag.removeprefix(KIND_TAG) for tag in self.tags if tag.startswith(KIND_TAG)}

    @property
    def io_manager_key(self) -> str | None:
        """The IO manager that `with_io_manager_key` named, or None."""
        key = self.metadata.get(IO_MANAGER_METADATA)
        return None if key is None else str(key)

    def with_io_manager_key(self, io_manager_key: str) -> "AssetSpec":
        """Return a spec whose value is stored and loaded by the IO manager under `io_manager_key`."""
        return self.replace_attributes(metadata={**self.metadata, IO_MANAGER_METADATA: io_manager_key})

    def merge_attributes(
        self,
        *,
        deps: Iterable[object] = (),
        metadata: Mapping[str, object] | None = None,
        owners: Sequence[str] = (),
        tags: Mapping[str, str] | None = None,
        kinds: Iterable[str] = (),
    ) -> "AssetSpec":
        """Return a spec with the arguments merged over, or appended to, its attributes."""
        return self.replace_attributes(
            deps=[*self.deps, *deps],
            metadata={**self.metadata, **(metadata or {})},
            owners=[*self.owners, *owners],
            tags={**self._plain_tags, **(tags or {})},
            kinds={*self.kinds, *kinds},
        )

    @property
    def auto_materialize_policy(self) -> AutoMaterializePolicy | None:
        """The older form of its automation condition, if it has one."""
        condition = self.automation_condition
        return None if condition is None else AutoMaterializePolicy.from_automation_condition(condition)

    def replace_attributes(self, **changes: Any) -> "AssetSpec":
        """Return a spec that differs in the arguments given; `tags` leaves kinds as they are, `kinds` other tags."""
        names = (field.name for field in fields(self))
        values = {name: getattr(self, name) for name in names}
        values |= {"tags": self._plain_tags, "kinds": self.kinds}
        return AssetSpec(**{**values, **changes})

    @property
    def _plain_tags(self) -> dict[str, str]:
        return {tag: value for tag, value in self.tags.items() if not tag.startswith(KIND_TAG)}
