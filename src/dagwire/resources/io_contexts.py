"""`InputContext` and `OutputContext`: what an IO manager is told of the value that it loads or stores."""

import logging
from collections.abc import Mapping, Sequence
from inspect import get_annotations
from typing import Any, NamedTuple

from dagwire.errors import InvalidInvocationError
from dagwire.resources.init_resource_context import NO_RESOURCES, log


class DeclaredType(NamedTuple):
    """The type that an output or input is declared as; an IO manager may store each type its own way."""

    typing_type: Any
    """The annotation; Any where there is none."""

    @property
    def display_name(self) -> str:
        """The type as people write it."""
        return getattr(self.typing_type, "__name__", str(self.typing_type))


class IOContext:
    """What both contexts have; lives as long as one call of the IO manager.

    An attribute that was not given raises when it is read, so that a value is never stored under a name of nothing.
    """

    asset_key: Any
    """The asset's key; absent for the value of an op."""
    asset_partition_keys: Sequence[str]
    """The keys of all partitions of this run's value."""
    asset_partition_key_range: Any
    asset_partitions_def: Any
    asset_partitions_time_window: Any
    dagster_type: "DeclaredType"
    job_name: str
    name: str
    """The name of the input or output."""
    op_def: Any
    partition_key: str
    step_context: Any

    def __init__(
        self,
        config: Any = None,
        definition_metadata: Mapping[str, Any] | None = None,
        resource_config: Mapping[str, Any] | None = None,
        resources: Any = NO_RESOURCES,
        log: logging.Logger | logging.LoggerAdapter[Any] = log,
        **given: Any,
    ) -> None:
        """`given` are the attributes above, and of the class; None is as good as not given."""
        self.config = config
        self.definition_metadata = dict(definition_metadata or {})
        self.resource_config = dict(resource_config or {})
        self._resources = resources
        self.log = log
        vars(self).update({name: value for name, value in given.items() if value is not None})

    def __getattr__(self, name: str) -> Any:
        """Say of an attribute that was not given that it was not.

        Raises:
            InvalidInvocationError: It is an attribute of the context, with no value here.
        """
        if any(name in get_annotations(kind) for kind in type(self).__mro__):
            problem = f"has no {name} here: none was given when the context was built, or the run has none."
            raise InvalidInvocationError(f"{type(self).__name__}", problem)
        msg = f"'{type(self).__name__}' object has no attribute '{name}'"
        raise AttributeError(msg)

    @property
    def resources(self) -> Any:
        """The resources that the IO manager requires, one attribute a key."""
        return self._resources

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The metadata of the definition, by Dagster's older name."""
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
        """The parts of the asset's key, and the partition's key where it has one."""
        partition = [self.asset_partition_key] if self.has_asset_partitions else []
        return [*self.asset_key.path, *partition]


class OutputContext(IOContext):
    """What `handle_output` is told of the value that it stores."""

    asset_spec: Any
    run_id: str
    step_key: str
    mapping_key: str | None = None
    """Which of a dynamic output's values this is."""
    version: str | None = None

    def __init__(self, output_metadata: Mapping[str, Any] | None = None, **given: Any) -> None:
        """`output_metadata` is what the step said of this value."""
        super().__init__(**given)
        self.output_metadata = dict(output_metadata or {})
        self.logged_events: list[Any] = []
        self._added: dict[str, Any] = {}

    def add_output_metadata(self, metadata: Mapping[str, Any]) -> None:
        """Say more of the value: it shows in the asset's materialization.

        Raises:
            InvalidInvocationError: Something is said of a name for the second time. Nothing was added.
        """
        twice = sorted(self._added.keys() & metadata.keys())
        if twice:
            raise InvalidInvocationError("add_output_metadata", f"was given {', '.join(twice)} twice.")
        self._added.update(metadata)

    def get_logged_metadata(self) -> Mapping[str, Any]:
        """What was said by `add_output_metadata`."""
        return dict(self._added)

    def log_event(self, event: Any) -> None:
        """Say something beside the value that is stored: an AssetMaterialization or AssetObservation of another one."""
        self.logged_events.append(event)

    def get_logged_events(self) -> list[Any]:
        """What `log_event` was told."""
        return list(self.logged_events)

    def get_identifier(self) -> list[str]:
        """What tells this value from any other: run, step and output; where there is no run, asset and partition.

        To find an asset's value in a later run store it by `get_asset_identifier`.
        """
        if self.has_asset_key and "run_id" not in vars(self):
            return self.get_asset_identifier()
        return self.get_run_scoped_output_identifier()

    def get_run_scoped_output_identifier(self) -> list[str]:
        """The run, the step, the output, and which of a dynamic output's values."""
        return [self.run_id, self.step_key, self.name, *filter(None, [self.mapping_key])]


class InputContext(IOContext):
    """What `load_input` is told of the value that it loads."""

    instance: Any
    upstream_output: OutputContext | None = None
    """What the value's `handle_output` was told; None where another run stored it."""

    def __init__(self, **given: Any) -> None:
        """Keep what is given."""
        super().__init__(**given)
        self.description: str | None = None
        self._added: dict[str, Any] = {}

    @property
    def has_input_name(self) -> bool:
        """Whether the value is for an input of a step."""
        return "name" in vars(self)

    def add_input_metadata(self, metadata: Mapping[str, Any], description: str | None = None) -> None:
        """Say more of the value that was loaded: it shows in the run's event, and as an observation of the asset."""
        self._added.update(metadata)
        self.description = description

    def get_added_metadata(self) -> Mapping[str, Any]:
        """What was said by `add_input_metadata`."""
        return dict(self._added)

    def get_identifier(self) -> list[str]:
        """What `handle_output` told the value from any other by.

        Raises:
            InvalidInvocationError: It is no asset's, and nothing says which output it was.
        """
        if self.upstream_output is not None:
            return self.upstream_output.get_identifier()
        if self.has_asset_key:
            return self.get_asset_identifier()
        raise InvalidInvocationError("InputContext", "has no upstream_output, so nothing says what to load.")
