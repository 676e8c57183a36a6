"""Assets, checks and specs as Dagster's."""

from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg

from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.ops.graph_assets_definition import GraphAssetDefinition
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.check_spec import AssetCheckSpec
from dagwire.integrations.dagster.automation_conditions import dagster_condition
from dagwire.integrations.dagster.carried_steps import CarriedSteps
from dagwire.integrations.dagster.config_types import dagster_schema
from dagwire.integrations.dagster.external_assets import facts_of
from dagwire.integrations.dagster.namesakes import namesake
from dagwire.integrations.dagster.partitions import dagster_mapping, dagster_partitions
from dagwire.integrations.dagster.value_types import dagster_type
from dagwire.resources.io_manager import DEFAULT_IO_MANAGER


def dagster_assets(definition: AssetsDefinition, steps: CarriedSteps) -> dg.AssetsDefinition:
    """Return assets as Dagster's; the names of their step, inputs and outputs stay.

    Raises:
        NotCarriedError: Their partitions or a partition mapping are of a class that Dagster does not have.
    """
    if isinstance(definition, GraphAssetDefinition):
        return _of_graph(definition, steps)
    step = steps.function(definition, definition.partitions_def)
    names = steps.names(definition)
    made: Any = dg.multi_asset(
        name=definition.name,
        outs={output: _out(definition, output, names) for output in definition.specs_by_output},
        ins={name: _in(definition, name, key, names) for name, key in definition.input_keys.items()},
        deps=[_dep(definition, key) for key in _outer_deps(definition)],
        internal_asset_deps=_internal_deps(definition),
        check_specs=[check_spec(spec) for spec in definition.check_specs] or None,
        can_subset=definition.can_subset,
        config_schema=_config_schema(definition),
        required_resource_keys=step.required_names,
        partitions_def=_partitions(definition),
        backfill_policy=namesake(definition.backfill_policy),
        retry_policy=namesake(definition.retry_policy),
        op_tags=definition.tags or None,
        hooks={steps.hook(hook, definition) for hook in definition.hooks} or None,
        pool=definition.pool,
        description=definition.description,
    )(step.function(tuple(definition.input_keys)))
    return made  # type: ignore[no-any-return]


def dagster_checks(definition: AssetChecksDefinition, steps: CarriedSteps) -> dg.AssetChecksDefinition:
    """Return asset checks as Dagster's."""
    partitions = next((spec.partitions_def for spec in definition.check_specs if spec.partitions_def), None)
    step = steps.function(definition, partitions)
    names = steps.names(definition)
    made: Any = dg.multi_asset_check(
        name=definition.name,
        specs=[check_spec(spec, _inputs_of(definition, spec)) for spec in definition.check_specs],
        ins={
            name: dg.AssetIn(
                key=namesake(key), input_manager_key=names.get(definition.input_manager_keys.get(name, ""))
            )
            for name, key in definition.input_keys.items()
        },
        can_subset=definition.can_subset,
        config_schema=_config_schema(definition),
        required_resource_keys=step.required_names,
        retry_policy=namesake(definition.retry_policy),
        op_tags=definition.tags or None,
        pool=definition.pool,
        description=definition.description,
    )(step.function(tuple(definition.input_keys)))
    return made  # type: ignore[no-any-return]


def _inputs_of(definition: AssetChecksDefinition, spec: AssetCheckSpec) -> list[AssetKey]:
    """The assets whose values the body takes, besides those that the check's description names."""
    known = {spec.asset_key, *(dep.asset_key for dep in spec.additional_deps)}
    return [key for key in definition.input_keys.values() if key not in known]


def check_spec(spec: AssetCheckSpec, inputs: Iterable[AssetKey] = ()) -> dg.AssetCheckSpec:
    """Return the description of a check as Dagster's; `inputs` are more assets that come before it."""
    condition = spec.automation_condition
    partitions = spec.partitions_def
    return dg.AssetCheckSpec(
        spec.name,
        asset=namesake(spec.asset_key),
        description=spec.description,
        additional_deps=[namesake(key) for key in (*(dep.asset_key for dep in spec.additional_deps), *inputs)],
        blocking=spec.blocking,
        metadata=namesake(dict(spec.metadata)),
        automation_condition=None if condition is None else dagster_condition(condition, f"check '{spec.name}'"),
        partitions_def=None if partitions is None else dagster_partitions(partitions, f"check '{spec.name}'"),
    )


def _out(definition: AssetsDefinition, output: str, names: Mapping[str, str]) -> dg.AssetOut:
    spec = definition.specs_by_output[output]
    key = definition.io_manager_keys.get(output)
    declared = dg.Nothing if definition.stores_nothing else dagster_type(definition.output_type(output))
    return dg.AssetOut(
        key=namesake(spec.key),
        dagster_type=declared,
        is_required=not spec.skippable and not definition.can_subset,
        io_manager_key=names.get(DEFAULT_IO_MANAGER, DEFAULT_IO_MANAGER) if key is None else names[key],
        **facts_of(spec),
    )


def _in(definition: AssetsDefinition, name: str, key: AssetKey, names: Mapping[str, str]) -> dg.AssetIn:
    declared = definition.ins.get(name)
    mapping = definition.partition_mappings.get(key)
    manager = definition.input_manager_keys.get(name)
    return dg.AssetIn(
        key=namesake(key),
        metadata=namesake(dict(declared.metadata or {})) if declared is not None else None,
        input_manager_key=None if manager is None else names[manager],
        partition_mapping=None if mapping is None else dagster_mapping(mapping, definition.label),
        dagster_type=dagster_type(definition.input_type(name)),
    )


def _outer_deps(definition: AssetsDefinition) -> list[AssetKey]:
    """The assets that come before without giving a value."""
    own, taken = set(definition.keys), set(definition.input_keys.values())
    return [key for key in definition.dependency_keys if key not in own and key not in taken]


def _dep(definition: AssetsDefinition, key: AssetKey) -> dg.AssetDep:
    mapping = definition.partition_mappings.get(key)
    return dg.AssetDep(
        namesake(key), partition_mapping=None if mapping is None else dagster_mapping(mapping, definition.label)
    )


def _internal_deps(definition: AssetsDefinition) -> dict[str, set[dg.AssetKey]] | None:
    """`{output: what its asset depends on}`, if assets of one body differ in that."""
    if len(definition.specs_by_output) == 1:
        return None
    return {
        output: {namesake(dep.asset_key) for dep in spec.deps} for output, spec in definition.specs_by_output.items()
    }


def _config_schema(definition: Any) -> Any:
    return dagster_schema(definition.body.config_schema)


def _partitions(definition: AssetsDefinition) -> Any:
    partitions = definition.partitions_def
    return None if partitions is None else dagster_partitions(partitions, definition.label)


def _of_graph(definition: GraphAssetDefinition, steps: CarriedSteps) -> dg.AssetsDefinition:
    """The assets of a graph: the graph as Dagster's, its outputs as the assets."""
    graph = steps.graph(definition.name, definition.inputs, definition.composed, definition.bindings)
    specs = definition.specs_by_output
    facts_by_key = {namesake(spec.key): facts_of(spec) for spec in specs.values()}
    made = dg.AssetsDefinition.from_graph(
        graph,
        keys_by_input_name={name: namesake(key) for name, key in definition.input_keys.items()},
        keys_by_output_name={output: namesake(spec.key) for output, spec in specs.items()},
        partitions_def=_partitions(definition),
        partition_mappings={
            name: dagster_mapping(mapping, definition.label)
            for name, key in definition.input_keys.items()
            if (mapping := definition.partition_mappings.get(key)) is not None
        },
        backfill_policy=namesake(definition.backfill_policy),
        check_specs=[check_spec(spec) for spec in definition.check_specs] or None,
        can_subset=definition.can_subset,
        hook_defs={steps.hook(hook, definition) for hook in definition.hooks} or None,
    )
    return made.map_asset_specs(lambda spec: spec.replace_attributes(**facts_by_key[spec.key]))
