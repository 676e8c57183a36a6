"""Contexts built by hand, for direct calls of assets, ops, checks and hooks."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from dagwire.containers.context_resources import HeldResources
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.partitions.partition_key_range import PartitionKeyRange
from dagwire.definitions.partitions.partition_loading import partition_loading_context
from dagwire.errors import InvalidInvocationError, InvalidPropertyError, InvariantViolationError
from dagwire.execution.contexts import AssetCheckExecutionContext, AssetExecutionContext, OpExecutionContext
from dagwire.execution.hook_context import HookContext
from dagwire.execution.node_handle import NodeHandle, OpNode
from dagwire.execution.step_context import StepContext
from dagwire.resources.init_resource_context import Resources


class _Held:
    """The resources of a context built by hand; its `with` block opens and closes them."""

    _held: HeldResources

    def hold(self, held: HeldResources) -> Self:
        """Keep the resources; return the context itself."""
        self._held = held
        return self

    @property
    def resources(self) -> Any:
        """The open resources, one attribute a key.

        Raises:
            InvalidInvocationError: A resource has a life cycle, and there is no `with` block to close it.
        """
        return self._held.view

    @resources.setter
    def resources(self, value: object) -> None:
        """Ignore the assignment of the base class: a context built by hand has its own resources."""

    def __enter__(self) -> Self:
        """Open the resources."""
        self._held.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the resources."""
        self._held.__exit__(kind, error, traceback)


class DirectStepContext(_Held, StepContext):
    """A step's context, built by hand. A call binds it to the definition that is called, and frees it at its end."""

    resources_config: Mapping[str, object]
    """The config that the resources were built with."""

    def _only_in_a_run(self, name: str) -> None:
        raise InvalidPropertyError(name, "it belongs to a run, and the context was built by hand")

    def _bound(self, name: str) -> Any:
        if self._definition is None:
            raise InvalidPropertyError(name, "the context was built by hand, and nothing is called with it now")
        return self._definition

    @property
    def is_bound(self) -> bool:
        """Whether something is called with it now."""
        return self._definition is not None

    def bind(self, definition: object) -> None:
        """Take over the key and the partitions of the definition that is called; forget what an earlier call added.

        Raises:
            InvalidInvocationError: The context serves another call at this time.
            InvariantViolationError: The context is of another kind of definition.
            UnknownPartitionError: The definition has no such range of partitions.
        """
        if self.is_bound:
            problem = f"still serves a call of {self._definition.label}. Build a context for each call."
            raise InvalidInvocationError("The context", problem)
        self._check_kind(definition)
        self._definition = definition
        self._forget()
        self._bind_partitions(getattr(definition, "partitions_def", None))

    def _check_kind(self, definition: object) -> None:
        """Refuse definitions of another kind."""

    def _bind_partitions(self, partitions_def: Any) -> None:
        if partitions_def is None:
            return
        keys = self._partitions.keys
        with partition_loading_context(dynamic_partitions_store=self.instance):
            if self._partitions.is_range:
                keys = partitions_def.get_partition_keys_in_range(PartitionKeyRange(keys[0], keys[-1]))
        named = tuple(partitions_def.as_key(key) for key in keys)
        self._partitions = self._partitions._replace(keys=named, definition=partitions_def, instance=self.instance)

    def unbind(self) -> None:
        """Free the context for another call."""
        self._definition = None
        self._in_call = None

    @property
    def resources(self) -> Any:
        """The open resources, one attribute a key: those of the call, or those that the context was built with.

        Raises:
            InvalidInvocationError: A resource has a life cycle, and there is no `with` block to close it.
        """
        return self._held.view if self._in_call is None else self._in_call

    @resources.setter
    def resources(self, value: object) -> None:
        """Ignore the assignment of the base class: a context built by hand has its own resources."""

    _in_call: Resources | None = None

    @property
    def held(self) -> HeldResources:
        """The resources that it was built with."""
        return self._held

    def show_resources(self, resources: Mapping[str, object]) -> None:
        """Show the resources of the call until it ends."""
        self._in_call = Resources(resources)

    @property
    def given_config(self) -> Any:
        """The config that it was built with."""
        return self._given_config

    _given_config: object = None

    def fill(self, given_config: object, resources_config: Mapping[str, object]) -> None:
        """Keep config for the definition that is called, and for resources."""
        self._given_config = self._op_config = given_config
        self.resources_config = resources_config

    def configure(self, config: object) -> None:
        """Show the config of the call."""
        self._op_config = config

    @property
    def run_config(self) -> Mapping[str, Any]:
        """The config that a run would have had, as a dict."""
        definition = self._bound("run_config")
        ops = {"ops": {definition.name: {"config": self.op_config}}} if self.given_config else {}
        return {**ops, "resources": self.resources_config}

    @property
    def op_def(self) -> object:
        """The definition that is called.

        Raises:
            InvalidPropertyError: Nothing is called with this context.
        """
        return self._bound("op_def")

    @property
    def alias(self) -> str:
        """The name of the definition that is called.

        Raises:
            InvalidPropertyError: Nothing is called with this context.
        """
        return str(self._bound("alias").name)

    def add_output_metadata(
        self, metadata: Mapping[str, object], output_name: str | None = None, mapping_key: str | None = None
    ) -> None:
        """Add metadata to an output, once.

        Raises:
            InvalidPropertyError: Nothing is called with this context.
            InvariantViolationError: The output has metadata already, or was yielded.
        """
        definition = self._bound("add_output_metadata")
        named = output_name or next(iter(definition.output_names), "")
        if self.get_output_metadata(named, mapping_key):
            msg = f"{definition.label} adds metadata to its output '{named}' twice. Add all of it at once."
            raise InvariantViolationError(msg)
        super().add_output_metadata(metadata, output_name, mapping_key)

    def log_event(self, event: Any) -> None:
        """Record an event; `get_events` returns it, also after the call.

        Raises:
            InvalidPropertyError: Nothing is called with this context.
        """
        self._bound("log_event")
        super().log_event(event)


class DirectOpExecutionContext(DirectStepContext, OpExecutionContext):
    """An op's context, built by hand for a direct call; an asset takes it, too."""

    def stand_for(self, mapping_key: str | None) -> None:
        """Set the key of the dynamic value that the op is called for."""
        self._mapping_key = mapping_key


class DirectAssetExecutionContext(DirectStepContext, AssetExecutionContext):
    """An asset's context, built by hand for a direct call."""

    def _check_kind(self, definition: Any) -> None:
        if not isinstance(definition, AssetsDefinition | AssetChecksDefinition):
            msg = f"{definition.label} was called with the context of an asset. Build it by build_op_context."
            raise InvariantViolationError(msg)

    @property
    def op_execution_context(self) -> DirectOpExecutionContext:
        """This call, for functions that take the context of an op."""
        return self._as(DirectOpExecutionContext)


class DirectAssetCheckExecutionContext(DirectStepContext, AssetCheckExecutionContext):
    """A check's context, built by hand for a direct call."""

    def _check_kind(self, definition: Any) -> None:
        if not isinstance(definition, AssetsDefinition | AssetChecksDefinition):
            msg = f"{definition.label} was called with the context of a check. Build it by build_op_context."
            raise InvariantViolationError(msg)

    @property
    def op_execution_context(self) -> DirectOpExecutionContext:
        """This call, for functions that take the context of an op."""
        return self._as(DirectOpExecutionContext)


class DirectHookContext(_Held, HookContext):
    """A hook's context, built by hand for a direct call; it has only the facts that it was built with."""

    given: frozenset[str] = frozenset()
    """The names of the arguments that it was built with."""

    def _checked(self, name: str) -> None:
        if name not in self.given:
            raise InvalidPropertyError(name, f"pass `{name}` to build_hook_context")

    @property
    def run_id(self) -> str:
        """The run's id, if the context was built with one."""
        self._checked("run_id")
        return super().run_id

    @property
    def job_name(self) -> str:
        """The job's name, if the context was built with one."""
        self._checked("job_name")
        return super().job_name

    @property
    def op(self) -> OpNode:
        """The step of the op that the context was built with."""
        self._checked("op")
        return OpNode(self.op_definition.alias_name, self.op_definition, NodeHandle(self.op_definition.alias_name))

    op_definition: OpDefinition
    """The op that it was built with."""
