"""A run: open what its steps need, call them in order, record what they came to, close."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Mapping
from inspect import isasyncgen, isawaitable, isgenerator
from typing import Any

from dagwire.containers.faults import raise_faults
from dagwire.containers.overrides import overrides_in_force
from dagwire.containers.run_scope import RunScope
from dagwire.definitions.asset import AssetsDefinition
from dagwire.definitions.asset_check import AssetCheckDefinition
from dagwire.definitions.job import JobDefinition
from dagwire.definitions.node import Node
from dagwire.definitions.running import RunOptions
from dagwire.definitions.signature import CONFIG_NAME
from dagwire.errors import InvalidConfigError, ResourceSetupError
from dagwire.execution.contexts import (
    AssetCheckExecutionContext,
    AssetExecutionContext,
    DagsterRun,
    OpExecutionContext,
)
from dagwire.execution.events import Event, EventType
from dagwire.execution.outcomes import Outcome, Yielded, outcome_of
from dagwire.execution.plan import Plan, make_plan, stronger_bindings
from dagwire.execution.result import ExecuteInProcessResult
from dagwire.resources.driving import drive


def run_job(job: JobDefinition, options: RunOptions) -> ExecuteInProcessResult:
    """Run `job` here and now; see `JobDefinition.execute_in_process`."""
    return drive(_Run(job, options, asynchronous=False).execute())


async def arun_job(job: JobDefinition, options: RunOptions) -> ExecuteInProcessResult:
    """`run_job` in the caller's event loop; asynchronous bodies and resources run in the caller's own task."""
    return await _Run(job, options, asynchronous=True).execute()


class _Run:
    """One run, from faults to result; lives as long as it."""

    def __init__(self, job: JobDefinition, options: RunOptions, *, asynchronous: bool) -> None:
        self._options = options
        self._plan: Plan = make_plan(job, options)
        run_id = options.run_id or str(uuid.uuid4())
        self._run = DagsterRun(run_id, job.name, self._plan.tags, self._plan.run_config.to_config_dict())
        in_force = {**overrides_in_force(job.container), **options.resources}
        self._scope = RunScope(
            job.container,
            replacements={**job.bindings, **in_force},
            config_by_key=self._plan.resource_config_by_key,
            run_id=run_id,
            run=self._run,
            asynchronous=asynchronous,
        )
        self._inner_scopes: dict[frozenset[tuple[str, int]], RunScope] = {}
        self._scope_by_node = {node.name: self._scope_of(node, in_force) for node in self._plan.nodes}
        self._events: list[Event] = []
        self._values: dict[str, dict[str, Any]] = {}
        self._lost: set[str] = set()
        """The steps that failed or were skipped: what comes after them is skipped."""

    def _scope_of(self, node: Node, in_force: Mapping[str, object]) -> RunScope:
        """The run's own scope; for a node that has resources bound to it, one inside it. Same bindings, same scope."""
        bindings = stronger_bindings(node, in_force)
        if not bindings:
            return self._scope
        identity = frozenset((key, id(provider)) for key, provider in bindings.items())
        if identity not in self._inner_scopes:
            self._inner_scopes[identity] = self._scope.inner(bindings)
        return self._inner_scopes[identity]

    # -- from faults to result -----------------------------------------------------------------------------------------

    async def execute(self) -> ExecuteInProcessResult:
        """Run all steps, and close what was opened, whatever happens."""
        self._check()
        self._emit(EventType.RUN_START)
        try:
            step_failure = await self._open_and_run()
        except BaseException as interrupt:
            # Not a step's failure, which is returned: the run itself is ended from outside.
            self._emit(EventType.RUN_CANCELED, data=interrupt)
            await self._scope.close(interrupt)
            raise
        failure = await self._closed(step_failure)
        self._emit(EventType.RUN_FAILURE if failure or self._lost else EventType.RUN_SUCCESS, data=failure)
        if failure is not None and self._options.raise_on_error:
            raise failure
        return ExecuteInProcessResult(self._plan.job, self._run, self._events, self._values)

    def _check(self) -> None:
        """Raise everything that is wrong, before anything is opened."""
        faults = [*self._plan.faults]
        for scope in (self._scope, *self._inner_scopes.values()):
            nodes = [node for node in self._plan.nodes if self._scope_by_node[node.name] is scope]
            faults += scope.prepare(r for node in nodes for r in node.definition.body.requirements)
        faults += self._scope.unknown_config()
        raise_faults(faults)

    async def _open_and_run(self) -> BaseException | None:
        """Open resources and run steps; return the failure that ends the run, or None."""
        if self._plan.job.requirements:
            self._emit(EventType.RESOURCE_INIT_STARTED)
            try:
                for scope in (self._scope, *self._inner_scopes.values()):
                    await scope.open()
            except (ResourceSetupError, InvalidConfigError) as not_opened:
                self._emit(EventType.RESOURCE_INIT_FAILURE, data=not_opened)
                return not_opened
            self._emit(EventType.RESOURCE_INIT_SUCCESS)
        first: Exception | None = None
        for node in self._plan.nodes:
            failure = await self._run_or_skip(node)
            if failure is not None:
                first = first or failure
                if self._options.raise_on_error:
                    break
        return first

    async def _closed(self, failure: BaseException | None) -> BaseException | None:
        """Close everything; return what the run failed of, the failures of closes included."""
        try:
            await self._scope.close(failure)
        except Exception as closing:  # noqa: BLE001  # returned: it becomes the run's failure; an interrupt goes on
            return closing
        return failure

    # -- one step ------------------------------------------------------------------------------------------------------

    async def _run_or_skip(self, node: Node) -> Exception | None:
        if self._lost and not self._lost.isdisjoint(node.after):
            self._skip(node)
            return None
        if any(handle.output not in self._values[handle.node] for handle in node.inputs.values()):
            self._skip(node)
            return None
        self._emit(EventType.STEP_START, node.name)
        try:
            outcome = await self._run_step(node)
        except Exception as failure:  # noqa: BLE001  # the user's own, which the caller raises or tells of
            return self._fail(node, failure)
        return self._record(node, outcome)

    def _skip(self, node: Node) -> None:
        self._lost.add(node.name)
        self._emit(EventType.STEP_SKIPPED, node.name)

    def _fail(self, node: Node, failure: Exception) -> Exception:
        self._lost.add(node.name)
        self._emit(EventType.STEP_FAILURE, node.name, failure)
        return failure

    async def _run_step(self, node: Node) -> Outcome:
        body = node.definition.body
        signature = body.signature
        scope = self._scope_by_node[node.name]
        arguments = dict(node.constants)
        for name, handle in node.inputs.items():
            arguments[name] = self._values[handle.node][handle.output]
        for key in signature.resources:
            arguments[key] = scope.value(key)
        config = self._plan.config_by_node.get(node.name)
        if signature.config is not None:
            arguments[CONFIG_NAME] = config
        if signature.context is None:
            returned = body.function(**arguments)
            return outcome_of(node.definition, await self._finished(returned), {}, self._plan.partitions)
        context = _CONTEXTS.get(type(node.definition), OpExecutionContext)(self._run, self._plan.partitions, node)
        context.resources = scope.resources(body.keys)
        context.op_config = config
        returned = body.function(context, **arguments)
        finished = await self._finished(returned)
        return outcome_of(node.definition, finished, context.output_metadata, self._plan.partitions)

    async def _finished(self, returned: Any) -> Any:
        """What a body came to: a generator's items, a coroutine's result, or the value itself."""
        if isgenerator(returned):
            return Yielded(returned)
        if isasyncgen(returned):
            return await self._scope.wait_for(_listed(returned))
        if isawaitable(returned):
            return await self._scope.wait_for(returned)
        return returned

    def _record(self, node: Node, outcome: Outcome) -> Exception | None:
        self._values[node.name] = outcome.values
        for output in outcome.values:
            self._emit(EventType.STEP_OUTPUT, node.name, output)
        for materialization in outcome.materializations:
            self._emit(EventType.ASSET_MATERIALIZATION, node.name, materialization)
        for evaluation in outcome.evaluations:
            self._emit(EventType.ASSET_CHECK_EVALUATION, node.name, evaluation)
        if outcome.error is not None:
            return self._fail(node, outcome.error)
        self._emit(EventType.STEP_SUCCESS, node.name)
        return None

    def _emit(self, event_type: EventType, step_key: str | None = None, data: Any = None) -> None:
        event = Event(event_type, step_key, data)
        self._events.append(event)
        if self._options.on_event is not None:
            self._options.on_event(event)


_CONTEXTS: dict[type, Any] = {
    AssetsDefinition: AssetExecutionContext,
    AssetCheckDefinition: AssetCheckExecutionContext,
}


def _listed(items: AsyncIterator[Any]) -> Awaitable[Yielded]:
    async def collect() -> Yielded:
        return Yielded([item async for item in items])

    return collect()
