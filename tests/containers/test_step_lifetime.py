"""A resource that lives for a step is opened for each attempt of a step, and closed after it with its failure."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from dependency_injector import containers, providers

import dagwire as dg
from dagwire import ResourceParam, ResourceProvider
from dagwire.errors import LifetimeError, ResourceNotOpenError, ResourceSetupError, ResourceTeardownError

log: list[str] = []


@pytest.fixture(autouse=True)
def _fresh_log():
    log.clear()


def pool():
    log.append("open pool")
    try:
        yield ["pool"]
    finally:
        log.append("close pool")


def session(pool):
    log.append("begin")
    try:
        yield [pool]
    except BaseException as error:
        log.append(f"roll back {type(error).__name__}")
        raise
    log.append("commit")


async def awaited_session(pool):
    log.append("begin async")
    yield [pool]
    log.append("commit async")


class Sessions(containers.DeclarativeContainer):
    pool = providers.Dependency()
    session = ResourceProvider(session, pool).set_lifetime("step")


class Application(containers.DeclarativeContainer):
    pool = ResourceProvider(pool)
    session = ResourceProvider(session, pool).set_lifetime("step")
    awaited = ResourceProvider(awaited_session, pool).set_lifetime("step")
    cache = providers.Singleton(dict, pool=pool)
    repository = providers.Singleton(dict, session=session, cache=cache)
    nested = providers.Container(Sessions, pool=pool)


@dg.asset
def one(session: ResourceParam[list], repository: ResourceParam[dict]):
    log.append("one")
    assert repository["session"] is session
    return id(session), id(repository["cache"])


@dg.asset
def two(session: ResourceParam[list], repository: ResourceParam[dict]):
    log.append("two")
    return id(session), id(repository["cache"])


STEPS = ["begin", "one", "commit", "begin", "two", "commit"]


def run_sync(definitions, resources, **arguments):
    return dg.materialize(definitions, resources=resources, **arguments)


def run_async(definitions, resources, **arguments):
    return asyncio.run(dg.amaterialize(definitions, resources=resources, **arguments))


RUNS = pytest.mark.parametrize("run", [run_sync, run_async, partial(run_async, max_concurrency=1)])


@RUNS
def test_each_step_has_its_own(run):
    """Two steps have a resource of a step each, with what depends on it; both share the run's resources."""
    result = run([one, two], Application())
    assert sorted(log) == sorted(["open pool", *STEPS, "close pool"])
    assert (log[0], log[-1]) == ("open pool", "close pool")
    assert result.asset_value("one")[1] == result.asset_value("two")[1]


def test_steps_in_threads():
    """Steps that run side by side in threads have one each, and build what they share once."""
    together = threading.Barrier(4, timeout=10)

    def body(repository: ResourceParam[dict]):
        together.wait()
        return repository

    application = Application()
    application.cache.set_kwargs(pool=application.pool, lock=providers.Factory(threading.Lock))
    assets = [dg.asset(name=f"step_{number}")(body) for number in range(4)]
    with ThreadPoolExecutor(4) as executor:
        result = dg.materialize(assets, resources=application, executor=executor)
    values = [result.asset_value(f"step_{number}") for number in range(4)]
    assert len({id(value["session"]) for value in values}) == 4
    assert len({id(value["cache"]["lock"]) for value in values}) == 1
    assert log.count("begin") == log.count("commit") == 4


@RUNS
def test_each_attempt_has_its_own(run):
    """A step that is tried again opens it again; the failure of the attempt reaches the close of the first."""
    attempts = []

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=1))
    def unsteady(session: ResourceParam[list]):
        attempts.append(session)
        if len(attempts) == 1:
            raise ConnectionError

    run([unsteady], Application())
    assert log == ["open pool", "begin", "roll back ConnectionError", "begin", "commit", "close pool"]
    assert attempts[0] is not attempts[1]


@RUNS
def test_asynchronous_resources(run):
    """An asynchronous resource of a step is opened in the loop in which the run's are, and in which bodies run."""

    async def of_loop():
        yield asyncio.get_running_loop()

    application = Application()
    application.of_run = ResourceProvider(of_loop)
    application.of_step = ResourceProvider(of_loop).set_lifetime("step")

    @dg.asset
    async def awaits(
        of_run: ResourceParam[object], of_step: ResourceParam[object], awaited: ResourceParam[object]
    ) -> None:
        assert asyncio.get_running_loop() is of_run is of_step

    assert run([awaits], application).success
    assert log == ["open pool", "begin async", "commit async", "close pool"]


def test_ops_of_a_job():
    """Each op of a job has one, each step of a dynamic output, too."""

    @dg.op(out=dg.DynamicOut())
    def fan_out():
        for number in range(2):
            yield dg.DynamicOutput(number, mapping_key=str(number))

    @dg.op(required_resource_keys={"session"})
    def each(context, number):
        context.resources.session.append(number)
        return len(context.resources.session)

    @dg.job(resource_defs={"session": Application.session})
    def mapped():
        fan_out().map(each)

    result = mapped.execute_in_process()
    assert result.output_for_node("each") == {"0": 2, "1": 2}
    assert log == ["open pool", "begin", "commit", "begin", "commit", "close pool"]


def test_hooks_have_their_own():
    """A hook runs after its step's resources are closed, so it has one of its own."""

    @dg.success_hook(required_resource_keys={"session"})
    def notify(context):
        log.append(f"notify {len(context.resources.session)}")

    @dg.op
    def work(session: ResourceParam[list]):
        session.append("work")

    @dg.job(hooks={notify}, resource_defs={"session": Application.session})
    def notifying():
        work()

    notifying.execute_in_process()
    assert log == ["open pool", "begin", "commit", "begin", "notify 1", "commit", "close pool"]


class Stored(dg.IOManager):
    """An IO manager that writes into a session."""

    def __init__(self, session, stored):
        self.session, self.stored = session, stored

    def handle_output(self, context, obj):
        key = context.asset_key.to_user_string()
        log.append(f"store {key} in {len(self.session)}")
        self.session.append(obj)
        self.stored[key] = obj

    def load_input(self, context):
        key = context.upstream_output.asset_key.to_user_string()
        log.append(f"load {key} in {len(self.session)}")
        return self.stored[key]


def stored_in(session, stored):
    return Stored(session, stored)


def stored_application():
    application = Application()
    application.stored = providers.Singleton(dict)
    application.io_manager = ResourceProvider(stored_in, application.session, application.stored)
    application.io_manager.set_lifetime("step")
    return application


def test_io_managers():
    """An IO manager on a resource of a step writes and reads within the step that stores or loads."""

    @dg.asset
    def upstream(session: ResourceParam[list]):
        session.append("upstream")
        return 1

    @dg.asset
    def downstream(upstream):
        return upstream + 1

    dg.materialize([upstream, downstream], resources=stored_application())
    assert log == [
        *("open pool", "begin", "store upstream in 2", "commit"),
        *("begin", "load upstream in 1", "store downstream in 1", "commit", "close pool"),
    ]


def test_io_managers_of_other_runs():
    """What another run stored is loaded within the step, too, by whichever IO manager the input names."""

    @dg.asset
    def upstream():
        return 1

    @dg.asset
    def downstream(upstream):
        return upstream + 1

    @dg.asset(ins={"upstream": dg.AssetIn(input_manager_key="loader")})
    def by_loader(upstream):
        return upstream

    def loader(session):
        return Stored(session, {"upstream": 5})

    application = stored_application()
    application.loader = ResourceProvider(loader, application.session).set_lifetime("step")
    dg.materialize([upstream, by_loader], resources=application)
    assert log.count("begin") == log.count("commit") == 2
    result = dg.materialize([upstream, by_loader, downstream], selection=[downstream], resources=application)
    assert result.asset_value("downstream") == 2


def test_a_failing_open_fails_the_step():
    """A resource of a step that cannot be opened fails that step; the policy of the step tries again."""
    attempts = []

    def unsteady():
        attempts.append(1)
        if len(attempts) == 1:
            raise ConnectionError("away")
        yield "open"

    application = Application()
    application.unsteady = ResourceProvider(unsteady).set_lifetime("step")

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=1))
    def needs(unsteady: ResourceParam[str]):
        return unsteady

    @dg.asset
    def hasty(unsteady: ResourceParam[str]):
        return unsteady

    assert dg.materialize([needs], resources=application).asset_value("needs") == "open"
    attempts.clear()
    with pytest.raises(ResourceSetupError, match=r"'unsteady'.*asset 'hasty'.*away"):
        dg.materialize([hasty], resources=application)


def test_a_failing_close_fails_the_step():
    """A close that fails fails the step whose resource it was; the steps beside it go on."""

    def stubborn():
        yield "open"
        raise OSError("stuck")

    application = Application()
    application.stubborn = ResourceProvider(stubborn).set_lifetime("step")

    @dg.asset
    def needs(stubborn: ResourceParam[str]):
        return stubborn

    result = dg.materialize([needs, one], resources=application, raise_on_error=False)
    (failed,) = result.get_failed_step_keys()
    assert failed == "needs"
    assert result.asset_value("one")
    with pytest.raises(ResourceTeardownError, match=r"'stubborn'.*stuck"):
        dg.materialize([needs], resources=application)


def test_a_body_and_a_close_that_fail():
    """If the body and a close fail, neither failure is lost."""

    def stubborn():
        try:
            yield "open"
        finally:
            raise OSError("stuck")

    application = Application()
    application.stubborn = ResourceProvider(stubborn).set_lifetime("step")

    @dg.asset
    def fails(stubborn: ResourceParam[str]):
        raise KeyError(stubborn)

    with pytest.raises(ExceptionGroup) as caught:
        dg.materialize([fails], resources=application)
    assert [type(failure) for failure in caught.value.exceptions] == [KeyError, ResourceTeardownError]


def test_an_interrupt_reaches_the_close():
    """A step that is interrupted closes its resources with the interrupt, before the run closes its own."""

    @dg.asset
    def interrupted(session: ResourceParam[list]):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dg.materialize([interrupted], resources=Application())
    assert log == ["open pool", "begin", "roll back KeyboardInterrupt", "close pool"]


@pytest.mark.parametrize("lifetime", ["run", "process"])
def test_a_longer_lived_resource_is_refused(lifetime):
    """A resource that outlives one of a step it depends on is refused before anything opens, with the path drawn."""
    application = Application()
    twice = providers.List(application.repository)
    application.index = ResourceProvider(lambda *below: below, application.repository, twice)
    application.index.set_lifetime(lifetime)

    @dg.asset
    def needs(index: ResourceParam[dict]):
        return index

    with pytest.raises(LifetimeError, match="index -> repository -> session") as caught:
        dg.materialize([one, needs], resources=application)
    assert (caught.value.longer, caught.value.shorter) == (lifetime, "step")
    assert log == []


def test_a_refusal_stands_under_an_override():
    """An override of something else does not hide that a resource outlives one of a step."""
    application = Application()
    application.index = ResourceProvider(lambda rows: rows, application.repository).set_lifetime("process")
    with (
        dg.override(application, pool="fake"),
        pytest.raises(LifetimeError, match="'index' lives for a run and depends on 'session', which lives for a step"),
        dg.build_resources(application),
    ):
        pass


def test_a_recipe_in_its_place_lives_as_long():
    """A recipe that replaces a resource of a step is opened for each step, a plain object is as it is."""

    def fake():
        log.append("begin fake")
        yield []
        log.append("end fake")

    application = Application()
    with dg.override(application, session=ResourceProvider(fake)):
        dg.materialize([one, two], resources=application)
    assert log == [
        *("open pool", "begin fake", "one", "end fake", "begin fake", "two", "end fake", "close pool"),
    ]
    plain: list[object] = []
    with dg.override(application, session=plain):
        result = dg.materialize([one, two], resources=application)
    assert result.asset_value("one")[0] == result.asset_value("two")[0] == id(plain)


def test_bound_resources():
    """A resource of a step that is bound to one asset is a step's there, beside those of the container."""

    def own():
        log.append("open own")
        yield "own"
        log.append("close own")

    @dg.asset(resource_defs={"bound": ResourceProvider(own).set_lifetime("step")})
    def binds(bound: ResourceParam[str], session: ResourceParam[list]):
        return bound

    assert dg.materialize([binds, two], resources=Application()).asset_value("binds") == "own"
    assert log.count("open own") == log.count("close own") == 1
    assert log.count("begin") == log.count("commit") == 2


def test_config_of_a_run():
    """Config that a run gives a resource of a step reaches it in each step."""

    class Session(dg.ConfigurableResource):
        name: str

    application = containers.DynamicContainer()
    application.session = ResourceProvider(Session, name="early").set_lifetime("step")

    @dg.asset
    def names(session: ResourceParam[Session]):
        return session.name

    config = {"resources": {"session": {"config": {"name": "late"}}}}
    assert dg.materialize([names], resources=application, run_config=config).asset_value("names") == "late"


def test_a_selector_chooses_once_a_run():
    """A Selector over resources of a step is asked once a run; the chosen one is opened for each step."""
    answers = iter(["session", "nobody"])
    application = Application()
    application.flag = providers.Callable(lambda: next(answers))
    application.chosen = providers.Selector(application.flag, session=application.session)

    def body(chosen: ResourceParam[list]):
        return chosen[0]

    assets = [dg.asset(name=name)(body) for name in ("first", "second")]
    assert dg.materialize(assets, resources=application).success
    assert log.count("begin") == log.count("commit") == 2


def test_a_selector_that_asks_a_step():
    """A Selector that asks something of a step is asked in each; its branches' own resources are the run's."""
    application = Application()
    application.kind = ResourceProvider(lambda: log.append("ask") or "pool").set_lifetime("step")
    application.chosen = providers.Selector(application.kind, pool=application.pool)

    def body(chosen: ResourceParam[list]):
        return id(chosen)

    assets = [dg.asset(name=name)(body) for name in ("first", "second")]
    result = dg.materialize(assets, resources=application)
    assert result.asset_value("first") == result.asset_value("second")
    assert log == ["ask", "open pool", "ask", "close pool"]


def test_nested_containers():
    """A resource of a step in a nested container is one of a step under its path."""

    @dg.asset
    def nested(session: ResourceParam[list]):
        return dg.current_scope().get("nested.session") is not session

    assert dg.materialize([nested], resources=Application()).asset_value("nested")
    assert log == ["open pool", "begin", "begin", "commit", "commit", "close pool"]


def test_injected_functions():
    """Functions that a body calls get the step's, whether the step asked for it or not."""

    @dg.inject
    def count(session: ResourceParam[list]):
        return len(session)

    @dg.asset
    def asks():
        dg.current_scope().get("session").append("row")
        return count()

    @dg.asset
    async def awaits():
        (await dg.current_scope().aget("session")).append("row")
        return count()

    result = dg.materialize([asks, awaits], resources=Application())
    assert (result.asset_value("asks"), result.asset_value("awaits")) == (2, 2)
    assert log == ["open pool", "begin", "commit", "begin", "commit", "close pool"]


def test_the_containers_own_provider():
    """The container's provider, which dependency-injector's own injection calls, opens and gives the step's."""
    application = Application()

    @dg.asset
    def asks(session: ResourceParam[list]):
        return application.session() is session

    @dg.asset
    def does_not_ask():
        return application.session() is application.session()

    result = dg.materialize([asks, does_not_ask], resources=application)
    assert result.asset_value("asks")
    assert result.asset_value("does_not_ask")
    assert log == ["open pool", "begin", "commit", "begin", "commit", "close pool"]


def test_a_thread_outside_the_step():
    """A thread that knows the run's scope but not the step is told that the resource is not open there."""

    @dg.asset
    def starts(session: ResourceParam[list]):
        scope = dg.current_scope()
        with ThreadPoolExecutor(1) as threads:
            return threads.submit(scope.get, "session").exception()

    assert isinstance(dg.materialize([starts], resources=Application()).asset_value("starts"), ResourceNotOpenError)


def test_the_block_is_the_step_outside_runs():
    """`build_resources` opens it for its block, a direct call for the call."""
    with dg.build_resources(Application(), required_resource_keys=["session", "repository"]) as resources:
        assert resources.repository["session"] is resources.session
    assert log == ["open pool", "begin", "commit", "close pool"]


def test_inside_a_process_scope():
    """Process, run and step nest: each opens its own, and takes the rest from the outer ones."""
    application = Application()
    application.engine = ResourceProvider(lambda: log.append("engine") or ["engine"]).set_lifetime("process")
    application.unit = ResourceProvider(lambda *parts: list(parts), application.engine, application.pool)
    application.unit.set_lifetime("step")

    @dg.asset
    def one(unit: ResourceParam[list]):
        return id(unit[0]), id(unit[1])

    with dg.process_scope(application):
        first = dg.materialize([one], resources=application).asset_value("one")
        second = dg.materialize([one], resources=application).asset_value("one")
    assert first[0] == second[0]
    assert log == ["engine", "open pool", "close pool", "open pool", "close pool"]
