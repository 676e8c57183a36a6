"""`DagsterInstance`: the memory that one run leaves for the next."""

import shutil
import tempfile
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from dagwire.errors import InvalidInvocationError
from dagwire.resources.dagster_run import DagsterRun, DagsterRunStatus
from dagwire.resources.event_log_entry import EventLogEntry
from dagwire.resources.run_changes import RunChanges, StatusChange
from dagwire.resources.run_memory import RunMemory


class DynamicPartitionsStore(Protocol):
    """A store of dynamic partition keys."""

    def get_dynamic_partitions(self, partitions_def_name: str) -> Sequence[str]:
        """The keys of one set of partitions, in the order they were added."""
        ...


class DagsterInstance(RunMemory):
    """The memory of past runs: the runs, the materializations of assets, and the keys of dynamic partitions.

    Dagster's instance is a store of runs and events. dagwire keeps no store, so this is the part of it that definitions
    read and write, and the last 10,000 runs and materializations. It lives as long as its maker keeps it, and
    concurrent runs may share it. To keep it beyond the process, save `dynamic_partitions` and
    `latest_materializations`, and pass them to the class again.

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
        folder: str | None = None,
    ) -> None:
        """Continue another instance.

        Args:
            dynamic_partitions: The other's property of this name.
            latest_materializations: The other's property of this name.
            folder: Where `storage_directory` lies; a temporary folder of the instance's own by default.
        """
        # Keys are held as those of a dict: in order, each once.
        items = dynamic_partitions.items() if dynamic_partitions else ()
        self._keys_by_name = {name: dict.fromkeys(keys) for name, keys in items}
        self._latest: dict[Any, EventLogEntry] = {entry.asset_key: entry for entry in latest_materializations}
        entries = sorted(self._latest.values(), key=lambda entry: entry.storage_id) if self._latest else ()
        super().__init__(entries)
        self._previous: dict[Any, EventLogEntry] = {}
        """`{asset: the materialization before its latest one}`, of those that this instance has seen."""
        self._event_count = entries[-1].storage_id if entries else 0
        self._value_by_asset: dict[tuple[Any, str | None], Any] = {}
        """`{(asset key, partition key): value}` of the assets that no IO manager has stored."""
        self._folder = folder
        self._delete_folder: Callable[[], object] | None = None

    @property
    def _run_changes(self) -> RunChanges:
        """The changes of runs; made at the first question, as most instances are asked none."""
        found: RunChanges = self.__dict__.get("_changes") or self.__dict__.setdefault("_changes", RunChanges())
        return found

    @staticmethod
    def ephemeral(tempdir: str | None = None) -> "DagsterInstance":
        """Make an empty instance in memory.

        Args:
            tempdir: Where `storage_directory` lies; a temporary folder of the instance's own by default.
        """
        return DagsterInstance(folder=tempdir)

    def storage_directory(self) -> str:
        """The folder in which IO managers without a folder of their own keep values.

        A temporary one is made at the first call, and deleted when the instance is disposed of or collected.
        """
        with self._changing:
            if self._folder is None:
                self._folder = tempfile.mkdtemp(prefix="dagwire-")
                self._delete_folder = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
            return str(Path(self._folder, "storage"))

    def keep_value(self, asset_key: object, partition_key: str | None, value: object) -> None:
        """Keep the value of an asset, or of one partition of it, for later runs: itself, no copy is made."""
        self._value_by_asset[asset_key, partition_key] = value

    def kept_value(self, asset_key: object, partition_key: str | None) -> Any:
        """Return the value of an asset, or of one partition of it, that a run has left.

        Raises:
            KeyError: There is none.
        """
        return self._value_by_asset[asset_key, partition_key]

    @property
    def dynamic_partitions(self) -> dict[str, list[str]]:
        """`{name: keys}` of all dynamic partitions: a copy, to save."""
        with self._changing:
            return {name: list(keys) for name, keys in self._keys_by_name.items()}

    @property
    def latest_materializations(self) -> list[EventLogEntry]:
        """The latest of each asset: a copy, to save."""
        with self._changing:
            return list(self._latest.values())

    def add_dynamic_partitions(self, partitions_def_name: str, partition_keys: Sequence[str]) -> None:
        """Add keys to a set of dynamic partitions, in order; a key that is there already keeps its place.

        Raises:
            InvalidInvocationError: `partition_keys` is one text, not a list of them. Nothing was added.
        """
        _refuse_text("add_dynamic_partitions", partition_keys)
        with self._changing:
            self._keys_by_name.setdefault(partitions_def_name, {}).update(dict.fromkeys(partition_keys))

    def get_dynamic_partitions(self, partitions_def_name: str) -> list[str]:
        """The keys of a set of partitions, in the order they were added; an unknown set has none."""
        with self._changing:
            return list(self._keys_by_name.get(partitions_def_name, ()))

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Whether a set of partitions has the key."""
        return partition_key in self._keys_by_name.get(partitions_def_name, ())

    def delete_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> None:
        """Delete a key from a set of dynamic partitions, if it is there."""
        with self._changing:
            self._keys_by_name.get(partitions_def_name, {}).pop(partition_key, None)

    def get_latest_materialization_event(self, asset_key: object) -> EventLogEntry | None:
        """The event of the latest run with this instance that made an asset; None if there is none."""
        return self._latest.get(asset_key)

    def materializations_of(
        self, asset_key: object, after: int, *, limit: int = -1, newest_first: bool = False
    ) -> list[EventLogEntry]:
        """The materializations of an asset with numbers above `after`; a negative limit is none."""
        kept = self.kept_materializations()
        found = [entry for entry in kept if entry.asset_key == asset_key and entry.storage_id > after]
        ordered = found[::-1] if newest_first else found
        return ordered if limit < 0 else ordered[:limit]

    # -- changes of runs -----------------------------------------------------------------------------------------------

    def remember_run(self, run: DagsterRun, event: Any, status: DagsterRunStatus | None) -> None:
        """Keep an event of a run, which has come to `status` by it, if that is given."""
        self._run_changes.remember(run, event, status)

    def status_changes_after(self, number: int, status: DagsterRunStatus) -> Iterable[StatusChange]:
        """The changes of runs to a status with numbers above `number`, in order."""
        return self._run_changes.changes(number, status)

    def last_status_change(self, status: DagsterRunStatus) -> StatusChange | None:
        """The latest change of a run to a status; None if there is none."""
        return max(self._run_changes.changes(0, status), default=None, key=lambda change: change.number)

    def step_failure_events(self, run_id: str) -> list[Any]:
        """The events of the steps of a run that failed, in order."""
        return self._run_changes.step_failures(run_id)

    # -- the latest of each asset --------------------------------------------------------------------------------------

    def latest_two_materializations(self, asset_key: object) -> tuple[EventLogEntry | None, EventLogEntry | None]:
        """Return the latest materialization of an asset, and the one before it; None for each that there is not."""
        with self._changing:
            return self._latest.get(asset_key), self._previous.get(asset_key)

    @property
    def is_ephemeral(self) -> bool:
        """True: an instance of dagwire is in memory."""
        return True

    def get_asset_keys(self) -> list[Any]:
        """Return the keys of the assets that were made."""
        with self._changing:
            return list(self._latest)

    def has_asset_key(self, asset_key: object) -> bool:
        """Return whether an asset was made."""
        return asset_key in self._latest

    def report_runless_asset_event(self, asset_event: object) -> None:
        """Record that an asset was made elsewhere; `asset_event` is an `AssetMaterialization`."""
        self.remember(EventLogEntry(asset_event))

    def remember(self, entry: EventLogEntry) -> None:
        """Keep `entry` as the latest event of its asset."""
        with self._changing:
            self._event_count += 1
            latest = self._latest.get(entry.asset_key)
            if latest is not None:
                self._previous[entry.asset_key] = latest
            self._latest[entry.asset_key] = numbered = replace(entry, storage_id=self._event_count)
            self._entries.append(numbered)

    def get_latest_materialization_events(self, asset_keys: Iterable[object]) -> dict[Any, EventLogEntry]:
        """Return `{key: its latest materialization}` of those among `asset_keys` that were made."""
        found = {key: self.get_latest_materialization_event(key) for key in asset_keys}
        return {key: entry for key, entry in found.items() if entry is not None}

    def wipe_assets(self, asset_keys: Iterable[object]) -> None:
        """Forget that assets were made, and the values that this instance keeps of them."""
        wiped = set(asset_keys)
        with self._changing:
            self._entries = deque((one for one in self._entries if one.asset_key not in wiped), self._entries.maxlen)
            for key in wiped:
                self._latest.pop(key, None)
                self._previous.pop(key, None)
            for key, partition in [kept for kept in self._value_by_asset if kept[0] in wiped]:
                del self._value_by_asset[key, partition]

    def dispose(self) -> None:
        """Delete the temporary folder, if there is one."""
        if self._delete_folder is not None:
            self._delete_folder()

    def __enter__(self) -> Self:
        """Return the instance, for a `with` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Call `dispose`."""
        self.dispose()

    def __repr__(self) -> str:
        """Show the number of keys of each set of dynamic partitions."""
        counts = ", ".join(f"{name}: {len(keys)}" for name, keys in self.dynamic_partitions.items())
        return f"DagsterInstance({counts})"


def given_instance(owner: str, instance: object) -> DagsterInstance | None:
    """Return the argument `instance` of `owner`, checked.

    Raises:
        InvalidInvocationError: It is not an instance; it may be meant for another parameter.
    """
    if instance is None or isinstance(instance, DagsterInstance):
        return instance
    raise InvalidInvocationError(owner, f"takes a DagsterInstance as `instance`, not {type(instance).__name__}.")


def _refuse_text(method: str, partition_keys: object) -> None:
    """Refuse a text in place of a list of keys: its letters would become keys.

    Raises:
        InvalidInvocationError: `partition_keys` is a text.
    """
    if isinstance(partition_keys, str):
        problem = f"takes a list of keys; '{partition_keys}' is one text. Write ['{partition_keys}']."
        raise InvalidInvocationError(method, problem)
