"""Executors: run steps one after another, side by side in threads, or side by side in an event loop."""

import concurrent.futures
import contextvars
import sys
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from typing import TYPE_CHECKING, Any

from dagwire.definitions.ops.dynamic_mapping import collecting, expand
from dagwire.definitions.ops.node import Node
from dagwire.definitions.ops.topological_sorter import TopologicalSorter
from dagwire.errors import InvalidInvocationError
from dagwire.execution.run_record import Record
from dagwire.resources.run_without_loop import drive

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

DoStep = Callable[[Node], Coroutine[Any, Any, None]]
"""Does a step to its end; the record has its outcome."""


async def one_by_one(nodes: Iterable[Node], do: DoStep, record: Record, *, stop_at_failure: bool) -> None:
    """Do `nodes` in the order given."""
    for node in nodes:
        if record.cannot_run(node):
            record.skip(node)
            continue
        await do(node)
        if stop_at_failure and record.first_failure is not None:
            break


def expanded(nodes: Iterable[Node], record: Record) -> Iterator[Node]:
    """`nodes`, each expanded to its steps when its turn comes."""
    for node in nodes:
        yield from expand(node, record.keys_of)


class _Ready:
    """The steps that can run now, in order; steps that cannot are skipped on the way.

    A template of mapped steps is done when all its steps are; they are added once the dynamic output is there.
    """

    def __init__(self, nodes: Sequence[Node], record: Record, *, stop_at_failure: bool) -> None:
        self._by_name = {node.name: node for node in nodes}
        self._templates = [node for node in nodes if node.mapped_over is not None]
        self._sorter = TopologicalSorter({node.name: node.after for node in nodes})
        self._record = record
        self._waiting = deque(self._sorter.ready())
        self._stop_at_failure = stop_at_failure
        self._is_stopped = False

    def stop(self) -> None:
        """Give out no more steps: the run is interrupted."""
        self._is_stopped = True

    @property
    def is_stopped(self) -> bool:
        """Whether no more steps may start: after an interrupt, or after a failure that stops the run."""
        return self._is_stopped or (self._stop_at_failure and self._record.first_failure is not None)

    def take(self) -> list[Node]:
        """The steps that became ready; none after a stop."""
        taken: list[Node] = []
        while self._waiting and not self.is_stopped:
            node = self._by_name[self._waiting.popleft()]
            if node.mapped_over is not None and self._record.has(node.mapped_over):
                self._waiting.extend(self._sorter.done(node.name))
                continue
            node = collecting(node, self._record.keys_of)
            if self._record.cannot_run(node):
                self._record.skip(node)
                self._waiting.extend(self._sorter.done(node.name))
            else:
                taken.append(node)
        return taken

    def finish(self, node: Node) -> None:
        """Note that a step is done."""
        for template in self._templates:
            if template.mapped_over is not None and template.mapped_over.node == node.name:
                self._take_in(template)
        self._waiting.extend(self._sorter.done(node.name))

    def _take_in(self, template: Node) -> None:
        steps = {step.name: step for step in expand(template, self._record.keys_of) if step is not template}
        self._by_name.update(steps)
        self._sorter.insert({name: step.after for name, step in steps.items()}, template.name)


def in_threads(nodes: Sequence[Node], do: DoStep, record: Record, executor: Executor, *, stop_at_failure: bool) -> None:
    """Do `nodes` in the threads of `executor`, each as soon as those before it are done.

    Each step sees the context variables of the caller. However this ends, no step is running any more.

    Raises:
        InvalidInvocationError: The executor's workers are processes, which share no resources.
    """
    if isinstance(executor, concurrent.futures.ProcessPoolExecutor):  # loaded by its name: it takes its time
        raise InvalidInvocationError("A run", "takes an executor of threads; processes do not share its resources.")
    ready = _Ready(nodes, record, stop_at_failure=stop_at_failure)
    running: dict[Future[None], Node] = {}
    try:
        while True:
            for node in ready.take():
                running[executor.submit(contextvars.copy_context().run, _do_in_thread, do, node)] = node
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in [future for future in running if future in done]:
                future.result()
                ready.finish(running.pop(future))
    finally:
        for future in running:
            future.cancel()
        wait(running)


def _do_in_thread(do: DoStep, node: Node) -> None:
    drive(do(node))


async def in_tasks(
    nodes: Sequence[Node], do: DoStep, record: Record, limit: int | None, *, stop_at_failure: bool
) -> None:
    """Do `nodes` as tasks of the running event loop, `limit` at a time, each as soon as those before it are done."""
    import anyio  # noqa: PLC0415  # only asynchronous runs need anyio

    ready = _Ready(nodes, record, stop_at_failure=stop_at_failure)
    slots = anyio.Semaphore(sys.maxsize if limit is None else limit)
    interrupts: list[BaseException] = []

    async def one(node: Node, group: "TaskGroup") -> None:
        async with slots:
            if ready.is_stopped:
                return
            try:
                await do(node)
            except BaseException as interrupt:
                ready.stop()
                interrupts.append(interrupt)
                raise
        ready.finish(node)
        start(group)

    def start(group: "TaskGroup") -> None:
        for node in ready.take():
            group.start_soon(one, node, group)

    try:
        async with anyio.create_task_group() as group:
            start(group)
    except BaseExceptionGroup:
        raise interrupts[0] from None
    if interrupts:
        # A group takes the cancellation that a body raises itself for the end of that one task.
        raise interrupts[0]
