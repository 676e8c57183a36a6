"""The path from each asset to its resources: definitions and resources as one graph. Opens nothing."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from dagwire.containers.keys import Container, keys_of
from dagwire.containers.provider_graph import ProviderGraph
from dagwire.containers.provider_types import AnyProvider
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.automation.schedule import ScheduleDefinition
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.jobs.asset_graph import known_assets
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.check_spec import AssetCheckSpec

Meaning = Literal["comes before", "checks", "uses", "runs"]


class Kind(StrEnum):
    """The kind of a part."""

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


class Edge(NamedTuple):
    """A directed edge: one part comes before, checks, uses or runs another."""

    source: Part
    target: Part
    meaning: Meaning


class Lineage(NamedTuple):
    """The parts of the definitions, and the edges between them."""

    parts: tuple[Part, ...]
    edges: tuple[Edge, ...]

    def users_of(self, part: Part) -> list[Part]:
        """The parts that use `part`."""
        return [edge.source for edge in self.edges if edge.target == part and edge.meaning == "uses"]

    def used_by(self, part: Part) -> list[Part]:
        """The parts that `part` uses."""
        return [edge.target for edge in self.edges if edge.source == part and edge.meaning == "uses"]

    def among(self, kinds: Iterable[Kind]) -> "Lineage":
        """The parts of `kinds`, and the edges between them."""
        shown = set(kinds)
        parts = tuple(part for part in self.parts if part.kind in shown)
        edges = tuple(edge for edge in self.edges if {edge.source.kind, edge.target.kind} <= shown)
        return Lineage(parts, edges)


def lineage_of(defs: Definitions) -> Lineage:
    """The graph of `defs` and their resources. No environment is read; keys without a provider are left out.

    Raises:
        InvalidDefinitionError: Two definitions have one name, or a job cannot be resolved.
    """
    edges = list(dict.fromkeys((*_asset_edges(defs), *_check_edges(defs), *_job_edges(defs), *_tick_edges(defs))))
    uses = resource_uses(defs.container)
    edges += [Edge(Part(Kind.RESOURCE, user), Part(Kind.RESOURCE, key), "uses") for user in uses for key in uses[user]]
    parts = dict.fromkeys((*_definition_parts(defs), *(Part(Kind.RESOURCE, key) for key in uses)))
    return Lineage(tuple(parts), tuple(edge for edge in edges if edge.source in parts and edge.target in parts))


def resolved_schedules(defs: Definitions) -> list[ScheduleDefinition]:
    """The schedules; those of partitions are resolved.

    Raises:
        InvalidDefinitionError: The job of one cannot be resolved.
    """
    return [defs.schedule_of(schedule) for schedule in defs.schedules]


def resource_uses(container: Container) -> dict[str, list[str]]:
    """`{key: the keys that its provider refers to}`, for every key of a container."""
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
    """The keys of the providers that `provider` refers to, directly or through providers without a key."""
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


def _checks(defs: Definitions) -> Iterator[tuple[AssetCheckSpec, AssetChecksDefinition | None]]:
    """List the checks, each with the definition that makes it, or None if its asset's own does."""
    for definition in known_assets(defs.assets).made:
        yield from ((spec, None) for spec in definition.check_specs)
    for check in defs.asset_checks:
        yield from ((spec, check) for spec in check.specs_by_key.values())


def _asset_edges(defs: Definitions) -> Iterator[Edge]:
    for definition in known_assets(defs.assets).made:
        for key, before in definition.asset_deps.items():
            own = _asset_part(key)
            yield from (Edge(_asset_part(dep), own, "comes before") for dep in before)
            yield from _uses(own, definition)


def _check_edges(defs: Definitions) -> Iterator[Edge]:
    for spec, definition in _checks(defs):
        own = _check_part(spec)
        yield Edge(own, _asset_part(spec.asset_key), "checks")
        if definition is not None:
            yield from _uses(own, definition)


def _job_edges(defs: Definitions) -> Iterator[Edge]:
    for name in defs.job_names:
        own = Part(Kind.JOB, name)
        for node in defs.resolve_job_def(name).steps:
            match node.definition:
                case AssetsDefinition() as definition:
                    yield from (Edge(own, _asset_part(key), "runs") for key in definition.keys)
                case AssetChecksDefinition():
                    pass  # listed with its asset
                case _:
                    yield from _uses(own, node)


def _tick_edges(defs: Definitions) -> Iterator[Edge]:
    ticks: list[tuple[Kind, Any]] = [
        *((Kind.SCHEDULE, schedule) for schedule in resolved_schedules(defs)),
        *((Kind.SENSOR, sensor) for sensor in defs.sensors),
    ]
    for kind, tick in ticks:
        own = Part(kind, tick.name)
        yield from _uses(own, tick)
        yield from (Edge(own, Part(Kind.JOB, name), "runs") for name in tick.job_names)


def _uses(user: Part, asker: Any) -> Iterator[Edge]:
    for requirement in asker.requirements:
        yield Edge(user, Part(Kind.RESOURCE, requirement.key), "uses")
