"""Reading settings once more, with a record of what each source gave."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from dagwire.config.explain.replaced_sources import ChooseSources, Source, with_changed_sources


class Given(NamedTuple):
    """The values of one source."""

    source: Any
    """The source, or None for the command line, which pydantic-settings puts before all others by itself."""
    values: Mapping[str, Any]


@dataclass(slots=True)
class Reading:
    """The result of one reading of settings."""

    given: list[Given] = field(default_factory=list[Given])
    """The strongest source first."""
    settings: BaseSettings | None = None
    """The settings themselves, where they are valid."""
    faults: list[ErrorDetails] = field(default_factory=list[ErrorDetails])
    """pydantic's errors, if they are not valid.

    Its error itself is not kept: the tracebacks within lead back here, and the garbage collector cannot see through it.
    """


def read_recorded(settings: type[BaseSettings], arguments: Mapping[str, Any]) -> Reading:
    """Read `settings` anew, writing down what each of its sources gives.

    Raises:
        Exception: Whatever a source that cannot be read raises.
    """
    reading = Reading()
    try:
        reading.settings = _recording(settings, reading)(**arguments)
    except ValidationError as error:
        reading.faults = error.errors(include_url=False)
    return reading


def _recording(settings: type[BaseSettings], reading: Reading) -> type[BaseSettings]:
    """Make a subclass with a listener behind each source, which sees the values of the sources before it."""

    def listening(choose: ChooseSources, settings_cls: type[BaseSettings], sources: dict[str, Any]) -> Iterable[Source]:
        return _listened_to(settings_cls, choose(settings_cls, **sources), reading)

    return with_changed_sources(settings, listening)


def _listened_to(settings: type[BaseSettings], sources: Iterable[Source], reading: Reading) -> Iterable[Source]:
    yield _Listener(settings, None, reading)
    for source in sources:
        yield source
        yield _Listener(settings, source, reading)


class _Listener(PydanticBaseSettingsSource):
    """Gives nothing; writes down what the source before it gave."""

    def __init__(self, settings: type[BaseSettings], source: Source | None, reading: Reading) -> None:
        super().__init__(settings)
        self._source = source
        self._reading = reading

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[object, str, bool]:
        """Give no value."""
        return None, field_name, False  # pragma: no cover - pydantic-settings requires the method and calls the other

    def __call__(self) -> dict[str, Any]:
        """Give no value."""
        given = self.settings_sources_data
        if self._source is None:
            self._reading.given += [Given(None, values) for values in given.values()]
        else:
            self._reading.given.append(Given(self._source, given[_name_of(self._source)]))
        return {}


def _name_of(source: object) -> str:
    """The name under which pydantic-settings keeps what `source` gave."""
    return str(getattr(source, "__name__", type(source).__name__))
