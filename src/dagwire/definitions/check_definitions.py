"""Every fault of definitions, their container and their settings, found without opening anything."""

from typing import Any

from dagwire.containers.effective_replacements import effective_replacements
from dagwire.containers.keys import Container, Requirement, find_provider, keys_of
from dagwire.containers.run_scope import RunScope
from dagwire.definitions.definitions import Definitions
from dagwire.errors import ConfigFaultsError, DagwireError, FaultsError, InvalidProviderError
from dagwire.resources.recipe import is_configurable
from dagwire.resources.resource_definition import ResourceDefinition


def all_faults(defs: Definitions) -> list[DagwireError]:
    """Every fault that `Definitions.faults` finds, and those that show when the environment is read.

    Resources that no definition asks for are checked, too. Config that a resource takes at launch is not reported.
    """
    found: list[DagwireError] = []
    asked: list[Requirement] = []
    try:
        found += defs.faults()
        asked = defs.requirements()
    except DagwireError as fault:  # two definitions of one name, for example: nothing that goes by names is checked
        found.append(fault)
    working = effective_replacements(defs.container)
    container = working.container
    scope = RunScope(container, replacements=working.by_key())
    found += scope.prepare([*asked, *map(Requirement, keys_of(container))], is_opened=False)
    launched = {f"resource '{key}'" for key in keys_of(container) if _is_configured_at_launch(container, key)}
    listed = {_identity(fault): fault for one in reversed(found) for fault in _each(one)}
    return [fault for fault in reversed(listed.values()) if getattr(fault, "owner", None) not in launched]


def _is_configured_at_launch(container: Container, key: str) -> bool:
    source: Any = getattr(find_provider(container, key), "source", None)
    if isinstance(source, ResourceDefinition):
        return source.config_schema is not None
    return is_configurable(source) and source.is_late


def _identity(fault: DagwireError) -> object:
    """The identity of a fault in several reports: the definitions are the first to name who asks."""
    return (fault.name, fault.problem) if isinstance(fault, InvalidProviderError) else str(fault)


def _each(fault: DagwireError) -> tuple[DagwireError, ...]:
    """The members of a fault that groups several."""
    return fault.faults if isinstance(fault, FaultsError | ConfigFaultsError) else (fault,)
