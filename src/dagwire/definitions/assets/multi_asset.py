"""`@multi_asset`: a function that makes several assets at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dagwire.definitions.assets.assets_definition import AssetsDefinition, asset_ins
from dagwire.definitions.partitions.partitions import BackfillPolicy, PartitionsDefinition
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.asset_spec import AssetIn, AssetOut, AssetSpec
from dagwire.definitions.specs.check_spec import AssetCheckSpec
from dagwire.definitions.specs.retries import RetryPolicy
from dagwire.definitions.specs.valid_names import check_name, doc_of, name_of
from dagwire.definitions.steps.body import Body
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.errors import InvalidDefinitionError


def multi_asset(  # Dagster's signature
    *,
    outs: Mapping[str, AssetOut] | None = None,
    name: str | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    deps: Iterable[Any] | None = None,
    description: str | None = None,
    config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    internal_asset_deps: Mapping[str, Iterable[AssetKey]] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    hooks: Iterable[HookDefinition] | None = None,
    backfill_policy: BackfillPolicy | None = None,
    op_tags: Mapping[str, object] | None = None,
    can_subset: bool = False,
    resource_defs: Mapping[str, object] | None = None,
    group_name: str | None = None,
    retry_policy: RetryPolicy | None = None,
    specs: Sequence[AssetSpec] | None = None,
    check_specs: Iterable[AssetCheckSpec] | None = None,
) -> Callable[[Callable[..., Any]], AssetsDefinition]:
    """Make several assets of one function.

    With `specs` the function stores its data itself, and returns or yields a `MaterializeResult` for each asset, or
    nothing. With `outs` it returns a tuple of values, or yields each as an `Output`, for the assets downstream.

    Args:
        outs: `{output: AssetOut}`; an asset's key is its output's name unless it says otherwise.
        name: The name of the step; the function's by default.
        ins: `{parameter: AssetIn}` for parameters that take assets' values.
        deps: Assets upstream of all of these.
        description: For people; the docstring by default.
        config_schema: Config for `context.op_config`, if there is no parameter `config`.
        required_resource_keys: Resources read as `context.resources.<key>`.
        internal_asset_deps: `{output: keys}` for outputs that do not depend on everything upstream of the step.
        partitions_def: Their partitions.
        hooks: Called when the step is done, or has failed.
        backfill_policy: Whether a range of partitions is one run.
        op_tags: Tags of the step.
        can_subset: Whether a run may select some of them; `context.selected_asset_keys` are the selected ones.
        resource_defs: Resources of its own, stronger than those of `Definitions`.
        group_name: The group of those that name none.
        retry_policy: How often the step is retried if it fails.
        specs: The assets, if the function stores its data itself.
        check_specs: Checks that the function itself makes.

    Raises:
        InvalidDefinitionError: Neither `specs` nor `outs` are given, or both, or something in them cannot be used.

    Example:
        >>> from dagwire import AssetOut, materialize, multi_asset
        >>> @multi_asset(outs={"low": AssetOut(), "high": AssetOut()})
        ... def bounds():
        ...     return 3, 4
        >>> materialize([bounds]).asset_value("high")
        4
    """

    def decorate(function: Callable[..., Any]) -> AssetsDefinition:
        own = name or name_of(function)
        check_name("multi_asset", own)
        if (outs is None) == (specs is None):
            msg = f"multi_asset '{own}': give `specs`, or `outs`, and not both."
            raise InvalidDefinitionError(msg)
        by_output = _from_outs(outs or {}, deps, internal_asset_deps or {}, group_name)
        by_output |= _from_specs(specs or (), deps, group_name)
        body = Body(function, f"multi_asset '{own}'", required_resource_keys or (), config_schema)
        return AssetsDefinition(
            own,
            body,
            by_output,
            ins=asset_ins(body, ins),
            io_manager_keys=_io_manager_keys(outs or {}, by_output),
            check_specs=check_specs,
            types_by_output={output: out.dagster_type for output, out in (outs or {}).items()},
            can_subset=can_subset,
            partitions_def=partitions_def,
            backfill_policy=backfill_policy,
            resource_defs=resource_defs,
            retry_policy=retry_policy,
            hooks=hooks,
            description=description or doc_of(function),
            tags=op_tags,
        )

    return decorate


def _io_manager_keys(outs: Mapping[str, AssetOut], specs_by_output: Mapping[str, AssetSpec]) -> dict[str, str]:
    """`{output: key}` of the IO managers that outputs or specs name."""
    named = {output: out.io_manager_key for output, out in outs.items()}
    named |= {output: spec.io_manager_key for output, spec in specs_by_output.items() if spec.io_manager_key}
    return {output: key for output, key in named.items() if key is not None}


def _from_outs(
    outs: Mapping[str, AssetOut],
    deps: Iterable[Any] | None,
    internal: Mapping[str, Iterable[AssetKey]],
    group_name: str | None,
) -> dict[str, AssetSpec]:
    return {
        output: out.spec_for(output, internal.get(output, tuple(deps or ())), group_name)
        for output, out in outs.items()
    }


def _from_specs(specs: Iterable[AssetSpec], deps: Iterable[Any] | None, group_name: str | None) -> dict[str, AssetSpec]:
    shared = tuple(deps or ())
    by_output: dict[str, AssetSpec] = {}
    for spec in specs:
        changes: dict[str, Any] = {"deps": (*spec.mapped_deps, *shared)}
        if group_name is not None and spec.group_name == "default":
            changes["group_name"] = group_name
        by_output[spec.key.to_python_identifier()] = spec.replace_attributes(**changes)
    return by_output
