"""`StepIO`: values pass from step to step through IO managers."""

import copy
from collections.abc import AsyncIterator, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from inspect import isasyncgen, isawaitable, isgenerator
from typing import Any, NamedTuple

from dagwire.config.values.type_guards import is_mapping
from dagwire.containers.keys import Requirement
from dagwire.containers.run_scope import RunScope
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.ops.node import Node
from dagwire.definitions.specs.asset_events import (
    AssetMaterialization,
    ExtraEvent,
    as_materialization,
    is_extra_event,
)
from dagwire.definitions.specs.metadata import MetadataValue
from dagwire.definitions.specs.normalized_metadata import normalized_metadata
from dagwire.definitions.steps.output_handles import OutputHandle, handles_of
from dagwire.definitions.steps.stored_input import StoredInput, output_requirement
from dagwire.errors import InvalidInvocationError, UnexpectedResultError
from dagwire.execution.event_data import HandledOutputData, LoadedInputData
from dagwire.execution.event_types import DagsterEventType
from dagwire.execution.io_config import IOConfig, Side
from dagwire.execution.outcomes import Outcome, StepOutput
from dagwire.execution.plan import Plan
from dagwire.execution.run_record import Record, output_data
from dagwire.execution.step_context import StepContext
from dagwire.execution.step_io_contexts import StepsIOContexts
from dagwire.resources.dagster_run import DagsterRun
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.io_contexts import InputContext, OutputContext
from dagwire.resources.io_manager import DEFAULT_IO_MANAGER, io_config_schema


class Manager(NamedTuple):
    """An IO manager of the run: its key, and the scope in which it is open."""

    key: str
    scope: RunScope

    @property
    def resource(self) -> Any:
        """The IO manager itself."""
        return self.scope.value(self.key)


class StepIO:
    """Stores the outputs of steps and loads their inputs, by the run's IO managers; lives as long as the run.

    An output goes to the IO manager that its definition names, or to "io_manager" if anything is provided under that
    key. Other values pass in memory; a run in which all values do has no use for this class.
    """

    def __init__(
        self,
        run: DagsterRun,
        plan: Plan,
        scope_by_node: Mapping[str, RunScope],
        load_scopes: Mapping[tuple[str, str], RunScope],
        record: Record,
        instance: DagsterInstance,
        io_config: IOConfig,
        run_by_reused: Mapping[str, str],
    ) -> None:
        """Nothing is opened yet.

        Args:
            run: The run, as contexts show it.
            plan: The run's plan.
            scope_by_node: `{step: the scope in which its resources are open}`.
            load_scopes: `{(step, input): the scope in which its loader is open}`, for values of no step of the run.
            record: Gets the events of storing and loading.
            instance: The instance, as contexts show it.
            io_config: The config of single outputs and inputs.
            run_by_reused: `{step: run}` of the steps that an earlier run has done.
        """
        self._scope_by_node = scope_by_node
        self._load_scopes = load_scopes
        self._record = record
        self._nodes = {node.name: node for node in plan.nodes}
        self._run_by_reused = run_by_reused
        self._contexts = StepsIOContexts(run, plan, instance, io_config)
        self._has_default: dict[RunScope, bool] = {}
        self._stored: dict[OutputHandle, OutputContext] = {}
        self._taken_of: dict[str, list[str]] = {}
        for source in (source for node in plan.nodes for source in node.inputs.values()):
            for handle in source if isinstance(source, list) else [source]:
                if isinstance(handle, OutputHandle):
                    self._taken_of.setdefault(handle.node, []).append(handle.output)

    def default_requirements(self, node: Node) -> Iterable[Requirement]:
        """The default IO manager, if a step has outputs that go to it, or that others load from it."""
        stored = [output for output in node.definition.stored_outputs if output not in node.unstored]
        outputs = dict.fromkeys([*stored, *self._taken_of.get(node.name, ())])
        return (
            output_requirement(node.definition.label, output, DEFAULT_IO_MANAGER)
            for output in outputs
            if self._key(node, output) == DEFAULT_IO_MANAGER
        )

    def keys_in_context(self, node: Node) -> Iterator[str]:
        """The keys of the IO managers that a step's context shows: those of its outputs and of its inputs."""
        yield from (requirement.key for requirement in self.default_requirements(node))
        scope = self._scope(node)
        for handle in (one for source in node.inputs.values() for one in handles_of(source)):
            upstream = self._nodes[handle.node]
            key = self._key(upstream, handle.output)
            if key is not None and self._scope(upstream) is scope:
                yield key
        for name, load in node.loads.items():
            if self._load_scopes[node.template or node.name, name] is scope:
                yield load.manager_key

    def reused_requirements(self, node: Node, handles: Iterable[OutputHandle]) -> Iterator[Requirement]:
        """The IO managers that load the values that `node` takes from steps of an earlier run.

        Raises:
            InvalidInvocationError: A value is not stored: it was in the memory of that run alone.
        """
        for handle in handles:
            upstream = self._nodes[handle.node]
            key = self._key(upstream, handle.output)
            if key is None:
                raise unstored_value(node, upstream)
            yield output_requirement(upstream.definition.label, handle.output, key)

    def _key(self, node: Node, output: str) -> str | None:
        """The key of the IO manager that stores an output; None for memory."""
        if output in node.unstored or isinstance(node.definition, AssetChecksDefinition):
            return None
        named = node.definition.io_manager_keys.get(output)
        if named is None and self._stores_by_default(self._scope(node)):
            return DEFAULT_IO_MANAGER
        return named

    def _stores_by_default(self, scope: RunScope) -> bool:
        """Whether the default IO manager is provided in a scope."""
        if scope not in self._has_default:
            self._has_default[scope] = scope.has_key(DEFAULT_IO_MANAGER)
        return self._has_default[scope]

    def config_schema(self, node: Node, side: Side, name: str) -> object:
        """The config that an output or input may have, as its IO manager declares it; None for none."""
        scope = self._scope(node)
        key = self._key(node, name) if side == "output" else node.definition.input_manager_keys[name]
        if side == "input":
            scope = self._load_scopes.get((node.name, name), scope)
        return None if key is None else io_config_schema(scope.declared(key), side)

    def _scope(self, node: Node) -> RunScope:
        """The scope in which a step's resources are open."""
        return self._scope_by_node[node.template or node.name]

    # -- storing -------------------------------------------------------------------------------------------------------

    async def store(self, node: Node, outcome: Outcome, step: StepContext | None) -> None:
        """Pass each value of a step to its IO manager, and record the events."""
        self._nodes[node.name] = node  # a step that a dynamic output made as the job ran was not known yet
        self._record.emit_events(node.name, outcome.extra_events)
        for output in outcome.outputs:
            self._record.emit(DagsterEventType.STEP_OUTPUT, node.name, output_data(output))
            key = self._key(node, output.name) if output.has_value else None
            handled: object = output.name
            if key is not None:
                handled = await self._handled(node, output, Manager(key, self._scope(node)), step)
            for materialization in output.materializations:
                self._record.emit(DagsterEventType.ASSET_MATERIALIZATION, node.name, materialization)
            if output.has_value:
                self._record.emit(DagsterEventType.HANDLED_OUTPUT, node.name, handled)
        outcome.is_stored = True

    async def _handled(
        self, node: Node, output: StepOutput, manager: Manager, step: StepContext | None
    ) -> HandledOutputData:
        handle = OutputHandle(node.name, output.name, output.mapping_key)
        await manager.scope.open_for_step([manager.key], node.definition.label)
        context = self._contexts.of_output(node, handle, manager.scope, manager.key, output.metadata, step)
        owner = f"IO manager '{manager.key}'"
        with _noting(f"while {owner} stored output '{output.name}' of {node.definition.label}"):
            returned = await _finished(manager.scope, manager.resource.handle_output(context, output.value))
            metadata = {**context.get_logged_metadata(), **self._metadata_among(owner, node, returned)}
            shown = normalized_metadata(metadata, f"output '{output.name}' of {node.definition.label}")
        self._record.emit_events(node.name, context.get_logged_events())
        self._stored[handle] = context
        if shown:
            output.materializations = [
                _with_metadata(as_materialization(one), shown) for one in output.materializations
            ]
        return HandledOutputData(output.name, manager.key, shown)

    def _metadata_among(self, owner: str, node: Node, items: list[Any]) -> dict[str, object]:
        """The metadata among the items that an IO manager yielded; materializations of other assets are recorded.

        Raises:
            UnexpectedResultError: It returned something else.
        """
        metadata: dict[str, object] = {}
        extra_events: list[ExtraEvent] = []
        for item in items:
            if is_mapping(item):
                metadata |= item
            elif is_extra_event(item):
                extra_events.append(item)
            elif item is not None:
                problem = (
                    f"returned {type(item).__name__} for an output of {node.definition.label}. `handle_output` "
                    f"returns nothing, or yields metadata (a dict) and AssetMaterializations."
                )
                raise UnexpectedResultError(owner, problem)
        self._record.emit_events(node.name, extra_events)
        return metadata

    # -- loading -------------------------------------------------------------------------------------------------------

    def loads(self, node: Node, name: str, handle: OutputHandle) -> bool:
        """Whether the value that an input takes from another step is loaded, or passes in memory."""
        is_stored = self._key(self._nodes[handle.node], handle.output) is not None
        return is_stored or name in node.definition.input_manager_keys

    async def take(self, node: Node, name: str, handle: OutputHandle) -> object:
        """The value that an input takes from another step: loaded, or from memory."""
        upstream = self._nodes[handle.node]
        stored_by = self._key(upstream, handle.output)
        named = node.definition.input_manager_keys.get(name)
        if named is None and stored_by is None:
            self._record.emit(DagsterEventType.LOADED_INPUT, node.name, name)
            return self._record.value(handle)
        if named is not None:
            manager = Manager(named, self._scope(node))
        else:
            manager = Manager(str(stored_by), self._scope(upstream))
        output = self._stored.get(handle)
        if output is not None:
            output = copy.copy(output)
            output.output_metadata = {}  # as in Dagster, where the input may be loaded by another process
        else:
            await self._scope(upstream).open_for_step([stored_by] if stored_by else [], node.definition.label)
            run_id = self._run_by_reused.get(handle.node)
            output = self._contexts.of_output(upstream, handle, self._scope(upstream), stored_by, run_id=run_id)
        await manager.scope.open_for_step([manager.key], node.definition.label)
        context = self._contexts.of_input(node, name, manager.scope, manager.key, output)
        return await self._loaded(node, context, manager, handle)

    async def load(self, node: Node, name: str, load: StoredInput) -> object:
        """The value of an input that comes from no step of the run."""
        manager = Manager(load.manager_key, self._load_scopes[node.template or node.name, name])
        await manager.scope.open_for_step([manager.key], node.definition.label)
        output = self._contexts.of_stored_asset(node, load.asset) if load.asset is not None else None
        context = self._contexts.of_input(node, name, manager.scope, manager.key, output, load.asset)
        return await self._loaded(node, context, manager, None)

    async def _loaded(self, node: Node, context: InputContext, manager: Manager, handle: OutputHandle | None) -> object:
        with _noting(f"while IO manager '{manager.key}' loaded input '{context.name}' of {node.definition.label}"):
            value = manager.resource.load_input(context)
            if isawaitable(value):
                value = await manager.scope.wait_for(value)
            owner = f"input '{context.name}' of {node.definition.label}"
            shown = {**normalized_metadata(context.definition_metadata, owner), **context.get_added_metadata()}
        for observed in context.get_observations():
            self._record.emit(DagsterEventType.ASSET_OBSERVATION, node.name, observed)
        output, step = (handle.output, handle.node) if handle is not None else (None, None)
        loaded = LoadedInputData(context.name, manager.key, output, step, shown)
        self._record.emit(DagsterEventType.LOADED_INPUT, node.name, loaded)
        return value


def unstored_value(node: Node, upstream: Node) -> InvalidInvocationError:
    """The error of a retry that lacks the value of a step."""
    problem = (
        f"cannot go on: {node.definition.label} takes the value of {upstream.definition.label}, which was in the "
        f"memory of the earlier run alone. Give {upstream.definition.label} an IO manager, or run all of it again."
    )
    return InvalidInvocationError("A retry", problem)


def _with_metadata(materialization: AssetMaterialization, more: Mapping[str, MetadataValue]) -> AssetMaterialization:
    return AssetMaterialization(
        materialization.asset_key,
        materialization.description,
        {**materialization.metadata, **more},
        materialization.partition,
        materialization.tags,
    )


async def _finished(scope: RunScope, returned: object) -> list[Any]:
    """The result of `handle_output` as a list: the items that it yielded, or the one that it returned."""
    if isgenerator(returned):
        return list(returned)
    if isasyncgen(returned):
        return list(await scope.wait_for(_listed(returned)))
    return [await scope.wait_for(returned) if isawaitable(returned) else returned]


async def _listed(items: AsyncIterator[object]) -> list[Any]:
    return [item async for item in items]


@contextmanager
def _noting(doing: str) -> Generator[None]:
    """Add a note to an exception of the user's code: what was being done."""
    try:
        yield
    except Exception as failure:
        failure.add_note(doing)
        raise
