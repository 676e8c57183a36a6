"""Executors: run steps one after another, side by side in threads, or side by side in an event loop.

A step that is to be tried again waits its turn behind the steps that are ready; its delay holds nobody up.
"""

import concurrent.futures
import contextvars
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Executor, Future, wait
from contextlib import nullcontext, suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from dagwire.definitions.ops.dynamic_mapping import collecting, expand
from dagwire.definitions.ops.node import Node
from dagwire.definitions.ops.topological_sorter import TopologicalSorter
from dagwire.errors import InvalidInvocationError
from dagwire.execution.run_record import Record
from dagwire.resources.run_without_loop import drive

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

DoStep = Callable[[Node], Coroutine[Any, Any, float | None]]
"""Tries a step once; returns the seconds until it is to be tried again, or None when the record has its outcome."""
Sleep = Callable[[float], Awaitable[None]]


async def one_by_one(nodes: Sequence[Node], do: DoStep, record: Record, sleep: Sleep, *, stop_at_failure: bool) -> None:
    """Do `nodes` in the order given, as long as none is to be tried again."""
    for number, node in enumerate(nodes):
        if record.cannot_run(node):
            record.skip(node)
            continue
        delay_s = await do(node)
        if delay_s is not None:
            await in_turn_after(delay_s, nodes[number:], do, record, sleep, stop_at_failure=stop_at_failure)
            break
        if stop_at_failure and record.first_failure is not None:
            break


async def in_turn_after(
    delay_s: float, nodes: Sequence[Node], do: DoStep, record: Record, sleep: Sleep, *, stop_at_failure: bool
) -> None:
    """Do `nodes`, the first of which is to be tried again in `delay_s` seconds."""
    ready = _Ready(nodes, record, stop_at_failure=stop_at_failure)
    ready.defer(nodes[0], delay_s)
    await _in_turn(ready, do, sleep)


async def as_they_come(
    nodes: Sequence[Node], do: DoStep, record: Record, sleep: Sleep, *, stop_at_failure: bool
) -> None:
    """Do the nodes of a job whose steps are known only as it runs."""
    await _in_turn(_Ready(nodes, record, stop_at_failure=stop_at_failure), do, sleep)


async def _in_turn(ready: "_Ready", do: DoStep, sleep: Sleep) -> None:
    while True:
        for node in ready.take():
            ready.note(node, await do(node))
            if ready.is_stopped:
                return
        delay_s = ready.delay_s()
        if delay_s is None:
            return
        await sleep(delay_s)


class _Ready:
    """The steps that can run now, in order; steps that cannot are skipped on the way.

    A template of mapped steps is done when all its steps are; they are added once the dynamic output is there.
    """

    def __init__(self, nodes: Sequence[Node], record: Record, *, stop_at_failure: bool) -> None:
        self._by_name = {node.name: node for node in nodes}
        self._templates = [node for node in nodes if node.mapped_over is not None]
        known = self._by_name
        self._sorter = TopologicalSorter({node.name: [name for name in node.after if name in known] for node in nodes})
        self._record = record
        first = set(self._sorter.ready())
        self._waiting = deque(name for name in known if name in first)
        self._due: dict[str, float] = {}
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
        self._wake()
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

    def note(self, node: Node, delay_s: float | None) -> None:
        """Note that a step is done, or is to be tried again in `delay_s` seconds."""
        if delay_s is None:
            self.finish(node)
        else:
            self.defer(node, delay_s)

    def defer(self, node: Node, delay_s: float) -> None:
        """Have a step tried again: behind the steps that are ready, and not before its delay is over."""
        if node.name in self._waiting:
            self._waiting.remove(node.name)
        self._by_name[node.name] = node
        self._due[node.name] = time.monotonic() + delay_s
        self._wake()

    def delay_s(self) -> float | None:
        """The seconds until there may be a step to take; None if none is left."""
        if self._waiting and not self.is_stopped:
            return 0.0
        return max(0.0, min(self._due.values()) - time.monotonic()) if self._due else None

    def _wake(self) -> None:
        now = time.monotonic()
        for name in [name for name, due in self._due.items() if due <= now]:
            del self._due[name]
            self._waiting.append(name)

    def finish(self, node: Node) -> None:
        """Note that a step is done."""
        self._wake()
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
    running: dict[Future[float | None], Node] = {}
    # Each future reports its end itself: `wait` would look at all that run, each time that one of them ends.
    ended: SimpleQueue[Future[float | None]] = SimpleQueue()
    try:
        while True:
            for node in ready.take():
                future = executor.submit(contextvars.copy_context().run, _do_in_thread, do, node)
                running[future] = node
                future.add_done_callback(ended.put)
            delay_s = None if ready.is_stopped else ready.delay_s()
            if running:
                with suppress(Empty):
                    future = ended.get(timeout=delay_s)
                    ready.note(running.pop(future), future.result())
            elif delay_s is not None:
                time.sleep(delay_s)
            else:
                return
    finally:
        for future in running:
            future.cancel()
        wait(running)


def _do_in_thread(do: DoStep, node: Node) -> float | None:
    return drive(do(node))


async def in_tasks(
    nodes: Sequence[Node], do: DoStep, record: Record, limit: int | None, *, stop_at_failure: bool
) -> None:
    """Do `nodes` as tasks of the running event loop, `limit` at a time, each as soon as those before it are done."""
    import anyio  # noqa: PLC0415  # only asynchronous runs need anyio

    ready = _Ready(nodes, record, stop_at_failure=stop_at_failure)
    slots = nullcontext() if limit is None else anyio.Semaphore(limit)
    interrupts: list[BaseException] = []

    async def one(node: Node, group: "TaskGroup") -> None:
        delay_s: float | None = 0.0
        while delay_s is not None:
            await _pause(delay_s)
            async with slots:
                if ready.is_stopped:
                    return
                delay_s = await attempt(node)
        ready.finish(node)
        start(group)

    async def attempt(node: Node) -> float | None:
        try:
            return await do(node)
        except BaseException as interrupt:
            ready.stop()
            interrupts.append(interrupt)
            raise

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


async def _pause(delay_s: float) -> None:
    """Wait in the event loop; not at all for no time, since each wait is a turn of the loop for every step."""
    if delay_s:
        from anyio import sleep  # noqa: PLC0415  # only asynchronous runs need anyio

        await sleep(delay_s)
