"""What happens while the body of a job runs: ops that are called there take their places instead of running."""

from collections import namedtuple
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from dagwire.errors import InvalidDefinitionError


@dataclass(frozen=True, slots=True)
class OutputHandle:
    """An output of a step: what another step's input, or what orders the two, points at."""

    node: str
    output: str = "result"

    def __iter__(self) -> Iterator[Any]:
        """Refuse: an op with one output gives one thing."""
        msg = f"op '{self.node}' has one output, '{self.output}'; it cannot be unpacked."
        raise InvalidDefinitionError(msg)


@dataclass(slots=True)
class Placed:
    """One op's place in a job."""

    name: str
    definition: Any
    inputs: dict[str, OutputHandle] = field(default_factory=dict[str, OutputHandle])
    constants: dict[str, Any] = field(default_factory=dict[str, Any])


class Composition:
    """The places taken so far in the job that is being defined."""

    def __init__(self, owner: str) -> None:
        """`owner` is how messages name the job."""
        self.owner = owner
        self.placed: dict[str, Placed] = {}

    def place(
        self,
        definition: Any,
        name: str,
        inputs: Sequence[str],
        outputs: Sequence[str],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> Any:
        """Give `definition` a place; return the handle of its output, or a named tuple of several.

        Raises:
            InvalidDefinitionError: An argument is no input.
        """
        place = Placed(self._free_name(name), definition)
        given = {**dict(zip(inputs, args, strict=False)), **kwargs}
        unknown = [argument for argument in given if argument not in inputs]
        if unknown or len(args) > len(inputs):
            wanted = ", ".join(inputs) or "none"
            msg = f"{self.owner}: op '{name}' has the inputs {wanted}; given: {', '.join(unknown) or len(args)}."
            raise InvalidDefinitionError(msg)
        for argument, value in given.items():
            if isinstance(value, OutputHandle):
                place.inputs[argument] = value
            else:
                place.constants[argument] = value
        self.placed[place.name] = place
        handles = [OutputHandle(place.name, output) for output in outputs]
        if len(handles) == 1:
            return handles[0]
        return _named_outputs(name, outputs, handles) if handles else None

    def _free_name(self, name: str) -> str:
        if name not in self.placed:
            return name
        number = 2
        while f"{name}_{number}" in self.placed:
            number += 1
        return f"{name}_{number}"


def _named_outputs(name: str, outputs: Sequence[str], handles: Sequence[OutputHandle]) -> tuple[OutputHandle, ...]:
    """The handles of several outputs, to be unpacked or read by name."""
    made: Any = namedtuple  # noqa: PYI024  # the fields are known only here, so no type can be written
    return made(f"{name}_outputs", outputs)(*handles)  # type: ignore[no-any-return]  # a namedtuple is a tuple


_composing: ContextVar[Composition | None] = ContextVar("dagwire_composing", default=None)


def composing() -> Composition | None:
    """The composition of the job whose body is running, or None."""
    return _composing.get()


@contextmanager
def compose(owner: str) -> Generator[Composition]:
    """Let ops called inside take their places in a new composition."""
    token = _composing.set(composition := Composition(owner))
    try:
        yield composition
    finally:
        _composing.reset(token)
