"""The definitions that a command works on, loaded for the environment that it names."""

from pathlib import Path
from typing import Any

import typer

from dagwire.cli.options import environment_option
from dagwire.cli.project import enter_project
from dagwire.config.settings.settings_provider import SettingsProvider
from dagwire.containers.keys import Container, find_provider, keys_of
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.loading.project_definitions import definitions_in_file, find_definitions
from dagwire.errors import DagwireError


def load_definitions(module: str | None, file: Path | None = None) -> Definitions:
    """Load the definitions that `-m`, `-f` or pyproject.toml names. The project's folder becomes the working folder.

    Raises:
        DefinitionsNotFoundError: They are not there, or cannot be imported.
        typer.BadParameter: `--env` names an environment that no settings know, or both `-m` and `-f` are given.
    """
    if module is not None and file is not None:
        msg = "name a module or a file, not both."
        raise typer.BadParameter(msg, param_hint="-m / -f")
    project = enter_project()
    defs = find_definitions(module, project) if file is None else definitions_in_file(file)
    environment = environment_option()
    if environment is not None:
        _check_environment(defs.container, environment)
    return defs


def settings_in(container: Container) -> dict[str, SettingsProvider[Any]]:
    """`{key: provider}` of all settings of a container."""
    found = {key: find_provider(container, key) for key in keys_of(container)}
    return {key: provider for key, provider in found.items() if isinstance(provider, SettingsProvider)}


def _check_environment(container: Container, name: str) -> None:
    """Refuse an environment that would change nothing: a misspelt one would run with other settings."""
    profiles = [provider.profiles for provider in settings_in(container).values() if provider.profiles is not None]
    if not profiles:
        msg = f"'{name}': no settings have profiles, so there are no environments to choose from."
        raise typer.BadParameter(msg, param_hint="--env")
    for one in profiles:
        try:
            one[name]
        except DagwireError as unknown:
            raise typer.BadParameter(str(unknown), param_hint="--env") from None
