"""Inputs whose values come from no step of the run: an IO manager loads them, such as values of other runs."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dagwire.containers.as_container import resource_by_key
from dagwire.containers.keys import Requirement
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.steps.bound_resources import Bindings
from dagwire.errors import InvalidDefinitionError
from dagwire.resources.io_manager import DEFAULT_IO_MANAGER, InputManager, IOManager


def own_io_manager(
    owner: str, name: str, key: str | None, manager: object, resource_defs: object
) -> tuple[str | None, object]:
    """The key under which `owner` finds its IO manager, and its own resources, `manager` among them.

    Raises:
        InvalidDefinitionError: The IO manager is given twice.
    """
    if manager is None:
        return key, resource_defs
    if key is not None:
        msg = f"{owner} has `io_manager_key` and `io_manager_def`; use one of them."
        raise InvalidDefinitionError(msg)
    own_key = f"{name}__{DEFAULT_IO_MANAGER}"
    return own_key, {**resource_by_key(resource_defs), own_key: manager}


@dataclass(frozen=True, slots=True)
class StoredAsset:
    """An asset that a run does not make: its facts, and the key of the IO manager that loads it."""

    spec: AssetSpec
    io_manager_key: str = DEFAULT_IO_MANAGER
    bindings: Bindings = field(default_factory=dict[str, Any])
    """The asset's own resources."""
    partitions_def: PartitionsDefinition | None = None


class StoredInput(NamedTuple):
    """An input whose value an IO manager loads."""

    manager_key: str
    asset: StoredAsset | None = None
    """The asset whose value it is; None for an op's input without connection."""
    bindings: Bindings | None = None
    """The asset's own resources, stronger than the run's; None if the step itself names the loader."""

    def requirement(self, label: str, name: str) -> Requirement:
        """The IO manager, asked for by the step `label` for its input `name`."""
        asker = f"input '{name}' of {label}"
        if self.asset is not None:
            asker += f" (asset '{self.asset.spec.key.to_user_string()}' is not made by the run)"
        return Requirement(self.manager_key, asker, InputManager, has_default=self.uses_default)

    @property
    def uses_default(self) -> bool:
        """Whether it is an asset that the default IO manager loads."""
        return self.asset is not None and self.manager_key == DEFAULT_IO_MANAGER


def stored_input(asset: StoredAsset, input_manager_key: str | None) -> StoredInput:
    """The way a step takes the value of `asset`: by the loader that it names, or else by the asset's IO manager."""
    if input_manager_key is not None:
        return StoredInput(input_manager_key, asset)
    return StoredInput(asset.io_manager_key, asset, asset.bindings)


def output_requirement(label: str, output: str, key: str) -> Requirement:
    """The IO manager that stores an output."""
    return Requirement(key, f"output '{output}' of {label}", IOManager)


def input_requirement(label: str, name: str, key: str) -> Requirement:
    """The input manager that a step names for an input."""
    return Requirement(key, f"input '{name}' of {label}", InputManager)
