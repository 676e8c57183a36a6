"""Composition: while the body of a job or graph runs, a called op is placed in it instead of running."""

from collections import namedtuple
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeGuard

from dagwire.config.values.type_guards import is_mapping
from dagwire.definitions.ops.config_mapping import ConfigMapping
from dagwire.definitions.steps.output_handles import (
    Collected,
    DynamicHandle,
    InputHandle,
    OutputHandle,
    Source,
    dynamic_handle_in,
    is_source,
    moved,
)
from dagwire.errors import InvalidDefinitionError


@dataclass(slots=True)
class Placed:
    """One op's place in a job or graph."""

    name: str
    definition: Any
    inputs: dict[str, Source] = field(default_factory=dict[str, Source])
    constants: dict[str, Any] = field(default_factory=dict[str, Any])


class Composition:
    """The places taken so far in the job or graph that is being defined."""

    def __init__(self, owner: str) -> None:
        """`owner` is how messages name the job or graph."""
        self.owner = owner
        self.placed: dict[str, Placed] = {}
        self.outputs_by_graph: dict[str, dict[str, OutputHandle]] = {}
        """`{name of a nested graph: {its output: the op's output}}`."""
        self.mappings_by_graph: dict[str, ConfigMapping] = {}
        """`{name of a nested graph: the mapping of its config to its ops}`."""
        self._names: set[str] = set()

    def place(self, definition: Any, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Give an op a place; return the handle of its output, or a named tuple of several.

        Raises:
            InvalidDefinitionError: An argument names no input, or is a dynamic output as a whole.
        """
        place = Placed(self._free_name(name), definition)
        for argument, value in self._given(name, list(definition.ins), args, kwargs).items():
            connect(place, argument, value)
        self.placed[place.name] = place
        handles = {
            output: (DynamicHandle if out.is_dynamic else OutputHandle)(place.name, output)
            for output, out in definition.outs.items()
        }
        return _handed_back(name, handles)

    def place_graph(
        self,
        graph: "Composed",
        name: str,
        inputs: Sequence[str],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> Any:
        """Give each op of a graph a place, its name behind that of the graph and a dot; return the graph's outputs.

        Raises:
            InvalidDefinitionError: An argument names no input.
        """
        own = self._free_name(name)
        given = self._given(name, inputs, args, kwargs)
        for inner in graph.placed.values():
            place = Placed(f"{own}.{inner.name}", inner.definition, constants=dict(inner.constants))
            for argument, source in inner.inputs.items():
                connect(place, argument, moved(source, own, given))
            self.placed[place.name] = place
        for nested, inner_outputs in graph.outputs_by_graph.items():
            self.outputs_by_graph[f"{own}.{nested}"] = {
                output: moved(handle, own, given) for output, handle in inner_outputs.items()
            }
        for nested, mapping in graph.mappings_by_graph.items():
            self.mappings_by_graph[f"{own}.{nested}" if nested else own] = mapping
        outputs = {output: moved(handle, own, given) for output, handle in graph.outputs.items()}
        self.outputs_by_graph[own] = outputs
        return _handed_back(name, outputs)

    def _given(
        self, name: str, inputs: Sequence[str], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> dict[str, Any]:
        given = {**dict(zip(inputs, args, strict=False)), **kwargs}
        unknown = [argument for argument in given if argument not in inputs]
        if unknown or len(args) > len(inputs):
            wanted = ", ".join(inputs) or "none"
            msg = f"{self.owner}: '{name}' has the inputs {wanted}; given: {', '.join(unknown) or len(args)}."
            raise InvalidDefinitionError(msg)
        return given

    def _free_name(self, name: str) -> str:
        free, number = name, 2
        while free in self._names:
            free = f"{name}_{number}"
            number += 1
        self._names.add(free)
        return free


class Composed(NamedTuple):
    """The result of running a job's or graph's body once: the placed ops, and the outputs that it returns."""

    placed: Mapping[str, Placed]
    outputs: Mapping[str, OutputHandle] = {}
    outputs_by_graph: Mapping[str, Mapping[str, OutputHandle]] = {}
    mappings_by_graph: Mapping[str, ConfigMapping] = {}
    """`{nested graph: the mapping of its config to its ops}`; its own is under ""."""


def connect(place: Placed, argument: str, value: Any) -> None:
    """Note the source of an input's value, or its constant.

    Raises:
        InvalidDefinitionError: It is a dynamic output as a whole: several values for one input.
    """
    dynamic = dynamic_handle_in(value)
    if dynamic is not None:
        msg = (
            f"op '{place.name}' is given all that op '{dynamic.node}' gives as its input '{argument}'. Run it for each "
            f"value, by `.map(...)`, or once with the list of all, by `.collect()`."
        )
        raise InvalidDefinitionError(msg)
    if is_source(value):
        place.inputs[argument] = value
    else:
        place.constants[argument] = value


def _handed_back(name: str, handles: Mapping[str, Any]) -> Any:
    """The one handle; a named tuple of several; None if there is none."""
    if len(handles) == 1:
        return next(iter(handles.values()))
    if not handles:
        return None
    made: Any = namedtuple  # noqa: PYI024  # the fields are known only here, so no type can be written
    return made(f"{name}_outputs", list(handles))(*handles.values())


_composing: ContextVar[Composition | None] = ContextVar("dagwire_composing", default=None)


def composing() -> Composition | None:
    """The composition of the job whose body is running, or None."""
    return _composing.get()


@contextmanager
def compose(owner: str) -> Generator[Composition]:
    """Place every op that is called inside in a new composition."""
    token = _composing.set(composition := Composition(owner))
    try:
        yield composition
    finally:
        _composing.reset(token)


def composed_body(
    owner: str,
    function: Callable[..., Any],
    inputs: Sequence[str],
    outputs: Sequence[str] | None,
    mapping: ConfigMapping | None = None,
) -> Composed:
    """Run the body of a job or graph once.

    Args:
        owner: How messages name it.
        function: The body.
        inputs: The names of its parameters.
        outputs: The names of its outputs; None to read them from what it returns.
        mapping: The mapping of its config to its ops.

    Raises:
        InvalidDefinitionError: It returns something else than outputs of its steps.
    """
    with compose(owner) as composition:
        returned = function(**{name: InputHandle(name) for name in inputs})
    mappings = composition.mappings_by_graph | ({"": mapping} if mapping is not None else {})
    return Composed(composition.placed, _outputs(owner, returned, outputs), composition.outputs_by_graph, mappings)


def _is_tuple(value: Any) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple)


def _outputs(owner: str, returned: Any, names: Sequence[str] | None) -> dict[str, OutputHandle]:
    found: dict[str, Any] = {}
    if isinstance(returned, OutputHandle):
        found = {names[0] if names else "result": returned}
    elif is_mapping(returned):
        found = dict(returned)
    elif _is_tuple(returned) and names:
        found = dict(zip(names, returned, strict=False))
    elif returned is not None:
        found = {"result": returned}
    if not all(isinstance(handle, OutputHandle) for handle in found.values()) or set(found) != set(names or found):
        wanted = f"the outputs {', '.join(names)}" if names else "the output of an op, or nothing"
        given = "a collected list" if isinstance(returned, Collected) else type(returned).__name__
        given = f"a dict of {', '.join(found) or 'nothing'}" if is_mapping(returned) else given
        msg = f"{owner} returns {given}; its body connects ops and returns {wanted}."
        raise InvalidDefinitionError(msg)
    return found
