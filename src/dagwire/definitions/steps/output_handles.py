"""Handles that calls return while the body of a job or graph runs: they name the future source of an input's value."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from dagwire.errors import InvalidDefinitionError, InvariantViolationError

EACH = "*"
"""The mapping key of a handle for each value of a dynamic output in turn; no value has it for its own."""


@dataclass(slots=True, unsafe_hash=True)
class OutputHandle:
    """An output of a step: what another step's input, or what orders the two, points at. Not to be changed."""

    node: str
    output: str = "result"
    mapping_key: str | None = None
    """The key of one value of a dynamic output; None for the output as a whole."""

    def __iter__(self) -> Iterator[object]:
        """Refuse: there is no value yet, and an output is one value.

        Raises:
            InvariantViolationError: Always.
        """
        raise InvariantViolationError(self._no_parts("unpacked"))

    def __getitem__(self, item: object) -> object:
        """Refuse, as `__iter__` does.

        Raises:
            InvariantViolationError: Always.
        """
        del item
        raise InvariantViolationError(self._no_parts("indexed"))

    def _no_parts(self, action: str) -> str:
        return (
            f"op '{self.node}': its output '{self.output}' cannot be {action}: while the body of a job or graph runs "
            f"there is no value yet. Declare several outputs by `out={{name: Out()}}`, or take the parts in an op."
        )

    def map(self, function: Callable[["OutputHandle"], object]) -> Any:
        """Refuse: only a dynamic output has several values.

        Raises:
            InvalidDefinitionError: Always.
        """
        del function
        raise InvalidDefinitionError(self._one_value("map"))

    def collect(self) -> "Collected":
        """Refuse, as `map` does.

        Raises:
            InvalidDefinitionError: Always.
        """
        raise InvalidDefinitionError(self._one_value("collect"))

    def _one_value(self, asked: str) -> str:
        return (
            f"`{asked}` was asked of what op '{self.node}' gives, which is one value. "
            f"Declare the output as `out=DynamicOut()` if there are several, known only as the job runs."
        )


class DynamicHandle(OutputHandle):
    """A dynamic output, or what is mapped over one: there are several values, and how many is known as the job runs."""

    __slots__ = ()

    def map(self, function: Callable[[OutputHandle], object]) -> Any:
        """Call `function` with a handle for each of the values; the steps placed by it run once for each.

        Args:
            function: Takes one value and gives back the output of an op or graph, a tuple of such, or nothing. An op
                or a graph will do.

        Returns:
            The handles that `function` returned, to be mapped again or collected.

        Raises:
            InvalidDefinitionError: `function` cannot be called, or gives back something else.
        """
        _check_callable(self.node, function)
        return _mapped(self.node, function(OutputHandle(self.node, self.output, EACH)))

    def collect(self) -> "Collected":
        """The values as one list, in the order in which they were given."""
        return Collected(OutputHandle(self.node, self.output))


def _check_callable(node: str, function: object) -> None:
    if not callable(function):
        kind = type(function).__name__
        msg = f"What op '{node}' gives is mapped by a function, an op or a graph, not by {kind}."
        raise InvalidDefinitionError(msg)


def _mapped(node: str, returned: object) -> Any:
    if returned is None:
        return None
    if isinstance(returned, OutputHandle):
        return DynamicHandle(returned.node, returned.output)
    if _is_tuple(returned):
        outputs = [_mapped(node, item) for item in returned]
        return type(returned)(*outputs) if hasattr(returned, "_fields") else tuple(outputs)
    msg = (
        f"The function that what op '{node}' gives is mapped by returns {type(returned).__name__}. "
        f"Return the output of an op or graph, a tuple of such, or nothing."
    )
    raise InvalidDefinitionError(msg)


def _is_tuple(value: object) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple)


@dataclass(frozen=True, slots=True)
class Collected:
    """The values of mapped steps, or of the dynamic output itself, as one list."""

    handle: OutputHandle
    over: OutputHandle | None = None
    """The dynamic output that has the mapping keys; known once all steps of the job are."""


@dataclass(frozen=True, slots=True)
class InputHandle:
    """An input of the graph that is being defined; its value is known where the graph takes its place."""

    name: str
    """An input that was given nothing there has the graph's name and a dot before it, as in run config."""

    @property
    def is_own(self) -> bool:
        """Whether it belongs to the job itself, whose inputs `input_values` can give."""
        return "." not in self.name


Source = OutputHandle | InputHandle | Collected | list["OutputHandle | InputHandle"]
"""The source of an input's value; a list of sources gives the list of their values."""


def is_source(value: object) -> bool:
    """Whether an argument is the source of a value; otherwise it is the value itself."""
    if isinstance(value, OutputHandle | InputHandle | Collected):
        return True
    handles: list[Any] = [*value] if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType]  # of anything
    return bool(handles) and all(isinstance(item, OutputHandle | InputHandle) for item in handles)


def dynamic_handle_in(value: object) -> DynamicHandle | None:
    """The dynamic output that an argument is, or has in its list: one that was neither mapped nor collected."""
    handles: list[Any] = [*value] if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]  # of anything
    return next((handle for handle in handles if isinstance(handle, DynamicHandle)), None)


def handles_of(source: Source) -> list[OutputHandle]:
    """The outputs that an input takes its value from."""
    if isinstance(source, Collected):
        return [source.handle]
    listed = source if isinstance(source, list) else [source]
    return [handle for handle in listed if isinstance(handle, OutputHandle)]


def input_handles_of(source: Source) -> list[InputHandle]:
    """The graph's inputs that an input takes its value from."""
    listed = source if isinstance(source, list) else [source]
    return [handle for handle in listed if isinstance(handle, InputHandle)]


def moved(source: Any, graph: str, given: Mapping[str, Any]) -> Any:
    """The source outside a graph for `source` inside it, where the graph is called `graph` and given `given`."""
    if isinstance(source, InputHandle):
        return given.get(source.name, InputHandle(f"{graph}.{source.name}"))
    if isinstance(source, OutputHandle):
        return replace(source, node=f"{graph}.{source.node}")
    if isinstance(source, Collected):
        return Collected(moved(source.handle, graph, given))
    return [moved(item, graph, given) for item in source]
