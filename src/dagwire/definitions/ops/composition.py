"""Composition: while the body of a job or graph runs, a called op is placed in it instead of running."""

from collections import namedtuple
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeGuard

from dagwire.definitions.ops.asset_input import asset_input
from dagwire.definitions.ops.config_mapping import ConfigMapping
from dagwire.definitions.steps.job_being_defined import PLACING
from dagwire.definitions.steps.output_handles import (
    DynamicHandle,
    OutputHandle,
    Source,
    dynamic_handle_in,
    is_source,
    moved,
)
from dagwire.definitions.steps.stored_input import StoredInput
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError


@dataclass(slots=True)
class Placed:
    """The place of an op in a job or graph."""

    name: str
    definition: Any
    inputs: dict[str, Source] = field(default_factory=dict[str, Source])
    loads: dict[str, StoredInput] = field(default_factory=dict[str, StoredInput])
    """The inputs that take the value of an asset made elsewhere."""


class Composition:
    """The places taken so far in the job or graph that is being defined."""

    def __init__(self, owner: str, as_op: Callable[[Any], object] | None = None) -> None:
        """`owner` is how messages name the job or graph; `as_op` makes an op of an asset that is called in its body."""
        self.owner = owner
        self._as_op = as_op
        self.placed: dict[str, Placed] = {}
        self.nodes: dict[str, Any] = {}
        """`{name: op or graph}`, of those called in the body itself."""
        self.outputs_by_graph: dict[str, dict[str, OutputHandle]] = {}
        """`{name of a nested graph: {its output: the op's output}}`."""
        self.mappings_by_graph: dict[str, ConfigMapping] = {}
        """`{name of a nested graph: the mapping of its config to its ops}`."""
        self._names: set[str] = set()
        self._next_number: dict[str, int] = {}
        """`{name: the lowest number that may be free}`: a search from 2 on would grow with each call of one op."""

    def place(self, definition: Any, alias: str | None, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Give an op a place; return the handle of its output, or a named tuple of several.

        Raises:
            InvalidDefinitionError: The alias is taken, an argument names no input, or its value is not an output.
        """
        name = alias or definition.name
        place = Placed(self._take_name(name, is_alias=alias is not None), definition)
        for argument, value in self._given(name, list(definition.ins), args, kwargs).items():
            connect(place, argument, value)
        self.placed[place.name] = place
        self.nodes[place.name] = definition
        handles = {
            output: (DynamicHandle if out.is_dynamic else OutputHandle)(place.name, output)
            for output, out in definition.outs.items()
        }
        return _handed_back(name, handles)

    def place_step(self, definition: object, args: Sequence[object], kwargs: Mapping[str, object]) -> object:
        """Give the step of an asset a place, as an op; see `place`."""
        if self._as_op is None:
            raise InvalidDefinitionError(f"{self.owner} takes no assets as steps.")
        return self.place(self._as_op(definition), None, args, kwargs)

    def place_graph(
        self, graph: "PlacedGraph", alias: str | None, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> object:
        """Give each op of a graph a place, its name behind that of the graph and a dot; return the graph's outputs.

        Raises:
            InvalidDefinitionError: The alias is taken, or an argument names no input.
        """
        name, composed = alias or graph.name, graph.composed
        own = self._take_name(name, is_alias=alias is not None)
        self.nodes[own] = graph
        given = self._given(name, graph.inputs, args, kwargs)
        for inner in composed.placed.values():
            place = Placed(f"{own}.{inner.name}", inner.definition, loads=dict(inner.loads))
            for argument, source in inner.inputs.items():
                connect(place, argument, moved(source, own, given))
            self.placed[place.name] = place
        for nested, inner_outputs in composed.outputs_by_graph.items():
            self.outputs_by_graph[f"{own}.{nested}"] = {
                output: moved(handle, own, given) for output, handle in inner_outputs.items()
            }
        for nested, mapping in composed.mappings_by_graph.items():
            self.mappings_by_graph[f"{own}.{nested}" if nested else own] = mapping
        outputs = {output: moved(handle, own, given) for output, handle in composed.outputs.items()}
        self.outputs_by_graph[own] = outputs
        return _handed_back(name, outputs)

    def _given(
        self, name: str, inputs: Sequence[str], args: Sequence[object], kwargs: Mapping[str, object]
    ) -> dict[str, Any]:
        by_place = dict(zip(inputs, args, strict=False))
        twice = [argument for argument in kwargs if argument in by_place]
        if twice:
            raise InvalidInvocationError(f"{self.owner}: '{name}'", f"is given its input '{twice[0]}' twice.")
        given = {**by_place, **kwargs}
        unknown = [argument for argument in given if argument not in inputs]
        if unknown or len(args) > len(inputs):
            wanted = ", ".join(inputs) or "none"
            msg = f"{self.owner}: '{name}' has the inputs {wanted}; given: {', '.join(unknown) or len(args)}."
            raise InvalidDefinitionError(msg)
        return given

    def _take_name(self, name: str, *, is_alias: bool) -> str:
        """The name itself, or a free one: of several calls of an op, the second is `op_2`."""
        if is_alias and name in self._names:
            raise InvalidDefinitionError(f"{self.owner} has two steps named '{name}'. Give one of them another alias.")
        free, number = name, self._next_number.get(name, 2)
        while free in self._names:
            free = f"{name}_{number}"
            number += 1
        self._next_number[name] = number
        self._names.add(free)
        return free


_composing: ContextVar[Composition | None] = ContextVar("dagwire_composing", default=None)


@contextmanager
def compose(composition: Composition) -> Generator[Composition]:
    """Place every op, graph and asset that is called inside in `composition`."""
    token, placing = _composing.set(composition), PLACING.set(composition)
    try:
        yield composition
    finally:
        PLACING.reset(placing)
        _composing.reset(token)


def _no_body(**_: object) -> None:
    """The body of a job that has none of its own."""


class Composed(NamedTuple):
    """The result of running a job's or graph's body once: the placed ops, and the outputs that it returns."""

    placed: Mapping[str, Placed]
    nodes: Mapping[str, Any] = {}
    """`{name: op or graph}`, of those called in the body itself."""
    outputs: Mapping[str, OutputHandle] = {}
    outputs_by_graph: Mapping[str, Mapping[str, OutputHandle]] = {}
    mappings_by_graph: Mapping[str, ConfigMapping] = {}
    """`{nested graph: the mapping of its config to its ops}`; its own is under ""."""
    body: Callable[..., Any] = _no_body
    """The body, to be run again where other things than ops are placed."""


class PlacedGraph(Protocol):
    """The part of a graph's definition that takes places in another."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def inputs(self) -> Sequence[str]:
        """The names of its inputs."""
        ...

    @property
    def composed(self) -> Composed:
        """The result of its body."""
        ...


def connect(place: Placed, argument: str, value: Any) -> None:
    """Note the source of an input's value.

    Raises:
        InvalidDefinitionError: It is not an output, or a dynamic output as a whole: several values for one input.
    """
    dynamic = dynamic_handle_in(value)
    if dynamic is not None:
        msg = (
            f"op '{place.name}' is given all that op '{dynamic.node}' gives as its input '{argument}'. Run it for each "
            f"value, by `.map(...)`, or once with the list of all, by `.collect()`."
        )
        raise InvalidDefinitionError(msg)
    stored = asset_input(value)
    if stored is not None:
        place.loads[argument] = stored
    elif is_source(value):
        place.inputs[argument] = value
    else:
        problem = f"op '{place.name}' is given {_described(value)} as its input '{argument}'."
        raise InvalidDefinitionError(f"{problem} {_advice(value)}")


def _described(value: object) -> str:
    name = getattr(value, "name", None)
    if isinstance(name, str) and callable(value):
        return f"'{name}' itself"
    return "several outputs" if is_tuple(value) else type(value).__name__


def _advice(value: object) -> str:
    if callable(value):
        return "Call it: the output of the call is the input."
    if is_tuple(value):
        return "Give one of them: unpack the outputs, or take one by its name."
    return "An input takes the output of an op, or a list of outputs; a constant belongs in config, or in a default."


def _handed_back(name: str, handles: Mapping[str, object]) -> object:
    """The one handle; a named tuple of several; None if there is none."""
    if len(handles) == 1:
        return next(iter(handles.values()))
    if not handles:
        return None
    made: Any = namedtuple  # noqa: PYI024  # the fields are known only here, so no type can be written
    return made(f"{name}_outputs", list(handles), rename=True)(*handles.values())


def is_tuple(value: object) -> TypeGuard[tuple[Any, ...]]:
    """Whether a value is a tuple; in a form that type checkers follow."""
    return isinstance(value, tuple)


def composing() -> Composition | None:
    """The composition of the job whose body is running, or None."""
    return _composing.get()
