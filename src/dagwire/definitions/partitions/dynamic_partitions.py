"""`DynamicPartitionsDefinition`: partitions that are added and taken away while programs run."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from dagwire.definitions.partitions.partition_loading import store_in_force, time_in_force
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError
from dagwire.resources.instance import DagsterInstance, DynamicPartitionsStore


class AddDynamicPartitionsRequest(NamedTuple):
    """Keys that a sensor wants to be added to dynamic partitions."""

    partitions_def_name: str
    partition_keys: Sequence[str]

    def apply_to(self, instance: DagsterInstance) -> None:
        """Add them to those that `instance` knows."""
        instance.add_dynamic_partitions(self.partitions_def_name, self.partition_keys)


class DeleteDynamicPartitionsRequest(NamedTuple):
    """Keys that a sensor wants to be taken out of dynamic partitions."""

    partitions_def_name: str
    partition_keys: Sequence[str]

    def apply_to(self, instance: DagsterInstance) -> None:
        """Take them out of those that `instance` knows."""
        for key in self.partition_keys:
            instance.delete_dynamic_partition(self.partitions_def_name, key)


DynamicPartitionsRequest = AddDynamicPartitionsRequest | DeleteDynamicPartitionsRequest


class DynamicPartitionsDefinition(PartitionsDefinition):
    """Partitions that are added and taken away while programs run; a `DagsterInstance` knows which there are.

    Example:
        >>> from dagwire import DagsterInstance, DynamicPartitionsDefinition, asset, materialize
        >>> @asset(partitions_def=DynamicPartitionsDefinition(name="airlines"))
        ... def delays(context):
        ...     return f"delays of {context.partition_key}"
        >>> instance = DagsterInstance.ephemeral()
        >>> instance.add_dynamic_partitions("airlines", ["AA"])
        >>> materialize([delays], partition_key="AA", instance=instance).asset_value("delays")
        'delays of AA'
    """

    def __init__(
        self, partition_fn: Callable[[datetime | None], Sequence[str]] | None = None, name: str | None = None
    ) -> None:
        """Keep one of the two ways to know the keys.

        Args:
            partition_fn: Says which keys there are at a time; the older way, which asks no instance.
            name: Under what an instance knows the keys.

        Raises:
            InvalidDefinitionError: None of the two is given, or both are, or what is called is no function.
        """
        if (partition_fn is None) == (name is None):
            given = "neither" if name is None else "both"
            msg = f"Dynamic partitions have a `name` or a `partition_fn`; {given} was given."
            raise InvalidDefinitionError(msg)
        if isinstance(partition_fn, str):
            msg = f"Dynamic partitions '{partition_fn}': give the name as `name=`; what comes first is a function."  # type: ignore[unreachable]  # by whoever heeds the types
            raise InvalidDefinitionError(msg)
        self.partition_fn = partition_fn
        self.name = name

    def get_partition_keys(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> list[str]:
        """The keys that an instance knows now, in the order they were added.

        Args:
            current_time: What `partition_fn` is asked with, where there is one.
            dynamic_partitions_store: The instance; that of `partition_loading_context` by default.

        Raises:
            InvalidInvocationError: No instance is at hand.
        """
        if self.partition_fn is not None:
            return list(self.partition_fn(current_time or time_in_force()))
        store = dynamic_partitions_store or store_in_force()
        if store is None:
            problem = (
                "are known to an instance only, and none is at hand. Give the run or the context `instance=`; "
                "elsewhere use `with partition_loading_context(dynamic_partitions_store=instance):`."
            )
            raise InvalidInvocationError(f"Dynamic partitions '{self.name}'", problem)
        return list(store.get_dynamic_partitions(self.checked_name))

    @property
    def checked_name(self) -> str:
        """The name.

        Raises:
            InvalidInvocationError: A function makes the keys, so there is none.
        """
        if self.name is None:
            problem = "have no name: a function makes their keys, so none can be added or taken away."
            raise InvalidInvocationError("Dynamic partitions", problem)
        return self.name

    def build_add_request(self, partition_keys: Sequence[str]) -> AddDynamicPartitionsRequest:
        """What a sensor returns to have keys added: `SensorResult(dynamic_partitions_requests=[...])`.

        Raises:
            InvalidInvocationError: A function makes the keys, or one text is given in place of a list.
        """
        return AddDynamicPartitionsRequest(self.checked_name, _listed(partition_keys))

    def build_delete_request(self, partition_keys: Sequence[str]) -> DeleteDynamicPartitionsRequest:
        """What a sensor returns to have keys taken away.

        Raises:
            InvalidInvocationError: A function makes the keys, or one text is given in place of a list.
        """
        return DeleteDynamicPartitionsRequest(self.checked_name, _listed(partition_keys))

    def __eq__(self, other: object) -> bool:
        """Equal where name and function are."""
        if not isinstance(other, DynamicPartitionsDefinition):
            return False
        return (self.name, self.partition_fn) == (other.name, other.partition_fn)

    def __hash__(self) -> int:
        """By what `__eq__` compares."""
        return hash((self.name, self.partition_fn))

    def __str__(self) -> str:
        """For people."""
        return f'Dynamic partitions: "{self.name}"' if self.name else "Dynamic partitions of a function"


def _listed(partition_keys: Sequence[str]) -> list[str]:
    if isinstance(partition_keys, str):
        problem = f"take a list of keys; '{partition_keys}' is one text. Write ['{partition_keys}']."
        raise InvalidInvocationError("Requests for dynamic partitions", problem)
    return list(partition_keys)
