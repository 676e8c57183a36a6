"""`@asset`: a function that makes one asset, and the definition that the decorator gives for it."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, overload

from dagwire.definitions.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.bindings import Bindings, bindings_from
from dagwire.definitions.body import Body
from dagwire.definitions.partitions import BackfillPolicy, PartitionsDefinition
from dagwire.errors import InvalidDefinitionError


@dataclass(frozen=True, slots=True)
class AssetSpec:
    """What there is to say of one asset, apart from how it is made."""

    key: AssetKey
    deps: tuple[AssetKey, ...] = ()
    description: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict[str, object])
    group_name: str = "default"
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    owners: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    code_version: str | None = None


class AssetsDefinition:
    """An asset and the function that makes it; made by `@asset`. Callable, as the function is, in a test."""

    def __init__(
        self,
        spec: AssetSpec,
        body: Body,
        *,
        partitions_def: PartitionsDefinition | None = None,
        backfill_policy: BackfillPolicy | None = None,
        bindings: Bindings | None = None,
    ) -> None:
        """`bindings` are resources of its own, stronger than those of `Definitions`."""
        self.spec = spec
        self.body = body
        self.partitions_def = partitions_def
        self.backfill_policy = backfill_policy
        self.bindings: Bindings = bindings or {}

    @property
    def key(self) -> AssetKey:
        """The asset's key."""
        return self.spec.key

    @cached_property
    def label(self) -> str:
        """How messages name it."""
        return self.body.owner

    @cached_property
    def name(self) -> str:
        """The name of its step."""
        return self.key.to_python_identifier()

    @property
    def required_keys(self) -> frozenset[str]:
        """The keys of the resources it asks for."""
        return frozenset(self.body.keys)

    @property
    def required_resource_keys(self) -> set[str]:
        """The same, as Dagster has it."""
        return set(self.body.keys)

    @cached_property
    def input_keys(self) -> Mapping[str, AssetKey]:
        """`{parameter: key}` of the assets whose values the function takes."""
        return {name: AssetKey(name) for name in self.body.signature.inputs}

    @cached_property
    def dependency_keys(self) -> tuple[AssetKey, ...]:
        """The keys of all assets that come before this one."""
        return tuple(dict.fromkeys((*self.input_keys.values(), *self.spec.deps)))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function, resources by keyword or in a context given first; see `Body.call`."""
        return self.body.call(*args, **kwargs)

    def __repr__(self) -> str:
        """Name the key."""
        return f"AssetsDefinition({self.key.to_user_string()})"


@overload
def asset(compute_fn: Callable[..., Any]) -> AssetsDefinition: ...
@overload
def asset(
    *,
    name: str | None = None,
    key: CoercibleToAssetKey | None = None,
    key_prefix: str | Sequence[str] | None = None,
    deps: Iterable[Any] | None = None,
    description: str | None = None,
    metadata: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    owners: Sequence[str] | None = None,
    kinds: Iterable[str] | None = None,
    group_name: str | None = None,
    config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    backfill_policy: BackfillPolicy | None = None,
    code_version: str | None = None,
) -> Callable[[Callable[..., Any]], AssetsDefinition]: ...
def asset(  # Dagster's signature
    compute_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    key: CoercibleToAssetKey | None = None,
    key_prefix: str | Sequence[str] | None = None,
    deps: Iterable[Any] | None = None,
    description: str | None = None,
    metadata: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    owners: Sequence[str] | None = None,
    kinds: Iterable[str] | None = None,
    group_name: str | None = None,
    config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    backfill_policy: BackfillPolicy | None = None,
    code_version: str | None = None,
) -> AssetsDefinition | Callable[[Callable[..., Any]], AssetsDefinition]:
    """Make an asset of a function.

    The function's parameters say what it needs: `context` first if it wants one; `config`, a `Config`; resources, by
    their annotations; and the values of upstream assets, by their names.

    Args:
        compute_fn: The function, where the decorator is used without arguments.
        name: The last part of the key; the function's name by default.
        key: The whole key, in place of `name` and `key_prefix`.
        key_prefix: The parts before the name.
        deps: Assets that come first and whose values are not taken: keys, names or assets.
        description: For people; the docstring by default.
        metadata: Facts about the asset.
        tags: For selecting and grouping.
        owners: Email addresses, or `team:name`.
        kinds: What it is made with or kept in, for people.
        group_name: The group it is shown in.
        config_schema: Config for `context.op_config`, where there is no parameter `config`.
        required_resource_keys: Resources read as `context.resources.<key>`.
        resource_defs: Resources of its own, stronger than those of `Definitions`.
        partitions_def: The parts it is made in.
        backfill_policy: Whether a range of partitions is one run.
        code_version: Changes when what the function makes changes.

    Raises:
        InvalidDefinitionError: A parameter or a name cannot be used.

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

    def decorate(function: Callable[..., Any]) -> AssetsDefinition:
        own_key = _key(function, name, key, key_prefix)
        owner = f"asset '{own_key.to_user_string()}'"
        bindings = bindings_from(resource_defs)
        spec = AssetSpec(
            own_key,
            deps=tuple(AssetKey.from_coercible(dep) for dep in deps or ()),
            description=description or inspect.getdoc(function),
            metadata=dict(metadata or {}),
            group_name=group_name or "default",
            tags=dict(tags or {}),
            owners=tuple(owners or ()),
            kinds=frozenset(kinds or ()),
            code_version=code_version,
        )
        body = Body(function, owner, required_resource_keys or (), config_schema)
        definition = AssetsDefinition(
            spec, body, partitions_def=partitions_def, backfill_policy=backfill_policy, bindings=bindings
        )
        if own_key in definition.dependency_keys:
            msg = f"{owner} depends on itself."
            raise InvalidDefinitionError(msg)
        return definition

    return decorate if compute_fn is None else decorate(compute_fn)


def _key(
    function: Callable[..., Any],
    name: str | None,
    key: CoercibleToAssetKey | None,
    prefix: str | Sequence[str] | None,
) -> AssetKey:
    if key is not None:
        if name is not None or prefix is not None:
            msg = f"asset '{key}': give `key`, or `name` and `key_prefix`, not both."
            raise InvalidDefinitionError(msg)
        return AssetKey.from_coercible(key)
    own = AssetKey(name or function.__name__)
    return own.with_prefix(prefix) if prefix else own
