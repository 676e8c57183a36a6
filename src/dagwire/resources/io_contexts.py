"""`InputContext` and `OutputContext`: the facts that an IO manager gets about the value that it loads or stores."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from inspect import get_annotations
from typing import Any, Protocol

from dagwire.config.values.type_guards import is_mapping
from dagwire.errors import InvalidInvocationError, InvariantViolationError
from dagwire.resources.init_resource_context import NO_RESOURCES
from dagwire.resources.log_manager import DEFAULT_LOG


class DeclaredType(Protocol):
    """The type that an output or input is declared as; an IO manager may store each type its own way."""

    @property
    def typing_type(self) -> Any:
        """The Python type of its values; Any if none is declared."""
        ...

    @property
    def display_name(self) -> str:
        """The type as people write it."""
        ...


@dataclass(frozen=True, slots=True)
class EventTypes:
    """The kinds of metadata and events that a context makes; they are defined in a higher layer."""

    normalized_metadata: Callable[[Mapping[str, Any], str], Mapping[str, object]] = lambda metadata, _owner: metadata
    """Wraps each value of metadata in the kind that suits it; takes the owner's name for its messages."""
    observation: Callable[..., object] = lambda *arguments: arguments
    """Makes an observation of an asset: its key, a description, metadata, a partition."""
    loggable: tuple[type, ...] = (object,)
    """The classes of events that `log_event` takes."""


_PLAIN = EventTypes()


class IOContext:
    """The facts that both contexts have; lives as long as one call of the IO manager.

    An attribute that has no value raises when it is read, so that a value is never stored under a missing name.
    """

    asset_key: Any
    """The asset's key; absent for the value of an op."""
    asset_partition_keys: Sequence[str]
    """The keys of all partitions of this run's value."""
    asset_partition_key_range: Any
    """From the first of these keys to the last; absent if keys between them are left out."""
    asset_partitions_def: Any
    asset_partitions_time_window: object
    """The time that the partitions span; absent if they are not partitions of time."""
    dagster_type: object
    instance: Any
    job_name: str
    name: str
    """The name of the input or output."""
    op_def: object
    partition_key: str
    """The partition of the run."""
    step_context: object

    def __init__(
        self,
        config: Any = None,
        definition_metadata: Mapping[str, Any] | None = None,
        resource_config: Any = None,
        resources: Any = NO_RESOURCES,
        log: logging.Logger | logging.LoggerAdapter[Any] = DEFAULT_LOG,
        deferred: Mapping[str, Callable[[], Any]] | None = None,
        event_types: EventTypes = _PLAIN,
        **attributes: Any,
    ) -> None:
        """Keep the facts.

        Args:
            config: The value's own config, as the IO manager declares it.
            definition_metadata: Metadata of the output's or input's definition.
            resource_config: The config that the IO manager was opened with; None for one that has no config.
            resources: The resources that the IO manager requires.
            log: The logger of the run.
            deferred: `{attribute: function}` for facts that are computed when they are read.
            event_types: The kinds of metadata and events that this context makes.
            **attributes: The attributes that the class declares; None counts as absent.
        """
        self.config = config
        self.definition_metadata: dict[str, Any] = dict(definition_metadata or {})
        self.resource_config: Any = dict(resource_config) if is_mapping(resource_config) else resource_config
        self._resources = resources
        self.log = log
        self._deferred = dict(deferred or {})
        self._event_types = event_types
        self._added: dict[str, Any] = {}
        vars(self).update({name: value for name, value in attributes.items() if value is not None})

    def __getattr__(self, name: str) -> Any:
        """Compute a deferred fact.

        Raises:
            InvalidInvocationError: It is an attribute of the context that has no value here.
        """
        compute = vars(self).get("_deferred", {}).get(name)
        if compute is not None:
            return compute()
        if any(name in get_annotations(kind) for kind in type(self).__mro__):
            problem = f"has no {name} here: it was not passed when the context was built, or the run has none."
            raise InvalidInvocationError(f"{type(self).__name__}", problem)
        msg = f"'{type(self).__name__}' object has no attribute '{name}'"
        raise AttributeError(msg)

    @property
    def resources(self) -> Any:
        """The resources that the IO manager requires, one attribute a key."""
        return self._resources

    @property
    def metadata(self) -> Mapping[str, Any]:
        """`definition_metadata`, by Dagster's older name."""
        return self.definition_metadata

    @property
    def has_asset_key(self) -> bool:
        """Whether the value is an asset's."""
        return "asset_key" in vars(self)

    @property
    def has_partition_key(self) -> bool:
        """Whether the run is of one partition."""
        return "partition_key" in vars(self)

    @property
    def has_asset_partitions(self) -> bool:
        """Whether the asset's value is of partitions."""
        return "asset_partition_keys" in vars(self)

    @property
    def asset_partition_key(self) -> str:
        """The key of the one partition of this value.

        Raises:
            InvalidInvocationError: It is of several, or of none.
        """
        keys = self.asset_partition_keys
        if len(keys) != 1:
            raise InvalidInvocationError(type(self).__name__, f"is of {len(keys)} partitions, not of one.")
        return keys[0]

    def get_asset_identifier(self) -> list[str]:
        """The parts of the asset's key, and the partition's key if there is one."""
        partition = [self.asset_partition_key] if self.has_asset_partitions else []
        return [*self.asset_key.path, *partition]

    def consume_logged_metadata(self) -> Mapping[str, Any]:
        """Return the metadata that was added since the last call, and forget it."""
        added, self._added = self._added, {}
        return added

    def _normalized(self, metadata: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._event_types.normalized_metadata(metadata, f"{type(self).__name__} '{vars(self).get('name', '')}'")


class OutputContext(IOContext):
    """The facts that `handle_output` gets about the value that it stores."""

    asset_spec: Any
    run_id: str
    step_key: str
    mapping_key: str | None = None
    """Names one value of a dynamic output."""
    version: str | None = None

    def __init__(self, output_metadata: Mapping[str, Any] | None = None, **attributes: Any) -> None:
        """`output_metadata` is the metadata that the step gave this value."""
        super().__init__(**attributes)
        self.output_metadata: dict[str, Any] = dict(output_metadata or {})
        self._logged_events: list[Any] = []
        self._consumed_events = 0

    def add_output_metadata(self, metadata: Mapping[str, Any]) -> None:
        """Add metadata that shows in the asset's materialization.

        Raises:
            InvariantViolationError: A name was added before. Nothing was added.
        """
        twice = sorted(self._added.keys() & metadata.keys())
        if twice:
            msg = f"add_output_metadata: {', '.join(twice)} was added before; each name is added once."
            raise InvariantViolationError(msg)
        self._added |= self._normalized(metadata)

    def get_logged_metadata(self) -> Mapping[str, Any]:
        """The metadata of `add_output_metadata`."""
        return dict(self._added)

    def log_event(self, event: Any) -> None:
        """Record an AssetMaterialization or AssetObservation of another asset.

        Raises:
            InvalidInvocationError: It is another kind of event.
        """
        if not isinstance(event, self._event_types.loggable):
            problem = f"takes an AssetMaterialization or AssetObservation, not {type(event).__name__}."
            raise InvalidInvocationError("OutputContext.log_event", problem)
        self._logged_events.append(event)

    def get_logged_events(self) -> list[Any]:
        """The events of `log_event`."""
        return list(self._logged_events)

    def consume_events(self) -> Iterator[Any]:
        """Iterate over the events that were logged since the last call."""
        fresh = self._logged_events[self._consumed_events :]
        self._consumed_events = len(self._logged_events)
        return iter(fresh)

    def get_identifier(self) -> list[str]:
        """Identify this value by its run, step and output; outside a run by asset and partition.

        A value with a version is found by the version, in any run. To find an asset's value in a later run store it by
        `get_asset_identifier`.
        """
        if self.has_asset_key and "step_key" not in vars(self):
            return self.get_asset_identifier()
        if self.version is not None and self.mapping_key is not None:
            problem = (
                f"has version '{self.version}' and mapping key '{self.mapping_key}': dynamic values have no version."
            )
            raise InvalidInvocationError("OutputContext", problem)
        if self.version is not None:
            return ["versioned_outputs", self.version, self.step_key, self.name]
        return self.get_run_scoped_output_identifier()

    def get_run_scoped_output_identifier(self) -> list[str]:
        """The run, the step, the output, and the key of one value of a dynamic output."""
        return [self.run_id, self.step_key, self.name, *filter(None, [self.mapping_key])]


class InputContext(IOContext):
    """The facts that `load_input` gets about the value that it loads."""

    upstream_output: OutputContext | None = None
    """The context with which the value was stored; None if another run stored it."""

    def __init__(self, **attributes: Any) -> None:
        """Keep the facts."""
        super().__init__(**attributes)
        self.description: str | None = None
        self._observations: list[Any] = []
        self._consumed_observations = 0

    @property
    def has_input_name(self) -> bool:
        """Whether the value is for an input of a step."""
        return "name" in vars(self)

    def add_input_metadata(self, metadata: Mapping[str, Any], description: str | None = None) -> None:
        """Add metadata to the run's event; if the value is an asset's, it shows as an observation of the asset too."""
        normalized = self._normalized(metadata)
        self._added |= normalized
        self.description = description
        if self.has_asset_key:
            partition = self.asset_partition_key if self.has_asset_partitions else None
            made = self._event_types.observation(self.asset_key, description, normalized, partition)
            self._observations.append(made)

    def get_added_metadata(self) -> Mapping[str, Any]:
        """The metadata of `add_input_metadata`."""
        return dict(self._added)

    def get_observations(self) -> list[Any]:
        """The observations of the asset that `add_input_metadata` made."""
        return list(self._observations)

    def consume_events(self) -> Iterator[Any]:
        """Iterate over the observations that were made since the last call."""
        fresh = self._observations[self._consumed_observations :]
        self._consumed_observations = len(self._observations)
        return iter(fresh)

    def get_identifier(self) -> list[str]:
        """The identifier under which the value was stored.

        Raises:
            InvalidInvocationError: The value is not an asset's, and its output is not known.
        """
        if self.upstream_output is not None:
            return self.upstream_output.get_identifier()
        if self.has_asset_key:
            return self.get_asset_identifier()
        raise InvalidInvocationError("InputContext", "has no upstream_output, so it does not know the value to load.")
