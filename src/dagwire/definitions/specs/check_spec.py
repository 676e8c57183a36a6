"""`AssetCheckSpec`: the description of a check, apart from the function that makes it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.argument_types import check_text_keys, check_type
from dagwire.definitions.specs.asset_dep import AssetDep, deps_from
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.automation_condition import AutomationCondition
from dagwire.definitions.specs.check_results import AssetCheckKey
from dagwire.definitions.specs.valid_names import check_name
from dagwire.errors import InvalidDefinitionError


@dataclass(frozen=True, slots=True, init=False)
class AssetCheckSpec:
    """The description of a check, apart from the function that makes it. Equal by value."""

    name: str
    asset_key: AssetKey
    description: str | None
    additional_deps: Sequence[AssetDep]
    blocking: bool
    metadata: Mapping[str, Any]
    automation_condition: AutomationCondition | None
    """The rule by which Dagster runs the check; inert here."""
    partitions_def: PartitionsDefinition | None

    def __init__(
        self,
        name: str,
        *,
        asset: object,
        description: str | None = None,
        additional_deps: Iterable[object] | None = None,
        blocking: bool = False,
        metadata: Mapping[str, object] | None = None,
        automation_condition: AutomationCondition | None = None,
        partitions_def: PartitionsDefinition | None = None,
    ) -> None:
        """Describe the check.

        Args:
            name: The check's name.
            asset: The asset, its key or its name.
            description: For people.
            additional_deps: Assets that must be made before the check, besides its own.
            blocking: Whether assets downstream wait for the check, and do not run if it fails.
            metadata: Facts about the check.
            automation_condition: The rule by which Dagster runs it; inert here.
            partitions_def: The partitions of its asset that it verifies.

        Raises:
            InvalidDefinitionError: The name is invalid, `asset` names no asset, or an argument has the wrong type.
        """
        check_type("AssetCheckSpec", "name", name, str)
        key = AssetCheckKey(AssetKey.from_coercible(asset), name)
        owner = f"check '{key.to_user_string()}'"
        check_type(owner, "description", description, str)
        check_type(owner, "blocking", blocking, bool)
        check_text_keys(owner, "metadata", metadata)
        check_type(owner, "partitions_def", partitions_def, PartitionsDefinition)
        deps = deps_from(owner, additional_deps)
        if key.asset_key in [dep.asset_key for dep in deps]:
            msg = f"{owner} lists its own asset in `additional_deps`. It comes after that asset anyway: leave it out."
            raise InvalidDefinitionError(msg)
        values = {
            "name": name,
            "asset_key": key.asset_key,
            "description": description,
            "additional_deps": deps,
            "blocking": blocking,
            "metadata": dict(metadata or {}),
            "automation_condition": automation_condition,
            "partitions_def": partitions_def,
        }
        for field, value in values.items():
            object.__setattr__(self, field, value)
        check_name("check", self.get_python_identifier())

    @property
    def key(self) -> AssetCheckKey:
        """The key of the check."""
        return AssetCheckKey(self.asset_key, self.name)

    def get_python_identifier(self) -> str:
        """Asset and check in one name, as steps are named."""
        return f"{self.asset_key.to_python_identifier()}_{self.name}"

    @property
    def step_name(self) -> str:
        """The name of the check's step."""
        return self.get_python_identifier()

    def replace_key(self, key: AssetCheckKey) -> "AssetCheckSpec":
        """Return the description of a check with another key."""
        return AssetCheckSpec(
            key.name,
            asset=key.asset_key,
            description=self.description,
            additional_deps=self.additional_deps,
            blocking=self.blocking,
            metadata=self.metadata,
            automation_condition=self.automation_condition,
            partitions_def=self.partitions_def,
        )

    def with_metadata(self, metadata: Mapping[str, object]) -> "AssetCheckSpec":
        """Return the description of the check with other metadata."""
        return AssetCheckSpec(
            self.name,
            asset=self.asset_key,
            description=self.description,
            additional_deps=self.additional_deps,
            blocking=self.blocking,
            metadata=metadata,
            automation_condition=self.automation_condition,
            partitions_def=self.partitions_def,
        )
