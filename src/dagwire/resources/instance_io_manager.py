"""`InstanceIOManager`: the IO manager of runs that are given none and load what they do not make."""

from typing import Any

from dagwire.errors import MissingValueError
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.io_contexts import InputContext, OutputContext
from dagwire.resources.io_manager import InMemoryIOManager


class InstanceIOManager(InMemoryIOManager):
    """Keeps values of assets in an instance, and those of ops for itself; lives as long as one run.

    Dagster's default IO manager writes files below the instance's folder. Here an instance is in memory, and so are its
    values: no copy is made, and nothing has to be pickled.
    """

    def __init__(self, instance: DagsterInstance) -> None:
        """Store to `instance`, and load from it."""
        super().__init__()
        self._instance = instance

    def handle_output(self, context: OutputContext, obj: object) -> None:
        """Keep `obj` itself, for each partition that it is made of."""
        if not context.has_asset_key:
            super().handle_output(context, obj)
            return
        keys = context.asset_partition_keys if context.has_asset_partitions else (None,)
        for key in keys:
            self._instance.keep_value(context.asset_key, key, obj)

    def load_input(self, context: InputContext) -> Any:
        """The very object; of several partitions `{partition key: object}`.

        Raises:
            MissingValueError: No run of the instance has made it.
        """
        if not context.has_asset_key:
            return super().load_input(context)
        if not context.has_asset_partitions:
            return self._value(context, None)
        keys = context.asset_partition_keys
        return self._value(context, keys[0]) if len(keys) == 1 else {key: self._value(context, key) for key in keys}

    def _value(self, context: InputContext, partition_key: str | None) -> object:
        try:
            return self._instance.kept_value(context.asset_key, partition_key)
        except KeyError:
            raise MissingValueError(context.asset_key.to_user_string(), partition_key) from None
