"""A dependency-injector container may stand wherever resources are given, and its nested keys count."""

import asyncio
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
    """The resources that a body gets under both keys."""
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


def _top_level(resources: object) -> object:
    job = dg.job(looking).with_top_level_resources(resources)
    return job.execute_in_process().output_for_node("look")


def _observed(resources: object) -> object:
    found: list[tuple[str, str]] = []

    @dg.observable_source_asset(resource_defs=resources, required_resource_keys=KEYS)
    def observed(context: dg.OpExecutionContext) -> dg.DataVersion:
        found.append(seen_in(context))
        return dg.DataVersion("1")

    assert dg.materialize([observed], selection=[observed]).success
    return found[0]


WAYS = [_top_level, _observed, _job, _graph_job, _run, _graph_run, _own, _several, _bound, _definitions, _materialize]
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


# -- contexts that are built by hand -----------------------------------------------------------------------------------


class Session(ConfigurableResource[object]):
    """A resource that must be closed."""

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Replaced for each test, as is the other one."""

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None: ...


class Nested(containers.DeclarativeContainer):
    """A container whose resource is asked for by a path."""

    session = ResourceProvider(Session())


class Closed(containers.DeclarativeContainer):
    """A resource to close, one to read, and one that nobody asks for and nobody could open."""

    gateways = providers.Container(Nested)
    word = providers.Object("word")
    unused = providers.Factory(lambda: pytest.fail("nobody asked for it"))


@pytest.fixture(autouse=True)
def events(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The events of the sessions, in order."""
    found: list[str] = []
    monkeypatch.setattr(Session, "setup_for_execution", lambda _, __: found.append("open"))
    monkeypatch.setattr(Session, "teardown_after_execution", lambda _, __: found.append("close"))
    return found


@dg.op(required_resource_keys={"gateways.session", "word"})
def spoken(context: dg.OpExecutionContext) -> str:
    """A step that works with both."""
    assert isinstance(context.resources.gateways.session, Session)
    return str(context.resources.word)


@dg.op(required_resource_keys={"gateways.session", "word"})
async def awaited(context: dg.OpExecutionContext) -> str:
    """An asynchronous step that works with both."""
    assert isinstance(context.resources["gateways.session"], Session)
    return str(context.resources.word)


def test_a_direct_call_opens_what_it_asks_for(events: list[str]) -> None:
    """A call with a context on a container is a run of one step: it opens its own resources, and closes them."""
    context = dg.build_op_context(resources=Closed())
    assert (spoken(context), spoken(context)) == ("word", "word")
    assert events == ["open", "close"] * 2


def test_an_asynchronous_call_opens_what_it_asks_for(events: list[str]) -> None:
    """Its resources open and close in its own event loop."""
    assert asyncio.run(awaited(dg.build_op_context(resources=Closed()))) == "word"
    assert events == ["open", "close"]


def test_a_resource_by_keyword_beside_a_container(events: list[str]) -> None:
    """A resource that is passed by keyword is opened beside what the container has."""

    @dg.op(required_resource_keys={"word"})
    def both(context: dg.OpExecutionContext, session: dg.ResourceParam[Session]) -> str:
        assert session is context.resources.session
        return str(context.resources.word)

    assert both(dg.build_op_context(resources=Closed()), session=Session()) == "word"
    assert events == ["open", "close"]


def test_in_a_block_what_is_read_is_opened_once(events: list[str]) -> None:
    """Calls within the context's block share what they open; the end of the block closes it."""
    with dg.build_op_context(resources=Closed()) as context:
        assert events == []
        assert (spoken(context), spoken(context)) == ("word", "word")
        assert context.resources.gateways.session is context.resources["gateways.session"]
        assert events == ["open"]
        assert "gateways" in repr(context.resources)
        with pytest.raises(dg.errors.UnknownResourceError, match=r"gateways\.sesion"):
            _ = context.resources.gateways.sesion
    assert events == ["open", "close"]


def test_the_failure_of_a_block_reaches_what_it_opened(events: list[str]) -> None:
    """A block that fails closes what was read in it."""

    @dg.op(required_resource_keys={"gateways.session"})
    def failing() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), dg.build_op_context(resources=Closed()) as context:
        failing(context)
    assert events == ["open", "close"]
