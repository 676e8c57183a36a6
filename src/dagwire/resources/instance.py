"""`DagsterInstance`: what one run leaves for the next, held in memory."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Protocol, Self

from dagwire.errors import InvalidInvocationError
from dagwire.resources.event_log_entry import EventLogEntry


class DynamicPartitionsStore(Protocol):
    """Knows which dynamic partitions there are."""

    def get_dynamic_partitions(self, partitions_def_name: str) -> Sequence[str]:
        """The keys of one set of partitions, in the order they were added."""
        ...


class DagsterInstance:
    """What one run leaves for the next: the keys of dynamic partitions, and the latest materialization of each asset.

    Dagster's instance is a store of runs and events; dagwire has none, so this is the part of it that definitions read
    and write. It lives as long as whoever made it keeps it, and may be shared by runs that go on side by side. To have
    it outlive the process save `dynamic_partitions` and `latest_materializations`, and give them to the class again.

    Example:
        >>> from dagwire import DagsterInstance
        >>> instance = DagsterInstance.ephemeral()
        >>> instance.add_dynamic_partitions("airlines", ["AA", "UA"])
        >>> instance.get_dynamic_partitions("airlines")
        ['AA', 'UA']
    """

    def __init__(
        self,
        dynamic_partitions: Mapping[str, Iterable[str]] | None = None,
        latest_materializations: Iterable[EventLogEntry] = (),
    ) -> None:
        """Know what another instance's properties of these names gave."""
        # Keys are held as those of a dict: in order, each once.
        given = dynamic_partitions.items() if dynamic_partitions else ()
        self._keys_by_name = {name: dict.fromkeys(keys) for name, keys in given}
        self._latest: dict[Any, EventLogEntry] = {entry.asset_key: entry for entry in latest_materializations}
        self._event_count = max((entry.storage_id for entry in self._latest.values()), default=0)
        self._changing = threading.Lock()

    @staticmethod
    def ephemeral() -> "DagsterInstance":
        """An instance that knows nothing yet; in dagwire every one is in memory."""
        return DagsterInstance()

    @property
    def dynamic_partitions(self) -> dict[str, list[str]]:
        """`{name: keys}` of all sets of partitions: a copy, to save."""
        with self._changing:
            return {name: list(keys) for name, keys in self._keys_by_name.items()}

    @property
    def latest_materializations(self) -> list[EventLogEntry]:
        """The latest of each asset: a copy, to save."""
        with self._changing:
            return list(self._latest.values())

    def add_dynamic_partitions(self, partitions_def_name: str, partition_keys: Sequence[str]) -> None:
        """Add keys to a set of partitions, after those it has; one that is there already stays where it is.

        Raises:
            InvalidInvocationError: `partition_keys` is one text, not a list of them. Nothing was added.
        """
        _refuse_text("add_dynamic_partitions", partition_keys)
        with self._changing:
            self._keys_by_name.setdefault(partitions_def_name, {}).update(dict.fromkeys(partition_keys))

    def get_dynamic_partitions(self, partitions_def_name: str) -> list[str]:
        """The keys of a set of partitions, in the order they were added; none where there is no such set."""
        with self._changing:
            return list(self._keys_by_name.get(partitions_def_name, ()))

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Whether a set of partitions has the key."""
        return partition_key in self._keys_by_name.get(partitions_def_name, ())

    def delete_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> None:
        """Take a key out of a set of partitions; one that is not there is none the less gone."""
        with self._changing:
            self._keys_by_name.get(partitions_def_name, {}).pop(partition_key, None)

    def get_latest_materialization_event(self, asset_key: Any) -> EventLogEntry | None:
        """When and by which run an asset was last made, of the runs that were given this instance; None for never."""
        return self._latest.get(asset_key)

    def report_runless_asset_event(self, asset_event: Any) -> None:
        """Note that an asset was made elsewhere; `asset_event` is an `AssetMaterialization`."""
        self.remember(EventLogEntry(asset_event))

    def remember(self, entry: EventLogEntry) -> None:
        """Keep what tells of an asset that was made, in place of what was known of it."""
        with self._changing:
            self._event_count += 1
            self._latest[entry.asset_key] = replace(entry, storage_id=self._event_count)

    def dispose(self) -> None:
        """Do nothing, where Dagster's closes its store: there is none to close."""

    def __enter__(self) -> Self:
        """The instance, for a `with` block; as Dagster's."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """`dispose` of it."""
        self.dispose()

    def __repr__(self) -> str:
        """How many partitions it knows."""
        counts = ", ".join(f"{name}: {len(keys)}" for name, keys in self.dynamic_partitions.items())
        return f"DagsterInstance({counts})"


def given_instance(owner: str, given: object) -> DagsterInstance | None:
    """What was given to `owner` as `instance`.

    Raises:
        InvalidInvocationError: It is no instance; an argument meant for another parameter, say.
    """
    if given is None or isinstance(given, DagsterInstance):
        return given
    raise InvalidInvocationError(owner, f"takes a DagsterInstance as `instance`, not {type(given).__name__}.")


def _refuse_text(method: str, partition_keys: object) -> None:
    """Refuse a text where a list of keys belongs: its letters would become keys.

    Raises:
        InvalidInvocationError: It is one.
    """
    if isinstance(partition_keys, str):
        problem = f"takes a list of keys; '{partition_keys}' is one text. Write ['{partition_keys}']."
        raise InvalidInvocationError(method, problem)
