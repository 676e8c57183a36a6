"""`@asset_check` and `@multi_asset_check`: functions that verify assets."""

import copy
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

from dagwire.computed_once import computed_once
from dagwire.definitions.assets.asset import with_compute_kind
from dagwire.definitions.assets.asset_deps import asset_ins, keys_by_input_name
from dagwire.definitions.assets.described_checks import DescribedChecks
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.argument_types import check_members
from dagwire.definitions.specs.asset_in_and_out import AssetIn
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.automation_condition import AutomationCondition
from dagwire.definitions.specs.check_results import AssetCheckKey
from dagwire.definitions.specs.check_spec import AssetCheckSpec
from dagwire.definitions.specs.retries import RetryPolicy
from dagwire.definitions.specs.valid_names import check_name, doc_of, name_of
from dagwire.definitions.steps.body import Body
from dagwire.definitions.steps.bound_resources import keys_required_by
from dagwire.definitions.steps.step_definition import StepDefinition
from dagwire.errors import DuplicateDefinitionError, InvalidDefinitionError


class AssetChecksDefinition(StepDefinition[AssetIn], DescribedChecks):
    """A check of an asset, or several; made by `@asset_check` or `@multi_asset_check`."""

    def __init__(
        self,
        name: str,
        body: Body,
        specs: Iterable[AssetCheckSpec],
        *,
        ins: Mapping[str, AssetIn] | None = None,
        can_subset: bool = False,
        **step: Any,
    ) -> None:
        """Make the step `name`; with `can_subset` a run may select some checks; `step` is for `StepDefinition`.

        Raises:
            DuplicateDefinitionError: Two checks have one key.
        """
        super().__init__(name, body, ins=ins, **step)
        self.check_specs: Sequence[AssetCheckSpec] = tuple(specs)
        self.specs_by_key: dict[AssetCheckKey, AssetCheckSpec] = {spec.key: spec for spec in self.check_specs}
        if len(self.specs_by_key) < len(self.check_specs):
            twice = next(spec.key for spec in self.check_specs if spec is not self.specs_by_key[spec.key])
            raise DuplicateDefinitionError("check", twice.to_user_string())
        self.can_subset = can_subset

    @property
    def spec(self) -> AssetCheckSpec:
        """The spec of the one check.

        Raises:
            InvariantViolationError: There are several.
        """
        return self.get_spec_for_check_key(self.check_key)

    @property
    def shown_name(self) -> str:
        """Asset and check, with a colon between; a step's key runs the two together."""
        return self.check_key.to_user_string() if len(self.specs_by_key) == 1 else self.name

    @property
    def op(self) -> Self:
        """Its step; in dagwire the definition itself."""
        return self

    node_def = op

    @property
    def keys(self) -> set[AssetKey]:
        """The keys of the assets that it makes: none."""
        return set()

    @property
    def keys_by_output_name(self) -> dict[str, AssetKey]:
        """`{output: key}` of the assets that it makes: none."""
        return {}

    @property
    def specs(self) -> list[AssetSpec]:
        """The specs of the assets that it makes: none."""
        return []

    @property
    def input_names(self) -> list[str]:
        """The names of its inputs: of parameters, and of dependencies without a value."""
        return list(self.keys_by_input_name)

    @property
    def keys_by_input_name(self) -> dict[str, AssetKey]:
        """`{input: key}`; a dependency without a value is an input named after its key."""
        return keys_by_input_name(self.input_keys, self.dependency_keys)

    @computed_once
    def asset_keys(self) -> tuple[AssetKey, ...]:
        """The assets that it verifies."""
        return tuple(dict.fromkeys(key.asset_key for key in self.specs_by_key))

    @property
    def asset_key(self) -> AssetKey:
        """The asset that the one check verifies."""
        return self.spec.asset_key

    @property
    def blocking(self) -> bool:
        """Whether assets downstream wait for the one check."""
        return self.spec.blocking

    @computed_once
    def input_keys(self) -> Mapping[str, AssetKey]:
        """`{parameter: key}`: a parameter named like a verified asset takes its value."""
        own = {key.parts[-1]: key for key in self.asset_keys}
        return {
            name: self.ins[name].key_for(name) if name in self.ins else own.get(name, AssetKey(name))
            for name in self.body.signature.inputs
        }

    @computed_once
    def dependency_keys(self) -> tuple[AssetKey, ...]:
        """The keys of the assets upstream of it."""
        additional = (dep.asset_key for spec in self.check_specs for dep in spec.additional_deps)
        return tuple(dict.fromkeys((*self.asset_keys, *self.input_keys.values(), *additional)))

    def unfilled_inputs(self, filled: Collection[str]) -> dict[str, AssetKey]:
        """`{parameter: key}` of those that are not in `filled`."""
        return {name: key for name, key in self.input_keys.items() if name not in filled}

    def under(self, moved: Mapping[AssetKey, AssetKey]) -> Self:
        """Return a copy that verifies the assets of other keys."""
        changed = copy.copy(self)
        for cached in ("asset_keys", "dependency_keys", "requirements"):
            vars(changed).pop(cached, None)
        specs = [
            spec.replace_key(replace(spec.key, asset_key=moved.get(spec.asset_key, spec.asset_key)))
            for spec in self.check_specs
        ]
        changed.check_specs = tuple(specs)
        changed.specs_by_key = {spec.key: spec for spec in specs}
        # Not worked out anew: a parameter keeps the asset that it is named after.
        vars(changed)["input_keys"] = {name: moved.get(key, key) for name, key in self.input_keys.items()}
        return changed

    def __repr__(self) -> str:
        """Show assets and checks."""
        return f"AssetChecksDefinition({', '.join(key.to_user_string() for key in self.specs_by_key)})"


def asset_check(  # Dagster's signature
    *,
    asset: object,
    name: str | None = None,
    description: str | None = None,
    blocking: bool = False,
    additional_ins: Mapping[str, AssetIn] | None = None,
    additional_deps: Iterable[object] | None = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: object = None,
    config_schema: object = None,
    op_tags: Mapping[str, object] | None = None,
    retry_policy: RetryPolicy | None = None,
    metadata: Mapping[str, object] | None = None,
    automation_condition: AutomationCondition | None = None,
    pool: str | None = None,
    compute_kind: str | None = None,
    partitions_def: PartitionsDefinition | None = None,
) -> Callable[[Callable[..., Any]], AssetChecksDefinition]:
    """Make a check of `asset` from a function that returns an `AssetCheckResult`.

    Args:
        asset: The asset, its key or its name.
        name: The check's name; the function's by default.
        description: For people; the docstring by default.
        blocking: Whether assets downstream wait for the check, and do not run if it fails.
        additional_ins: `{parameter: AssetIn}` for parameters that take other assets' values.
        additional_deps: Assets that must be made before the check runs, besides its own.
        required_resource_keys: Resources read as `context.resources.<key>`.
        resource_defs: Resources of its own, a dict or a container, stronger than those of `Definitions`.
        config_schema: Config for `context.op_config`, if there is no parameter `config`.
        op_tags: Tags of its step.
        retry_policy: How often it is retried if it raises; a check that does not pass is not retried.
        metadata: Facts about the check.
        automation_condition: The rule by which Dagster runs it; inert here.
        pool: The pool whose limit holds for its step in Dagster; inert here.
        compute_kind: The technology that makes it; a tag of its step.
        partitions_def: The partitions of its asset that it verifies.

    Raises:
        InvalidDefinitionError: A parameter or a name cannot be used.
    """
    asset_key = AssetKey.from_coercible(asset)

    def decorate(function: Callable[..., object]) -> AssetChecksDefinition:
        own = name or name_of(function)
        spec = AssetCheckSpec(
            own,
            asset=asset_key,
            description=description or doc_of(function),
            additional_deps=additional_deps,
            blocking=blocking,
            metadata=metadata,
            automation_condition=automation_condition,
            partitions_def=partitions_def,
        )
        owner = f"check '{own}' of asset '{asset_key.to_user_string()}'"
        body = Body(function, owner, {*(required_resource_keys or ()), *keys_required_by(resource_defs)}, config_schema)
        return AssetChecksDefinition(
            spec.step_name,
            body,
            [spec],
            ins=_check_ins(body, asset_key, additional_ins or {}),
            description=spec.description,
            resource_defs=resource_defs,
            retry_policy=retry_policy,
            tags=with_compute_kind(owner, op_tags, compute_kind),
            pool=pool,
        )

    return decorate


def _check_ins(body: Body, asset_key: AssetKey, additional: Mapping[str, AssetIn]) -> dict[str, AssetIn]:
    """The inputs of a check: the additional ones, and one parameter that takes the verified asset, whatever its name.

    Raises:
        InvalidDefinitionError: Several parameters could be the verified asset, or an input is declared twice.
    """
    ins = {name: declared for name, declared in asset_ins(body, additional).items() if name in additional}
    if asset_key in [declared.key_for(name) for name, declared in ins.items()]:
        msg = f"{body.owner}: asset '{asset_key.to_user_string()}' is named by `asset` and by `additional_ins`."
        raise InvalidDefinitionError(msg)
    own = [name for name in body.signature.inputs if name not in ins]
    if len(own) > 1:
        msg = (
            f"{body.owner} takes {', '.join(own)}. One parameter takes the verified asset's value; declare the others "
            f"in `additional_ins`."
        )
        raise InvalidDefinitionError(msg)
    return {**ins, **{name: AssetIn(asset_key) for name in own}}


def multi_asset_check(  # Dagster's signature
    *,
    specs: Sequence[AssetCheckSpec],
    name: str | None = None,
    description: str | None = None,
    can_subset: bool = False,
    ins: Mapping[str, AssetIn | CoercibleToAssetKey] | None = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: object = None,
    config_schema: object = None,
    op_tags: Mapping[str, object] | None = None,
    retry_policy: RetryPolicy | None = None,
    pool: str | None = None,
    compute_kind: str | None = None,
) -> Callable[[Callable[..., Any]], AssetChecksDefinition]:
    """Make several checks from one function, which yields or returns an `AssetCheckResult` for each.

    Args:
        specs: The checks; each result names its check by `check_name`, and by `asset_key` if names repeat.
        name: The name of the step; the function's by default.
        description: For people; the docstring by default.
        can_subset: Whether a run may select some of them; `context.selected_asset_check_keys` are the selected ones.
        ins: `{parameter: AssetIn or key}` for parameters that take assets' values.
        required_resource_keys: Resources read as `context.resources.<key>`.
        resource_defs: Resources of its own, a dict or a container, stronger than those of `Definitions`.
        config_schema: Config for `context.op_config`, if there is no parameter `config`.
        op_tags: Tags of the step.
        retry_policy: How often the step is retried if it raises.
        pool: The pool whose limit holds for the step in Dagster; inert here.
        compute_kind: The technology that makes them; a tag of the step.

    Raises:
        InvalidDefinitionError: There are no specs, or a parameter or name cannot be used.
    """

    def decorate(function: Callable[..., object]) -> AssetChecksDefinition:
        own = name or name_of(function)
        owner = f"multi_asset_check '{own}'"
        check_name("multi_asset_check", own)
        check_members(owner, "specs", specs, AssetCheckSpec)
        if not specs:
            msg = f"{owner} has no specs; name the checks that it makes."
            raise InvalidDefinitionError(msg)
        return AssetChecksDefinition(
            own,
            Body(function, owner, {*(required_resource_keys or ()), *keys_required_by(resource_defs)}, config_schema),
            specs,
            ins={parameter: AssetIn.from_coercible(declared) for parameter, declared in (ins or {}).items()},
            can_subset=can_subset,
            description=description or doc_of(function),
            resource_defs=resource_defs,
            retry_policy=retry_policy,
            tags=with_compute_kind(owner, op_tags, compute_kind),
            pool=pool,
        )

    return decorate
