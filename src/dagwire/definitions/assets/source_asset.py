"""`SourceAsset`: an asset that is made elsewhere and that an IO manager can load."""

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from dagwire.computed_once import computed_once
from dagwire.containers.keys import Requirement
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.metadata import MetadataValue
from dagwire.definitions.specs.normalized_metadata import shown_metadata
from dagwire.definitions.specs.valid_attributes import DEFAULT_GROUP
from dagwire.definitions.steps.bound_resources import Bindings, bindings_from
from dagwire.definitions.steps.stored_input import StoredAsset, own_io_manager
from dagwire.resources.io_manager import DEFAULT_IO_MANAGER, InputManager

if TYPE_CHECKING:
    from dependency_injector import providers


class SourceAsset:
    """An asset that is made elsewhere. A step that takes its value has it loaded by the IO manager named here.

    Example:
        >>> from dagwire import InMemoryIOManager, SourceAsset, asset, materialize
        >>> class Numbers(InMemoryIOManager):
        ...     def load_input(self, context):
        ...         return [1, 2, 3]
        >>> numbers = SourceAsset("numbers", io_manager_key="store")
        >>> @asset
        ... def total(numbers):
        ...     return sum(numbers)
        >>> materialize([numbers, total], resources={"store": Numbers()}).asset_value("total")
        6
    """

    def __init__(  # Dagster's signature
        self,
        key: CoercibleToAssetKey,
        metadata: Mapping[str, object] | None = None,
        io_manager_key: str | None = None,
        io_manager_def: object = None,
        description: str | None = None,
        partitions_def: PartitionsDefinition | None = None,
        group_name: str | None = None,
        resource_defs: object = None,
        *,
        tags: Mapping[str, str] | None = None,
        owners: Sequence[str] | None = None,
    ) -> None:
        """Describe the asset.

        Args:
            key: Its key, in any form that `AssetKey.from_coercible` takes.
            metadata: Facts about it, for its IO manager and for people.
            io_manager_key: The IO manager that loads it; "io_manager" by default.
            io_manager_def: An IO manager of its own.
            description: For people.
            partitions_def: Its partitions.
            group_name: The group it is shown in.
            resource_defs: Resources of its own, a dict or a container, stronger than those of `Definitions`.
            tags: For selecting and grouping.
            owners: Email addresses, or `team:name`.

        Raises:
            InvalidDefinitionError: The IO manager is given twice, or the name cannot be used.
        """
        self.spec: AssetSpec = AssetSpec(
            key,
            description=description,
            metadata=metadata,
            group_name=group_name,
            owners=owners,
            tags=tags,
            partitions_def=partitions_def,
        )
        name = self.key.to_python_identifier()
        self.io_manager_key: str | None
        self.io_manager_key, own = own_io_manager(self.label, name, io_manager_key, io_manager_def, resource_defs)
        self.bindings: Bindings = bindings_from(own)

    @property
    def key(self) -> AssetKey:
        """Its key."""
        return self.spec.key

    @property
    def metadata(self) -> Mapping[str, MetadataValue]:
        """The facts about it, each as a `MetadataValue`; a value that cannot be shown is replaced by its type."""
        return shown_metadata(self.spec.metadata, self.label)

    @property
    def raw_metadata(self) -> Mapping[str, object]:
        """The facts about it, as they were declared."""
        return self.spec.metadata

    @property
    def description(self) -> str | None:
        """Its description, for people."""
        return self.spec.description

    @property
    def group_name(self) -> str:
        """The group it is shown in."""
        return self.spec.group_name or DEFAULT_GROUP

    @property
    def tags(self) -> Mapping[str, str]:
        """Its tags."""
        return self.spec.tags

    @property
    def partitions_def(self) -> PartitionsDefinition | None:
        """Its partitions."""
        return self.spec.partitions_def

    @property
    def resource_defs(self) -> Bindings:
        """Its own resources, as providers."""
        return self.bindings

    @property
    def io_manager_def(self) -> "providers.Provider[Any] | None":
        """The IO manager of its own, as a provider; None if there is none."""
        return self.bindings.get(self.get_io_manager_key())

    @property
    def is_observable(self) -> bool:
        """Whether a run can look at it; an `@observable_source_asset` alone can be looked at."""
        return False

    @property
    def is_executable(self) -> bool:
        """Whether a run has a step for it: whether it can be looked at."""
        return self.is_observable

    def get_io_manager_key(self) -> str:
        """The key of the IO manager that loads it."""
        return self.io_manager_key or DEFAULT_IO_MANAGER

    # -- as a definition that resources can be bound to ----------------------------------------------------------------

    @computed_once
    def label(self) -> str:
        """Its name in messages."""
        return f"source asset '{self.key.to_user_string()}'"

    @property
    def required_keys(self) -> frozenset[str]:
        """The key of the IO manager that it names."""
        return frozenset({self.get_io_manager_key()} - {DEFAULT_IO_MANAGER})

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """The IO manager that it names, which is needed if a step takes its value."""
        return tuple(Requirement(key, self.label, InputManager) for key in self.required_keys)

    @property
    def stored(self) -> StoredAsset:
        """The facts that a step needs which takes its value."""
        spec = self.spec
        if self.io_manager_key is not None:
            spec = spec.with_io_manager_key(self.io_manager_key)
        return StoredAsset(spec, self.get_io_manager_key(), self.bindings, self.partitions_def)

    def with_spec(self, spec: AssetSpec) -> Self:
        """Return a copy with another spec."""
        changed = copy.copy(self)
        vars(changed).pop("label", None)
        changed.spec = spec
        return changed

    def __repr__(self) -> str:
        """Name the key."""
        return f"SourceAsset({self.key.to_user_string()})"
