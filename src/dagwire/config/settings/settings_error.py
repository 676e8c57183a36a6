"""The faults of settings, reported by the variables that set them, never by the values that were found."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from traceback import walk_tb
from types import FrameType
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource

from dagwire.config.explain.explain_settings import explain_reading
from dagwire.config.explain.explained_values import Explained, SourceKind
from dagwire.config.explain.places_in_sources import dotenv_files_of, looked_in, variables_in_dotenv
from dagwire.config.explain.replaced_sources import as_called
from dagwire.config.explain.source_recording import Reading, read_recorded
from dagwire.config.settings.error_locations import Location, location_of
from dagwire.config.settings.source_checks import source_problem
from dagwire.config.settings.variable_conflicts import paths_by_variable
from dagwire.config.values.model_introspection import declared_fields, literals_of, models_in, spelled
from dagwire.config.values.validation_messages import without_value
from dagwire.config.values.variable_names import variables_of, variables_read_by
from dagwire.config.values.variable_overrides import variables_now
from dagwire.errors import SettingsError
from dagwire.suggestions import nearest


def settings_error(settings: type[BaseSettings], arguments: Mapping[str, object], error: Exception) -> SettingsError:
    """Make the error to raise after reading `settings` raised `error`; it holds no value."""
    settings = as_called(settings, arguments)
    if isinstance(error, ValidationError):
        inner = _settings_within(error)
        return _invalid(settings, arguments, error) if inner is None else _invalid(inner, {}, error, settings)
    problem = source_problem(settings, error)
    if problem is not None:
        return SettingsError(settings.__name__, [problem])
    # A source of the user's own, or a secret manager: its text names what it could not read.
    fault = SettingsError(settings.__name__, [f"{_source_that_was_read(error)}{type(error).__name__}: {error}"])
    fault.__cause__ = error
    return fault


def _source_that_was_read(error: Exception) -> str:
    """The class of the innermost source that raised, for the beginning of a message; nothing if no source did."""
    frames = (frame.f_locals.get("self") for frame, _ in walk_tb(error.__traceback__))
    sources = [one for one in frames if isinstance(one, PydanticBaseSettingsSource)]
    return f"{type(sources[-1]).__name__}: " if sources else ""


def _settings_within(error: ValidationError) -> type[BaseSettings] | None:
    """The class of settings that were read for a field of others, if it was they that failed; else None.

    They read their own variables, so those of the settings around them would be named wrongly. pydantic raises through
    the constructors of both: the frames between know whose they are.
    """
    frames = (frame for frame, _ in walk_tb(error.__traceback__))
    made: list[BaseSettings] = [frame.f_locals["__pydantic_self__"] for frame in frames if _is_constructor(frame)]
    return type(made[-1]) if len({id(one) for one in made}) > 1 else None


def _is_constructor(frame: FrameType) -> bool:
    return frame.f_code is BaseSettings.__init__.__code__


def _invalid(
    settings: type[BaseSettings],
    arguments: Mapping[str, object],
    error: ValidationError,
    around: type[BaseSettings] | None = None,
) -> SettingsError:
    reading = read_recorded(settings, arguments)
    found = {one.path: one for one in explain_reading(settings, reading)}
    unclaimed = _unclaimed(settings, reading)
    faults = [one for fault in error.errors(include_url=False) for one in _each(settings, fault)]
    problems = [_problem(settings, fault, found, unclaimed) for fault in faults]
    name = settings.__name__ if around is None else f"{around.__name__}, for which {settings.__name__} is read,"
    return SettingsError(name, dict.fromkeys(problems), _looked_in(reading))


def _each(settings: type[BaseSettings], fault: Any) -> Iterator[object]:
    """The fault itself; of a model that is missing whole, one for each field that would have to be given."""
    models = models_in(location_of(settings, fault).annotation) if fault["type"] == "missing" else ()
    if any(issubclass(model, BaseSettings) for model in models):
        yield fault  # its own variables are not read before it is made, so they would not help
        return
    if len(models) > 1:
        yield from _choices(fault, models)
        return
    required = [field.path for model in models for field in declared_fields(model) if field.info.is_required()]
    yield from ({**fault, "loc": (*fault["loc"], *path)} for path in required) if required else [fault]


def _choices(fault: Any, models: Sequence[type[BaseModel]]) -> Iterator[object]:
    """For a union that is missing whole: the field that chooses its class, or the fault itself if there is none."""
    tags = sorted({name for model in models for name in model.model_fields if literals_of(model, name)})
    for tag in tags:
        values = [value for model in models if tag in model.model_fields for value in literals_of(model, tag)]
        expected = " | ".join(map(repr, values))
        yield {**fault, "loc": (*fault["loc"], models[0].__name__, tag), "expected": expected}
    if not tags:
        yield fault


def _problem(settings: type[BaseSettings], fault: Any, found: Mapping[str, Explained], unclaimed: Iterable[str]) -> str:
    """The variable that would set the value, what was expected, and where the wrong value was read."""
    told = without_value(fault).removeprefix("Value error, ")
    if not fault["loc"]:
        return told
    at = location_of(settings, fault)
    variable = variables_of(settings, at.path)[0] if at.path else ""
    if fault["type"] == "extra_forbidden":
        variable = _written(at, variable, unclaimed)
        told = f"There is no such setting{_nearest_setting(settings, at, variable)}"
    elif fault["type"] == "missing":
        expected = fault.get("expected") or spelled(at.annotation)
        told = f"Field required, of type {expected}{_nearest_that_is_set(variable, unclaimed)}{_made_by_default(at)}"
        variable = next(variables_read_by(settings, at.path)) if _settings_in(at) else variable
    elif fault["type"] == "union_tag_invalid":
        told += _nearest_tag(fault["ctx"])
    return f"{variable} ({at}): {told}{_read_from(found.get(at.dotted), variable)}"


def _read_from(found: Explained | None, variable: str) -> str:
    """The place of a wrong value, unless that is the variable that is named already."""
    if found is None or found.source.kind in (SourceKind.MISSING, SourceKind.DEFAULT, SourceKind.CONSTRUCTOR):
        return ""
    return "" if found.source.name.lower() == variable.lower() else f". It was read from {found.source}"


def _settings_in(at: Location) -> list[type[BaseModel]]:
    return [model for model in models_in(at.annotation) if issubclass(model, BaseSettings)]


def _made_by_default(at: Location) -> str:
    """A hint for settings within settings: pydantic-settings does not make them unasked."""
    hint = ". {0} reads its own variables only when it is made: give the field default_factory={0}"
    return "".join(hint.format(model.__name__) for model in _settings_in(at))


def _written(at: Location, variable: str, unclaimed: Iterable[str]) -> str:
    """The name of an unknown setting as it is written; the fault has that of a dotenv file with its prefix."""
    return next((name for name in unclaimed if name.lower() == at.dotted.lower()), variable)


def _nearest_setting(settings: type[BaseSettings], at: Location, variable: str) -> str:
    """A hint at the setting that was probably meant."""
    known = [name for field in sorted(at.known) for name in variables_of(settings, (*at.path[:-1], field))]
    guess = nearest(variable, known)
    return f". Did you mean '{guess}'?" if guess else f". Known: {', '.join(known)}"


def _nearest_tag(context: Mapping[str, str]) -> str:
    """A hint at the tag of a union that was probably meant; what was written is not repeated."""
    guess = nearest(context["tag"], context["expected_tags"].replace("'", "").split(", "))
    return f". Did you mean '{guess}'?" if guess else ""


def _nearest_that_is_set(variable: str, unclaimed: Iterable[str]) -> str:
    """The variable that was likely meant to set a missing value."""
    guess = nearest(variable.lower(), [name.lower() for name in unclaimed], likeness=_LIKENESS)
    spelled_so = next((name for name in unclaimed if name.lower() == guess), None)
    return f". '{spelled_so}' is set; was it meant?" if spelled_so else ""


_LIKENESS = 0.8
"""The likeness that a missing variable and one that is set must have: any program's may be set."""


def _unclaimed(settings: type[BaseSettings], reading: Reading) -> list[str]:
    """The variables that are set, in the environment or a dotenv file, and that no field claims."""
    claimed = {name.lower() for name in paths_by_variable(settings)}
    names = [*variables_now(), *_names_in_dotenv_files(reading)]
    return [name for name in names if name.lower() not in claimed]


def _names_in_dotenv_files(reading: Reading) -> Iterator[str]:
    for given in reading.given:
        if isinstance(given.source, DotEnvSettingsSource):
            for path in dotenv_files_of(given.source):
                yield from (name for name, *_ in variables_in_dotenv(path, given.source.env_file_encoding))


def _looked_in(reading: Reading) -> Iterator[str]:
    """List the places that were read, the strongest source first, and mark the files that are not there."""
    for given in reading.given:
        yield from looked_in(given.source)
