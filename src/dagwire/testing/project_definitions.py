"""The definitions that a project names, and copies of them for one test."""

import copy
import os
from pathlib import Path

from dagwire.config.environments.environment import SWITCH
from dagwire.containers.container_copy import ContainerCopy
from dagwire.containers.isolated_copy import isolated_copy
from dagwire.containers.keys import Container
from dagwire.containers.profile_overrides import check_environment
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.loading.project_definitions import find_definitions

__tracebackhide__ = True


def find(start: Path) -> Definitions:
    """The definitions that the nearest pyproject.toml names.

    Raises:
        DefinitionsNotFoundError: None does, or what is named is not there.
        UnknownEnvironmentError: `--dagwire-env` or its variable picks an environment that their settings do not know.
    """
    definitions = find_definitions(None, start)
    environment = os.environ.get(SWITCH)
    if environment:
        check_environment(definitions.container, environment, SWITCH)
    return definitions


def bound_to_a_copy(definitions: Definitions) -> Definitions:
    """Copy `definitions`, bound to a copy of their container."""
    bound = copy.copy(definitions)
    bound.container = own_container(definitions)
    return bound


def own_container(definitions: Definitions) -> Container:
    """A copy of the container of `definitions`; where it is a copy already, that one."""
    container = definitions.container
    return container if isinstance(container, ContainerCopy) else isolated_copy(container)
