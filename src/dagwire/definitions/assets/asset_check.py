"""`@asset_check` and `@multi_asset_check`: functions that verify assets."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.asset_spec import AssetIn
from dagwire.definitions.specs.check_spec import AssetCheckSpec
from dagwire.definitions.specs.results import AssetCheckKey
from dagwire.definitions.specs.retries import RetryPolicy
from dagwire.definitions.specs.valid_names import check_name, doc_of, name_of
from dagwire.definitions.steps.body import Body
from dagwire.definitions.steps.step_definition import StepDefinition
from dagwire.errors import InvalidDefinitionError, InvariantViolationError


class AssetCheckDefinition(StepDefinition[AssetIn]):
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
        """Make the step `name`; with `can_subset` a run may select some checks; `step` is for `StepDefinition`."""
        super().__init__(name, body, ins=ins, **step)
        self.specs_by_key = {spec.key: spec for spec in specs}
        self.can_subset = can_subset

    @property
    def spec(self) -> AssetCheckSpec:
        """The spec of the one check.

        Raises:
            InvariantViolationError: There are several.
        """
        if len(self.specs_by_key) != 1:
            msg = f"{self.label} makes {len(self.specs_by_key)} checks; read `check_keys`."
            raise InvariantViolationError(msg)
        return next(iter(self.specs_by_key.values()))

    @property
    def shown_name(self) -> str:
        """Asset and check, with a colon between; a step's key runs the two together."""
        return self.check_key.to_user_string() if len(self.specs_by_key) == 1 else self.name

    @property
    def check_key(self) -> AssetCheckKey:
        """The key of the one check."""
        return self.spec.key

    @property
    def check_keys(self) -> set[AssetCheckKey]:
        """The keys of all its checks."""
        return set(self.specs_by_key)

    @cached_property
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

    @cached_property
    def input_keys(self) -> Mapping[str, AssetKey]:
        """`{parameter: key}`: a parameter named like a verified asset takes its value."""
        own = {key.parts[-1]: key for key in self.asset_keys}
        return {
            name: self.ins[name].key_for(name) if name in self.ins else own.get(name, AssetKey(name))
            for name in self.body.signature.inputs
        }

    @cached_property
    def dependency_keys(self) -> tuple[AssetKey, ...]:
        """The keys of the assets upstream of it."""
        additional = (dep for spec in self.specs_by_key.values() for dep in spec.additional_deps)
        return tuple(dict.fromkeys((*self.asset_keys, *self.input_keys.values(), *additional)))

    def unfilled_inputs(self, filled: Collection[str]) -> dict[str, AssetKey]:
        """`{parameter: key}` of those that are not in `filled`."""
        return {name: key for name, key in self.input_keys.items() if name not in filled}

    def __repr__(self) -> str:
        """Name assets and checks."""
        named = ", ".join(f"{key.asset_key.to_user_string()}:{key.name}" for key in self.specs_by_key)
        return f"AssetCheckDefinition({named})"


def asset_check(  # Dagster's signature
    *,
    asset: Any,
    name: str | None = None,
    description: str | None = None,
    blocking: bool = False,
    additional_ins: Mapping[str, AssetIn] | None = None,
    additional_deps: Iterable[Any] | None = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    config_schema: object = None,
    op_tags: Mapping[str, object] | None = None,
    retry_policy: RetryPolicy | None = None,
    metadata: Mapping[str, object] | None = None,
) -> Callable[[Callable[..., Any]], AssetCheckDefinition]:
    """Make a check of `asset` from a function that returns an `AssetCheckResult`.

    Args:
        asset: The asset, its key or its name.
        name: The check's name; the function's by default.
        description: For people; the docstring by default.
        blocking: Whether assets downstream wait for the check, and do not run if it fails.
        additional_ins: `{parameter: AssetIn}` for parameters that take other assets' values.
        additional_deps: Assets that must be made before the check runs, besides its own.
        required_resource_keys: Resources read as `context.resources.<key>`.
        resource_defs: Resources of its own, stronger than those of `Definitions`.
        config_schema: Config for `context.op_config`, if there is no parameter `config`.
        op_tags: Tags of its step.
        retry_policy: How often it is retried if it raises; a check that does not pass is not retried.
        metadata: Facts about the check.

    Raises:
        InvalidDefinitionError: A parameter or a name cannot be used.
    """
    asset_key = AssetKey.from_coercible(asset)

    def decorate(function: Callable[..., Any]) -> AssetCheckDefinition:
        own = name or name_of(function)
        spec = AssetCheckSpec(
            own,
            asset=asset_key,
            description=description or doc_of(function),
            additional_deps=additional_deps,
            blocking=blocking,
            metadata=metadata,
        )
        owner = f"check '{own}' of asset '{asset_key.to_user_string()}'"
        return AssetCheckDefinition(
            spec.step_name,
            Body(function, owner, required_resource_keys or (), config_schema),
            [spec],
            ins=additional_ins,
            description=spec.description,
            resource_defs=resource_defs,
            retry_policy=retry_policy,
            tags=op_tags,
        )

    return decorate


def multi_asset_check(  # Dagster's signature
    *,
    specs: Sequence[AssetCheckSpec],
    name: str | None = None,
    description: str | None = None,
    can_subset: bool = False,
    ins: Mapping[str, AssetIn] | None = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    config_schema: object = None,
    op_tags: Mapping[str, object] | None = None,
    retry_policy: RetryPolicy | None = None,
) -> Callable[[Callable[..., Any]], AssetCheckDefinition]:
    """Make several checks from one function, which yields or returns an `AssetCheckResult` for each.

    Args:
        specs: The checks; each result names its check by `check_name`, and by `asset_key` if names repeat.
        name: The name of the step; the function's by default.
        description: For people; the docstring by default.
        can_subset: Whether a run may select some of them; `context.selected_asset_check_keys` are the selected ones.
        ins: `{parameter: AssetIn}` for parameters that take assets' values.
        required_resource_keys: Resources read as `context.resources.<key>`.
        resource_defs: Resources of its own, stronger than those of `Definitions`.
        config_schema: Config for `context.op_config`, if there is no parameter `config`.
        op_tags: Tags of the step.
        retry_policy: How often the step is retried if it raises.

    Raises:
        InvalidDefinitionError: There are no specs, or a parameter or name cannot be used.
    """

    def decorate(function: Callable[..., Any]) -> AssetCheckDefinition:
        own = name or name_of(function)
        check_name("multi_asset_check", own)
        if not specs:
            msg = f"multi_asset_check '{own}' has no specs; name the checks that it makes."
            raise InvalidDefinitionError(msg)
        return AssetCheckDefinition(
            own,
            Body(function, f"multi_asset_check '{own}'", required_resource_keys or (), config_schema),
            specs,
            ins=ins,
            can_subset=can_subset,
            description=description or doc_of(function),
            resource_defs=resource_defs,
            retry_policy=retry_policy,
            tags=op_tags,
        )

    return decorate
