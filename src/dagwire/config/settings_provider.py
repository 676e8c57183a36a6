"""`SettingsProvider`: a container's settings, read and validated once, on first use."""

import os
from collections.abc import Iterator
from typing import Any, TypeVar, cast, get_args

from dependency_injector import providers
from pydantic import BaseModel, ValidationError
from pydantic_settings import BaseSettings
from pydantic_settings.exceptions import SettingsError as SourceError

from dagwire.config.problems import without_value
from dagwire.errors import SettingsError, nearest

S = TypeVar("S", bound=BaseSettings)


class SettingsProvider(providers.ThreadSafeSingleton[S]):
    """Provide one settings object, read when first asked for and kept for the life of the process.

    Nothing is read at import, so a module that declares a container needs no environment. Values are reached as
    `settings.provided.warehouse.path`; `reset()` makes the next use read anew.

    Example:
        >>> from dagwire import SettingsProvider
        >>> from pydantic_settings import BaseSettings
        >>> class Settings(BaseSettings):
        ...     region: str = "eu"
        >>> settings = SettingsProvider(Settings)
        >>> settings().region
        'eu'
    """

    def _provide(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> S:
        """Read the settings, or hand out those read before.

        Raises:
            SettingsError: Values are missing or wrong; all of them are named, none is shown. The next use reads again.
        """
        settings = cast("type[S]", self.provides)
        try:
            return super()._provide(args, kwargs)  # type: ignore[misc, no-any-return]  # the stubs leave _provide out
        except ValidationError as error:
            problems = _problems_by_variable(error, settings)
        except SourceError as error:
            problems = [str(error)]
        except Exception as error:
            # A source of the user's own, or a secret manager: its text names what it could not read.
            raise SettingsError(settings.__name__, [f"{type(error).__name__}: {error}"]) from error
        # Raised outside the handlers: pydantic's error holds the whole input, secrets included, and would be chained.
        raise SettingsError(settings.__name__, problems)


def variable_of(settings: type[BaseSettings], path: tuple[str, ...]) -> str:
    """The environment variable that sets the value at `path`: ("api", "base_url") gives APP_API__BASE_URL."""
    config = settings.model_config
    delimiter = config.get("env_nested_delimiter") or "__"
    name = (config.get("env_prefix") or "") + delimiter.join(path)
    return name if config.get("case_sensitive") else name.upper()


def _problems_by_variable(error: ValidationError, settings: type[BaseSettings]) -> list[str]:
    """One line a fault: the variable that would set the value, and what was expected."""
    problems: list[str] = []
    for fault in error.errors(include_url=False):
        path = tuple(str(part) for part in fault["loc"])
        told = without_value(fault).removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            told = f"There is no such setting{_nearest_setting(settings, path)}"
        elif fault["type"] == "missing":
            told += _nearest_that_is_set(settings, path)
        problems.append(f"{variable_of(settings, path)} ({'.'.join(path)}): {told}" if path else told)
    return problems


def _nearest_setting(settings: type[BaseSettings], path: tuple[str, ...]) -> str:
    """What was likely meant by a setting that does not exist."""
    known = [variable_of(settings, (*path[:-1], name)) for name in sorted(_fields_at(settings, path[:-1]))]
    guess = nearest(variable_of(settings, path), known)
    return f". Did you mean '{guess}'?" if guess else f". Known: {', '.join(known)}"


def _nearest_that_is_set(settings: type[BaseSettings], path: tuple[str, ...]) -> str:
    """The variable that was likely meant to set a missing value."""
    prefix = variable_of(settings, ("",)).upper()
    set_now = [name for name in os.environ if prefix and name.upper().startswith(prefix)]
    guess = nearest(variable_of(settings, path), set_now)
    return f". '{guess}' is set; was it meant?" if guess else ""


def _fields_at(model: type[BaseModel], path: tuple[str, ...]) -> set[str]:
    """The names of the fields at `path`, in any of the models that a union allows there."""
    models = {model}
    for part in path:
        annotations = (found.model_fields[part].annotation for found in models if part in found.model_fields)
        models = {inner for annotation in annotations for inner in _models_in(annotation)}
    return {name for found in models for name in found.model_fields}


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
