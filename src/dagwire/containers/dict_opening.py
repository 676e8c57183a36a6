"""The opening of a dict of simple resources, as data: none needs another, so no graph has to be made."""

from collections.abc import Mapping, Sequence
from functools import partial
from operator import itemgetter

from dagwire.containers.opening_steps import Kind, OpeningPlan, Root, Step
from dagwire.containers.planned_calls import KeptCall
from dagwire.containers.provider_types import AnyProvider
from dagwire.resources.recipe import is_configurable
from dagwire.resources.resource_definition import ResourceDefinition


def opening_of_dict(given: Mapping[str, object], keys: Sequence[str]) -> OpeningPlan | None:
    """The opening of `keys`, which are in order; None if one is missing, or is not simple.

    Simple are plain values, resources whose fields hold nothing but plain values, and definitions that ask for no
    other resource and have no config.
    """
    steps: list[Step] = []
    roots: list[Root] = []
    for key in keys:
        value = given.get(key, _MISSING)
        if value is _MISSING:
            return None
        if not isinstance(value, ResourceDefinition) and not is_configurable(value):
            roots.append(Root(key, partial(_given, value), key, may_be_awaited=False))
            continue
        if not _is_simple(value):
            return None
        place = len(steps)
        steps.append(Step(Kind.RECIPE, place, key, partial(_given, value), (), (), (), key))
        roots.append(Root(key, itemgetter(place), key, may_be_awaited=False))
    places: dict[AnyProvider | str, int] = {key: place for place, key in enumerate(step.provider for step in steps)}
    return OpeningPlan(steps, (), roots, [KeptCall.NOT_MADE] * len(steps), places, {})


_MISSING = object()


def _is_simple(recipe: object) -> bool:
    if isinstance(recipe, ResourceDefinition):
        return not recipe.required_resource_keys and not recipe.has_config(None) and not recipe.opens_config
    return is_configurable(recipe) and recipe.holds_scalars_only() and not recipe.is_late


def _given(value: object, _values: object = None) -> object:
    return value
