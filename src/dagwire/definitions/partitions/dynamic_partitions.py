"""`DynamicPartitionsDefinition`: partitions that are added and deleted while programs run."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from dagwire.definitions.partitions.partition_loading import partition_loading_context, store_in_force, time_in_force
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError
from dagwire.resources.instance import DagsterInstance, DynamicPartitionsStore


class AddDynamicPartitionsRequest(NamedTuple):
    """A sensor's request to add keys to dynamic partitions."""

    partitions_def_name: str
    partition_keys: Sequence[str]

    def apply_to(self, instance: DagsterInstance) -> None:
        """Add the keys to `instance`."""
        instance.add_dynamic_partitions(self.partitions_def_name, self.partition_keys)


class DeleteDynamicPartitionsRequest(NamedTuple):
    """A sensor's request to delete keys of dynamic partitions."""

    partitions_def_name: str
    partition_keys: Sequence[str]

    def apply_to(self, instance: DagsterInstance) -> None:
        """Delete the keys from `instance`."""
        for key in self.partition_keys:
            instance.delete_dynamic_partition(self.partitions_def_name, key)


DynamicPartitionsRequest = AddDynamicPartitionsRequest | DeleteDynamicPartitionsRequest


class DynamicPartitionsDefinition(PartitionsDefinition):
    """Partitions that are added and deleted while programs run; a `DagsterInstance` knows their keys.

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
        """Keep one of the two sources of the keys.

        Args:
            partition_fn: Returns the keys at a time; the older way, which needs no instance.
            name: The name under which an instance has the keys.

        Raises:
            InvalidDefinitionError: None of the two is passed, or both are, or the name is passed as the function.
        """
        if (partition_fn is None) == (name is None):
            found = "neither" if name is None else "both"
            msg = f"Dynamic partitions have a `name` or a `partition_fn`; {found} was passed."
            raise InvalidDefinitionError(msg)
        if isinstance(partition_fn, str):
            msg = f"Dynamic partitions '{partition_fn}': pass the name as `name=`; the first parameter is a function."  # type: ignore[unreachable]  # by whoever heeds the types
            raise InvalidDefinitionError(msg)
        self.partition_fn = partition_fn
        self.name = name

    def get_partition_keys(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> list[str]:
        """The keys that an instance knows now, in the order they were added.

        Args:
            current_time: The argument of `partition_fn`, if there is one.
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

    def has_partition_key(
        self,
        partition_key: str,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> bool:
        """Whether the instance has the key now; arguments are as in `get_partition_keys`."""
        return partition_key in self.get_partition_keys(current_time, dynamic_partitions_store)

    @property
    def checked_name(self) -> str:
        """The name.

        Raises:
            InvalidInvocationError: A function makes the keys, so there is none.
        """
        if self.name is None:
            problem = "have no name: a function makes their keys, so none can be added or deleted."
            raise InvalidInvocationError("Dynamic partitions", problem)
        return self.name

    def build_add_request(self, partition_keys: Sequence[str]) -> AddDynamicPartitionsRequest:
        """Make a request to add keys, for a sensor to return: `SensorResult(dynamic_partitions_requests=[...])`.

        Raises:
            InvalidInvocationError: A function makes the keys, or one text is passed in place of a list.
        """
        return AddDynamicPartitionsRequest(self.checked_name, _listed(partition_keys))

    def build_delete_request(self, partition_keys: Sequence[str]) -> DeleteDynamicPartitionsRequest:
        """Make a request to delete keys, for a sensor to return.

        Raises:
            InvalidInvocationError: A function makes the keys, or one text is passed in place of a list.
        """
        return DeleteDynamicPartitionsRequest(self.checked_name, _listed(partition_keys))

    def __eq__(self, other: object) -> bool:
        """Equal if name and function are."""
        if not isinstance(other, DynamicPartitionsDefinition):
            return False
        return (self.name, self.partition_fn) == (other.name, other.partition_fn)

    def __hash__(self) -> int:
        """By what `__eq__` compares."""
        return hash((self.name, self.partition_fn))

    def __str__(self) -> str:
        """For people."""
        if self.name is not None:
            return f'Dynamic partitions: "{self.name}"'
        return ", ".join(map(repr, self.get_partition_keys()))

    def get_serializable_unique_identifier(self, dynamic_partitions_store: DynamicPartitionsStore | None = None) -> str:
        """Text that differs if the keys do; `dynamic_partitions_store` is the instance that knows them."""
        with partition_loading_context(dynamic_partitions_store=dynamic_partitions_store):
            return super().get_serializable_unique_identifier()

    def __repr__(self) -> str:
        """The call that makes it."""
        return f"DynamicPartitionsDefinition(partition_fn={self.partition_fn!r}, name={self.name!r})"


def _listed(partition_keys: Sequence[str]) -> list[str]:
    if isinstance(partition_keys, str):
        problem = f"take a list of keys; '{partition_keys}' is one text. Write ['{partition_keys}']."
        raise InvalidInvocationError("Requests for dynamic partitions", problem)
    return list(partition_keys)
