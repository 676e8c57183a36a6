"""`SettingsProvider`: a container's settings, read and validated once, on first use."""

import os
from typing import Any, TypeVar, cast

from dependency_injector import providers
from pydantic import ValidationError
from pydantic_settings import BaseSettings
from pydantic_settings.exceptions import SettingsError as SourceError

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
    prefix = (settings.model_config.get("env_prefix") or "").upper()
    set_now = [name for name in os.environ if prefix and name.upper().startswith(prefix)]
    problems: list[str] = []
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        path = tuple(str(part) for part in fault["loc"])
        variable = variable_of(settings, path)
        hint = ""
        if fault["type"] == "missing" and (guess := nearest(variable, set_now)):
            hint = f". '{guess}' is set; was it meant?"
        problems.append(f"{variable} ({'.'.join(path)}): {fault['msg']}{hint}")
    return problems
