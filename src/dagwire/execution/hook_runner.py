"""`Hooks`: how the hooks of a step are called when it has ended."""

from collections.abc import Awaitable, Mapping
from inspect import isawaitable

from dagwire.containers.run_scope import RunScope
from dagwire.containers.step_scopes import StepScopes
from dagwire.definitions.ops.node import Node
from dagwire.definitions.steps.hook import HookDefinition, HookExecutionResult, Occasion
from dagwire.errors import UnexpectedResultError
from dagwire.execution.event_types import DagsterEventType
from dagwire.execution.hook_context import HookContext
from dagwire.execution.plan import Plan
from dagwire.execution.run_record import Record
from dagwire.execution.step_values import StepValues
from dagwire.resources.dagster_run import DagsterRun
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.log_manager import Loggers


class Hooks:
    """Calls the hooks of the steps of one run, which it lives as long as."""

    def __init__(
        self,
        run: DagsterRun,
        plan: Plan,
        scope_by_node: Mapping[str, RunScope],
        record: Record,
        instance: DagsterInstance,
        loggers: Loggers,
    ) -> None:
        """Nothing is called yet; the arguments are those of `Steps`."""
        self._run = run
        self._plan = plan
        self._scope_by_node = scope_by_node
        self._record = record
        self._instance = instance
        self._loggers = loggers

    async def call(self, node: Node, failure: Exception | None, values: StepValues) -> None:
        """Call the hooks of a step that has ended; a hook that fails is recorded and changes nothing, as in Dagster."""
        occasion: Occasion = "success" if failure is None else "failure"
        for hook in sorted(node.hooks | node.definition.hooks, key=lambda hook: hook.name):
            try:
                is_skipped = hook.occasion not in (None, occasion) or await self._call(node, hook, failure, values)
            except (Exception, SystemExit) as error:  # noqa: BLE001  # the step's end stands
                self._record.emit(DagsterEventType.HOOK_ERRORED, node.name, error)
            else:
                end = DagsterEventType.HOOK_SKIPPED if is_skipped else DagsterEventType.HOOK_COMPLETED
                self._record.emit(end, node.name)

    async def _call(self, node: Node, hook: HookDefinition, failure: Exception | None, values: StepValues) -> bool:
        """Call one hook, with resources of its own where they live for a step; return whether it had nothing to do."""
        scope = self._scope_by_node[node.template or node.name]
        async with StepScopes():
            await scope.open_for_step(hook.body.keys, hook.body.owner)
            return await self._call_with_open(node, hook, scope, failure, values)

    async def _call_with_open(
        self, node: Node, hook: HookDefinition, scope: RunScope, failure: Exception | None, values: StepValues
    ) -> bool:
        body = hook.body
        context = HookContext(self._run, node, hook, failure, values)
        context.instance = self._instance
        context.loggers = self._loggers
        context.resources = scope.resources(body.keys)
        context.op_config = self._plan.config_by_node.get(node.template or node.name)
        arguments = {parameter: scope.value(key) for parameter, key in body.signature.keys.items()}
        if hook.occasion is not None:
            await _waited(scope, body.function(context, **arguments))
            return False
        events = [event for event in self._record.events() if event.step_key == node.name and not event.is_hook_event]
        result = await _waited(scope, body.function(context, events, **arguments))
        if not isinstance(result, HookExecutionResult):
            raise UnexpectedResultError(body.owner, f"returned {type(result).__name__}; return a HookExecutionResult.")
        return result.is_skipped


async def _waited(scope: RunScope, returned: object) -> object:
    """Return the result of a function, or of the coroutine that it returned."""
    coroutine: Awaitable[object] | None = returned if isawaitable(returned) else None
    return returned if coroutine is None else await scope.wait_for(coroutine)
