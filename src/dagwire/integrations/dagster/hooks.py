"""Hooks as Dagster's."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from dagwire.containers.step_scopes import StepScopes
from dagwire.definitions.specs.retries import Failure, RetryRequested
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.integrations.dagster.own_io_manager import own_resource
from dagwire.integrations.dagster.shared_scope import LeftToStep
from dagwire.resources.init_resource_context import Resources
from dagwire.resources.run_without_loop import drive


def dagster_hook(hook: HookDefinition, name_by_key: Mapping[str, str]) -> dg.HookDefinition:
    """Return a hook as Dagster's; `name_by_key` has Dagster's names of the resources that it asks for."""

    def hook_fn(context: dg.HookContext, event_list: Sequence[dg.DagsterEvent]) -> dg.HookExecutionResult:
        return drive(called(context, event_list))

    async def called(context: dg.HookContext, event_list: Sequence[dg.DagsterEvent]) -> dg.HookExecutionResult:
        async with StepScopes() as step:
            resources: dict[str, object] = {}
            for key, name in name_by_key.items():
                value = getattr(context.resources, name)
                opened = await value.opened(step, hook.name) if isinstance(value, LeftToStep) else value
                resources[key] = own_resource(opened)
            result: Any = hook.hook_fn(_SeenHookContext(context, resources), event_list)
        return dg.HookExecutionResult(hook.name, result.is_skipped)

    return dg.HookDefinition(name=hook.name, hook_fn=hook_fn, required_resource_keys=set(name_by_key.values()))


class _SeenHookContext:
    """Dagster's context of a hook, with resources under dagwire's keys; lives as long as the call."""

    def __init__(self, context: Any, resources: Mapping[str, object]) -> None:
        self._context = context
        self.resources = Resources(resources)

    def __getattr__(self, name: str) -> object:
        return getattr(self._context, name)

    @property
    def op_exception(self) -> BaseException | None:
        """The exception of a failed step: the one that the body raised, if Dagster has a kind of its own for it."""
        error = self._context.op_exception
        own = getattr(error, "__cause__", None)
        return own if isinstance(own, Failure | RetryRequested) else error
