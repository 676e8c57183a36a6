"""The steps of a scope's opening, as data; `opening_plan` makes them, `quick_opening` does them."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from dagwire.containers.planned_calls import Fill
from dagwire.containers.provider_types import AnyProvider


class Kind(Enum):
    """The use that a step makes of the result of its function."""

    GENERATOR = "runs to its yield"
    ASYNC_GENERATOR = "runs to its yield, in the event loop"
    MANAGER = "is entered"
    VALUE = "is the resource, awaited if need be"
    RECIPE = "is opened as a recipe"
    SHARED = "is kept by its provider, for other runs too"


GENERATOR, RECIPE, SHARED, VALUE = Kind.GENERATOR, Kind.RECIPE, Kind.SHARED, Kind.VALUE
# By name of the module: a member of an enum is looked up ten times as slowly, and each step of each scope asks.


class Step(NamedTuple):
    """The opening of one provider."""

    kind: Kind
    place: int
    """The place of the resource among the scope's values."""
    name: object
    function: Callable[..., object]
    args: Sequence[object]
    fills: Sequence[tuple[int, Fill]]
    """`(position among the arguments, what gives the argument)`."""
    awaited: Sequence[int]
    """The positions of the arguments that may be coroutines."""
    provider: AnyProvider | str
    """The provider; of resources given in a dict the key, as they need no providers."""
    required: Sequence[tuple[str, Fill]] = ()
    """`(key, what gives its value)` of the resources that a definition asks for by name."""


class EarlyRecipe(NamedTuple):
    """A recipe that is made, and checked, before anything opens."""

    provider: AnyProvider
    place: int
    name: object
    make: Callable[..., object]
    args: Sequence[object]
    fills: Sequence[tuple[int, Fill]]


class Root(NamedTuple):
    """A key, and what gives its value once everything is open."""

    key: str
    fill: Fill
    provider: AnyProvider | str
    may_be_awaited: bool


class OpeningPlan(NamedTuple):
    """The opening of the keys of one `ScopePlan`; never changes, and lives as long as that plan."""

    steps: Sequence[Step]
    recipes: Sequence[EarlyRecipe]
    roots: Sequence[Root]
    blank: Sequence[object]
    """The values of a scope that has opened nothing, after those that fill the slots."""
    place_by_provider: Mapping[AnyProvider | str, int]
    """`{provider: the place of its resource among the values}`; see `Step.provider`."""
    kept: Mapping[AnyProvider, int]
    """`{private Singleton: the place of its object}`."""
