"""The quick path of a run: plain steps one after another, each a call of its function and one entry in the record.

The rule: a step takes this path if it is plain (`PlainStep` says which are), if all values of the run stay in memory,
if nobody listens to the events of the run, and if no config is given for the step. Its events are those that `Steps`
writes, in one go when its function has returned.

Where a call turns out to be more than plain, `Steps` takes over: the function failed, returned more than a value, or
returned a value of another type; it added metadata, logged events, or opened what lives for a step. So each failure,
message and retry has one source.
"""

from collections.abc import Callable, Collection, Mapping
from time import perf_counter, time
from typing import Any

from dagwire.containers.current_scope import CURRENT_STEP
from dagwire.containers.run_scope import RunScope
from dagwire.definitions.jobs.job_steps import JobSteps
from dagwire.definitions.ops.node import Node
from dagwire.definitions.ops.plain_step import PlainStep
from dagwire.definitions.steps.signature import RESULT
from dagwire.execution.current_step import CurrentStep
from dagwire.execution.event_types import DagsterEventType
from dagwire.execution.executors import in_turn_after
from dagwire.execution.plain_results import is_plain_result
from dagwire.execution.run_record import Record
from dagwire.execution.step_context import StepContext
from dagwire.execution.step_runner import BegunStep, Steps

_T = DagsterEventType
_START, _LOADED, _INPUT = _T.STEP_START, _T.LOADED_INPUT, _T.STEP_INPUT
_OUTPUT, _MATERIALIZATION, _HANDLED = _T.STEP_OUTPUT, _T.ASSET_MATERIALIZATION, _T.HANDLED_OUTPUT
_SUCCESS = _T.STEP_SUCCESS

_NO_ARGUMENTS: dict[str, Any] = {}


class StepCounts:
    """The numbers of steps that took each path in this process, for tests and benchmarks."""

    plain: int = 0
    """Steps that the quick path began and finished."""
    general: int = 0
    """Steps that `Steps` did or finished, in runs that could take the quick path."""


COUNTS = StepCounts()


async def do_in_order(
    nodes: JobSteps, calls: "PlainCalls", get_steps: Callable[[], Steps], record: Record, *, stop_at_failure: bool
) -> None:
    """Do `nodes` in order: the plain ones by `calls`, all others by the `Steps` that are made when they are needed."""
    plain_count = 0
    for number, (node, plain) in enumerate(zip(nodes, nodes.plain, strict=True)):
        if node.after and record.cannot_run(node):
            record.skip(node)
            continue
        if plain is None or not calls.can_take(plain):
            delay_s = await get_steps().do(node)
        else:
            begun = calls.call(node, plain)
            if begun is None:
                plain_count += 1
                continue
            delay_s = await get_steps().take_over(begun)
        COUNTS.general += 1
        if delay_s is not None:
            steps, rest = get_steps(), nodes[number:]
            await in_turn_after(delay_s, rest, steps.do, record, steps.sleep, stop_at_failure=stop_at_failure)
            break
        if stop_at_failure and record.first_failure is not None:
            break
    COUNTS.plain += plain_count


class PlainCalls:
    """Calls the functions of plain steps; lives as long as the run."""

    def __init__(
        self,
        record: Record,
        scope_by_node: Mapping[str, RunScope],
        make_context: Callable[[Node], StepContext],
        configured: Collection[str],
    ) -> None:
        """Nothing is called yet.

        Args:
            record: The values that steps take are in it, and it gets the events.
            scope_by_node: `{step: the scope in which its resources are open}`.
            make_context: Makes the context of a step's attempt.
            configured: The names of the steps that have config.
        """
        self._record = record
        self._values = record.values
        self._scope_by_node = scope_by_node
        self._make_context = make_context
        self._configured = configured

    def can_take(self, plain: PlainStep) -> bool:
        """Whether a step has no config, its resources live as long as the run, and its inputs are of their types."""
        name = plain.name
        if self._configured and name in self._configured:
            return False
        if plain.keys and not plain.keys <= self._scope_by_node[name].opened.keys():
            return False
        return all(
            classes is None or isinstance(self._values[node][output], classes)
            for _, node, output, classes in plain.inputs
        )

    def call(self, node: Node, plain: PlainStep) -> BegunStep | None:
        """Call the function of a step and write its events; return None when that was all.

        Otherwise only its beginning is written, and what `Steps` is to go on with is returned.
        """
        started, began = perf_counter(), time()
        current = CurrentStep(self._make_context, node)
        token = CURRENT_STEP.set(current)
        try:
            arguments = self._arguments(plain) if plain.has_arguments else _NO_ARGUMENTS
            function = plain.function
            returned = function(current.context(), **arguments) if plain.takes_context else function(**arguments)
        except (Exception, SystemExit) as failure:  # noqa: BLE001  # the user's own, which `Steps` records
            self._write_beginning(plain, began)
            return BegunStep(node, current, started, failure=failure)
        finally:
            CURRENT_STEP.reset(token)
        if not _is_plain(plain, returned, current):
            self._write_beginning(plain, began)
            return BegunStep(node, current, started, returned)
        self._write(plain, began, returned, (perf_counter() - started) * 1000)
        return None

    def _arguments(self, plain: PlainStep) -> dict[str, Any]:
        arguments = dict(plain.defaults)
        if plain.resources:
            opened = self._scope_by_node[plain.name].opened
            for parameter, key in plain.resources:
                arguments[parameter] = opened[key]
        for parameter, node, output, _ in plain.inputs:
            arguments[parameter] = self._values[node][output]
        return arguments

    def _write_beginning(self, plain: PlainStep, began: float) -> None:
        name = plain.name
        facts: list[object] = [_START, name, None, began]
        for parameter, *_ in plain.inputs:
            facts += (_LOADED, name, parameter, began)
        for parameter, *_ in plain.inputs:
            facts += (_INPUT, name, parameter, began)
        self._record.write(facts)

    def _write(self, plain: PlainStep, began: float, value: object, duration_ms: float) -> None:
        """Write all events of a step that has ended well; in one call, so that most steps cost the record one."""
        name, ended = plain.name, time()
        if plain.inputs:
            self._write_beginning(plain, began)
            beginning: tuple[object, ...] = ()
        else:
            beginning = (_START, name, None, began)
        key = plain.asset_key
        made = () if key is None else (_MATERIALIZATION, name, key, ended)
        handled = () if plain.stores_nothing else (_HANDLED, name, RESULT, ended)
        self._record.write(
            (*beginning, _OUTPUT, name, RESULT, ended, *made, *handled, _SUCCESS, name, duration_ms, ended)
        )
        self._values[name] = {RESULT: value}


def _is_plain(plain: PlainStep, returned: object, current: CurrentStep) -> bool:
    """Whether a function has returned a value of its type, and has done nothing else with its step."""
    is_untouched = not current.has_scopes and (current.made is None or current.made.is_untouched)
    return is_untouched and is_plain_result(returned, plain.output_classes)
