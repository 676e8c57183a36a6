"""`@graph_multi_asset`: several assets that several ops make together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dagwire.definitions.assets.asset_deps import input_deps
from dagwire.definitions.assets.multi_asset import outs_as_specs
from dagwire.definitions.ops.config_mapping import ConfigMapping
from dagwire.definitions.ops.graph_assets_definition import GraphAssetDefinition, composed_assets, graph_ins
from dagwire.definitions.partitions.partitions import BackfillPolicy, PartitionsDefinition
from dagwire.definitions.specs.asset_in_and_out import AssetIn, AssetOut
from dagwire.definitions.specs.check_spec import AssetCheckSpec
from dagwire.definitions.specs.valid_names import check_name, name_of
from dagwire.definitions.steps.hook import HookDefinition


def graph_multi_asset(  # Dagster's signature
    *,
    outs: Mapping[str, AssetOut],
    name: str | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    hooks: Iterable[HookDefinition] | None = None,
    backfill_policy: BackfillPolicy | None = None,
    group_name: str | None = None,
    can_subset: bool = False,
    resource_defs: object = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    config: ConfigMapping | Mapping[str, object] | None = None,
) -> Callable[[Callable[..., Any]], GraphAssetDefinition]:
    """Make several assets of a function that calls ops and returns `{output: the output of the op that makes it}`.

    Its parameters are upstream assets, by their names.

    Args:
        outs: `{output: AssetOut}`; an asset's key is its output's name by default.
        name: The name that its steps' names begin with; the function's by default.
        ins: `{parameter: AssetIn}`.
        partitions_def: The parts they are made in.
        hooks: Hooks of its ops.
        backfill_policy: Whether a range of partitions is one run.
        group_name: The group of assets that name none.
        can_subset: Whether a run may want some of them alone; only the ops that these need are run then.
        resource_defs: Resources of its own, a dict or a container, stronger than those of `Definitions`.
        check_specs: Checks; the function returns the output of the op that makes one under `<asset>_<check>`.
        config: Turns the config given under its name into that of its ops; a dict configures them once and for all.

    Raises:
        InvalidDefinitionError: It does not return the output of an op for each asset and check.

    Example:
        >>> from dagwire import AssetOut, graph_multi_asset, materialize, op
        >>> @op
        ... def numbers():
        ...     return [3, 4]
        >>> @op
        ... def total(numbers):
        ...     return sum(numbers)
        >>> @graph_multi_asset(outs={"readings": AssetOut(), "sum_of_readings": AssetOut()})
        ... def measured():
        ...     readings = numbers()
        ...     return {"readings": readings, "sum_of_readings": total(readings)}
        >>> materialize([measured]).asset_value("sum_of_readings")
        7
    """

    def decorate(function: Callable[..., object]) -> GraphAssetDefinition:
        own = name or name_of(function)
        check_name("graph_multi_asset", own)
        owner = f"graph_multi_asset '{own}'"
        parameters = graph_ins(owner, function, ins)
        return GraphAssetDefinition(
            own,
            owner,
            outs_as_specs(owner, outs, input_deps(parameters), None, None, group_name),
            composed_assets(owner, function, parameters, tuple(outs), check_specs, config),
            parameters,
            check_specs=check_specs,
            types_by_output={output: out.dagster_type for output, out in outs.items()},
            can_subset=can_subset,
            partitions_def=partitions_def,
            backfill_policy=backfill_policy,
            resource_defs=resource_defs,
            hooks=hooks,
            io_manager_keys={output: out.io_manager_key for output, out in outs.items() if out.io_manager_key},
        )

    return decorate
