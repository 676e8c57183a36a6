"""The faults of definitions together: wrong kinds, names that are taken twice, requirements that nothing fills."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any, TypeVar

from dagwire.containers.keys import Requirement
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.specs.argument_types import check_type
from dagwire.definitions.specs.check_results import AssetCheckKey
from dagwire.errors import ArgumentTypeError, DagwireError, DuplicateDefinitionError

T = TypeVar("T")


def checked_list(parameter: str, definitions: Iterable[T] | None, *kinds: type) -> list[T]:
    """Return the definitions of one argument of `Definitions` as a list.

    Raises:
        ArgumentTypeError: The argument is not a list, or a definition is of another kind.
    """
    if definitions is None:
        return []
    if not hasattr(definitions, "__iter__") or isinstance(definitions, str):
        raise ArgumentTypeError("Definitions", parameter, "list", definitions)
    listed = list(definitions)
    for one in listed:
        check_type("Definitions", parameter, one, *kinds)
    return listed


def repeated_ticks(ticks: Iterable[Any]) -> list[DagwireError]:
    """List a fault for each name that several schedules or sensors have; one object given twice is one."""
    names = Counter(tick.name for tick in {id(tick): tick for tick in ticks}.values())
    return [DuplicateDefinitionError("schedule or sensor", name) for name, count in names.items() if count > 1]


def repeated_checks(assets: Iterable[AssetsDefinition], checks: Iterable[AssetChecksDefinition]) -> list[DagwireError]:
    """List a fault for each check that several definitions make; one object given twice is one."""
    listed: list[AssetsDefinition | AssetChecksDefinition] = [*assets, *checks]
    keys: list[AssetCheckKey] = [key for one in {id(one): one for one in listed}.values() for key in one.check_keys]
    return [
        DuplicateDefinitionError("check", key.to_user_string()) for key, count in Counter(keys).items() if count > 1
    ]


def unbound_requirements(definitions: Iterable[Any], stronger: Collection[str]) -> Iterator[Requirement]:
    """The requirements of `definitions` that neither their own bindings nor `stronger` fill."""
    return (
        requirement
        for definition in {id(item): item for item in definitions}.values()
        for requirement in definition.requirements
        if requirement.key not in definition.bindings and requirement.key not in stronger
    )
