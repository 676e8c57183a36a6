"""Dependencies of assets: those that parameters declare, and the rules that hold for all of them. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from dagwire.definitions.partitions.multi_partition_mapping import MultiPartitionMapping
from dagwire.definitions.partitions.multi_partitions import MultiPartitionsDefinition
from dagwire.definitions.partitions.partition_mapping import PartitionMapping
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.partitions.time_window_mapping import TimeWindowPartitionMapping
from dagwire.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
from dagwire.definitions.specs.asset_dep import AssetDep
from dagwire.definitions.specs.asset_in_and_out import AssetIn
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.valid_names import check_asset_parts
from dagwire.definitions.steps.body import Body
from dagwire.definitions.value_types.resolve_type import resolve_type
from dagwire.errors import ArgumentTypeError, InvalidDefinitionError


def asset_ins(body: Body, ins: Mapping[str, AssetIn] | None) -> dict[str, AssetIn]:
    """Return `{input: AssetIn}` of all parameters that take assets' values, and of inputs of type `Nothing`.

    Raises:
        InvalidDefinitionError: `ins` names a parameter that does not exist, or holds something else.
    """
    parameters = dict.fromkeys(body.signature.inputs)
    declared = ins or {}
    for name, item in declared.items():
        if not isinstance(item, AssetIn):  # pyright: ignore[reportUnnecessaryIsInstance]  # users may pass anything
            raise ArgumentTypeError(body.owner, f"ins['{name}']", "AssetIn", item)
    unknown = [name for name in declared if name not in parameters]
    strange = [name for name in unknown if not _carries_nothing(declared[name])]
    if strange and not body.signature.takes_any_name:
        msg = f"{body.owner}: `ins` names {', '.join(strange)}, and the function has no such parameter."
        raise InvalidDefinitionError(msg)
    return {name: declared.get(name, AssetIn()) for name in (*parameters, *unknown)}


def _carries_nothing(declared: AssetIn) -> bool:
    return resolve_type(declared.dagster_type).is_nothing


def with_values(ins: Mapping[str, AssetIn]) -> dict[str, AssetIn]:
    """Return the inputs that pass a value to a parameter; one of type `Nothing` only orders assets."""
    return {name: declared for name, declared in ins.items() if not _carries_nothing(declared)}


def check_dep_names(deps: Sequence[AssetDep]) -> Sequence[AssetDep]:
    """Return `deps`; refuse one whose key cannot name an input.

    Raises:
        InvalidNameError: There is one.
    """
    for dep in deps:
        if dep.asset_key.parts != ("config",):  # Dagster lets this reserved word pass here
            check_asset_parts(dep.asset_key.parts)
    return deps


def check_ins_beside_deps(owner: str, deps: Iterable[AssetDep], ins: Mapping[str, AssetIn] | None) -> None:
    """Refuse an asset that is named in `deps` and described by an AssetIn of the same name.

    Raises:
        InvalidDefinitionError: There is one.
    """
    named = {dep.asset_key.to_python_identifier() for dep in deps}
    for name, declared in (ins or {}).items():
        if name in named and (declared.metadata or declared.key_prefix or declared.partition_mapping):
            msg = f"{owner}: '{name}' is named in `deps` and described in `ins`. Leave it out of `deps`."
            raise InvalidDefinitionError(msg)


def input_deps(ins: Mapping[str, AssetIn]) -> list[AssetDep]:
    """Return the dependencies that parameters declare, each asset once."""
    keyed = {declared.key_for(name): declared for name, declared in ins.items()}
    return [AssetDep(key, partition_mapping=declared.partition_mapping) for key, declared in keyed.items()]


def with_input_deps(deps: Iterable[AssetDep], of_inputs: Iterable[AssetDep]) -> list[AssetDep]:
    """Return `deps` and those of parameters, each asset once; a partition mapping may come from either side."""
    by_key = {dep.asset_key: dep for dep in deps}
    for dep in of_inputs:
        known = by_key.get(dep.asset_key)
        if known is None or (known.partition_mapping is None and dep.partition_mapping is not None):
            by_key[dep.asset_key] = dep
    return list(by_key.values())


def check_inputs_are_deps(owner: str, of_inputs: Iterable[AssetDep], specs: Iterable[AssetSpec]) -> None:
    """Refuse a parameter whose asset none of the specs depends on.

    Raises:
        InvalidDefinitionError: There is one; the message names the assets.
    """
    named = {dep.asset_key for spec in specs for dep in spec.deps}
    missing = [dep.asset_key.to_user_string() for dep in of_inputs if dep.asset_key not in named]
    if missing:
        msg = (
            f"{owner} takes the value of {', '.join(missing)}, and none of its assets depends on that. Add it to the "
            f"`deps` of the AssetSpec, or to `internal_asset_deps`, of each asset that is made from it."
        )
        raise InvalidDefinitionError(msg)


def check_depends_on_past(owner: str, spec: AssetSpec, partitions: PartitionsDefinition | None) -> None:
    """Refuse an asset that depends on itself, unless each of its partitions depends on earlier ones.

    Raises:
        InvalidDefinitionError: It depends on itself in another way.
    """
    own = next((dep for dep in spec.deps if dep.asset_key == spec.key), None)
    if own is None or _reaches_back(partitions, own.partition_mapping):
        return
    msg = (
        f"{owner}: asset '{spec.key.to_user_string()}' depends on itself. Only a time-partitioned asset can, if each "
        f"partition depends on earlier ones: partition_mapping=TimeWindowPartitionMapping(start_offset=-1, "
        f"end_offset=-1)."
    )
    raise InvalidDefinitionError(msg)


def check_mappings(owner: str, specs: Iterable[AssetSpec]) -> None:
    """Refuse assets of one step that need different partitions of one upstream asset: the step loads it once.

    Raises:
        InvalidDefinitionError: Two of the specs declare different mappings for one asset.
    """
    mapping_by_key: dict[AssetKey, PartitionMapping] = {}
    for dep in (dep for spec in specs for dep in spec.deps):
        mapping = dep.partition_mapping
        if mapping is not None and mapping_by_key.setdefault(dep.asset_key, mapping) != mapping:
            name = dep.asset_key.to_user_string()
            msg = f"{owner} declares two different partition mappings for asset '{name}'. Give it one."
            raise InvalidDefinitionError(msg)


def _reaches_back(partitions: PartitionsDefinition | None, mapping: PartitionMapping | None) -> bool:
    if isinstance(partitions, TimeWindowPartitionsDefinition):
        return isinstance(mapping, TimeWindowPartitionMapping) and max(mapping.start_offset, mapping.end_offset) < 0
    if isinstance(partitions, MultiPartitionsDefinition) and isinstance(mapping, MultiPartitionMapping):
        return any(_dimension_reaches_back(partitions, name, mapping) for name in partitions.by_dimension)
    return False


def _dimension_reaches_back(partitions: MultiPartitionsDefinition, name: str, mapping: MultiPartitionMapping) -> bool:
    declared: Any = mapping.downstream_mappings_by_upstream_dimension.get(name)
    return declared is not None and _reaches_back(partitions.by_dimension[name], declared.partition_mapping)


def keys_by_input_name(own: Mapping[str, AssetKey], dependencies: Collection[AssetKey]) -> dict[str, AssetKey]:
    """Return `{input: key}` of all dependencies; one without a value is an input named after its key."""
    others = sorted(set(dependencies).difference(own.values()))
    return {**own, **{"_".join(key.path).replace("-", "_"): key for key in others}}
