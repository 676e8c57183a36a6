"""`MultiAssetSensorEvaluationContext`: what was made of several assets since the last tick, as a sensor sees it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from dagwire.config.values.type_guards import is_sequence
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.selection import AssetSelection
from dagwire.definitions.automation.sensor_context import SensorEvaluationContext
from dagwire.definitions.automation.tick_context import TickContext
from dagwire.definitions.partitions.default_mapping import inferred_mapping
from dagwire.definitions.partitions.partition_loading import partition_loading_context
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.errors import ArgumentTypeError, InvalidInvocationError
from dagwire.resources.event_log_entry import EventLogEntry
from dagwire.resources.instance import DagsterInstance

MonitoredAssets = Sequence[AssetKey] | AssetSelection


class AssetCursor(NamedTuple):
    """The place up to which the events of one asset were handled."""

    partition: str | None = None
    """The partition of the event that was handled last."""
    number: int = 0
    """The number of that event."""
    skipped: Mapping[str, int] = {}
    """`{partition: number}` of the latest events before it that were not handled."""


class MultiAssetSensorEvaluationContext(SensorEvaluationContext):
    """The materializations of several assets since the last tick; lives as long as the tick.

    The function says what it has handled, by `advance_cursor` or `advance_all_cursors`; all else is shown again.
    """

    def __init__(
        self,
        cursor: str | None,
        resources: object,
        instance: DagsterInstance | None,
        definitions: object,
        monitored_assets: MonitoredAssets,
        *,
        repository_name: str | None = None,
        last_sensor_start_time: float | None = None,
        from_latest: bool = False,
    ) -> None:
        """Show the events of `monitored_assets`; with `from_latest`, those alone that are made from now on.

        Raises:
            ArgumentTypeError: `monitored_assets` is neither a selection nor a sequence of keys.
        """
        super().__init__(
            cursor,
            resources,
            instance,
            None,
            definitions,
            repository_name=repository_name,
            last_sensor_start_time=last_sensor_start_time,
        )
        self._assets_by_key = _known_assets(definitions)
        self._keys = _monitored_keys(monitored_assets, self._assets_by_key)
        self._cursors = {} if from_latest else _read_cursors(cursor)
        self._advanced: dict[AssetKey, AssetCursor] = {}
        if from_latest:
            self.advance_all_cursors()
            self.write_cursor()

    # -- assets --------------------------------------------------------------------------------------------------------

    @property
    def asset_keys(self) -> Sequence[AssetKey]:
        """The assets that are monitored."""
        return self._keys

    @property
    def assets_defs_by_key(self) -> Mapping[AssetKey, AssetsDefinition | None]:
        """`{asset: its definition}`; None for one that is made elsewhere."""
        return {key: self._assets_by_key.get(key) for key in self._keys}

    def _checked(self, asset_key: object) -> AssetKey:
        key = AssetKey.from_coercible(asset_key)
        if key not in self._keys:
            raise InvalidInvocationError(self._owner, f"does not monitor asset '{key.to_user_string()}'.")
        return key

    def _partitions_of(self, asset_key: object) -> PartitionsDefinition:
        key = self._checked(asset_key)
        definition = self._assets_by_key.get(key)
        if definition is None or definition.partitions_def is None:
            raise InvalidInvocationError(self._owner, f"knows no partitions of asset '{key.to_user_string()}'.")
        return definition.partitions_def

    # -- events --------------------------------------------------------------------------------------------------------

    def _cursor_of(self, key: AssetKey) -> AssetCursor:
        return self._cursors.get(repr(key), AssetCursor())

    def latest_materialization_records_by_key(
        self, asset_keys: Sequence[AssetKey] | None = None
    ) -> Mapping[AssetKey, EventLogEntry | None]:
        """`{asset: its latest materialization since the cursor}`; None for an asset without one.

        Args:
            asset_keys: Some of the monitored assets; all by default.
        """
        keys = self._keys if asset_keys is None else [self._checked(key) for key in asset_keys]
        return {key: next(iter(self._events(key, limit=1, newest_first=True)), None) for key in keys}

    def _events(self, key: AssetKey, *, limit: int = -1, newest_first: bool = False) -> list[EventLogEntry]:
        after = self._cursor_of(key).number
        return self.instance.materializations_of(key, after, limit=limit, newest_first=newest_first)

    def materialization_records_for_key(self, asset_key: AssetKey, limit: int | None = None) -> Iterable[EventLogEntry]:
        """The materializations of an asset since the cursor, the oldest first.

        Args:
            asset_key: One of the monitored assets.
            limit: How many at most.
        """
        return self._events(self._checked(asset_key), limit=-1 if limit is None else limit)

    def latest_materialization_records_by_partition(
        self, asset_key: AssetKey, after_cursor_partition: bool | None = False
    ) -> Mapping[str, EventLogEntry]:
        """`{partition: its latest materialization}` of an asset since the cursor, the earliest event first.

        Events before the cursor that were not handled are among them.

        Args:
            asset_key: One of the monitored assets, with partitions.
            after_cursor_partition: Whether only partitions after the cursor's are shown.
        """
        keys = list(self._keys_in(self._partitions_of(asset_key)))
        cursor = self._cursor_of(AssetKey.from_coercible(asset_key))
        if after_cursor_partition and cursor.partition in keys:
            keys = keys[keys.index(cursor.partition) + 1 :]
        events = [*self.get_trailing_unconsumed_events(asset_key), *self._events(AssetKey.from_coercible(asset_key))]
        latest = {event.partition: event for event in events if event.partition in keys}
        ordered = sorted(latest.values(), key=lambda event: event.storage_id)
        return {str(event.partition): event for event in ordered}

    def latest_materialization_records_by_partition_and_asset(self) -> Mapping[str, Mapping[AssetKey, EventLogEntry]]:
        """`{partition: {asset: its latest materialization}}` of all monitored assets since the cursor."""
        found: dict[str, dict[AssetKey, EventLogEntry]] = {}
        for key in self._keys:
            for partition, event in self.latest_materialization_records_by_partition(key).items():
                found.setdefault(partition, {})[key] = event
        return found

    def get_trailing_unconsumed_events(self, asset_key: AssetKey) -> Sequence[EventLogEntry]:
        """The latest events of partitions before the cursor that were not handled."""
        key = self._checked(asset_key)
        numbers = set(self._cursor_of(key).skipped.values())
        if not numbers:
            return []
        events = self.instance.materializations_of(key, min(numbers) - 1)
        return [event for event in events if event.storage_id in numbers]

    def all_partitions_materialized(self, asset_key: AssetKey, partitions: Sequence[str] | None = None) -> bool:
        """Whether all partitions of an asset, or all of `partitions`, were ever made."""
        wanted = self._keys_in(self._partitions_of(asset_key)) if partitions is None else partitions
        made = {event.partition for event in self.instance.materializations_of(AssetKey.from_coercible(asset_key), 0)}
        return made.issuperset(wanted)

    def _keys_in(self, partitions: PartitionsDefinition) -> Sequence[str]:
        with partition_loading_context(dynamic_partitions_store=self.instance):
            return partitions.get_partition_keys()

    # -- the cursor ----------------------------------------------------------------------------------------------------

    def get_cursor_partition(self, asset_key: AssetKey | None) -> str | None:
        """The partition of the event of an asset that was handled last.

        Raises:
            InvalidInvocationError: The asset is not monitored.
        """
        return self._cursor_of(self._checked(asset_key or "")).partition

    def advance_cursor(self, materialization_records_by_key: Mapping[AssetKey, EventLogEntry | None]) -> None:
        """Note that these events were handled; an event of another partition before one of them was not.

        Args:
            materialization_records_by_key: `{asset: event}`; None leaves the asset where it is.
        """
        for key, event in materialization_records_by_key.items():
            if event is not None:
                self._advanced[self._checked(key)] = self._cursor_at(AssetKey.from_coercible(key), event)

    def _cursor_at(self, key: AssetKey, event: EventLogEntry) -> AssetCursor:
        definition = self._assets_by_key.get(key)
        skipped: dict[str, int] = {}
        if definition is not None and definition.partitions_def is not None:
            before = self.latest_materialization_records_by_partition(key).items()
            skipped = {partition: one.storage_id for partition, one in before if one.storage_id < event.storage_id}
            skipped.pop(str(event.partition), None)
        number = max(event.storage_id, self._cursor_of(key).number)
        return AssetCursor(event.partition, number, skipped)

    def advance_all_cursors(self) -> None:
        """Note that everything was handled."""
        for key in self._keys:
            newest = self.instance.materializations_of(key, 0, limit=1, newest_first=True)
            for event in newest:
                self._advanced[key] = AssetCursor(event.partition, event.storage_id)

    def write_cursor(self) -> None:
        """Make the cursor of what was handled."""
        if self._advanced:
            self._cursors = {**self._cursors, **{repr(key): cursor for key, cursor in self._advanced.items()}}
            self.update_cursor(json.dumps({key: list(cursor) for key, cursor in self._cursors.items()}))
            self._advanced = {}

    # -- partitions ----------------------------------------------------------------------------------------------------

    def get_downstream_partition_keys(
        self, partition_key: str, from_asset_key: AssetKey, to_asset_key: AssetKey
    ) -> Sequence[str]:
        """The partitions of one asset that are made of a partition of another, by the partition mapping between them.

        Raises:
            InvalidInvocationError: An asset is not known, or has no partitions.
        """
        upstream = self._partitions_of(from_asset_key)
        downstream = self._assets_by_key.get(AssetKey.from_coercible(to_asset_key))
        if downstream is None or downstream.partitions_def is None:
            name = AssetKey.from_coercible(to_asset_key).to_user_string()
            raise InvalidInvocationError(self._owner, f"knows no partitions of asset '{name}'.")
        declared = downstream.get_partition_mapping(AssetKey.from_coercible(from_asset_key))
        mapping = declared or inferred_mapping(downstream.partitions_def, upstream)
        with partition_loading_context(dynamic_partitions_store=self.instance):
            subset = upstream.empty_subset().with_partition_keys([partition_key])
            found = mapping.get_downstream_partitions_for_partitions(subset, upstream, downstream.partitions_def)
            return list(found.get_partition_keys())


def _known_assets(definitions: object) -> Mapping[AssetKey, AssetsDefinition]:
    assets: Iterable[Any] = getattr(definitions, "assets", None) or ()
    return {key: one for one in assets if isinstance(one, AssetsDefinition) for key in one.keys}


def check_monitored(owner: str, monitored: object) -> None:
    """Refuse what is neither a selection of assets nor a sequence of keys.

    Raises:
        ArgumentTypeError: `monitored` is something else.
    """
    is_keys = is_sequence(monitored) and all(isinstance(key, AssetKey) for key in monitored)
    if not is_keys and not isinstance(monitored, AssetSelection):
        raise ArgumentTypeError(owner, "monitored_assets", "AssetSelection or sequence of AssetKey", monitored)


def _monitored_keys(monitored: MonitoredAssets, known: Mapping[AssetKey, AssetsDefinition]) -> list[AssetKey]:
    check_monitored("build_multi_asset_sensor_context", monitored)
    if not isinstance(monitored, AssetSelection):
        return list(monitored)
    chosen = monitored.resolve(list(dict.fromkeys(known.values())))
    return [key for key in known if key in chosen]


def _read_cursors(cursor: str | None) -> dict[str, AssetCursor]:
    """`{repr(key): cursor}` of a cursor that `write_cursor` wrote; empty for any other text."""
    try:
        found = json.loads(cursor or "{}")
        return {
            key: AssetCursor(partition, number or 0, skipped) for key, (partition, number, skipped) in found.items()
        }
    except (AttributeError, TypeError, ValueError):
        return {}


def monitoring(context: TickContext, monitored_assets: MonitoredAssets) -> MultiAssetSensorEvaluationContext:
    """The context of a sensor of several assets, for a tick with `context`."""
    if isinstance(context, MultiAssetSensorEvaluationContext):
        return context
    cursor: str | None = getattr(context, "cursor", None)
    own = MultiAssetSensorEvaluationContext(cursor, {}, context.known_instance, context.lookup, monitored_assets)
    own.share_resources(context)
    return own


def build_multi_asset_sensor_context(
    *,
    monitored_assets: MonitoredAssets,
    repository_def: object = None,
    instance: DagsterInstance | None = None,
    cursor: str | None = None,
    repository_name: str | None = None,
    cursor_from_latest_materializations: bool = False,
    resources: object = None,
    definitions: object = None,
    last_sensor_start_time: float | None = None,
) -> MultiAssetSensorEvaluationContext:
    """Build a context with which to call a sensor of several assets in a test.

    Args:
        monitored_assets: The assets, as the sensor names them.
        repository_def: `Definitions.get_repository_def()`; an older way to pass `definitions`.
        instance: The store of earlier runs; an empty one by default.
        cursor: The cursor that the tick before this one left.
        repository_name: Read as `context.repository_name`.
        cursor_from_latest_materializations: Whether only events from now on are shown.
        resources: A container, or `{key: resource, definition or plain value}`.
        definitions: The definitions that have the assets.
        last_sensor_start_time: The time at which the sensor was switched on, in seconds since 1970.

    Raises:
        InvalidInvocationError: There is not exactly one of `definitions` and `repository_def`, or there are both a
            cursor and `cursor_from_latest_materializations`.
    """
    owner = "build_multi_asset_sensor_context"
    if (definitions is None) == (repository_def is None):
        raise InvalidInvocationError(owner, "takes one of `definitions` and `repository_def`, which have the assets.")
    if cursor is not None and cursor_from_latest_materializations:
        raise InvalidInvocationError(owner, "has `cursor` and `cursor_from_latest_materializations`; pass one of them.")
    return MultiAssetSensorEvaluationContext(
        cursor,
        resources,
        instance or DagsterInstance.ephemeral(),
        definitions if definitions is not None else repository_def,
        monitored_assets,
        repository_name=repository_name,
        last_sensor_start_time=last_sensor_start_time,
        from_latest=cursor_from_latest_materializations,
    )
