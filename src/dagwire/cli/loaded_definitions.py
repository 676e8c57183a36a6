"""The definitions that a command works on, loaded for the environment that it names."""

import os
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import typer

from dagwire.cli.collector import collector_resting
from dagwire.cli.exit_codes import refuse_misuse
from dagwire.cli.options import environment_option
from dagwire.cli.project import enter_project
from dagwire.config.environments.environment import SWITCH
from dagwire.config.settings.settings_provider import SettingsProvider
from dagwire.containers.keys import Container, find_provider, keys_of
from dagwire.containers.profile_overrides import check_environment
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.loading.project_definitions import definitions_in_file, find_definitions
from dagwire.errors import DefinitionsNotFoundError, UnknownEnvironmentError


def load_definitions(module: str | None, file: Path | None = None) -> Definitions:
    """Load the definitions that `-m`, `-f` or pyproject.toml names. The project's folder becomes the working folder.

    Raises:
        DefinitionsNotFoundError: pyproject.toml names none, or none that are there.
        DefinitionsImportError: They cannot be imported.
        typer.Exit: `-m` or `-f` names none that are there, which ends the command.
        typer.BadParameter: No settings know the environment that is picked, or both `-m` and `-f` are given.
    """
    if module is not None and file is not None:
        msg = "name a module or a file, not both."
        raise typer.BadParameter(msg, param_hint="-m / -f")
    project = enter_project()
    refusing = nullcontext() if module is None and file is None else refuse_misuse(DefinitionsNotFoundError)
    with refusing, collector_resting():
        defs = find_definitions(module, project) if file is None else definitions_in_file(file)
    environment = os.environ.get(SWITCH)
    if environment:
        refuse_unknown_environment(defs, environment, SWITCH if environment_option() is None else "--env")
    return defs


def refuse_unknown_environment(defs: Definitions, name: str, option: str) -> None:
    """Refuse an environment that the definitions' settings do not know.

    Raises:
        typer.BadParameter: It is none of theirs, or they have none.
    """
    try:
        check_environment(defs.container, name, "The environment")
    except UnknownEnvironmentError as unknown:
        raise typer.BadParameter(str(unknown), param_hint=option) from None


def settings_in(container: Container) -> dict[str, SettingsProvider[Any]]:
    """`{key: provider}` of all settings of a container."""
    found = {key: find_provider(container, key) for key in keys_of(container)}
    return {key: provider for key, provider in found.items() if isinstance(provider, SettingsProvider)}
