"""`Steps`: how one attempt of a step is done: its body called with what it asks for, its outcome read and stored."""

import time
from collections.abc import AsyncIterator, Awaitable, Mapping
from inspect import isasyncgen, isawaitable, isgenerator
from typing import Any, NamedTuple

from dagwire.containers.run_scope import RunScope
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.ops.graph_assets_definition import GraphAssetPart
from dagwire.definitions.ops.node import Node
from dagwire.definitions.ops.observable_source_asset import ObservationOp
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.specs.retries import Failure, RetryPolicy, RetryRequested
from dagwire.definitions.steps.signature import CONFIG_NAME, RESULT
from dagwire.errors import StepExitError, WrongTypeError
from dagwire.execution.asset_outcomes import asset_outcome, check_outcome
from dagwire.execution.contexts import context_class
from dagwire.execution.current_step import CurrentStep
from dagwire.execution.event_types import DagsterEventType
from dagwire.execution.hook_runner import Hooks
from dagwire.execution.observation_outcome import observation_outcome
from dagwire.execution.op_outcomes import op_outcome
from dagwire.execution.outcomes import Outcome, Yielded
from dagwire.execution.output_metadata import OutputMetadata
from dagwire.execution.plan import Plan
from dagwire.execution.run_record import Record
from dagwire.execution.step_context import StepContext
from dagwire.execution.step_inputs import StepInputs, TypeContexts
from dagwire.execution.step_io import StepIO
from dagwire.execution.step_values import StepValues, outputs_before_failure
from dagwire.execution.stored_values import StoredValues
from dagwire.resources.dagster_run import DagsterRun
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.log_manager import Loggers


class BegunStep(NamedTuple):
    """The first attempt of a step, whose function the quick path has called."""

    node: Node
    current: CurrentStep
    started: float
    """The reading of the performance counter before the call."""
    returned: object = None
    failure: Exception | SystemExit | None = None
    """The exception that the function raised."""


class Steps:
    """Does the steps of one run, which it lives as long as; several may be done at once, in threads or in tasks."""

    def __init__(
        self,
        run: DagsterRun,
        plan: Plan,
        scope_by_node: Mapping[str, RunScope],
        record: Record,
        step_io: StepIO | None,
        instance: DagsterInstance,
        stored_values: StoredValues,
        loggers: Loggers,
        *,
        asynchronous: bool,
    ) -> None:
        """Nothing is done yet.

        Args:
            run: The run, as the bodies see it.
            plan: The run's plan.
            scope_by_node: Where each step's resources are open.
            record: What happens is noted here.
            step_io: Stores and loads values; None where all stay in memory.
            instance: Shown to the bodies.
            stored_values: What bodies may load beside what they take.
            loggers: The loggers of the run.
            asynchronous: Whether an event loop drives the run.
        """
        self._run = run
        self._plan = plan
        self._scope_by_node = scope_by_node
        self._record = record
        self._step_io = step_io
        self._instance = instance
        self._stored_values = stored_values
        self._loggers = loggers
        self._types = TypeContexts(run, scope_by_node)
        self._inputs = StepInputs(plan, record, step_io, self._types)
        self._hooks = Hooks(run, plan, scope_by_node, record, instance, loggers)
        self._asynchronous = asynchronous
        self._retries: dict[str, int] = {}

    async def do(self, node: Node) -> float | None:
        """Try a step once, and call its hooks when the record has its outcome.

        Returns the seconds until it is to be tried again, or None when it is done.
        """
        retries = self._retries.get(node.name, 0)
        self._record.emit(DagsterEventType.STEP_RESTARTED if retries else DagsterEventType.STEP_START, node.name)
        started = time.perf_counter()
        current = CurrentStep(self.context, node, retries)
        return await self._finish(node, current, started, self._attempt(node, current))

    async def take_over(self, begun: "BegunStep") -> float | None:
        """Finish the first attempt of a step whose function has been called already; see `do`."""
        return await self._finish(begun.node, begun.current, begun.started, self._rest(begun))

    async def _finish(
        self, node: Node, current: CurrentStep, started: float, attempt: Awaitable[Outcome]
    ) -> float | None:
        try:
            async with current:
                outcome = await attempt
        except (Exception, SystemExit) as failure:  # noqa: BLE001  # the user's own, which the caller raises or reports
            return await self._fail_or_retry(node, failure, current)
        self._record.finish(node, outcome, (time.perf_counter() - started) * 1000)
        if node.hooks or node.definition.hooks:
            await self._hooks.call(node, outcome.error, StepValues.of(outcome.outputs))
        return None

    async def _fail_or_retry(self, node: Node, failure: Exception | SystemExit, current: CurrentStep) -> float | None:
        if isinstance(failure, SystemExit):
            exit_error = StepExitError(node.definition.label, failure.code)
            exit_error.__cause__ = failure
            await self._fail(node, exit_error, current)
            return None
        retries = self._retries.get(node.name, 0)
        delay_s = _delay_before_retry(node.retry_policy, failure, retries)
        if delay_s is None:
            await self._fail(node, failure, current)
            return None
        self._record.emit(DagsterEventType.STEP_UP_FOR_RETRY, node.name, (failure, delay_s))
        self._retries[node.name] = retries + 1
        return delay_s

    async def _fail(self, node: Node, failure: Exception, current: CurrentStep) -> None:
        cause = failure.__cause__ if isinstance(failure, RetryRequested) else None
        self._record.fail(node, cause if isinstance(cause, Exception) else failure)
        if node.hooks or node.definition.hooks:
            added = current.made.added_metadata if current.made is not None else None
            await self._hooks.call(node, failure, StepValues.of(outputs_before_failure(current.yielded or (), added)))

    async def sleep(self, seconds: float) -> None:
        """Wait until a step may be tried again; in an event loop others go on."""
        if self._asynchronous:
            from anyio import sleep  # noqa: PLC0415  # only asynchronous runs need anyio

            await sleep(seconds)
        elif seconds > 0:
            time.sleep(seconds)  # noqa: ASYNC251  # no event loop drives this run

    # -- one attempt ---------------------------------------------------------------------------------------------------

    async def _attempt(self, node: Node, current: CurrentStep) -> Outcome:
        definition = node.definition
        body = definition.body
        signature = body.signature
        arguments = dict(node.defaults)
        scope = self._scope_by_node[node.template or node.name]
        await scope.open_for_step((*body.keys, *definition.resources_by_type), definition.label)
        if node.inputs or node.loads or node.open_inputs:
            arguments |= await self._inputs.take(node)
        if signature.keys:
            for parameter, key in signature.keys.items():
                arguments[parameter] = scope.value(key)
        if signature.config is not None:
            arguments[CONFIG_NAME] = self._plan.config_by_node.get(node.template or node.name)
        leading = () if signature.context is None else (current.context(),)
        return await self._outcome_of(node, body.function(*leading, **arguments), current)

    async def _rest(self, begun: "BegunStep") -> Outcome:
        """The part of an attempt that follows the call of its function."""
        if begun.failure is not None:
            raise begun.failure
        return await self._outcome_of(begun.node, begun.returned, begun.current)

    async def _outcome_of(self, node: Node, returned: object, current: CurrentStep) -> Outcome:
        """Read what a function returned, and store it."""
        if returned is not None:
            returned = await self._finished(node, returned, current)
        context = current.made
        outcome = self._outcome(node, returned, context)
        if self._step_io is not None:
            await self._step_io.store(node, outcome, context)
        return outcome

    def context(self, node: Node, retry_number: int = 0) -> StepContext:
        """Make the context of one attempt of a step."""
        context = context_class(node.definition)(self._run, self._plan.partitions, node, retry_number)
        context.instance = self._instance
        context.stored_values = self._stored_values
        context.job = self._plan.job
        context.loggers = self._loggers
        keys = self._keys_in_context(node)
        if keys:
            context.resources = self._scope_by_node[node.template or node.name].resources(keys)
        context.op_config = self._plan.config_by_node.get(node.template or node.name)
        context.mark_subset(is_subset=self._plan.job.is_subset or node.outputs is not None)
        return context

    def _keys_in_context(self, node: Node) -> tuple[str, ...]:
        """The keys of the resources that the context of a step shows."""
        of_step = node.definition.keys_in_context
        if node.open_inputs:
            of_step = (*of_step, *(one.key for one in node.loader_requirements))
        return of_step if self._step_io is None else (*of_step, *self._step_io.keys_in_context(node))

    async def _finished(self, node: Node, returned: object, current: CurrentStep) -> Any:
        """The result of a body: a generator's items, a coroutine's result, or the value itself."""
        if isgenerator(returned):
            return Yielded(map(current.observe, returned))
        if isasyncgen(returned):
            return await self._scope_by_node[node.template or node.name].wait_for(_listed(returned, current))
        if isawaitable(returned):
            return await self._scope_by_node[node.template or node.name].wait_for(returned)
        return returned

    def _outcome(self, node: Node, returned: Any, context: StepContext | None) -> Outcome:
        try:
            outcome = self._read_result(node, returned, context)
        except WrongTypeError as wrong:
            self._record.emit(DagsterEventType.STEP_OUTPUT, node.name, (wrong.name, None, {}, wrong.type_check))
            raise
        if context is not None and context.extra_events:
            outcome.extra_events[:0] = context.extra_events
        return outcome

    def _read_result(self, node: Node, returned: object, context: StepContext | None) -> Outcome:
        definition = node.definition
        if context is None:
            added = self._metadata_of_op(node)
        else:
            added = context.added_metadata if context.added_metadata.is_some else None
        types = self._types.of(node)
        if isinstance(definition, AssetsDefinition):
            return asset_outcome(definition, node.outputs, returned, added, self._plan.partitions, types)
        if isinstance(definition, ObservationOp):
            return observation_outcome(definition, returned)
        if isinstance(definition, OpDefinition):
            return op_outcome(definition, returned, added, types)
        return check_outcome(definition, returned, self._plan.partitions)

    def _metadata_of_op(self, node: Node) -> OutputMetadata | None:
        """The metadata that the op added to the value that an asset of a graph takes."""
        if not isinstance(node.definition, GraphAssetPart):
            return None
        metadata = self._record.metadata_of(node.inputs[RESULT])  # type: ignore[arg-type]  # it is an OutputHandle
        added = OutputMetadata()
        added.add(metadata or {}, RESULT, None)
        return added


def _delay_before_retry(policy: RetryPolicy | None, failure: Exception, retries: int) -> float | None:
    """The seconds to wait before the next attempt; None where there is none."""
    if isinstance(failure, RetryRequested):
        return (failure.seconds_to_wait or 0.0) if retries < failure.max_retries else None
    if policy is None or retries >= policy.max_retries:
        return None
    if isinstance(failure, Failure) and not failure.allow_retries:
        return None
    return policy.calculate_delay(retries + 1)


def _listed(items: AsyncIterator[object], current: CurrentStep) -> Awaitable[Yielded]:
    async def collect() -> Yielded:
        return Yielded([current.observe(item) async for item in items])

    return collect()
