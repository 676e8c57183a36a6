"""`@graph_asset`: an asset that several ops make together."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, overload

from dagwire.definitions.assets.asset import asset_key_for
from dagwire.definitions.assets.asset_deps import input_deps
from dagwire.definitions.ops.config_mapping import ConfigMapping
from dagwire.definitions.ops.graph_assets_definition import GraphAssetDefinition, composed_assets, graph_ins
from dagwire.definitions.partitions.partitions import BackfillPolicy, PartitionsDefinition
from dagwire.definitions.specs.asset_in_and_out import AssetIn
from dagwire.definitions.specs.asset_key import CoercibleToAssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.automation_condition import AutoMaterializePolicy, AutomationCondition
from dagwire.definitions.specs.check_spec import AssetCheckSpec
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.definitions.steps.signature import RESULT


@overload
def graph_asset(compose_fn: Callable[..., object]) -> GraphAssetDefinition: ...
@overload
def graph_asset(
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    key_prefix: str | Sequence[str] | None = None,
    group_name: str | None = None,
    partitions_def: PartitionsDefinition | None = None,
    metadata: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    owners: Sequence[str] | None = None,
    backfill_policy: BackfillPolicy | None = None,
    resource_defs: object = None,
    code_version: str | None = None,
    key: CoercibleToAssetKey | None = None,
    kinds: Iterable[str] | None = None,
    config: ConfigMapping | Mapping[str, object] | None = None,
    hooks: Iterable[HookDefinition] | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    automation_condition: AutomationCondition | None = None,
    auto_materialize_policy: AutoMaterializePolicy | None = None,
) -> Callable[[Callable[..., Any]], GraphAssetDefinition]: ...
def graph_asset(  # Dagster's signature
    compose_fn: Callable[..., object] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    key_prefix: str | Sequence[str] | None = None,
    group_name: str | None = None,
    partitions_def: PartitionsDefinition | None = None,
    metadata: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    owners: Sequence[str] | None = None,
    backfill_policy: BackfillPolicy | None = None,
    resource_defs: object = None,
    code_version: str | None = None,
    key: CoercibleToAssetKey | None = None,
    kinds: Iterable[str] | None = None,
    config: ConfigMapping | Mapping[str, object] | None = None,
    hooks: Iterable[HookDefinition] | None = None,
    check_specs: Sequence[AssetCheckSpec] | None = None,
    automation_condition: AutomationCondition | None = None,
    auto_materialize_policy: AutoMaterializePolicy | None = None,
) -> GraphAssetDefinition | Callable[[Callable[..., Any]], GraphAssetDefinition]:
    """Make an asset from a function that calls ops and returns the output of the last one.

    Its parameters are upstream assets, by their names; everything else is as `@asset` has it. `config` turns the
    asset's own config into its ops', and `hooks` are theirs. If it has `check_specs`, the function returns a
    dict: the asset's value under "result", and the output of the op that makes a check under `<asset>_<check>`.

    Raises:
        InvalidDefinitionError: It does not return the output of an op, or a name cannot be used.

    Example:
        >>> from dagwire import graph_asset, materialize, op
        >>> @op
        ... def one():
        ...     return 1
        >>> @op
        ... def double(number):
        ...     return number * 2
        >>> @graph_asset
        ... def doubled():
        ...     return double(one())
        >>> materialize([doubled]).asset_value("doubled")
        2
    """

    def decorate(function: Callable[..., object]) -> GraphAssetDefinition:
        own_key = asset_key_for(function, name, key, key_prefix)
        owner = f"graph asset '{own_key.to_user_string()}'"
        parameters = graph_ins(owner, function, ins)
        spec = AssetSpec(
            own_key,
            deps=input_deps(parameters),
            description=description or inspect.getdoc(function),
            metadata=metadata,
            group_name=group_name,
            tags=tags,
            owners=owners,
            kinds=kinds,
            code_version=code_version,
            automation_condition=automation_condition,
            auto_materialize_policy=auto_materialize_policy,
            partitions_def=partitions_def,
        )
        return GraphAssetDefinition(
            own_key.to_python_identifier(),
            owner,
            {RESULT: spec},
            composed_assets(owner, function, parameters, (RESULT,), check_specs, config),
            parameters,
            check_specs=check_specs,
            hooks=hooks,
            partitions_def=partitions_def,
            backfill_policy=backfill_policy,
            resource_defs=resource_defs,
        )

    return decorate if compose_fn is None else decorate(compose_fn)
