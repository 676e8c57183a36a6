"""The tables and their records, defined once.

The API's client checks each record against these classes, the warehouse makes its columns from them, and the checks
take their keys. Times are UTC; `dep_time` and its like are local clock times as the airlines write them, 517 for 05:17.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import NoneType
from typing import Any, Generic, TypeVar, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict  # pydantic needs this one before Python 3.12

Record = TypeVar("Record", bound=Mapping[str, Any])


class Flight(TypedDict):
    """A flight that left, or should have left, a New York airport."""

    year: int
    month: int
    day: int
    dep_time: int | None
    sched_dep_time: int
    dep_delay: int | None
    arr_time: int | None
    sched_arr_time: int
    arr_delay: int | None
    carrier: str
    flight: int
    tailnum: str | None
    origin: str
    dest: str
    air_time: int | None
    distance: int
    hour: int
    minute: int
    time_hour: datetime


class Weather(TypedDict):
    """An hour's weather at one of the three airports; degrees Fahrenheit, miles, inches, millibars."""

    origin: str
    year: int
    month: int
    day: int
    hour: int
    temp: float | None
    dewp: float | None
    humid: float | None
    wind_dir: int | None
    wind_speed: float | None
    wind_gust: float | None
    precip: float | None
    pressure: float | None
    visib: float | None
    time_hour: datetime


class Airline(TypedDict):
    """An airline and its two-letter code."""

    carrier: str
    name: str


class Airport(TypedDict):
    """An airport and where it lies."""

    faa: str
    name: str
    lat: float
    lon: float
    alt: int
    tz: int
    dst: str
    tzone: str | None


class Plane(TypedDict):
    """An aircraft by the number on its tail."""

    tailnum: str
    year: int | None
    type: str
    manufacturer: str
    model: str
    engines: int
    seats: int
    speed: int | None
    engine: str


class Month(TypedDict):
    """A month for which the API has flights."""

    year: int
    month: int


class Page(TypedDict, Generic[Record]):
    """An answer of the API: some records, and the address of the next ones."""

    rows: list[Record]
    next_url: str | None


class BadPageError(Exception):
    """A page is not what its table promises. The message names the field, and never holds a value."""


@dataclass(frozen=True)
class Table(Generic[Record]):
    """A table: the API serves it, the store keeps it, the warehouse holds it, all under one name."""

    name: str
    record: type[Record]
    page: TypeAdapter[Page[Record]]
    key: tuple[str, ...]
    """The columns that name a record; no two records share them."""

    @cached_property
    def columns(self) -> dict[str, type]:
        """`{column: Python type}`, in order."""
        return {name: _without_none(hint) for name, hint in get_type_hints(self.record).items()}

    def batch(self, month: str | None = None) -> str:
        """The store's name for a month of this table, or for all of it."""
        return f"{self.name}/{month or 'all'}"

    def read(self, content: bytes) -> Page[Record]:
        """The records of a page, each checked.

        Raises:
            BadPageError: It is not JSON, or a record lacks a field or has one of another type.
        """
        try:
            return self.page.validate_json(content)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        # Raised out here, since pydantic's own error prints the data.
        field = ".".join(map(str, fault["loc"]))
        raise BadPageError(f"{self.name}: {field}: {fault['msg']}" if field else fault["msg"])


def _without_none(hint: Any) -> Any:
    return next((member for member in get_args(hint) if member is not NoneType), hint)


FLIGHTS = Table("flights", Flight, TypeAdapter(Page[Flight]), key=("time_hour", "carrier", "flight"))
WEATHER = Table("weather", Weather, TypeAdapter(Page[Weather]), key=("time_hour", "origin"))
AIRLINES = Table("airlines", Airline, TypeAdapter(Page[Airline]), key=("carrier",))
AIRPORTS = Table("airports", Airport, TypeAdapter(Page[Airport]), key=("faa",))
PLANES = Table("planes", Plane, TypeAdapter(Page[Plane]), key=("tailnum",))
MONTHS = Table("months", Month, TypeAdapter(Page[Month]), key=("year", "month"))
