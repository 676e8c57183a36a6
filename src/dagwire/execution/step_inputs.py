"""`StepInputs`: the values that a step takes: from other steps, from IO managers, from config. Each is checked."""

from collections.abc import Mapping
from typing import Any

from dagwire.containers.run_scope import RunScope
from dagwire.definitions.ops.node import Node
from dagwire.definitions.steps.output_handles import OutputHandle, Source
from dagwire.definitions.steps.type_checks import check_value
from dagwire.definitions.value_types.type_check import PASSED, TypeCheckContext
from dagwire.errors import WrongTypeError
from dagwire.execution.effective_run_config import ConfigForLoader
from dagwire.execution.event_data import StepInputData
from dagwire.execution.event_types import DagsterEventType
from dagwire.execution.plan import Plan
from dagwire.execution.run_record import Record
from dagwire.execution.step_io import StepIO
from dagwire.resources.dagster_run import DagsterRun


class TypeContexts:
    """The contexts of type checks and type loaders in one run, which it lives as long as."""

    def __init__(self, run: DagsterRun, scope_by_node: Mapping[str, RunScope]) -> None:
        """Most types ask for no resource, so most steps share one context."""
        self._run_id = run.run_id
        self._scope_by_node = scope_by_node
        self._shared = TypeCheckContext(run.run_id)

    def of(self, node: Node) -> TypeCheckContext:
        """Return the context for a step, with the resources that its types ask for."""
        keys = (*node.definition.resources_by_type, *(one.key for one in node.loader_requirements))
        if not keys:
            return self._shared
        return TypeCheckContext(self._run_id, self._scope_by_node[node.template or node.name].resources(keys))


class StepInputs:
    """Takes the values of steps' inputs in one run, which it lives as long as."""

    def __init__(self, plan: Plan, record: Record, step_io: StepIO | None, types: TypeContexts) -> None:
        """`step_io` loads stored values; None if all stay in memory."""
        self._plan = plan
        self._record = record
        self._step_io = step_io
        self._types = types

    async def take(self, node: Node) -> dict[str, Any]:
        """Return `{parameter: value}` of a step.

        Raises:
            WrongTypeError: A value has another type than its input.
        """
        taken = {name: await self._connected(node, name, source) for name, source in node.inputs.items()}
        if self._step_io is not None:
            for name, load in node.loads.items():
                taken[name] = await self._step_io.load(node, name, load)
        if node.open_inputs:
            taken |= self._configured(node)
        for name, value in taken.items():
            self._check(node, name, value)
        return taken

    async def _connected(self, node: Node, name: str, source: Source) -> object:
        if not isinstance(source, list):
            return await self._value(node, name, source)  # type: ignore[arg-type]  # in a node it is an OutputHandle
        handles: list[Any] = [handle for handle in source if self._record.has(handle)]  # type: ignore[arg-type]  # as above
        return [await self._value(node, name, handle) for handle in handles]

    async def _value(self, node: Node, name: str, handle: OutputHandle) -> object:
        """Return the value of one output, from its IO manager or from memory."""
        if self._step_io is not None:
            return await self._step_io.take(node, name, handle)
        self._record.emit(DagsterEventType.LOADED_INPUT, node.name, name)
        return self._record.value(handle)

    def _configured(self, node: Node) -> dict[str, Any]:
        """Return the values that config gives; a type's loader makes its value now, when resources are open."""
        found = self._plan.inputs_by_node.get(node.template or node.name, {})
        return {
            name: value.load(self._types.of(node)) if isinstance(value, ConfigForLoader) else value
            for name, value in found.items()
        }

    def _check(self, node: Node, name: str, value: object) -> None:
        definition = node.definition
        dagster_type = definition.checked_inputs.get(name)
        if dagster_type is None:
            self._record.emit(DagsterEventType.STEP_INPUT, node.name, name)
            return
        try:
            check = check_value(definition.label, "input", name, dagster_type, value, self._types.of(node))
        except WrongTypeError as wrong:
            self._record.emit(DagsterEventType.STEP_INPUT, node.name, StepInputData(name, wrong.type_check))
            raise
        self._record.emit(
            DagsterEventType.STEP_INPUT, node.name, name if check is PASSED else StepInputData(name, check)
        )
