"""`AssetsDefinition`: one asset or several, and the function that makes them."""

import copy
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from dependency_injector import providers

from dagwire.computed_once import computed_once
from dagwire.definitions.assets.asset_attributes import (
    condition_of,
    free_group,
    free_tags,
    moved_deps,
    shared_partitions,
)
from dagwire.definitions.assets.asset_deps import (
    check_depends_on_past,
    check_inputs_are_deps,
    check_mappings,
    input_deps,
    keys_by_input_name,
)
from dagwire.definitions.assets.assets_by_hand import AssetsByHand
from dagwire.definitions.assets.described_assets import DescribedAssets
from dagwire.definitions.assets.node_assets import BecomesAssets, NodeAssets
from dagwire.definitions.assets.op_by_name import op_of
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.partitions.partitions import BackfillPolicy, PartitionsDefinition
from dagwire.definitions.specs.argument_types import check_type, first_repeated
from dagwire.definitions.specs.asset_in_and_out import AssetIn
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.automation_condition import AutomationCondition
from dagwire.definitions.specs.check_spec import AssetCheckSpec
from dagwire.definitions.specs.valid_attributes import DEFAULT_GROUP
from dagwire.definitions.steps.body import Body
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.definitions.steps.output_handles import OutputHandle
from dagwire.definitions.steps.step_definition import StepDefinition
from dagwire.definitions.steps.stored_input import StoredAsset
from dagwire.definitions.value_types.class_types import ANY
from dagwire.definitions.value_types.dagster_type import DagsterType
from dagwire.definitions.value_types.resolve_type import resolve_type
from dagwire.definitions.value_types.value_annotations import is_output_annotation, value_annotation
from dagwire.errors import DuplicateDefinitionError, InvalidDefinitionError
from dagwire.resources.io_manager import DEFAULT_IO_MANAGER

if TYPE_CHECKING:
    from dagwire.definitions.ops.op import OpDefinition


class AssetsDefinition(AssetsByHand, StepDefinition[AssetIn], DescribedAssets):
    """Assets and the function that makes them; made by `@asset` or `@multi_asset`."""

    @classmethod
    def of_body(
        cls,
        name: str,
        body: Body,
        specs_by_output: Mapping[str, AssetSpec],
        *,
        ins: Mapping[str, AssetIn],
        **asset: Any,
    ) -> Self:
        """Assemble the arguments of the decorators; see `_assemble`."""
        made = cls.__new__(cls)
        made._assemble(name, body, specs_by_output, ins=ins, **asset)
        return made

    def _assemble(
        self,
        name: str,
        body: Body,
        specs_by_output: Mapping[str, AssetSpec],
        *,
        ins: Mapping[str, AssetIn],
        check_specs: Iterable[AssetCheckSpec] | None = None,
        types_by_output: Mapping[str, object] | None = None,
        can_subset: bool = False,
        partitions_def: PartitionsDefinition | None = None,
        backfill_policy: BackfillPolicy | None = None,
        **step: Any,
    ) -> None:
        """Assemble the arguments of the decorators.

        Args:
            name: The name of its step.
            body: The function.
            specs_by_output: `{output: spec}`, dependencies of parameters included; a single asset is output "result".
            ins: `{parameter: the asset whose value it takes}`.
            check_specs: Checks that the function itself makes.
            types_by_output: `{output: the type of its value}`, if the decorator declares it.
            can_subset: Whether a run may select some of the assets.
            partitions_def: The partitions of the assets whose specs name none.
            backfill_policy: Whether a range of partitions is one run.
            step: Arguments of `StepDefinition`.

        Raises:
            InvalidDefinitionError: An input, a check or the partitions do not fit, or an asset depends on itself.
        """
        super(AssetsByHand, self).__init__(name, body, ins=ins, **step)
        check_type(self.label, "partitions_def", partitions_def, PartitionsDefinition)
        check_type(self.label, "backfill_policy", backfill_policy, BackfillPolicy)
        self.partitions_def: PartitionsDefinition | None = shared_partitions(
            self.label, partitions_def, specs_by_output.values()
        )
        self.specs_by_output: Mapping[str, AssetSpec] = {
            output: self._completed(spec) for output, spec in specs_by_output.items()
        }
        self._whole: AssetsDefinition | None = None
        self.check_specs: Sequence[AssetCheckSpec] = tuple(check_specs or ())
        self.can_subset = can_subset
        self.backfill_policy = backfill_policy
        self.input_keys: Mapping[str, AssetKey] = {name: declared.key_for(name) for name, declared in ins.items()}
        self.types_by_output: dict[str, DagsterType] = {
            output: resolve_type(declared) for output, declared in (types_by_output or {}).items()
        }
        self._check()

    @staticmethod
    def from_op(op_def: BecomesAssets, **assets: Any) -> "AssetsDefinition":
        """Return the assets that the outputs of an op are.

        Args:
            op_def: The op.
            assets: Keyword arguments as in Dagster, such as `keys_by_input_name`, `keys_by_output_name`, `key_prefix`,
                `internal_asset_deps`, `partitions_def`, `group_name`, `metadata_by_output_name`; see `NodeAssets`.

        Raises:
            InvalidDefinitionError: An input or output is named that the op does not have.

        Example:
            >>> from dagwire import AssetsDefinition, materialize, op
            >>> @op
            ... def answer():
            ...     return 42
            >>> materialize([AssetsDefinition.from_op(answer)]).asset_value("answer")
            42
        """
        return op_def.as_assets(NodeAssets(**assets))

    @staticmethod
    def from_graph(graph_def: BecomesAssets, **assets: Any) -> "AssetsDefinition":
        """Return the assets that the outputs of a graph are.

        Args:
            graph_def: The graph.
            assets: Keyword arguments, as those of `from_op`.

        Raises:
            InvalidDefinitionError: An input or output is named that the graph does not have.
        """
        return graph_def.as_assets(NodeAssets(**assets))

    def _completed(self, spec: AssetSpec) -> AssetSpec:
        """`spec` with its group and its partitions."""
        partitions = spec.partitions_def or self.partitions_def
        if spec.group_name is not None and spec.partitions_def is partitions:
            return spec
        return spec.replace_attributes(group_name=spec.group_name or DEFAULT_GROUP, partitions_def=partitions)

    def _check(self) -> None:
        keys = [spec.key for spec in self.specs_by_output.values()]
        twice = first_repeated(keys)
        if twice is not None:
            raise DuplicateDefinitionError("asset", twice.to_user_string())
        for spec in self.specs_by_output.values():
            check_depends_on_past(self.label, spec, self.partitions_def)
        check_mappings(self.label, self.specs)
        repeated = first_repeated(check.key for check in self.check_specs)
        if repeated is not None:
            raise DuplicateDefinitionError("check", repeated.to_user_string())
        own = set(keys)
        for check in self.check_specs:
            if check.asset_key not in own:
                known = ", ".join(key.to_user_string() for key in keys)
                msg = (
                    f"{self.label} declares check '{check.name}' of asset '{check.asset_key.to_user_string()}', "
                    f"and makes only: {known}."
                )
                raise InvalidDefinitionError(msg)

    @property
    def whole(self) -> "AssetsDefinition":
        """The definition that was declared; itself, unless it is one asset of several that a graph makes."""
        return self._whole or self

    def handle_of(self, output: str) -> OutputHandle:
        """Return the handle of an asset's value in a job."""
        return OutputHandle(self.name, output)

    @computed_once
    def is_plain(self) -> bool:
        """Whether a returned value is enough: it is one asset without checks, partitions or code version."""
        return (
            len(self.specs_by_output) == 1
            and not self.check_specs
            and self.partitions_def is None
            and self.spec.code_version is None
        )

    # -- its step ------------------------------------------------------------------------------------------------------

    @computed_once
    def op(self) -> "OpDefinition":
        """Its step as an op, to look at; an asset that it depends on is an input.

        Raises:
            InvalidDefinitionError: Several ops make it.
        """
        return op_of(self)

    @property
    def node_def(self) -> "OpDefinition | Self":
        """Its step as an op; the definition itself if several ops make it."""
        return self.op

    @property
    def output_names(self) -> Collection[str]:
        """The outputs that its assets are."""
        return self.specs_by_output

    @property
    def input_names(self) -> list[str]:
        """The names of its inputs: of parameters, and of dependencies without a value."""
        return list(self.keys_by_input_name)

    @property
    def keys_by_input_name(self) -> dict[str, AssetKey]:
        """`{input: key}`; a dependency without a value is an input named after its key."""
        return keys_by_input_name(self.input_keys, self.dependency_keys)

    @property
    def resource_defs(self) -> Mapping[str, "providers.Provider[Any]"]:
        """Its own resources, as providers."""
        return self.bindings

    @property
    def hook_defs(self) -> frozenset[HookDefinition]:
        """Its hooks."""
        return self.hooks

    @property
    def is_executable(self) -> bool:
        """Whether a run can make its assets; always."""
        return True

    @property
    def is_materializable(self) -> bool:
        """Whether a run can make its assets, under Dagster's other name; always."""
        return True

    @property
    def is_external(self) -> bool:
        """Whether its assets are made elsewhere; never."""
        return False

    def get_io_manager_key_for_asset_key(self, key: CoercibleToAssetKey) -> str:
        """Return the key of the IO manager that stores an asset it makes."""
        output = self.output_of(AssetKey.from_coercible(key))
        return self.io_manager_keys.get(output, DEFAULT_IO_MANAGER)

    def stored_as(self, key: AssetKey) -> StoredAsset:
        """Return one of its assets as runs see it that take its value and do not make it."""
        output = self.output_of(key)
        manager_key = self.io_manager_keys.get(output, DEFAULT_IO_MANAGER)
        return StoredAsset(self.specs_by_output[output], manager_key, self.bindings, self.partitions_def)

    def unfilled_inputs(self, filled: Collection[str]) -> dict[str, AssetKey]:
        """Return `{parameter: key}` of the inputs that are not in `filled`."""
        return {name: key for name, key in self.input_keys.items() if name not in filled}

    @property
    def stored_outputs(self) -> Iterable[str]:
        """The outputs that may have a value to store."""
        return () if self.stores_nothing else self.specs_by_output

    def output_type(self, output: str) -> DagsterType:
        """Return the declared type of an asset's value; the return annotation of a single asset by default."""
        declared = self.types_by_output.get(output, ANY)
        return self._returned_type if declared.is_any and len(self.specs_by_output) == 1 else declared

    def output_metadata(self, output: str) -> Mapping[str, object]:
        """Return the facts about an asset."""
        return self.specs_by_output[output].metadata

    @computed_once
    def stores_nothing(self) -> bool:
        """Whether the return annotation is None, so that there is no value to pass."""
        return self.body.signature.returns is type(None)

    @computed_once
    def wants_output(self) -> bool:
        """Whether the return annotation is a wrapped value: `-> Output[int]`."""
        return is_output_annotation(self.body.signature.returns)

    @computed_once
    def _returned_type(self) -> DagsterType:
        return resolve_type(value_annotation(self.body.signature.returns))

    # -- changed copies ------------------------------------------------------------------------------------------------

    def map_asset_specs(self, fn: Callable[[AssetSpec], AssetSpec]) -> Self:
        """Return a copy with the spec that `fn` makes of each spec; the function stays.

        Raises:
            InvalidDefinitionError: `fn` changes a key.
        """
        mapped = {output: fn(spec) for output, spec in self.specs_by_output.items()}
        for output, spec in self.specs_by_output.items():
            if mapped[output].key != spec.key:
                old, new = spec.key.to_user_string(), mapped[output].key.to_user_string()
                msg = f"A function that maps specs changed the key of asset '{old}' to '{new}'. Keys must stay."
                raise InvalidDefinitionError(msg)
        check_inputs_are_deps(self.label, input_deps(self.ins), mapped.values())
        return self._changed(specs_by_output=mapped)

    def with_attributes(
        self,
        *,
        asset_key_replacements: Mapping[AssetKey, AssetKey] | None = None,
        group_names_by_key: Mapping[AssetKey, str] | None = None,
        tags_by_key: Mapping[AssetKey, Mapping[str, str]] | None = None,
        metadata_by_key: Mapping[Any, Mapping[str, object]] | None = None,
        automation_condition: AutomationCondition | Mapping[AssetKey, AutomationCondition] | None = None,
        backfill_policy: BackfillPolicy | None = None,
        hook_defs: Iterable[HookDefinition] | None = None,
    ) -> Self:
        """Return a copy with other keys or other attributes of its assets.

        Args:
            asset_key_replacements: `{key: new key}`, of its own assets and of upstream ones.
            group_names_by_key: `{key: group}`, for assets without a group of their own.
            tags_by_key: `{key: tags}`, for assets without tags of their own.
            metadata_by_key: `{key: metadata}`, merged over an asset's own.
            automation_condition: One for all its assets that have none, or `{key: condition}`; inert here.
            backfill_policy: Whether a range of partitions is one run.
            hook_defs: More hooks of its step.

        Raises:
            InvalidDefinitionError: An asset that has a group or tags is given others.
        """
        moved = asset_key_replacements or {}
        groups, tags, metadata = group_names_by_key or {}, tags_by_key or {}, metadata_by_key or {}

        def changed(spec: AssetSpec) -> AssetSpec:
            changes: dict[str, Any] = {"key": moved.get(spec.key, spec.key), "deps": moved_deps(spec, moved)}
            if spec.key in groups:
                changes["group_name"] = free_group(spec, groups[spec.key])
            if spec.key in tags:
                changes["tags"] = free_tags(spec, tags[spec.key])
            if spec.key in metadata:
                changes["metadata"] = {**spec.metadata, **metadata[spec.key]}
            condition = condition_of(spec, automation_condition)
            if condition is not None:
                changes["automation_condition"] = condition
            return spec.replace_attributes(**changes)

        return self._changed(
            specs_by_output={output: changed(spec) for output, spec in self.specs_by_output.items()},
            input_keys={name: moved.get(key, key) for name, key in self.input_keys.items()},
            check_specs=tuple(
                spec.replace_key(replace(spec.key, asset_key=moved.get(spec.asset_key, spec.asset_key)))
                for spec in self.check_specs
            ),
            backfill_policy=backfill_policy or self.backfill_policy,
            hooks=self.hooks | frozenset(hook_defs or ()),
        )

    def under(self, moved: Mapping[AssetKey, AssetKey], group_name: str | None) -> "AssetsDefinition":
        """Return a copy with moved keys, in which assets without a group are in `group_name`."""
        groups = {key: group_name for key, group in self.group_names_by_key.items() if group == DEFAULT_GROUP}
        named = {key: group for key, group in groups.items() if group is not None}
        changed = self.with_attributes(asset_key_replacements=moved, group_names_by_key=named)
        if len(self.specs_by_output) == 1:
            changed.name = changed.key.to_python_identifier()
        return changed

    def with_hooks(self, hook_defs: Iterable[HookDefinition]) -> Self:
        """Return a copy whose step has more hooks."""
        return self._changed(hooks=self.hooks | frozenset(hook_defs))

    def to_source_asset(self, key: CoercibleToAssetKey | None = None) -> SourceAsset:
        """Return one of its assets as one that is made elsewhere; the one asset, if no key is given.

        Raises:
            InvariantViolationError: There are several, and no key is given.
        """
        spec = self.get_asset_spec(key)
        return SourceAsset(
            spec.key,
            metadata=spec.metadata,
            io_manager_key=self.get_io_manager_key_for_asset_key(spec.key),
            description=spec.description,
            partitions_def=self.partitions_def,
            group_name=spec.group_name,
            resource_defs=self.bindings,
            tags=spec.tags,
        )

    def to_source_assets(self) -> list[SourceAsset]:
        """Return its assets as ones that are made elsewhere."""
        return [self.to_source_asset(spec.key) for spec in self.specs]

    def _changed(self, **attributes: object) -> Self:
        changed = copy.copy(self)
        for cached in _OF_SPECS:
            vars(changed).pop(cached, None)
        vars(changed).update(attributes)
        return changed

    def __repr__(self) -> str:
        """Show the keys."""
        return f"AssetsDefinition({', '.join(sorted(key.to_user_string() for key in self.keys))})"


_OF_SPECS = (
    *("op", "keys", "spec", "dependency_keys", "upstream_keys", "partition_mappings", "requirements", "is_plain"),
    "_output_by_key",
)
"""The values that a definition keeps of its specs; a copy with other specs computes them anew."""


def map_asset_specs(
    func: Callable[[AssetSpec], AssetSpec], iterable: Iterable[AssetsDefinition | AssetSpec]
) -> list[AssetsDefinition | AssetSpec]:
    """Return assets and specs with the spec that `func` makes of each spec.

    Raises:
        InvalidDefinitionError: `func` changes a key of an asset that is made here.

    Example:
        >>> from dagwire import AssetSpec, map_asset_specs
        >>> map_asset_specs(lambda spec: spec.replace_attributes(group_name="raw"), [AssetSpec("trips")])[0].group_name
        'raw'
    """
    return [item.map_asset_specs(func) if isinstance(item, AssetsDefinition) else func(item) for item in iterable]
