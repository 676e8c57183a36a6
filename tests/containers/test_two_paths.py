"""A scope opens on the quick path or on the general one, and nobody can see which by what comes of it."""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from contextvars import copy_context
from dataclasses import replace

import pytest
from dependency_injector import containers, providers
from hypothesis import given
from hypothesis import strategies as st
from pydantic_settings import BaseSettings

from dagwire import (
    ConfigurableResource,
    EnvVar,
    ResourceParam,
    ResourceProvider,
    SettingsProvider,
    abuild_resources,
    asset,
    build_resources,
    current_scope,
    materialize,
    override,
    resource,
)
from dagwire.containers import scope_paths
from dagwire.containers.scope_paths import OPENED_ON
from dagwire.errors import MissingResourceError
from dagwire.resources import life_cycle
from dagwire.testing.activity import Record, recorded_in

from tests.containers.random_graphs import OWNED, Log, cases

MOST_CALLS = 90
"""Python calls for five resources; the generators' own are ten of them."""

SCOPES_AT_ONCE = 2


@contextmanager
def general_path_alone():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scope_paths, "quick_opening", lambda *_: None)
        yield


@contextmanager
def counted():
    """The number of scopes that each path opens inside a block."""
    before = OPENED_ON.copy()
    counts = {}
    yield counts
    counts |= OPENED_ON - before


def described(error):
    """All that a user can see of a failure."""
    if error is None:
        return None
    members = [described(one) for one in getattr(error, "exceptions", ())]
    cause = described(error.__cause__)
    return type(error).__name__, str(error), getattr(error, "__notes__", []), cause, members


def outcome(case, more, container):
    """The course of one scope: its journal, the values in it, and how it ended."""
    case.log.begin()
    values, failure = {}, None
    keys = [case.nodes[index].key for index in sorted(case.wanted)]
    try:
        with build_resources(container, required_resource_keys=keys) as resources:
            values |= {key: resources[key] for key in keys}
            values |= {key: current_scope().get(key) for key in more}
            case.do_body()
    except Exception as error:  # noqa: BLE001  # whatever ends it is compared
        failure = error
    return list(case.log), values, described(failure)


async def awaited_outcome(case, more, container):
    """The outcome of a scope of an event loop."""
    case.log.begin()
    values, failure = {}, None
    keys = [case.nodes[index].key for index in sorted(case.wanted)]
    try:
        async with abuild_resources(container, required_resource_keys=keys) as resources:
            values |= {key: resources[key] for key in keys}
            values |= {key: await current_scope().aget(key) for key in more}
            case.do_body()
    except Exception as error:  # noqa: BLE001  # whatever ends it is compared
        failure = error
    return list(case.log), values, described(failure)


def overridden_outcome(case, more, container):
    with override(container, case.replacements()):
        return outcome(case, more, container)


def outcomes(case, more):
    """The outcomes of a scope with overrides, of one after it, and of some in threads at once."""
    container = case.container()
    first = overridden_outcome(case, more, container)
    second = outcome(case, more, container)
    scopes = [overridden_outcome, *[outcome] * (SCOPES_AT_ONCE - 1)]
    with ThreadPoolExecutor(SCOPES_AT_ONCE) as pool:
        together = [pool.submit(copy_context().run, scope, case, more, container) for scope in scopes]
    return first, second, [one.result() for one in together], sorted(case.built)


async def awaited_outcomes(case, more):
    """The outcomes of a scope with overrides, of one after it, and of some in tasks at once."""
    container = case.container()

    async def overridden():
        with override(container, case.replacements()):
            return await awaited_outcome(case, more, container)

    first = await overridden()
    second = await awaited_outcome(case, more, container)
    work = [awaited_outcome(case, more, container) for _ in range(SCOPES_AT_ONCE - 1)]
    together = await asyncio.gather(overridden(), *work)
    return first, second, together, sorted(case.built)


def fresh(case):
    return replace(case, log=Log(), seen=[], built=[])


@given(cases(OWNED[:4], largest=12), st.data())
def test_one_meaning(case, data):
    """A random scope has one journal, one set of values, one error and one message on both paths."""
    more = data.draw(st.lists(st.sampled_from([node.key for node in case.nodes]), max_size=2))
    quick = outcomes(fresh(case), more)
    with general_path_alone():
        assert outcomes(fresh(case), more) == quick


@given(cases(OWNED, largest=12), st.data())
def test_one_meaning_in_an_event_loop(case, data):
    """A random scope of an event loop has one outcome on both paths, alone and beside others."""
    more = data.draw(st.lists(st.sampled_from([node.key for node in case.nodes]), max_size=2))
    quick = asyncio.run(awaited_outcomes(fresh(case), more))
    with general_path_alone():
        assert asyncio.run(awaited_outcomes(fresh(case), more)) == quick


# -- single rules ------------------------------------------------------------------------------------------------------


class Db(ConfigurableResource):
    """A resource that writes down its life."""

    path: str
    fails_to_open: bool = False
    fails_to_close: bool = False

    def setup_for_execution(self, context) -> None:
        if self.fails_to_open:
            raise OSError(self.path)
        journal.append(f"open {self.path} for {context.resource_config['path']}")

    def teardown_after_execution(self, context) -> None:  # the form that Dagster documents
        journal.append(f"close {self.path}")
        if self.fails_to_close:
            raise OSError(self.path)


journal: list[str] = []


def never_yields():
    if journal is None:
        yield


def yields_twice():
    yield "once"
    yield "twice"


def hides_the_error():
    try:
        yield "open"
    except RuntimeError:
        journal.append("hidden")


async def never_yields_in_a_loop():
    if journal is None:
        yield


async def yields_twice_in_a_loop():
    yield "once"
    yield "twice"


async def coroutine():
    return "awaited"


@contextmanager
def managed(name, *, also="nothing"):
    journal.append(f"open {name} beside {also}")
    yield name
    journal.append(f"close {name}")


def body(*, fails):
    if fails:
        raise RuntimeError("the body")


def ended(resources, *, fails=False, **options):
    """How a scope ended: journal, values, failure."""
    journal.clear()
    values, failure = {}, None
    try:
        with build_resources(resources, **options) as opened:
            values |= opened.original_resource_dict
            body(fails=fails)
    except Exception as error:  # noqa: BLE001  # whatever ends it is compared
        failure = error
    return [*journal], {key: repr(value) for key, value in values.items()}, described(failure)


async def ended_in_a_loop(resources, *, fails=False):
    """How a scope of an event loop ended."""
    journal.clear()
    values, failure = {}, None
    try:
        async with abuild_resources(resources) as opened:
            values |= opened.original_resource_dict
            body(fails=fails)
    except Exception as error:  # noqa: BLE001  # whatever ends it is compared
        failure = error
    return [*journal], {key: repr(value) for key, value in values.items()}, described(failure)


def container_of(**provider_by_key):
    container = containers.DynamicContainer()
    for key, provider in provider_by_key.items():
        container.set_provider(key, provider)
    return container


GENERATORS = (never_yields, yields_twice, hides_the_error, coroutine)


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("function", GENERATORS)
def test_what_a_function_may_do(function, fails):
    """A generator that yields never, twice, or hides the body's error ends a scope in one way on both paths."""
    container = container_of(first=ResourceProvider(managed, "first"), second=ResourceProvider(function))
    quick = ended(container, fails=fails)
    with general_path_alone():
        assert ended(container, fails=fails) == quick


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("function", [*GENERATORS, never_yields_in_a_loop, yields_twice_in_a_loop])
def test_what_a_function_may_do_in_a_loop(function, fails):
    """An asynchronous generator that yields never or twice ends a scope in one way on both paths."""
    container = container_of(first=ResourceProvider(managed, "first"), second=ResourceProvider(function))
    quick = asyncio.run(ended_in_a_loop(container, fails=fails))
    with general_path_alone():
        assert asyncio.run(ended_in_a_loop(container, fails=fails)) == quick


@pytest.mark.parametrize("options", [{}, {"fails": True}, {"required_resource_keys": ["b", "plain"]}])
@pytest.mark.parametrize("broken", [{}, {"fails_to_open": True}, {"fails_to_close": True}])
def test_a_dict_of_simple_resources(broken, options):
    """A dict of resources that need nothing has one outcome with a graph and without."""

    @resource
    def clock():
        journal.append("open clock")
        yield "tick"
        journal.append("close clock")

    given = {"b": Db(path="b", **broken), "a": Db(path="a"), "clock": clock, "plain": ["value"]}
    with counted() as counts:
        quick = ended(given, **options)
    assert counts == {"quick path": 1}
    with general_path_alone(), counted() as counts:
        assert ended(given, **options) == quick
    assert counts == {"general path": 1}


def test_more_of_a_dict():
    """A scope of a dict goes on to what else it is asked for, and keeps what is open."""
    given = {"a": Db(path="a"), "b": Db(path="b")}
    journal.clear()
    with build_resources(given, required_resource_keys=["a"]) as resources:
        assert current_scope().get("b").path == "b"
        assert current_scope().get("a") is resources.a
    assert journal == ["open a for a", "open b for b", "close b", "close a"]


def test_a_singleton_of_the_scope_is_kept():
    """A Singleton above a resource is one object for a scope, whatever else the scope is asked for."""
    db = ResourceProvider(managed, "db")
    service = providers.Singleton(list, providers.List(db))
    container = container_of(db=db, service=service, user=providers.Factory(tuple, providers.List(service)))
    with build_resources(container, required_resource_keys=["service"]) as resources:
        (service,) = current_scope().get("user")
        assert service is resources.service

    async def main():
        async with abuild_resources(container, required_resource_keys=["service"]) as resources:
            (service,) = await current_scope().aget("user")
            assert service is resources.service

    asyncio.run(main())


class Settings(BaseSettings):
    path: str = "here"


class Named(ConfigurableResource):
    path: str


PLANNED = {
    "generator": lambda db: ResourceProvider(managed, db),
    "by name": lambda db: ResourceProvider(managed, "db", also=db),
    "value": lambda db: ResourceProvider(lambda one: one, db),
    "factory": lambda db: providers.Factory(list, providers.List(db)),
    "callable": lambda db: providers.Callable(dict, of=db),
    "dict": lambda db: providers.Dict({"db": db, 1: db}),
    "attribute": lambda db: db.provided.__class__,
    "item": lambda db: providers.Dict(db=db).provided["db"],
    "method": lambda db: db.provided.upper.call(),
    "resource of dependency-injector": lambda db: providers.Resource(managed, db),
    "settings": lambda _: ResourceProvider(Named, path=SettingsProvider(Settings).provided.path),
    "instance": lambda _: ResourceProvider(Named(path="there")),
    "setting": lambda _: SettingsProvider(Settings).provided.path,
}
GENERAL = {
    "selector": lambda db: providers.Selector(lambda: "one", one=db),
    "delegate": lambda db: db.provider,
    "timeout": lambda db: ResourceProvider(managed, db).set_life_cycle(timeout_s=60),
    "lifetime": lambda _: ResourceProvider(managed, "pool").set_lifetime("process"),
    "variable": lambda db: ResourceProvider(managed, db, also=EnvVar("PATH")),
    "dict with a key that is a provider": lambda db: providers.Dict({providers.Object("key"): db}),
    "list of a delegate": lambda db: providers.List(db.provider),
    "thread-safe Singleton": lambda db: providers.ThreadSafeSingleton(list, providers.List(db)),
}


@pytest.mark.parametrize(
    ("path", "make"),
    [
        *(pytest.param("quick path", make, id=name) for name, make in PLANNED.items()),
        *(pytest.param("general path", make, id=name) for name, make in GENERAL.items()),
    ],
)
def test_which_path(path, make):
    """The kinds of providers that are planned, and those that are not, have one outcome on both paths."""
    db = ResourceProvider(managed, "db")
    container = container_of(db=db, above=make(db))
    with counted() as counts:
        outcome = ended(container)
    assert counts == {path: 1}
    assert outcome[2] is None
    with general_path_alone():
        other = ended(container)
    assert (other[0], other[1].keys()) == (outcome[0], outcome[1].keys())


def test_a_fault_is_reported_by_the_general_path(monkeypatch):
    """Whatever is wrong before something opens is reported with all other faults, whichever path was tried."""
    monkeypatch.setenv("NUMBER", "not a number")

    class Numbered(BaseSettings):
        number: int = 0

    container = container_of(
        db=ResourceProvider(managed, "db"),
        number=SettingsProvider(Numbered).provided.number,
        named=ResourceProvider(Named, path=providers.Object(1)),
    )
    with counted() as counts:
        journal_of, _, failure = ended(container)
    assert journal_of == []
    assert failure[0] == "FaultsError"
    assert "number" in failure[1]
    assert "'named'" in failure[1]
    assert counts == {}


def test_config_opens_on_the_general_path():
    """A scope with config opens on the general path."""
    with counted() as counts, build_resources({"named": Named(path="a")}, resource_config={"named": {"config": {}}}):
        pass
    assert counts == {"general path": 1}


def test_a_run_takes_the_quick_path():
    """A run opens its resources as any scope does, and its context tells them of the run."""

    class Told(ConfigurableResource):
        def setup_for_execution(self, context) -> None:
            journal.append(context.run_id)

    @asset
    def told(db: ResourceParam[Told]): ...

    journal.clear()
    with counted() as counts:
        result = materialize([told], resources={"db": Told()})
    assert journal == [result.run_id]
    assert counts == {"quick path": 1}


def test_plugin_listens_to_both_paths():
    """The pytest plugin hears of what a scope opens and closes, whichever path it takes."""
    container = container_of(db=ResourceProvider(managed, "db"), name=providers.Object("name"))
    heard = []
    with counted() as counts:
        for path in (nullcontext(), general_path_alone()):
            record = Record()
            with path, recorded_in(record), build_resources(container):
                assert [one.is_open for one in record.opened] == [True]
            heard.append(([(one.name, one.is_open) for one in record.opened], record.reached, record.open_scopes))
    assert counts == {"quick path": 1, "general path": 1}
    assert heard[0] == heard[1] == ([("db", False)], {"db", "name"}, [])


def test_calls_of_a_scope(monkeypatch):
    """A scope of five resources is opened and closed in few calls of Python functions."""
    monkeypatch.setattr(life_cycle, "_new_listener", lambda: None)  # as in production

    def link(name, *_before):
        yield name

    container, before = containers.DynamicContainer(), []
    for name in "abcde":
        before = [ResourceProvider(link, name, *before)]
        container.set_provider(name, before[0])
    called = 0

    def count(_frame, event, _argument):
        nonlocal called
        called += event == "call"

    for _ in range(2):  # the second finds the plan
        called = 0
        sys.setprofile(count)
        try:
            with build_resources(container):
                pass
        finally:
            sys.setprofile(None)
    assert called <= MOST_CALLS


async def fetched():
    await asyncio.sleep(0)
    return "token"


def paired(db, token):
    return db, token


async def paired_later(db, token):
    await asyncio.sleep(0)
    return db, token


OF_A_COROUTINE = {
    "factory": lambda db, token: providers.Factory(paired, db, token),
    "by name": lambda db, token: providers.Callable(paired, db=db, token=token),
    "coroutine function": lambda db, token: providers.Factory(paired_later, db, token),
    "singleton": lambda db, token: providers.Singleton(paired, db, token),
}


@pytest.mark.parametrize("make", OF_A_COROUTINE.values(), ids=OF_A_COROUTINE)
def test_an_argument_that_is_awaited(make):
    """In an event loop a provider made of a resource and of a coroutine gets the results, on both paths."""
    db = ResourceProvider(managed, "db")
    token = providers.Coroutine(fetched)
    container = container_of(db=db, token=token, above=make(db, token))
    quick = asyncio.run(ended_in_a_loop(container))
    assert quick[1]["above"] == "('db', 'token')"
    with general_path_alone():
        assert asyncio.run(ended_in_a_loop(container)) == quick


def test_what_is_missing_from_a_dict():
    """A key that a dict lacks is reported as any missing key is."""
    with pytest.raises(MissingResourceError, match=r"'databse' is not provided\. Did you mean 'database'"):
        build_resources({"database": Db(path="a")}, required_resource_keys=["databse"]).__enter__()


def test_as_decorators():
    """`override`, `build_resources` and `abuild_resources` decorate functions; their blocks begin with each call."""
    container = container_of(name=providers.Object("real"))

    @override(container, name="fake")
    @build_resources(container)
    def named():
        return current_scope().get("name")

    @abuild_resources(container)
    async def named_later():
        return current_scope().get("name")

    assert [named(), named(), asyncio.run(named_later())] == ["fake", "fake", "real"]


def test_a_type_that_is_wrong_is_reported_by_the_general_path():
    """A replacement of a declared type is held to it, whichever path was tried."""
    container = container_of(number=providers.Dependency(instance_of=int, default=providers.Object(1)))
    with counted() as counts, override(container, number=2), build_resources(container) as resources:
        assert resources.number == 2
    assert counts == {"quick path": 1}
    with override(container, number="two"):
        assert ended(container)[2][0] == "ResourceTypeError"
