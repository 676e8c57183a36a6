"""`@observable_source_asset`: an asset that is made elsewhere, and the function that looks at it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Self, overload

from dagwire.containers.keys import Requirement
from dagwire.definitions.assets.asset import asset_key_for
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.ops.ins_and_outs import Out
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.automation_condition import AutomationCondition
from dagwire.definitions.steps.body import Body
from dagwire.definitions.steps.bound_resources import Bindings
from dagwire.definitions.steps.signature import RESULT
from dagwire.definitions.value_types.scalar_types import Nothing


class ObservationOp(OpDefinition):
    """The step that looks at an asset made elsewhere; its result is an observation, and no value."""

    def __init__(self, asset: "ObservableSourceAsset") -> None:
        """Make the step of `asset`, with its resources."""
        name = asset.key.to_python_identifier()
        super().__init__(asset.body, name, {}, {RESULT: Out(Nothing)}, asset.description, tags=asset.op_tags)
        self.bindings: Bindings = asset.bindings
        self.asset: ObservableSourceAsset = asset


class ObservableSourceAsset(SourceAsset):
    """An asset made elsewhere that a run can look at; made by `@observable_source_asset`."""

    def __init__(
        self, key: AssetKey, body: Body, *, op_tags: Mapping[str, object] | None = None, **source: Any
    ) -> None:
        """`body` is the function, `source` the rest of the arguments of `SourceAsset`."""
        super().__init__(key, **source)
        self.body: Body = body
        self.op_tags: Mapping[str, object] | None = op_tags

    @property
    def observe_fn(self) -> Callable[..., Any]:
        """The function."""
        return self.body.function

    @property
    def is_observable(self) -> bool:
        """Whether a run can look at it; always."""
        return True

    @cached_property
    def op(self) -> ObservationOp:
        """Its step."""
        return ObservationOp(self)

    @property
    def required_keys(self) -> frozenset[str]:
        """The keys of the resources of its function, and of the IO manager that it names."""
        return super().required_keys | frozenset(self.body.keys)

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """The requirements of its function, and the IO manager that it names."""
        own = tuple(one for one in super().requirements if one.key == self.io_manager_key)
        return (*own, *self.body.requirements)

    def with_spec(self, spec: AssetSpec) -> Self:
        """Return a copy with another spec."""
        changed = super().with_spec(spec)
        vars(changed).pop("op", None)
        return changed


@overload
def observable_source_asset(observe_fn: Callable[..., Any]) -> ObservableSourceAsset: ...
@overload
def observable_source_asset(
    *,
    key: CoercibleToAssetKey | None = None,
    name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    metadata: Mapping[str, object] | None = None,
    io_manager_key: str | None = None,
    io_manager_def: object = None,
    description: str | None = None,
    group_name: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: object = None,
    partitions_def: PartitionsDefinition | None = None,
    automation_condition: AutomationCondition | None = None,
    op_tags: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
) -> Callable[[Callable[..., Any]], ObservableSourceAsset]: ...
def observable_source_asset(
    observe_fn: Callable[..., Any] | None = None,
    *,
    key: CoercibleToAssetKey | None = None,
    name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    metadata: Mapping[str, object] | None = None,
    io_manager_key: str | None = None,
    io_manager_def: object = None,
    description: str | None = None,
    group_name: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: object = None,
    partitions_def: PartitionsDefinition | None = None,
    automation_condition: AutomationCondition | None = None,
    op_tags: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
) -> ObservableSourceAsset | Callable[[Callable[..., Any]], ObservableSourceAsset]:
    """Make an asset that is made elsewhere of the function that looks at it.

    A run that selects it calls the function and records an observation; all other runs load it, as a `SourceAsset`.
    The function returns a `DataVersion`, `DataVersionsByPartition` or `ObserveResult`; it takes a context and
    resources as an op does.

    Args:
        observe_fn: The function, if the decorator is used without arguments.
        key: The asset's key; of `name` and `key_prefix`, or the function's name, by default.
        name: The last part of the key.
        key_prefix: The parts of the key before it.
        metadata: Facts about it, for its IO manager and for people.
        io_manager_key: The IO manager that loads it.
        io_manager_def: An IO manager of its own.
        description: For people.
        group_name: The group it is shown in.
        required_resource_keys: Resources read as `context.resources.<key>`.
        resource_defs: Resources of its own, a dict or a container, stronger than those of `Definitions`.
        partitions_def: Its partitions.
        automation_condition: Starts an observation on Dagster; recorded here.
        op_tags: Tags of its step.
        tags: For selecting and grouping.

    Example:
        >>> from dagwire import DataVersion, materialize, observable_source_asset
        >>> @observable_source_asset
        ... def prices():
        ...     return DataVersion("2026-05-01")
        >>> result = materialize([prices], selection=[prices])
        >>> result.get_asset_observation_events()[0].event_specific_data.asset_observation.data_version
        '2026-05-01'
    """

    def decorate(function: Callable[..., Any]) -> ObservableSourceAsset:
        own = asset_key_for(function, name, key, key_prefix)
        owner = f"source asset '{own.to_user_string()}'"
        made = ObservableSourceAsset(
            own,
            Body(function, owner, required_resource_keys or ()),
            op_tags=op_tags,
            metadata=metadata,
            io_manager_key=io_manager_key,
            io_manager_def=io_manager_def,
            description=description,
            partitions_def=partitions_def,
            group_name=group_name,
            resource_defs=resource_defs,
            tags=tags,
        )
        return made.with_spec(made.spec.replace_attributes(automation_condition=automation_condition))

    return decorate if observe_fn is None else decorate(observe_fn)
