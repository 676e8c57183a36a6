"""Life cycle: when resources are opened and closed, also after a failure."""

import contextlib

import pytest


def test_open_before_the_first_step_and_closed_after_the_last(dg, tracked, log):
    """Everything the run needs is opened first, shared by all steps, and closed at the end."""

    @dg.asset
    def first(db: tracked):
        log.append("first")

    @dg.asset(deps=[first])
    def second(db: tracked, store: tracked):
        log.append("second")

    dg.materialize([first, second], resources={"db": tracked(name="db"), "store": tracked(name="store")})
    assert log == ["open db", "open store", "first", "second", "close store", "close db"]


def test_steps_of_one_run_share_one_object(dg, tracked):
    """A key means the same object in every step of a run."""
    seen = []

    @dg.asset
    def first(db: tracked):
        seen.append(db)

    @dg.asset(deps=[first])
    def second(db: tracked):
        seen.append(db)

    dg.materialize([first, second], resources={"db": tracked()})
    assert seen[0] is seen[1]


def test_what_nobody_needs_stays_closed(dg, tracked, log):
    """A resource that no selected step asks for is not opened."""

    @dg.asset
    def alone():
        log.append("alone")

    dg.materialize([alone], resources={"db": tracked()})
    assert log == ["alone"]


def test_only_the_selection_s_resources_are_opened(dg, tracked, log):
    """An asset that is not selected opens nothing."""

    @dg.asset
    def first(db: tracked):
        log.append("first")

    @dg.asset
    def second(store: tracked):
        log.append("second")

    resources = {"db": tracked(name="db"), "store": tracked(name="store")}
    dg.materialize([first, second], resources=resources, selection=[second])
    assert log == ["open store", "second", "close store"]


def test_independent_resources_open_in_the_order_of_their_keys(dg, log):
    """Siblings open sorted by key, after what they need; closing is the exact reverse."""

    def logged(key, needs=()):
        @dg.resource(required_resource_keys=set(needs))
        def it(context):
            log.append(f"open {key}")
            yield key
            log.append(f"close {key}")

        return it

    resources = {key: logged(key) for key in ("zebra", "apple", "mango")}
    resources["aardvark"] = logged("aardvark", ["zebra"])
    with dg.build_resources(resources):
        pass
    keys = ["apple", "mango", "zebra", "aardvark"]
    assert log == [f"open {key}" for key in keys] + [f"close {key}" for key in reversed(keys)]


def test_a_needed_resource_opens_before_its_user(dg, log):
    """`required_resource_keys` of a resource sets the order."""

    @dg.resource
    def zulu(context):
        log.append("open zulu")
        yield 1
        log.append("close zulu")

    @dg.resource(required_resource_keys={"zulu"})
    def alpha(context):
        log.append(f"open alpha with {context.resources.zulu}")
        yield 2
        log.append("close alpha")

    with dg.build_resources({"alpha": alpha, "zulu": zulu}):
        pass
    assert log == ["open zulu", "open alpha with 1", "close alpha", "close zulu"]


def test_a_failing_step_closes_everything(dg, tracked, log):
    """A failing step's own exception comes out after the resources were closed."""

    @dg.asset
    def broken(db: tracked, store: tracked):
        raise ValueError("the step")

    with pytest.raises(ValueError, match="the step"):
        dg.materialize([broken], resources={"db": tracked(name="db"), "store": tracked(name="store")})
    assert log == ["open db", "open store", "close store", "close db"]


def test_a_failing_step_closes_everything_without_raising(dg, tracked, log):
    """A failing step closes everything, also when the error is kept in the result."""

    @dg.asset
    def broken(db: tracked):
        raise ValueError("the step")

    assert not dg.materialize([broken], resources={"db": tracked()}, raise_on_error=False).success
    assert log == ["open db", "close db"]


def test_a_failing_open_closes_what_was_opened(dg, tracked, log):
    """After a failing open no step runs; the resources before it are closed, and it is not torn down."""

    class Unreachable(tracked):
        def setup_for_execution(self, context):
            log.append("try")
            raise ConnectionError("no route")

    @dg.asset
    def read(db: tracked, remote: Unreachable):
        log.append("read")

    with pytest.raises(dg.DagsterResourceFunctionError) as caught:
        dg.materialize([read], resources={"db": tracked(), "remote": Unreachable(name="remote")})
    assert isinstance(caught.value.__cause__, ConnectionError)
    assert "remote" in str(caught.value)
    assert log == ["open db", "try", "close db"]


def test_a_failing_open_without_raising(dg, tracked, log, events):
    """With `raise_on_error=False` a failing open gives a failed result in which no step started."""

    class Unreachable(tracked):
        def setup_for_execution(self, context):
            raise ConnectionError("no route")

    @dg.asset
    def read(remote: Unreachable):
        log.append("read")

    result = dg.materialize([read], resources={"remote": Unreachable()}, raise_on_error=False)
    assert not result.success
    assert log == []
    assert [event for event, _ in events(result)][-2:] == ["RESOURCE_INIT_FAILURE", "PIPELINE_FAILURE"]
    assert not [event for event, _ in events(result) if event == "STEP_START"]


def test_a_failing_open_in_build_resources(dg, log):
    """`build_resources` closes the opened resources when an open fails."""

    @dg.resource
    def db():
        log.append("open")
        yield 1
        log.append("close")

    @dg.resource
    def remote():
        raise ConnectionError("no route")

    with pytest.raises(dg.DagsterResourceFunctionError), dg.build_resources({"db": db, "remote": remote}):
        log.append("body")
    assert log[0] == "open"
    assert "body" not in log


def test_build_resources_closes_after_a_failing_body(dg, tracked, log):
    """The body's exception comes out as it is; everything was closed."""
    with pytest.raises(ValueError, match="the body"), dg.build_resources({"db": tracked()}):
        raise ValueError("the body")
    assert log == ["open db", "close db"]


def test_a_finally_of_a_generator_runs_after_a_failing_body(dg, log):
    """A generator resource that closes in `finally` is closed whatever happens."""

    @dg.resource
    def db():
        try:
            yield 1
        finally:
            log.append("close")

    with pytest.raises(ValueError, match="the body"), dg.build_resources({"db": db}):
        raise ValueError("the body")
    assert log == ["close"]


# -- better on purpose -------------------------------------------------------------------------------------------------


def test_the_body_s_exception_reaches_a_context_manager(dg, log):
    """dagwire raises a failure of `build_resources`' body in the resource; in Dagster it commits."""

    class Db(dg.ConfigurableResource):
        @contextlib.contextmanager
        def yield_for_execution(self, context):
            try:
                yield self
            except ValueError:
                log.append("roll back")
                raise
            else:
                log.append("commit")

    with pytest.raises(ValueError, match="the body"), dg.build_resources({"db": Db()}):
        raise ValueError("the body")
    assert log == {"dagster": ["commit"], "dagwire": ["roll back"]}[dg.__name__]


def test_a_step_s_exception_reaches_a_context_manager(dg, log):
    """dagwire raises a step's failure in the resource; in Dagster it never learns of it, and commits."""

    @dg.resource
    @contextlib.contextmanager
    def db(context):
        try:
            yield 1
        except ValueError:
            log.append("roll back")
            raise
        else:
            log.append("commit")

    @dg.asset(required_resource_keys={"db"})
    def broken(context):
        raise ValueError("the step")

    with pytest.raises(ValueError, match="the step"):
        dg.materialize([broken], resources={"db": db})
    assert log == {"dagster": ["commit"], "dagwire": ["roll back"]}[dg.__name__]


def test_a_failing_close_is_reported(dg, tracked, log, differs):
    """A failing close leaves no other resource open; dagwire's run then fails, Dagster's succeeds."""

    class Stuck(tracked):
        def teardown_after_execution(self, context):
            log.append("stuck")
            raise OSError("disk full")

    @dg.asset
    def read(db: tracked, stuck: Stuck):
        log.append("read")

    resources = {"db": tracked(), "stuck": Stuck(name="stuck")}
    differs(
        lambda: dg.materialize([read], resources=resources, raise_on_error=False).success, dagster=True, dagwire=False
    )
    assert log == ["open db", "open stuck", "read", "stuck", "close db"]


def test_a_failing_close_raises(dg, tracked, differs):
    """dagwire raises a failing close's error if errors are raised; Dagster hides it."""

    class Stuck(tracked):
        def teardown_after_execution(self, context):
            raise OSError("disk full")

    @dg.asset
    def read(stuck: Stuck):
        pass

    differs(lambda: dg.materialize([read], resources={"stuck": Stuck()}).success, dagster=True, dagwire=Exception)


def test_the_failure_of_a_user_s_function(dg):
    """The error of a resource or a config mapping that fails holds the exception that was raised."""
    failure = ValueError("no")

    def fail(_):
        raise failure

    @dg.op(required_resource_keys={"broken"})
    def step(context):
        pass

    def body():
        step()

    jobs = [dg.job(resource_defs={"broken": dg.resource(fail)})(body), dg.job(config=dg.config_mapping(fail))(body)]
    for job, error in zip(jobs, [dg.DagsterResourceFunctionError, dg.DagsterConfigMappingFunctionError], strict=True):
        with pytest.raises(dg.DagsterUserCodeExecutionError) as raised:
            job.execute_in_process(resources={} if job is jobs[0] else {"broken": 1})
        assert isinstance(raised.value, error)
        assert raised.value.user_exception is failure
        assert raised.value.original_exc_info[:2] == (ValueError, failure)
        assert raised.value.is_user_code_error


def test_another_failure_is_not_a_user_s(dg):
    """An error that is not of a function of the user's says so."""
    with pytest.raises(dg.DagsterError) as raised:
        dg.AssetSelection.keys("nowhere").resolve([])
    assert not raised.value.is_user_code_error
