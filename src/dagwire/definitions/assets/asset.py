"""`@asset`: a function that makes one asset."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, overload

from dagwire.definitions.assets.asset_deps import (
    asset_ins,
    check_dep_names,
    check_ins_beside_deps,
    input_deps,
    with_input_deps,
    with_values,
)
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.partitions.partitions import BackfillPolicy, PartitionsDefinition
from dagwire.definitions.specs.argument_types import check_text_keys
from dagwire.definitions.specs.asset_dep import deps_from
from dagwire.definitions.specs.asset_in_and_out import AssetIn
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.automation_condition import AutoMaterializePolicy, AutomationCondition
from dagwire.definitions.specs.check_spec import AssetCheckSpec
from dagwire.definitions.specs.freshness_policy import FreshnessPolicy
from dagwire.definitions.specs.retries import RetryPolicy
from dagwire.definitions.specs.valid_attributes import DEFAULT_GROUP
from dagwire.definitions.specs.valid_names import check_asset_parts, doc_of, name_of
from dagwire.definitions.steps.body import Body
from dagwire.definitions.steps.bound_resources import keys_required_by
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.definitions.steps.signature import RESULT
from dagwire.definitions.steps.stored_input import own_io_manager
from dagwire.errors import InvalidDefinitionError


@overload
def asset(compute_fn: Callable[..., object]) -> AssetsDefinition: ...
@overload
def asset(
    *,
    name: str | None = None,
    key: CoercibleToAssetKey | None = None,
    key_prefix: str | Sequence[str] | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    deps: Iterable[object] | None = None,
    description: str | None = None,
    metadata: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    owners: Sequence[str] | None = None,
    kinds: Iterable[str] | None = None,
    group_name: str | None = None,
    output_required: bool = True,
    config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: object = None,
    io_manager_def: object = None,
    io_manager_key: str | None = None,
    dagster_type: object = Any,
    partitions_def: PartitionsDefinition | None = None,
    backfill_policy: BackfillPolicy | None = None,
    retry_policy: RetryPolicy | None = None,
    hooks: Iterable[HookDefinition] | None = None,
    op_tags: Mapping[str, object] | None = None,
    check_specs: Iterable[AssetCheckSpec] | None = None,
    code_version: str | None = None,
    automation_condition: AutomationCondition | None = None,
    freshness_policy: FreshnessPolicy | None = None,
    pool: str | None = None,
    compute_kind: str | None = None,
    auto_materialize_policy: AutoMaterializePolicy | None = None,
) -> Callable[[Callable[..., Any]], AssetsDefinition]: ...
def asset(  # Dagster's signature
    compute_fn: Callable[..., object] | None = None,
    *,
    name: str | None = None,
    key: CoercibleToAssetKey | None = None,
    key_prefix: str | Sequence[str] | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    deps: Iterable[object] | None = None,
    description: str | None = None,
    metadata: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    owners: Sequence[str] | None = None,
    kinds: Iterable[str] | None = None,
    group_name: str | None = None,
    output_required: bool = True,
    config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: object = None,
    io_manager_def: object = None,
    io_manager_key: str | None = None,
    dagster_type: object = Any,
    partitions_def: PartitionsDefinition | None = None,
    backfill_policy: BackfillPolicy | None = None,
    retry_policy: RetryPolicy | None = None,
    hooks: Iterable[HookDefinition] | None = None,
    op_tags: Mapping[str, object] | None = None,
    check_specs: Iterable[AssetCheckSpec] | None = None,
    code_version: str | None = None,
    automation_condition: AutomationCondition | None = None,
    freshness_policy: FreshnessPolicy | None = None,
    pool: str | None = None,
    compute_kind: str | None = None,
    auto_materialize_policy: AutoMaterializePolicy | None = None,
) -> AssetsDefinition | Callable[[Callable[..., Any]], AssetsDefinition]:
    """Make an asset of a function.

    The function's parameters declare its needs: `context` first, if it takes one; `config`, a `Config`; resources, by
    their annotations; and the values of upstream assets, by their names.

    Args:
        compute_fn: The function, if the decorator is used without arguments.
        name: The last part of the key; the function's name by default.
        key: The whole key, in place of `name` and `key_prefix`.
        key_prefix: The parts before the name.
        ins: `{parameter: AssetIn}` for parameters that take assets' values.
        deps: Assets that come first and whose values are not taken: keys, names or assets.
        description: For people; the docstring by default.
        metadata: Facts about the asset.
        tags: For selecting and grouping.
        owners: Email addresses, or `team:name`.
        kinds: The technologies that make or store it, for people.
        group_name: The group it is shown in.
        output_required: Whether each run materializes it; if not, the function yields its value, or nothing.
        config_schema: Config for `context.op_config`, if there is no parameter `config`.
        required_resource_keys: Resources read as `context.resources.<key>`.
        resource_defs: Resources of its own, a dict or a container, stronger than those of `Definitions`.
        io_manager_def: An IO manager of its own.
        io_manager_key: The IO manager that stores its value; "io_manager" by default, if that is provided.
        dagster_type: The type against which its value is checked; the return annotation by default.
        partitions_def: Its partitions.
        backfill_policy: Whether a range of partitions is one run.
        retry_policy: How often it is retried if it fails.
        hooks: Called when it is done, or has failed.
        op_tags: Tags of its step.
        check_specs: Checks that the function itself makes, in its `MaterializeResult`.
        code_version: Changes when what the function makes changes; a tag of its materializations.
        automation_condition: The rule by which Dagster materializes it; inert here.
        freshness_policy: The freshness that Dagster expects; inert here.
        auto_materialize_policy: An older form of `automation_condition`.
        pool: The pool whose limit holds for its step in Dagster; inert here.
        compute_kind: One technology that makes it; Dagster's old form of `kinds`.

    Raises:
        InvalidDefinitionError: A parameter, a name or another argument cannot be used.

    Example:
        >>> from dagwire import asset, materialize
        >>> @asset
        ... def numbers():
        ...     return [1, 2, 3]
        >>> @asset
        ... def total(numbers):
        ...     return sum(numbers)
        >>> materialize([numbers, total]).asset_value("total")
        6
    """

    def decorate(function: Callable[..., object]) -> AssetsDefinition:
        own_key = asset_key_for(function, name, key, key_prefix)
        owner = f"asset '{own_key.to_user_string()}'"
        body = Body(function, owner, {*(required_resource_keys or ()), *keys_required_by(resource_defs)}, config_schema)
        parameters = asset_ins(body, ins)
        declared = check_dep_names(deps_from(owner, deps))
        check_ins_beside_deps(owner, declared, ins)
        spec = AssetSpec(
            own_key,
            deps=with_input_deps(declared, input_deps(parameters)),
            description=description or doc_of(function),
            metadata=metadata,
            skippable=not output_required,
            group_name=DEFAULT_GROUP if group_name is None else group_name,
            tags=tags,
            owners=owners,
            kinds=kinds,
            code_version=code_version,
            automation_condition=automation_condition,
            auto_materialize_policy=auto_materialize_policy,
            freshness_policy=freshness_policy,
            partitions_def=partitions_def,
        )
        own_name = own_key.to_python_identifier()
        manager_key, own_resources = own_io_manager(owner, own_name, io_manager_key, io_manager_def, resource_defs)
        return AssetsDefinition.of_body(
            own_name,
            body,
            {RESULT: spec},
            ins=with_values(parameters),
            io_manager_keys={RESULT: manager_key} if manager_key else None,
            types_by_output=None if dagster_type is Any else {RESULT: dagster_type},
            check_specs=check_specs,
            partitions_def=partitions_def,
            backfill_policy=backfill_policy,
            resource_defs=own_resources,
            retry_policy=retry_policy,
            hooks=hooks,
            description=spec.description,
            tags=with_compute_kind(owner, op_tags, compute_kind, kinds),
            pool=pool,
        )

    return decorate if compute_fn is None else decorate(compute_fn)


def asset_key_for(
    function: Callable[..., object],
    name: str | None,
    key: CoercibleToAssetKey | None,
    prefix: str | Sequence[str] | None,
) -> AssetKey:
    """The key that the arguments of a decorator name.

    Raises:
        InvalidDefinitionError: They name it twice, or a part of it is invalid.
    """
    own = _named_key(function, name or None, key or None, prefix or None)
    check_asset_parts(own.parts)
    return own


def _named_key(
    function: Callable[..., object],
    name: str | None,
    key: CoercibleToAssetKey | None,
    prefix: str | Sequence[str] | None,
) -> AssetKey:
    if key is not None:
        if name is not None or prefix is not None:
            given = AssetKey.from_coercible(key).to_user_string()
            msg = f"asset '{given}': give `key`, or `name` and `key_prefix`, not both."
            raise InvalidDefinitionError(msg)
        return AssetKey.from_coercible(key)
    own = AssetKey(name or name_of(function))
    return own.with_prefix(prefix) if prefix else own


def with_compute_kind(
    owner: str, op_tags: Mapping[str, object] | None, compute_kind: str | None, kinds: Iterable[str] | None = None
) -> Mapping[str, object]:
    """Return the tags of a step, with Dagster's tag for its compute kind.

    Raises:
        InvalidDefinitionError: Both `compute_kind` and `kinds` are given, or `op_tags` is not a mapping.
    """
    check_text_keys(owner, "op_tags", op_tags)
    if compute_kind is None:
        return op_tags or {}
    if kinds:
        msg = f"{owner}: give `kinds` or `compute_kind`, not both."
        raise InvalidDefinitionError(msg)
    return {**(op_tags or {}), "dagster/compute_kind": compute_kind}
