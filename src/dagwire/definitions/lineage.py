"""What hangs together with what: definitions and resources as one graph, for lists and pictures. Opens nothing."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from dagwire.containers.keys import Container, keys_of
from dagwire.containers.provider_graph import ProviderGraph
from dagwire.containers.provider_types import AnyProvider
from dagwire.definitions.assets.asset_check import AssetCheckDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.automation.schedule import ScheduleDefinition
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.jobs.asset_graph import known_assets
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.check_spec import AssetCheckSpec

Meaning = Literal["comes before", "checks", "uses", "runs"]


class Kind(StrEnum):
    """What a part is."""

    ASSET = "asset"
    CHECK = "check"
    JOB = "job"
    SCHEDULE = "schedule"
    SENSOR = "sensor"
    RESOURCE = "resource"


class Part(NamedTuple):
    """A definition or a resource."""

    kind: Kind
    name: str
    """A key, or a name: unique among the parts of its kind."""


class Wire(NamedTuple):
    """That one part comes before, checks, uses or runs another."""

    source: Part
    target: Part
    meaning: Meaning


class Wiring(NamedTuple):
    """All parts, and how they hang together."""

    parts: tuple[Part, ...]
    wires: tuple[Wire, ...]

    def users_of(self, part: Part) -> list[Part]:
        """The parts that use `part`."""
        return [wire.source for wire in self.wires if wire.target == part and wire.meaning == "uses"]

    def used_by(self, part: Part) -> list[Part]:
        """The parts that `part` uses."""
        return [wire.target for wire in self.wires if wire.source == part and wire.meaning == "uses"]

    def among(self, kinds: Iterable[Kind]) -> "Wiring":
        """The parts of these kinds, and what is between them."""
        shown = set(kinds)
        parts = tuple(part for part in self.parts if part.kind in shown)
        wires = tuple(wire for wire in self.wires if {wire.source.kind, wire.target.kind} <= shown)
        return Wiring(parts, wires)


def wiring_of(defs: Definitions) -> Wiring:
    """How `defs` and their resources hang together. No environment is read; keys that nothing provides are left out.

    Raises:
        InvalidDefinitionError: Two definitions have one name, or a job cannot be put together.
    """
    wires = list(dict.fromkeys((*_asset_wires(defs), *_check_wires(defs), *_job_wires(defs), *_tick_wires(defs))))
    uses = resource_uses(defs.container)
    wires += [Wire(Part(Kind.RESOURCE, user), Part(Kind.RESOURCE, key), "uses") for user in uses for key in uses[user]]
    parts = dict.fromkeys((*_definition_parts(defs), *(Part(Kind.RESOURCE, key) for key in uses)))
    return Wiring(tuple(parts), tuple(wire for wire in wires if wire.source in parts and wire.target in parts))


def resolved_schedules(defs: Definitions) -> list[ScheduleDefinition]:
    """The schedules, those of partitions made out.

    Raises:
        InvalidDefinitionError: The job of one cannot be put together.
    """
    return [defs.resolve_schedule_def(schedule.name) for schedule in defs.schedules]


def resource_uses(container: Container) -> dict[str, list[str]]:
    """`{key: the keys that its provider is made of}`, for every key of a container."""
    graph = ProviderGraph(container, {})
    provider_by_key = {key: provider for key in keys_of(container) if (provider := graph.root(key)) is not None}
    key_by_provider = {provider: key for key, provider in reversed(provider_by_key.items())}
    return {
        key: list(dict.fromkeys(_nearest_keys(graph, provider, key_by_provider)))
        for key, provider in provider_by_key.items()
    }


def _nearest_keys(
    graph: ProviderGraph, provider: AnyProvider, key_by_provider: dict[AnyProvider, str]
) -> Iterator[str]:
    """The keys of what `provider` refers to, itself or by way of providers without a key."""
    seen = {provider}
    waiting = list(reversed(graph.dependencies(provider)))
    while waiting:
        found = waiting.pop()
        if found in seen:
            continue
        seen.add(found)
        if found in key_by_provider:
            yield key_by_provider[found]
        else:
            waiting += reversed(graph.dependencies(found))


def _definition_parts(defs: Definitions) -> Iterator[Part]:
    known = known_assets(defs.assets)
    yield from (_asset_part(key) for definition in known.made for key in definition.keys)
    yield from map(_asset_part, known.elsewhere)
    yield from (_check_part(spec) for spec, _ in _checks(defs))
    yield from (Part(Kind.JOB, name) for name in defs.job_names)
    yield from (Part(Kind.SCHEDULE, schedule.name) for schedule in defs.schedules)
    yield from (Part(Kind.SENSOR, sensor.name) for sensor in defs.sensors)


def _asset_part(key: AssetKey) -> Part:
    return Part(Kind.ASSET, key.to_user_string())


def _check_part(spec: AssetCheckSpec) -> Part:
    return Part(Kind.CHECK, f"{spec.asset_key.to_user_string()}:{spec.name}")


def _checks(defs: Definitions) -> Iterator[tuple[AssetCheckSpec, AssetCheckDefinition | None]]:
    """Each check, and the definition that makes it where its asset's own does not."""
    for definition in known_assets(defs.assets).made:
        yield from ((spec, None) for spec in definition.check_specs)
    for check in defs.asset_checks:
        yield from ((spec, check) for spec in check.specs_by_key.values())


def _asset_wires(defs: Definitions) -> Iterator[Wire]:
    for definition in known_assets(defs.assets).made:
        for key, before in definition.asset_deps.items():
            own = _asset_part(key)
            yield from (Wire(_asset_part(dep), own, "comes before") for dep in before)
            yield from _uses(own, definition)


def _check_wires(defs: Definitions) -> Iterator[Wire]:
    for spec, definition in _checks(defs):
        own = _check_part(spec)
        yield Wire(own, _asset_part(spec.asset_key), "checks")
        if definition is not None:
            yield from _uses(own, definition)


def _job_wires(defs: Definitions) -> Iterator[Wire]:
    for name in defs.job_names:
        own = Part(Kind.JOB, name)
        for node in defs.resolve_job_def(name).nodes:
            match node.definition:
                case AssetsDefinition() as definition:
                    yield from (Wire(own, _asset_part(key), "runs") for key in definition.keys)
                case AssetCheckDefinition():
                    pass  # it goes with its asset
                case _:
                    yield from _uses(own, node)


def _tick_wires(defs: Definitions) -> Iterator[Wire]:
    ticks: list[tuple[Kind, Any]] = [
        *((Kind.SCHEDULE, schedule) for schedule in resolved_schedules(defs)),
        *((Kind.SENSOR, sensor) for sensor in defs.sensors),
    ]
    for kind, tick in ticks:
        own = Part(kind, tick.name)
        yield from _uses(own, tick)
        yield Wire(own, Part(Kind.JOB, tick.job_name), "runs")


def _uses(user: Part, asker: Any) -> Iterator[Wire]:
    for requirement in asker.requirements:
        yield Wire(user, Part(Kind.RESOURCE, requirement.key), "uses")
