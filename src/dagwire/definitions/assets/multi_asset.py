"""`@multi_asset`: a function that makes several assets at once."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from dagwire.definitions.assets.asset import with_compute_kind
from dagwire.definitions.assets.asset_deps import (
    asset_ins,
    check_dep_names,
    check_inputs_are_deps,
    check_ins_beside_deps,
    input_deps,
    with_input_deps,
    with_values,
)
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.partitions.partitions import BackfillPolicy, PartitionsDefinition
from dagwire.definitions.specs.argument_types import check_members, check_type
from dagwire.definitions.specs.asset_dep import AssetDep, deps_from
from dagwire.definitions.specs.asset_in_and_out import AssetIn, AssetOut
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.check_spec import AssetCheckSpec
from dagwire.definitions.specs.retries import RetryPolicy
from dagwire.definitions.specs.valid_names import check_asset_parts, check_name, doc_of, name_of
from dagwire.definitions.steps.body import Body
from dagwire.definitions.steps.bound_resources import keys_required_by
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.errors import DuplicateDefinitionError, InvalidDefinitionError


def multi_asset(  # Dagster's signature
    *,
    outs: Mapping[str, AssetOut] | None = None,
    name: str | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    deps: Iterable[object] | None = None,
    description: str | None = None,
    config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    internal_asset_deps: Mapping[str, Iterable[AssetKey]] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    hooks: Iterable[HookDefinition] | None = None,
    backfill_policy: BackfillPolicy | None = None,
    op_tags: Mapping[str, object] | None = None,
    can_subset: bool = False,
    resource_defs: object = None,
    group_name: str | None = None,
    retry_policy: RetryPolicy | None = None,
    specs: Sequence[AssetSpec] | None = None,
    check_specs: Iterable[AssetCheckSpec] | None = None,
    pool: str | None = None,
    compute_kind: str | None = None,
) -> Callable[[Callable[..., Any]], AssetsDefinition]:
    """Make several assets of one function.

    With `specs` the function stores its data itself, and returns or yields a `MaterializeResult` for each asset, or
    nothing. With `outs` it returns a tuple of values, or yields each as an `Output`, for the assets downstream.

    Args:
        outs: `{output: AssetOut}`; an asset's key is its output's name unless the AssetOut has a key.
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
        resource_defs: Resources of its own, a dict or a container, stronger than those of `Definitions`.
        group_name: The group of those that name none.
        retry_policy: How often the step is retried if it fails.
        specs: The assets, if the function stores its data itself.
        check_specs: Checks that the function itself makes.
        pool: The pool whose limit holds for the step in Dagster; inert here.
        compute_kind: One technology that makes them; Dagster's old form of `kinds`.

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

    def decorate(function: Callable[..., object]) -> AssetsDefinition:
        own = name or name_of(function)
        owner = f"multi_asset '{own}'"
        check_name("multi_asset", own)
        _check_arguments(owner, outs, specs, deps, internal_asset_deps)
        body = Body(function, owner, {*(required_resource_keys or ()), *keys_required_by(resource_defs)}, config_schema)
        parameters = asset_ins(body, ins)
        check_ins_beside_deps(owner, (dep for spec in specs or () for dep in spec.deps), ins)
        by_output = (
            _from_specs(owner, specs, input_deps(parameters), group_name)
            if specs is not None
            else outs_as_specs(owner, outs or {}, input_deps(parameters), deps, internal_asset_deps, group_name)
        )
        return AssetsDefinition.of_body(
            own,
            body,
            by_output,
            ins=with_values(parameters),
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
            tags=with_compute_kind(owner, op_tags, compute_kind, {kind for spec in specs or () for kind in spec.kinds}),
            pool=pool,
        )

    return decorate


def _check_arguments(
    owner: str,
    outs: Mapping[str, AssetOut] | None,
    specs: Sequence[AssetSpec] | None,
    deps: Iterable[object] | None,
    internal_asset_deps: Mapping[str, Iterable[AssetKey]] | None,
) -> None:
    """Refuse arguments that exclude one another.

    Raises:
        InvalidDefinitionError: `outs` and `specs` are both given, or dependencies are given beside `specs`.
    """
    if (outs is None) == (specs is None):
        msg = f"{owner}: give `specs`, or `outs`, and not both."
        raise InvalidDefinitionError(msg)
    check_members(owner, "specs", specs, AssetSpec)
    if specs is not None and (deps or internal_asset_deps):
        msg = f"{owner}: with `specs`, dependencies belong to each AssetSpec: AssetSpec(..., deps=[...])."
        raise InvalidDefinitionError(msg)


def _io_manager_keys(outs: Mapping[str, AssetOut], specs_by_output: Mapping[str, AssetSpec]) -> dict[str, str]:
    """`{output: key}` of the IO managers that outputs or specs name."""
    named = {output: out.io_manager_key for output, out in outs.items()}
    named |= {output: spec.io_manager_key for output, spec in specs_by_output.items() if spec.io_manager_key}
    return {output: key for output, key in named.items() if key is not None}


def outs_as_specs(
    owner: str,
    outs: Mapping[str, AssetOut],
    of_inputs: Sequence[AssetDep],
    deps: Iterable[object] | None,
    internal_asset_deps: Mapping[str, Iterable[AssetKey]] | None,
    group_name: str | None,
) -> dict[str, AssetSpec]:
    """Return `{output: spec}`; each asset depends on everything upstream, unless `internal_asset_deps` is given.

    Raises:
        InvalidDefinitionError: An output has an invalid name, or two groups, or an internal dependency is unknown.
    """
    for output, out in outs.items():
        check_name("output", output)
        check_type(owner, f"outs['{output}']", out, AssetOut)
        _check_group(owner, out.group_name, group_name)
    upstream = with_input_deps(of_inputs, check_dep_names(deps_from(owner, deps)))
    if not internal_asset_deps:
        return {output: out.spec_for(output, upstream, group_name) for output, out in outs.items()}
    own = {AssetIn(out.key, key_prefix=out.key_prefix).key_for(output) for output, out in outs.items()}
    known = own | {dep.asset_key for dep in upstream}
    for output, keys in internal_asset_deps.items():
        _check_internal_deps(owner, output, keys, outs, known)
    mapped = {dep.asset_key: dep for dep in upstream}
    by_output = {
        output: out.spec_for(output, [mapped.get(key, key) for key in internal_asset_deps.get(output, ())], group_name)
        for output, out in outs.items()
    }
    check_inputs_are_deps(owner, upstream, by_output.values())
    return by_output


def _check_internal_deps(
    owner: str, output: str, keys: Iterable[AssetKey], outs: Iterable[str], known: Collection[AssetKey]
) -> None:
    if output not in outs:
        msg = f"{owner}: `internal_asset_deps` names output '{output}'. Its outputs are: {', '.join(outs)}."
        raise InvalidDefinitionError(msg)
    unknown = [key.to_user_string() for key in keys if key not in known]
    if unknown:
        listed = ", ".join(sorted(key.to_user_string() for key in known))
        msg = (
            f"{owner}: `internal_asset_deps` of output '{output}' names {', '.join(unknown)}, which it neither makes "
            f"nor takes. Known: {listed}."
        )
        raise InvalidDefinitionError(msg)


def _check_group(owner: str, own: str | None, shared: str | None) -> None:
    if own is not None and shared is not None and own != shared:
        msg = f"{owner} has group '{shared}', and one of its assets has group '{own}'. Name the group in one place."
        raise InvalidDefinitionError(msg)


def _from_specs(
    owner: str, specs: Iterable[AssetSpec], of_inputs: Sequence[AssetDep], group_name: str | None
) -> dict[str, AssetSpec]:
    by_output: dict[str, AssetSpec] = {}
    mapped = {dep.asset_key: dep for dep in of_inputs if dep.partition_mapping is not None}
    for spec in specs:
        check_asset_parts(spec.key.parts)
        _check_group(owner, spec.group_name, group_name)
        output = spec.key.to_python_identifier()
        if output in by_output:
            raise DuplicateDefinitionError("asset", spec.key.to_user_string())
        by_output[output] = spec.replace_attributes(
            group_name=spec.group_name or group_name, deps=[mapped.get(dep.asset_key, dep) for dep in spec.deps]
        )
    check_inputs_are_deps(owner, of_inputs, by_output.values())
    return by_output
