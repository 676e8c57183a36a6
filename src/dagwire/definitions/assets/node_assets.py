"""`NodeAssets`: the assets that an op or a graph is made into, by the names of its inputs and outputs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from dagwire.definitions.assets.asset_deps import input_deps
from dagwire.definitions.partitions.partition_mapping import PartitionMapping
from dagwire.definitions.partitions.partitions import BackfillPolicy, PartitionsDefinition
from dagwire.definitions.specs.asset_in_and_out import AssetIn
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKeyPrefix
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.automation_condition import AutomationCondition
from dagwire.definitions.specs.check_spec import AssetCheckSpec
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.definitions.steps.signature import RESULT
from dagwire.errors import InvalidDefinitionError

if TYPE_CHECKING:
    from dagwire.definitions.assets.assets_definition import AssetsDefinition


class NodeOutput(NamedTuple):
    """The declaration of an output that becomes an asset."""

    description: str | None = None
    metadata: Mapping[str, Any] | None = None
    is_required: bool = True
    code_version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeAssets:
    """The arguments of `AssetsDefinition.from_op` and `from_graph`."""

    keys_by_input_name: Mapping[str, AssetKey] | None = None
    keys_by_output_name: Mapping[str, AssetKey] | None = None
    key_prefix: CoercibleToAssetKeyPrefix | None = None
    internal_asset_deps: Mapping[str, Iterable[AssetKey]] | None = None
    partitions_def: PartitionsDefinition | None = None
    partition_mappings: Mapping[str, PartitionMapping] | None = None
    resource_defs: object = None
    group_name: str | None = None
    group_names_by_output_name: Mapping[str, str | None] | None = None
    descriptions_by_output_name: Mapping[str, str] | None = None
    metadata_by_output_name: Mapping[str, Mapping[str, object] | None] | None = None
    tags_by_output_name: Mapping[str, Mapping[str, str] | None] | None = None
    owners_by_output_name: Mapping[str, Sequence[str]] | None = None
    code_versions_by_output_name: Mapping[str, str | None] | None = None
    automation_conditions_by_output_name: Mapping[str, AutomationCondition | None] | None = None
    backfill_policy: BackfillPolicy | None = None
    can_subset: bool = False
    check_specs: Sequence[AssetCheckSpec] | None = None
    hook_defs: Iterable[HookDefinition] | None = None

    def ins(self, owner: str, input_names: Collection[str]) -> dict[str, AssetIn]:
        """Return `{input: AssetIn}`; an input without a key takes the asset of its name.

        Raises:
            InvalidDefinitionError: A key or a mapping is given for an input that does not exist.
        """
        _check_names(owner, "keys_by_input_name", self.keys_by_input_name, input_names)
        _check_names(owner, "partition_mappings", self.partition_mappings, input_names)
        keys, mappings = self.keys_by_input_name or {}, self.partition_mappings or {}
        return {name: AssetIn(keys.get(name), partition_mapping=mappings.get(name)) for name in input_names}

    def specs(
        self, owner: str, name: str, outputs: Mapping[str, NodeOutput], ins: Mapping[str, AssetIn]
    ) -> dict[str, AssetSpec]:
        """Return `{output: spec}`; a single output without a key is the asset `name`, others have their own names.

        Raises:
            InvalidDefinitionError: Keys are given for some outputs only, or an attribute for one that does not exist.
        """
        keys = self._keys(owner, name, outputs)
        by_name = {
            "group_name": self.group_names_by_output_name,
            "description": self.descriptions_by_output_name,
            "metadata": self.metadata_by_output_name,
            "tags": self.tags_by_output_name,
            "owners": self.owners_by_output_name,
            "code_version": self.code_versions_by_output_name,
            "automation_condition": self.automation_conditions_by_output_name,
        }
        for attribute, values in by_name.items():
            _check_names(owner, attribute, values, outputs)
        upstream = {dep.asset_key: dep for dep in input_deps(ins)}
        specs: dict[str, AssetSpec] = {}
        for output, declared in outputs.items():
            attributes: dict[str, Any] = {
                "description": declared.description,
                "metadata": declared.metadata,
                "code_version": declared.code_version,
                "group_name": self.group_name,
                "skippable": not declared.is_required,
            }
            given = {attribute: (values or {}).get(output) for attribute, values in by_name.items()}
            attributes |= {attribute: value for attribute, value in given.items() if value is not None}
            internal = (self.internal_asset_deps or {}).get(output, ())
            deps = upstream.values() if not self.internal_asset_deps else [upstream.get(key, key) for key in internal]
            specs[output] = AssetSpec(keys[output], deps=deps, **attributes)
        return specs

    def _keys(self, owner: str, name: str, outputs: Collection[str]) -> dict[str, AssetKey]:
        _check_names(owner, "internal_asset_deps", self.internal_asset_deps, outputs)
        given = self.keys_by_output_name
        if given is not None and set(given) != set(outputs):
            msg = f"{owner}: `keys_by_output_name` must have a key for each output, and no other: {', '.join(outputs)}."
            raise InvalidDefinitionError(msg)
        keys = given or {output: AssetKey(name if output == RESULT else output) for output in outputs}
        return {output: AssetKey.from_coercible(key).with_prefix(self.key_prefix or ()) for output, key in keys.items()}


class BecomesAssets(Protocol):
    """An op or a graph, which can be made into assets."""

    @property
    def input_dict(self) -> Mapping[str, object]:
        """`{input: its definition}`."""
        ...

    def as_assets(self, assets: NodeAssets) -> "AssetsDefinition":
        """Return the definition of the assets."""
        ...


def _check_names(owner: str, argument: str, values: Iterable[str] | None, names: Collection[str]) -> None:
    unknown = [name for name in values or () if name not in names]
    if unknown:
        listed = ", ".join(names) or "none"
        msg = f"{owner}: `{argument}` names {', '.join(unknown)}, which it does not have. It has: {listed}."
        raise InvalidDefinitionError(msg)
