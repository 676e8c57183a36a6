"""`AssetsDefinition`: one asset or several, and the function that makes them."""

import copy
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from typing import Any, Self

from dagwire.definitions.partitions.partition_mapping import PartitionMapping
from dagwire.definitions.partitions.partitions import BackfillPolicy, PartitionsDefinition
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.asset_spec import AssetDep, AssetIn, AssetSpec
from dagwire.definitions.specs.check_spec import AssetCheckSpec
from dagwire.definitions.steps.body import Body
from dagwire.definitions.steps.output_handles import OutputHandle
from dagwire.definitions.steps.step_definition import StepDefinition
from dagwire.definitions.steps.stored_input import StoredAsset
from dagwire.definitions.value_types.class_types import ANY
from dagwire.definitions.value_types.dagster_type import DagsterType
from dagwire.definitions.value_types.resolve_type import resolve_type
from dagwire.definitions.value_types.value_annotations import value_annotation
from dagwire.errors import DuplicateDefinitionError, InvalidDefinitionError, InvariantViolationError, UnknownNameError
from dagwire.resources.io_manager import DEFAULT_IO_MANAGER


class AssetsDefinition(StepDefinition[AssetIn]):
    """Assets and the function that makes them; made by `@asset` or `@multi_asset`."""

    def __init__(
        self,
        name: str,
        body: Body,
        specs_by_output: Mapping[str, AssetSpec],
        *,
        ins: Mapping[str, AssetIn],
        check_specs: Iterable[AssetCheckSpec] | None = None,
        types_by_output: Mapping[str, Any] | None = None,
        can_subset: bool = False,
        partitions_def: PartitionsDefinition | None = None,
        backfill_policy: BackfillPolicy | None = None,
        **step: Any,
    ) -> None:
        """Put together what the decorators read.

        Args:
            name: The name of its step.
            body: The function.
            specs_by_output: `{output: spec}`; a single asset is the output "result".
            ins: `{parameter: which asset's value it takes, and how}`.
            check_specs: Checks that the function itself makes.
            types_by_output: `{output: what its value is held to be}`, where the decorator says so.
            can_subset: Whether a run may want some of the assets alone.
            partitions_def: The parts they are made in.
            backfill_policy: Whether a range of partitions is one run.
            step: What `StepDefinition` takes.

        Raises:
            InvalidDefinitionError: An input or a check does not fit, or an asset depends on itself.
        """
        super().__init__(name, body, ins=ins, **step)
        self.specs_by_output = dict(specs_by_output)
        self._whole: AssetsDefinition | None = None
        self.check_specs = tuple(check_specs or ())
        self.can_subset = can_subset
        self.partitions_def = partitions_def
        self.backfill_policy = backfill_policy
        self.input_keys = {name: said.key_for(name) for name, said in ins.items()}
        self.types_by_output = {output: resolve_type(said) for output, said in (types_by_output or {}).items()}
        self._check()

    def _check(self) -> None:
        keys = [spec.key for spec in self.specs_by_output.values()]
        for key in keys:
            if keys.count(key) > 1:
                raise DuplicateDefinitionError("asset", key.to_user_string())
            if key in self.input_keys.values() or key in self._spec_of(key).deps:
                msg = f"asset '{key.to_user_string()}' depends on itself."
                raise InvalidDefinitionError(msg)
        for check in self.check_specs:
            if check.asset_key not in keys:
                known = ", ".join(key.to_user_string() for key in keys)
                msg = (
                    f"{self.label} declares check '{check.name}' of asset '{check.asset_key.to_user_string()}', "
                    f"and makes only: {known}."
                )
                raise InvalidDefinitionError(msg)

    def _spec_of(self, key: AssetKey) -> AssetSpec:
        return next(spec for spec in self.specs_by_output.values() if spec.key == key)

    @property
    def whole(self) -> "AssetsDefinition":
        """The definition that was declared; itself, unless it is one asset of several that a graph makes."""
        return self._whole or self

    def handle_of(self, output: str) -> OutputHandle:
        """What stands for the value of an asset in a job."""
        return OutputHandle(self.name, output)

    # -- one asset -----------------------------------------------------------------------------------------------------

    @property
    def key(self) -> AssetKey:
        """The asset's key.

        Raises:
            InvariantViolationError: There are several.
        """
        return self.spec.key

    @cached_property
    def spec(self) -> AssetSpec:
        """What there is to say of the one asset.

        Raises:
            InvariantViolationError: There are several.
        """
        if len(self.specs_by_output) != 1:
            msg = f"{self.label} makes {len(self.specs_by_output)} assets; read `keys` or `specs`."
            raise InvariantViolationError(msg)
        return next(iter(self.specs_by_output.values()))

    @cached_property
    def is_plain(self) -> bool:
        """Whether it is one asset, whole, without checks: there is no more to say of what its function returns."""
        return len(self.specs_by_output) == 1 and not self.check_specs and self.partitions_def is None

    @property
    def output_names(self) -> Collection[str]:
        """The outputs that its assets are."""
        return self.specs_by_output

    # -- all of them ---------------------------------------------------------------------------------------------------

    @property
    def specs(self) -> list[AssetSpec]:
        """What there is to say of each asset."""
        return list(self.specs_by_output.values())

    @property
    def specs_by_key(self) -> dict[AssetKey, AssetSpec]:
        """`{key: spec}`."""
        return {spec.key: spec for spec in self.specs}

    def get_asset_spec(self, key: CoercibleToAssetKey | None = None) -> AssetSpec:
        """The spec of one of its assets; of the one asset where no key is given.

        Raises:
            UnknownNameError: It makes no such asset.
            InvariantViolationError: There are several, and no key is given.
        """
        if key is None:
            return self.spec
        wanted = AssetKey.from_coercible(key)
        if wanted not in self.specs_by_key:
            known = [one.to_user_string() for one in self.keys]
            raise UnknownNameError(f"asset of {self.label}", wanted.to_user_string(), known)
        return self.specs_by_key[wanted]

    def map_asset_specs(self, fn: Callable[[AssetSpec], AssetSpec]) -> Self:
        """A copy with what `fn` makes of each spec; the function that makes the assets stays.

        Raises:
            InvalidDefinitionError: `fn` changes a key.
        """
        mapped = {output: fn(spec) for output, spec in self.specs_by_output.items()}
        for output, spec in self.specs_by_output.items():
            if mapped[output].key != spec.key:
                old, new = spec.key.to_user_string(), mapped[output].key.to_user_string()
                msg = f"A function that maps specs changed the key of asset '{old}' to '{new}'. Keys must stay."
                raise InvalidDefinitionError(msg)
        changed = copy.copy(self)
        for cached in ("keys", "spec", "dependency_keys", "partition_mappings"):
            vars(changed).pop(cached, None)
        changed.specs_by_output = mapped
        return changed

    @cached_property
    def keys(self) -> set[AssetKey]:
        """The keys of all assets it makes."""
        return {spec.key for spec in self.specs_by_output.values()}

    @property
    def keys_by_output_name(self) -> dict[str, AssetKey]:
        """`{output: key}`."""
        return {output: spec.key for output, spec in self.specs_by_output.items()}

    def output_of(self, key: AssetKey) -> str:
        """The output that an asset is."""
        return next(output for output, spec in self.specs_by_output.items() if spec.key == key)

    @property
    def group_names_by_key(self) -> dict[AssetKey, str]:
        """`{key: group}`."""
        return {spec.key: spec.group_name for spec in self.specs}

    @property
    def metadata_by_key(self) -> dict[AssetKey, Mapping[str, object]]:
        """`{key: metadata}`, as it was written."""
        return {spec.key: spec.metadata for spec in self.specs}

    @property
    def tags_by_key(self) -> dict[AssetKey, Mapping[str, str]]:
        """`{key: tags}`, those of its kinds included."""
        return {spec.key: spec.tags for spec in self.specs}

    @property
    def descriptions_by_key(self) -> dict[AssetKey, str]:
        """`{key: description}`, of those that have one."""
        return {spec.key: spec.description for spec in self.specs if spec.description}

    @property
    def asset_deps(self) -> dict[AssetKey, set[AssetKey]]:
        """`{key: the keys of what comes before it}`."""
        return {spec.key: {*self.input_keys.values(), *spec.deps} for spec in self.specs}

    @property
    def check_keys(self) -> set[Any]:
        """The keys of the checks that the function itself makes."""
        return {check.key for check in self.check_specs}

    @property
    def op(self) -> Self:
        """Its step; in dagwire the definition itself."""
        return self

    @cached_property
    def dependency_keys(self) -> tuple[AssetKey, ...]:
        """The keys of all assets that come before the step."""
        named = (dep for spec in self.specs_by_output.values() for dep in spec.deps)
        return tuple(key for key in dict.fromkeys((*self.input_keys.values(), *named)) if key not in self.keys)

    @cached_property
    def partition_mappings(self) -> dict[AssetKey, PartitionMapping]:
        """`{key: which partitions of it are needed}`, of those assets before it of which that is said."""
        by_key = {key: mapping for spec in self.specs for key, mapping in spec.partition_mappings.items()}
        by_input = {self.input_keys[name]: said.partition_mapping for name, said in self.ins.items()}
        return {**by_key, **{key: mapping for key, mapping in by_input.items() if mapping is not None}}

    def under(self, moved: Mapping[AssetKey, AssetKey], group_name: str | None) -> "AssetsDefinition":
        """A copy in which keys have moved, and assets without a group are in `group_name`."""
        changed = copy.copy(self)
        for cached in ("keys", "spec", "dependency_keys", "partition_mappings"):
            vars(changed).pop(cached, None)
        changed.specs_by_output = {
            output: spec.replace_attributes(
                key=moved.get(spec.key, spec.key),
                deps=[_moved(dep, moved) for dep in spec.mapped_deps],
                group_name=group_name if group_name and spec.group_name == "default" else spec.group_name,
            )
            for output, spec in self.specs_by_output.items()
        }
        changed.input_keys = {name: moved.get(key, key) for name, key in self.input_keys.items()}
        if len(self.specs_by_output) == 1:
            changed.name = changed.key.to_python_identifier()
        changed.check_specs = tuple(spec.of(moved.get(spec.asset_key, spec.asset_key)) for spec in self.check_specs)
        return changed

    def get_io_manager_key_for_asset_key(self, key: CoercibleToAssetKey) -> str:
        """The key of the IO manager that stores an asset it makes."""
        output = self.output_of(AssetKey.from_coercible(key))
        return self.io_manager_keys.get(output, DEFAULT_IO_MANAGER)

    @property
    def stored(self) -> dict[AssetKey, StoredAsset]:
        """`{key: asset}`, as a run sees them that takes their values and does not make them."""
        return {
            spec.key: StoredAsset(
                spec, self.io_manager_keys.get(output, DEFAULT_IO_MANAGER), self.bindings, self.partitions_def
            )
            for output, spec in self.specs_by_output.items()
        }

    def unfilled_inputs(self, filled: Collection[str]) -> dict[str, AssetKey]:
        """`{parameter: key}` of those that are not in `filled`."""
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
        """The facts about an asset."""
        return self.specs_by_output[output].metadata

    @cached_property
    def stores_nothing(self) -> bool:
        """Whether the annotation says that there is no value to hand on: `-> None`."""
        return self.body.signature.returns is type(None)

    @cached_property
    def _returned_type(self) -> DagsterType:
        return resolve_type(value_annotation(self.body.signature.returns))

    def __repr__(self) -> str:
        """Name the keys."""
        return f"AssetsDefinition({', '.join(sorted(key.to_user_string() for key in self.keys))})"


def _moved(dep: AssetDep, moved: Mapping[AssetKey, AssetKey]) -> AssetDep:
    return AssetDep(moved.get(dep.asset_key, dep.asset_key), partition_mapping=dep.partition_mapping)


def map_asset_specs(
    func: Callable[[AssetSpec], AssetSpec], iterable: Iterable[AssetsDefinition | AssetSpec]
) -> list[AssetsDefinition | AssetSpec]:
    """Assets and specs with what `func` makes of each spec.

    Raises:
        InvalidDefinitionError: `func` changes a key of an asset that is made here.

    Example:
        >>> from dagwire import AssetSpec, map_asset_specs
        >>> map_asset_specs(lambda spec: spec.replace_attributes(group_name="raw"), [AssetSpec("trips")])[0].group_name
        'raw'
    """
    return [item.map_asset_specs(func) if isinstance(item, AssetsDefinition) else func(item) for item in iterable]


def asset_ins(body: Body, ins: Mapping[str, AssetIn] | None) -> dict[str, AssetIn]:
    """`{parameter: what is said of it}` for all parameters that take assets' values.

    Raises:
        InvalidDefinitionError: `ins` speaks of a parameter that does not exist.
    """
    parameters = dict.fromkeys(body.signature.inputs)
    said = ins or {}
    unknown = [name for name in said if name not in parameters]
    if unknown and not body.signature.takes_any_name:
        msg = f"{body.owner}: `ins` names {', '.join(unknown)}, and the function has no such parameter."
        raise InvalidDefinitionError(msg)
    return {name: said.get(name, AssetIn()) for name in (*parameters, *unknown)}
