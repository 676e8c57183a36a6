"""A dependency-injector container may stand wherever resources are given, and its nested keys count."""

from collections.abc import Callable

import pytest
from dependency_injector import containers, providers

import dagwire as dg
from dagwire import ConfigurableResource, ResourceProvider


class Db(ConfigurableResource[object]):
    """A resource that knows whether it is open."""

    url: str = "real"
    _is_open: bool = False

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        self._is_open = True

    def read(self) -> str:
        assert self._is_open
        return self.url


class Gateways(containers.DeclarativeContainer):
    """The nested container."""

    db = ResourceProvider(Db())


class Application(containers.DeclarativeContainer):
    """Resources of two levels, and one that nothing here asks for and nobody could open."""

    gateways = providers.Container(Gateways)
    users = providers.Factory(lambda db: f"users of {db.read()}", db=gateways.container.db)
    unused = providers.Factory(lambda: pytest.fail("nobody asked for it"))


KEYS = {"users", "gateways.db"}


def seen_in(context: dg.OpExecutionContext) -> tuple[str, str]:
    """What a body gets under both keys."""
    return context.resources.users, context.resources.gateways.db.read()


@dg.op(required_resource_keys=KEYS)
def look(context: dg.OpExecutionContext) -> tuple[str, str]:
    """A step of a job."""
    return seen_in(context)


@dg.asset(required_resource_keys=KEYS)
def looked(context: dg.AssetExecutionContext) -> tuple[str, str]:
    """An asset."""
    return seen_in(context)


def looking() -> None:
    """The composition of every job here."""
    look()


def _job(resources: object) -> object:
    return dg.job(resource_defs=resources)(looking).execute_in_process().output_for_node("look")


def _graph_job(resources: object) -> object:
    return dg.graph(looking).to_job(resource_defs=resources).execute_in_process().output_for_node("look")


def _run(resources: object) -> object:
    return dg.job(looking).execute_in_process(resources=resources).output_for_node("look")


def _graph_run(resources: object) -> object:
    return dg.graph(looking).execute_in_process(resources=resources).output_for_node("look")


def _own(resources: object) -> object:
    @dg.asset(resource_defs=resources, required_resource_keys=KEYS)
    def own(context: dg.AssetExecutionContext) -> tuple[str, str]:
        return seen_in(context)

    return dg.materialize([own]).output_for_node("own")


def _several(resources: object) -> object:
    @dg.multi_asset(outs={"one": dg.AssetOut()}, resource_defs=resources, required_resource_keys=KEYS)
    def several(context: dg.AssetExecutionContext) -> tuple[str, str]:
        return seen_in(context)

    return dg.materialize([several]).output_for_node("several", "one")


def _bound(resources: object) -> object:
    return dg.materialize(dg.with_resources([looked], resources)).output_for_node("looked")


def _definitions(resources: object) -> object:
    job = dg.Definitions([looked], resources=resources).resolve_implicit_global_asset_job_def()
    return job.execute_in_process().output_for_node("looked")


def _materialize(resources: object) -> object:
    return dg.materialize([looked], resources=resources).output_for_node("looked")


WAYS = [_job, _graph_job, _run, _graph_run, _own, _several, _bound, _definitions, _materialize]
everywhere = pytest.mark.parametrize("way", WAYS)


@everywhere
def test_a_container_is_taken_wherever_resources_are_given(way: Callable[[object], object]) -> None:
    """Its keys and those of nested containers are found; only what is asked for is made."""
    assert way(Application()) == ("users of real", "real")


@everywhere
def test_the_class_of_a_container_is_one_too(way: Callable[[object], object]) -> None:
    """A declarative container need not be made first."""
    assert way(Application) == ("users of real", "real")


@everywhere
def test_overriding_reaches_a_container_wherever_it_is_given(way: Callable[[object], object]) -> None:
    """An override of the container holds, for what depends on it as well."""
    application = Application()
    with dg.override(application, {"gateways.db": Db(url="fake")}):
        assert way(application) == ("users of fake", "fake")
    with application.gateways.db.override(ResourceProvider(Db(url="own"))):
        assert way(application)[1] == "own"


@everywhere
def test_what_holds_no_resources_is_refused(way: Callable[[object], object]) -> None:
    """A list is neither a dict nor a container."""
    with pytest.raises(TypeError, match="as a dict or a dependency-injector container, not as list"):
        way([Db()])
