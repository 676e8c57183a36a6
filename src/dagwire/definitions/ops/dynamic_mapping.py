"""Mapped steps, one for each value of a dynamic output: templates in the job, expanded as it runs. Pure."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from dagwire.definitions.ops.node import Node
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.steps.output_handles import EACH, Collected, OutputHandle, Source, handles_of
from dagwire.errors import InvalidDefinitionError

KeysOf = Callable[[OutputHandle], Collection[str] | None]
"""Looks up the mapping keys of a dynamic output; None as long as it has given nothing."""


def with_mapping(owner: str, nodes: Iterable[Node]) -> list[Node]:
    """`nodes`, in running order, each with the dynamic output that it is mapped over.

    Raises:
        InvalidDefinitionError: A step is mapped over two dynamic outputs, or collects one that is not mapped.
    """
    listed = list(nodes)
    dynamic = {handle for node in listed for handle in _dynamic_outputs(node)}
    if not dynamic:
        return listed
    mapping = _Mapping(owner, dynamic)
    return [mapping.of(node) for node in listed]


def has_dynamic_steps(nodes: Iterable[Node]) -> bool:
    """Whether the number of steps is known only as the job runs."""
    return any(node.mapped_over is not None or any(map(_collects, _sources(node))) for node in nodes)


def _dynamic_outputs(node: Node) -> list[OutputHandle]:
    if not isinstance(node.definition, OpDefinition):
        return []
    return [OutputHandle(node.name, output) for output, out in node.definition.outs.items() if out.is_dynamic]


def _sources(node: Node) -> list[Source]:
    return [*node.inputs.values(), *node.waits_for]


def _collects(source: Source) -> bool:
    return isinstance(source, Collected)


class _Mapping:
    """The dynamic outputs that the steps seen so far are mapped over; lives while one job is being made."""

    def __init__(self, owner: str, dynamic: Collection[OutputHandle]) -> None:
        self._owner = owner
        self._dynamic = dynamic
        self._over_by_node: dict[str, OutputHandle] = {}

    def of(self, node: Node) -> Node:
        """`node` with the dynamic output that it is mapped over, and those that it collects."""
        sources = _sources(node)
        over = [self._over(handle) for source in sources for handle in handles_of(source) if not _collects(source)]
        mapped_over = list(dict.fromkeys(found for found in over if found is not None))
        self._check(node, sources, mapped_over)
        if mapped_over:
            self._over_by_node[node.name] = mapped_over[0]
        return replace(
            node,
            inputs={name: self._known(node, source) for name, source in node.inputs.items()},
            waits_for=tuple(self._known(node, source) for source in node.waits_for),
            mapped_over=mapped_over[0] if mapped_over else None,
        )

    def _over(self, handle: OutputHandle) -> OutputHandle | None:
        """The dynamic output that a value is one of, or that its step is mapped over."""
        whole = OutputHandle(handle.node, handle.output)
        return whole if whole in self._dynamic else self._over_by_node.get(handle.node)

    def _known(self, node: Node, source: Source) -> Source:
        """Mark the handles in `source` that are for one mapping key each."""
        if isinstance(source, Collected):
            over = self._over(source.handle)
            if over is None:
                msg = (
                    f"{self._owner}: step '{node.name}' collects what step '{source.handle.node}' gives, which is not "
                    f"mapped over a dynamic output: there is one value of it. Take it as it is."
                )
                raise InvalidDefinitionError(msg)
            return Collected(source.handle, over)
        if isinstance(source, OutputHandle) and self._over(source) is not None:
            return replace(source, mapping_key=EACH)
        return source

    def _check(self, node: Node, sources: Iterable[Source], mapped_over: list[OutputHandle]) -> None:
        in_lists = [handle for source in sources if isinstance(source, list) for handle in handles_of(source)]
        inner = [h for source in sources for h in handles_of(source) if self._over(h) and h.node in self._over_by_node]
        dynamic_inside = [h.node for h in inner if OutputHandle(h.node, h.output) in self._dynamic]
        problem = ""
        if dynamic_inside:
            problem = (
                f"takes the dynamic output of step '{dynamic_inside[0]}', which is mapped over another one. "
                f"Give the values of both levels in one dynamic output, or a list in place of the inner one."
            )
        elif len(mapped_over) > 1:
            named = " and ".join(f"'{over.node}.{over.output}'" for over in mapped_over)
            problem = f"is mapped over two dynamic outputs, {named}. Collect one of them first."
        elif mapped_over and any(map(_collects, sources)):
            problem = (
                f"is mapped over '{mapped_over[0].node}.{mapped_over[0].output}' and collects as well. "
                f"Collect in a step of its own, and pass on its output."
            )
        elif any(self._over(handle) is not None for handle in in_lists):
            problem = "takes a list of which one item is mapped over a dynamic output. Take the items one by one."
        if problem:
            msg = f"{self._owner}: step '{node.name}' {problem}"
            raise InvalidDefinitionError(msg)


# -- as the job runs ---------------------------------------------------------------------------------------------------


def expand(node: Node, keys_of: KeysOf) -> list[Node]:
    """The steps that replace `node`, now that its upstream steps are done.

    A template stands for one step for each key, a step that collects for itself with all it collects, any other for
    itself. If the dynamic output has given nothing, the node is returned as it is: its input is not there.
    """
    if node.mapped_over is None:
        return [collecting(node, keys_of)]
    keys = keys_of(node.mapped_over)
    return [node] if keys is None else [_step_for(node, node.mapped_over, key) for key in keys]


def collecting(node: Node, keys_of: KeysOf) -> Node:
    """`node` with the handles of all that it collects; itself if it collects nothing."""
    if not any(map(_collects, _sources(node))):
        return node
    inputs = {name: _all_of(source, keys_of) for name, source in node.inputs.items()}
    return replace(node, inputs=inputs, waits_for=tuple(_all_of(source, keys_of) for source in node.waits_for))


def _all_of(source: Source, keys_of: KeysOf) -> Source:
    if not isinstance(source, Collected) or source.over is None:
        return source
    keys = keys_of(source.over)
    return source.handle if keys is None else [_at(source.handle, source.over, key) for key in keys]


def _step_for(node: Node, over: OutputHandle, key: str) -> Node:
    """The step that is cut from the template `node` for one key."""

    def for_key(source: Source) -> Source:
        if isinstance(source, OutputHandle) and source.mapping_key == EACH:
            return _at(source, over, key)
        return source

    inputs = {name: for_key(source) for name, source in node.inputs.items()}
    waits_for = tuple(for_key(source) for source in node.waits_for)
    beside = {
        source.node: step_name(source.node, key)
        for source in _sources(node)
        if isinstance(source, OutputHandle) and source.mapping_key == EACH and source.node != over.node
    }
    return replace(
        node,
        name=step_name(node.name, key),
        inputs=inputs,
        waits_for=waits_for,
        after=tuple(beside.get(name, name) for name in node.after),
        mapped_over=None,
        template=node.name,
        mapping_key=key,
    )


def _at(handle: OutputHandle, over: OutputHandle, key: str) -> OutputHandle:
    """The value for one key: of the dynamic output itself, or of the step that is cut out for that key."""
    if (handle.node, handle.output) == (over.node, over.output):
        return OutputHandle(over.node, over.output, key)
    return OutputHandle(step_name(handle.node, key), handle.output)


def step_name(template: str, key: str) -> str:
    """The name of the step that is cut from a template for one key."""
    return f"{template}[{key}]"
