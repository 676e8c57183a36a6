"""`@op` and `@job`: functions joined by what they hand to one another."""

from collections.abc import Iterator

import pytest


@pytest.fixture
def one(dg):
    """An op that returns 1."""

    @dg.op
    def one():
        return 1

    return one


@pytest.fixture
def plus(dg):
    """An op that adds its two inputs."""

    @dg.op
    def plus(x, y):
        return x + y

    return plus


def test_a_value_goes_from_op_to_op(dg, one):
    """The body of a job connects outputs to inputs."""

    @dg.op
    def double(x):
        return 2 * x

    @dg.job
    def nightly():
        double(one())

    result = nightly.execute_in_process()
    assert result.success
    assert (result.output_for_node("one"), result.output_for_node("double")) == (1, 2)


def test_keyword_inputs(dg, one, plus):
    """Inputs of an op may be given by name."""

    @dg.job
    def nightly():
        plus(y=one(), x=one.alias("other")())

    assert nightly.execute_in_process().output_for_node("plus") == 2


def test_one_op_used_twice(dg, one, plus):
    """The second use of one op in a job is numbered."""

    @dg.job
    def nightly():
        plus(one(), one())

    result = nightly.execute_in_process()
    assert (result.output_for_node("one"), result.output_for_node("one_2")) == (1, 1)


def test_an_alias_names_a_use(dg, one):
    """`op.alias(name)()` is a node of that name."""

    @dg.job
    def nightly():
        one.alias("first")()

    assert nightly.execute_in_process().output_for_node("first") == 1


def test_several_outputs(dg, plus):
    """`out={name: Out()}` and a tuple; each is wired on its own."""

    @dg.op(out={"low": dg.Out(), "high": dg.Out()})
    def bounds():
        return 3, 4

    @dg.job
    def nightly():
        low, high = bounds()
        plus(low, high)

    result = nightly.execute_in_process()
    assert result.output_for_node("bounds", "low") == 3
    assert result.output_for_node("bounds", "high") == 4
    assert result.output_for_node("plus") == 7


def test_output_objects(dg):
    """`Output` may be returned or yielded."""

    @dg.op
    def returned():
        return dg.Output(5, metadata={"a": 1})

    @dg.op
    def yielded():
        yield dg.Output(6)

    @dg.job
    def nightly():
        returned()
        yielded()

    result = nightly.execute_in_process()
    assert (result.output_for_node("returned"), result.output_for_node("yielded")) == (5, 6)


def test_order_without_a_value(dg, log):
    """An input of type Nothing orders two ops and carries no value."""

    @dg.op
    def zulu():
        log.append("zulu")

    @dg.op(ins={"start": dg.In(dg.Nothing)})
    def alpha():
        log.append("alpha")

    @dg.job
    def nightly():
        alpha(start=zulu())

    assert nightly.execute_in_process().success
    assert log == ["zulu", "alpha"]


def test_an_unconnected_input_takes_its_default(dg):
    """An input without a source takes its default, from `In(default_value=...)` or from Python."""

    @dg.op(ins={"x": dg.In(default_value=9)})
    def declared(x):
        return x

    @dg.op
    def plain(x=8):
        return x

    @dg.job
    def nightly():
        declared()
        plain()

    result = nightly.execute_in_process()
    assert (result.output_for_node("declared"), result.output_for_node("plain")) == (9, 8)


def test_an_unconnected_input_is_refused(dg, log):
    """An input without default or source stops the job before anything runs."""

    @dg.op
    def double(x):
        return 2 * x

    @dg.op
    def other():
        log.append("other")

    def run():
        @dg.job
        def nightly():
            other()
            double()

        nightly.execute_in_process()

    with pytest.raises(dg.DagsterError, match="double"):
        run()
    assert log == []


def test_a_job_is_not_called(dg, one):
    """A job is executed, not called: `job()` raises."""

    @dg.job
    def nightly():
        one()

    with pytest.raises(dg.DagsterInvariantViolationError):
        nightly()


def test_async_ops_run(dg):
    """A coroutine function is an op; the run awaits it."""

    @dg.op
    async def read():
        return 3

    @dg.job
    def nightly():
        read()

    assert nightly.execute_in_process().output_for_node("read") == 3


def test_resources_by_annotation(dg, tracked, log):
    """A job's resources are open before its first op and closed after its last."""

    @dg.op
    def read(db: tracked):
        log.append(f"read {db.name}")

    @dg.job(resource_defs={"db": tracked()})
    def nightly():
        read()

    nightly.execute_in_process()
    assert log == ["open db", "read db", "close db"]


def test_resources_by_key(dg):
    """`required_resource_keys` of an op puts resources on its context."""

    @dg.op(required_resource_keys={"clock"})
    def read(context):
        return context.resources.clock

    @dg.job
    def nightly():
        read()

    assert nightly.execute_in_process(resources={"clock": 12}).output_for_node("read") == 12


@pytest.fixture
def read_db(dg, tracked):
    """An op that needs the resource `db`."""

    @dg.op
    def read(db: tracked):
        return db.name

    return read


def test_the_run_s_resources_win_over_the_job_s(dg, tracked, read_db):
    """`execute_in_process(resources=...)` comes before `@job(resource_defs=...)`."""

    @dg.job(resource_defs={"db": tracked(name="job")})
    def nightly():
        read_db()

    assert nightly.execute_in_process().output_for_node("read") == "job"
    assert nightly.execute_in_process(resources={"db": tracked(name="run")}).output_for_node("read") == "run"


def test_the_job_s_resources_win_over_the_definitions(dg, tracked, read_db):
    """`@job(resource_defs=...)` comes before `Definitions(resources=...)`."""

    @dg.job(resource_defs={"db": tracked(name="job")})
    def nightly():
        read_db()

    bound = dg.Definitions(jobs=[nightly], resources={"db": tracked(name="defs")}).get_job_def("nightly")
    assert bound.execute_in_process().output_for_node("read") == "job"


def test_definitions_bind_a_job(dg, tracked, read_db):
    """A job that lacks resources takes the definitions'; the run's own still win."""

    @dg.job
    def nightly():
        read_db()

    bound = dg.Definitions(jobs=[nightly], resources={"db": tracked(name="defs")}).get_job_def("nightly")
    assert bound.execute_in_process().output_for_node("read") == "defs"
    assert bound.execute_in_process(resources={"db": tracked(name="run")}).output_for_node("read") == "run"


def test_a_job_that_lacks_a_resource(dg, read_db):
    """A job may be declared without its resources, and not be run without them."""

    @dg.job
    def nightly():
        read_db()

    with pytest.raises(dg.DagsterInvalidDefinitionError, match="db"):
        nightly.execute_in_process()


def test_a_job_s_own_config(dg):
    """`@job(config=...)` takes a dictionary or a RunConfig."""

    class Load(dg.Config):
        limit: int = 3

    @dg.op
    def fetch(config: Load):
        return config.limit

    @dg.job(config={"ops": {"fetch": {"config": {"limit": 4}}}})
    def by_dictionary():
        fetch()

    @dg.job(config=dg.RunConfig(ops={"fetch": Load(limit=6)}))
    def by_object():
        fetch()

    assert by_dictionary.execute_in_process().output_for_node("fetch") == 4
    assert by_object.execute_in_process().output_for_node("fetch") == 6


def test_what_depends_on_a_failed_op_does_not_run(dg, log):
    """A step downstream of a failed op does not run; any other step runs."""

    @dg.op
    def broken():
        raise ValueError("the op")

    @dg.op
    def dependent(x):
        log.append("dependent")

    @dg.op
    def independent():
        log.append("independent")

    @dg.job
    def nightly():
        dependent(broken())
        independent()

    result = nightly.execute_in_process(raise_on_error=False)
    assert not result.success
    assert log == ["independent"]
    assert result.is_node_failed("broken")
    assert result.is_node_success("independent")
    assert not result.is_node_success("dependent")
    assert not result.is_node_failed("dependent")


def test_the_op_s_own_exception_is_raised(dg):
    """A run raises the very exception that an op raised."""
    error = ValueError("the op")

    @dg.op
    def broken():
        raise error

    @dg.job
    def nightly():
        broken()

    with pytest.raises(ValueError, match="the op") as caught:
        nightly.execute_in_process()
    assert caught.value is error


def test_failure_is_raised_as_it_is(dg):
    """`Failure(description, metadata)` is an exception of the user's."""

    @dg.op
    def broken():
        raise dg.Failure("No rows.", metadata={"rows": 0})

    @dg.job
    def nightly():
        broken()

    with pytest.raises(dg.Failure) as caught:
        nightly.execute_in_process()
    assert caught.value.description == "No rows."


def test_an_output_that_was_not_made_skips_its_readers(dg, log):
    """An optional output that is not yielded skips what reads it."""

    @dg.op(out={"left": dg.Out(is_required=False), "right": dg.Out(is_required=False)})
    def branch():
        yield dg.Output(1, "right")

    @dg.op
    def read(x):
        log.append(x)

    @dg.job
    def nightly():
        left, right = branch()
        read.alias("read_left")(left)
        read.alias("read_right")(right)

    result = nightly.execute_in_process()
    assert result.success
    assert log == [1]
    assert result.is_node_skipped("read_left")


def test_a_retry_policy_runs_again(dg, log):
    """`RetryPolicy(max_retries=2)` runs three times at most; `retry_number` counts."""

    @dg.op(retry_policy=dg.RetryPolicy(max_retries=2))
    def flaky(context):
        log.append(context.retry_number)
        if len(log) < 3:
            raise ValueError("again")
        return len(log)

    @dg.job
    def nightly():
        flaky()

    result = nightly.execute_in_process()
    assert result.output_for_node("flaky") == 3
    assert log == [0, 1, 2]
    assert result.retry_attempts_for_node("flaky") == 2


def test_tags_and_description(dg, one):
    """A job keeps its tags, description and name; the run has the tags."""

    @dg.job(tags={"team": "a"}, description="At night.")
    def nightly():
        one()

    assert (nightly.name, nightly.tags["team"], nightly.description) == ("nightly", "a", "At night.")
    assert nightly.execute_in_process().dagster_run.tags["team"] == "a"


def test_a_step_may_ask_to_be_tried_again(dg, log):
    """`RetryRequested` is granted as often as it asks."""

    @dg.op
    def flaky(context):
        log.append(context.retry_number)
        if len(log) < 3:
            raise dg.RetryRequested(max_retries=2)

    @dg.job
    def nightly():
        flaky()

    assert nightly.execute_in_process().success
    assert log == [0, 1, 2]


def test_the_events_of_a_retry(dg):
    """Up for retry, then restarted, and the rest as ever."""

    @dg.op(retry_policy=dg.RetryPolicy())
    def flaky(context):
        if context.retry_number == 0:
            raise ValueError("again")

    @dg.job
    def nightly():
        flaky()

    kinds = [event.event_type_value for event in nightly.execute_in_process().events_for_node("flaky")]
    wanted = ["STEP_START", "STEP_UP_FOR_RETRY", "STEP_RESTARTED", "STEP_OUTPUT", "STEP_SUCCESS"]
    assert [kind for kind in kinds if kind in wanted] == wanted


def test_a_failure_may_forbid_retries(dg, log):
    """`Failure(allow_retries=False)` ends the step at once."""

    @dg.op(retry_policy=dg.RetryPolicy(max_retries=3))
    def broken():
        log.append("try")
        raise dg.Failure("No.", allow_retries=False)

    @dg.job
    def nightly():
        broken()

    assert not nightly.execute_in_process(raise_on_error=False).success
    assert log == ["try"]


def test_a_graph_takes_its_place_in_a_job(dg, one, plus):
    """Its ops are steps behind its name; its output is wired like an op's."""

    @dg.graph
    def added(left):
        return plus(left, one())

    @dg.job
    def nightly():
        added(added.alias("first")(one()))

    result = nightly.execute_in_process()
    assert result.output_for_node("added") == 3
    assert result.output_for_node("first.plus") == 2


def test_a_graph_becomes_a_job(dg, one):
    """`to_job` binds resources, config and tags; `output_value` is what the graph returns."""

    @dg.op(required_resource_keys={"factor"})
    def scaled(context, x):
        return x * context.resources.factor

    @dg.graph
    def numbers():
        return scaled(one())

    job = numbers.to_job(name="nightly", resource_defs={"factor": dg.ResourceDefinition.hardcoded_resource(3)})
    assert job.name == "nightly"
    assert job.execute_in_process().output_value() == 3


def test_several_outputs_of_a_graph(dg, one, plus):
    """`out={name: GraphOut()}` and a dictionary."""

    @dg.graph(out={"once": dg.GraphOut(), "twice": dg.GraphOut()})
    def both():
        start = one()
        return {"once": start, "twice": plus(start, start)}

    @dg.job
    def nightly():
        once, twice = both()
        plus.alias("total")(once, twice)

    assert nightly.execute_in_process().output_for_node("total") == 3


def test_config_of_a_graph_s_ops(dg):
    """In a run config the ops of a graph are under its `ops`, however deep."""

    @dg.op(config_schema={"limit": int})
    def fetch(context):
        return context.op_config["limit"]

    @dg.graph
    def inner():
        return fetch()

    @dg.graph
    def outer():
        return inner()

    @dg.job
    def nightly():
        outer()

    run_config = {"ops": {"outer": {"ops": {"inner": {"ops": {"fetch": {"config": {"limit": 3}}}}}}}}
    assert nightly.execute_in_process(run_config).output_for_node("outer.inner.fetch") == 3


def test_hooks(dg, log):
    """A job's hooks are called after each step, with their resources, by occasion."""

    @dg.success_hook(required_resource_keys={"chat"})
    def praise(context):
        log.append((context.resources.chat, "done", context.op.name))

    @dg.failure_hook(required_resource_keys={"chat"})
    def blame(context):
        log.append((context.resources.chat, str(context.op_exception), context.op.name))

    @dg.op
    def good():
        return 1

    @dg.op
    def bad():
        raise ValueError("the op")

    @dg.job(hooks={praise, blame}, resource_defs={"chat": dg.ResourceDefinition.hardcoded_resource("chat")})
    def nightly():
        good()
        bad()

    nightly.execute_in_process(raise_on_error=False)
    assert sorted(log) == [("chat", "done", "good"), ("chat", "the op", "bad")]


def test_some_steps_of_a_job(dg, one, log):
    """`op_selection` runs the steps that it names, with what is upstream by a star."""

    @dg.op
    def double(x):
        log.append(2 * x)

    @dg.op
    def other():
        log.append("other")

    @dg.job
    def nightly():
        double(one())
        other()

    assert nightly.execute_in_process(op_selection=["*double"]).success
    assert log == [2]


# -- a run's result ---------------------------------------------------------------------------------------------------


@pytest.fixture
def talkative(dg):
    """A job of one op that logs an event of every kind."""

    @dg.op
    def talk(context):
        context.log_event(dg.AssetObservation("seen", metadata={"rows": 1}))
        context.log_event(dg.ExpectationResult(success=False, label="logged", description="It was not."))
        yield dg.ExpectationResult(success=True, label="yielded")
        yield dg.AssetMaterialization.file("/data/trips.csv")
        yield dg.Output(1, metadata={"size": 9})

    @dg.job
    def nightly():
        talk()

    return nightly.execute_in_process()


def test_expectations(talkative):
    """`expectation_results_for_node` lists the logged and yielded expectations; each has an event."""
    found = talkative.expectation_results_for_node("talk")
    assert [(e.success, e.label, e.description) for e in found] == [
        (False, "logged", "It was not."),
        (True, "yielded", None),
    ]
    of_type = talkative.filter_events(lambda e: e.event_type_value == "STEP_EXPECTATION_RESULT")
    assert [e.event_specific_data.expectation_result.label for e in of_type] == ["logged", "yielded"]
    assert [e.step_expectation_result_data.expectation_result.success for e in of_type] == [False, True]


def test_what_was_looked_at(dg, talkative):
    """`asset_observations_for_node` and `get_asset_observation_events` list the observed assets."""
    (seen,) = talkative.asset_observations_for_node("talk")
    assert (seen.asset_key, seen.metadata["rows"].value) == (dg.AssetKey("seen"), 1)
    assert [event.is_asset_observation for event in talkative.get_asset_observation_events()] == [True]


def test_a_file_that_was_made(dg, talkative):
    """`AssetMaterialization.file` is keyed by the words of the file's path, which is in its metadata."""
    (made,) = talkative.asset_materializations_for_node("talk")
    assert made.asset_key == dg.AssetKey(["data", "trips", "csv"])
    assert made.metadata["path"].value == "/data/trips.csv"


def test_metadata_of_outputs(dg):
    """`Output(metadata=...)` and `add_output_metadata` are in the event of the output; the context's come last."""

    @dg.op
    def single(context):
        context.add_output_metadata({"rows": 1})
        context.add_output_metadata({"files": 2})
        return dg.Output(4, metadata={"rows": 3, "size": 9})

    @dg.op(out={"low": dg.Out(), "high": dg.Out()})
    def several(context):
        context.add_output_metadata({"rows": 5}, output_name="high")
        return 1, 2

    @dg.job
    def nightly():
        single()
        several()

    told = {
        (event.step_key, event.step_output_data.output_name): {
            name: value.value for name, value in event.step_output_data.metadata.items()
        }
        for event in nightly.execute_in_process().all_events
        if event.is_successful_output
    }
    assert told == {
        ("single", "result"): {"rows": 1, "files": 2, "size": 9},
        ("several", "low"): {},
        ("several", "high"): {"rows": 5},
    }


@pytest.mark.parametrize("output", [None, "middle"])
def test_metadata_of_no_output(dg, output):
    """If there are several outputs, metadata names one of them, and it exists."""

    @dg.op(out={"low": dg.Out(), "high": dg.Out()})
    def several(context):
        context.add_output_metadata({"rows": 5}, output_name=output)
        return 1, 2

    @dg.job
    def nightly():
        several()

    with pytest.raises(dg.DagsterInvariantViolationError):
        nightly.execute_in_process()


def test_what_failed(dg):
    """`failure_data_for_node` and the event's `step_failure_data` show a Failure's description and metadata."""

    @dg.op
    def broken():
        raise dg.Failure("No rows.", metadata={"rows": 0})

    @dg.job
    def nightly():
        broken()

    result = nightly.execute_in_process(raise_on_error=False)
    (event,) = result.get_step_failure_events()
    for data in (result.failure_data_for_node("broken"), event.step_failure_data):
        said = data.user_failure_data
        assert (said.label, said.description, said.metadata["rows"].value) == ("intentional-failure", "No rows.", 0)
    assert (event.is_failure, event.is_step_failure, event.is_step_event) == (True, True, True)
    assert result.get_run_failure_event().event_type_value == "PIPELINE_FAILURE"
    with pytest.raises(dg.DagsterError):
        result.get_run_success_event()


def test_kinds_of_events(dg, one):
    """Events have a property for each kind."""

    @dg.op(retry_policy=dg.RetryPolicy(max_retries=1))
    def flaky(context):
        if context.retry_number == 0:
            raise ValueError
        yield dg.Output(1)

    @dg.op(out=dg.Out(is_required=False))
    def never():
        yield from ()

    @dg.op
    def reader(x):
        return x

    @dg.success_hook
    def hook(context):
        pass

    @dg.job(hooks={hook})
    def nightly():
        flaky()
        reader(never())

    events = nightly.execute_in_process().all_events
    for question, steps in {
        "is_step_up_for_retry": ["flaky"],
        "is_step_restarted": ["flaky"],
        "is_step_skipped": ["reader"],
        "is_successful_output": ["flaky"],
    }.items():
        assert [event.step_key for event in events if getattr(event, question)] == steps
    assert {event.step_key for event in events if event.is_hook_event} == {"flaky", "never"}
    assert sum(event.is_job_success for event in events if not event.is_step_event) == 1
    assert sum(event.is_handled_output for event in events) == 1


def test_what_a_job_says_of_itself(dg, one, read_db, tracked):
    """Name, tags, metadata, owners, hooks, steps and the resources that it needs."""

    @dg.failure_hook
    def alarm(context):
        pass

    @dg.job(
        tags={"team": "a"}, run_tags={"run": "b"}, metadata={"rows": 1}, owners=["team:x"], hooks={alarm},
        resource_defs={"db": tracked()}, op_retry_policy=dg.RetryPolicy(max_retries=2),
    )  # fmt: skip
    def nightly():
        one()
        read_db()

    assert nightly.run_tags["run"] == "b"
    assert set(nightly.hook_defs) == {alarm}
    assert nightly.op_retry_policy.max_retries == 2
    assert list(nightly.owners) == ["team:x"]
    assert "db" in nightly.required_resource_keys
    assert "db" in nightly.resource_defs
    assert (nightly.has_node_named("one"), nightly.has_node_named("two")) == (True, False)
    assert nightly.get_node_named("one").name == "one"
    assert set(nightly.metadata) == {"rows"}


def test_hooks_of_a_graph(dg, one, log):
    """`graph.with_hooks` gives its ops hooks in the job that it is placed in."""

    @dg.success_hook
    def note(context):
        log.append(context.step_key)

    @dg.graph
    def inner():
        return one()

    @dg.job
    def nightly():
        inner.with_hooks({note})()
        inner.alias("other")()

    nightly.execute_in_process()
    assert log == ["inner.one"]


@pytest.mark.parametrize("pace", ["backoff", "jitter"])
def test_a_pace_needs_a_delay(dg, pace):
    """A retry policy whose delay grows or is spread has a delay."""
    given = {"backoff": dg.Backoff.LINEAR, "jitter": dg.Jitter.FULL}
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.RetryPolicy(**{pace: given[pace]})


# -- what bodies return ------------------------------------------------------------------------------------------------


def outcome(dg, op):
    """Run one op in a job."""

    @dg.job
    def nightly():
        op()

    return nightly.execute_in_process(raise_on_error=False)


def test_annotations_of_what_is_wrapped(dg):
    """`-> Output[int]` declares the type of the value, in a tuple too; a generator's annotation does not."""

    def right() -> dg.Output[int]:
        return dg.Output(1)

    def wrong() -> dg.Output[int]:
        return dg.Output("one")

    def unsaid() -> dg.Output:
        return dg.Output("one")

    def generated() -> Iterator[dg.Output[int]]:
        yield dg.Output("one")

    bodies = {right: True, wrong: False, unsaid: True, generated: True}
    assert {body: outcome(dg, dg.op(body)).success for body in bodies} == bodies

    def pair() -> tuple[dg.Output[int], str]:
        return dg.Output(1), "two"

    def wrong_pair() -> tuple[int, str]:
        return 1, 2

    outs = {"left": dg.Out(), "right": dg.Out()}
    assert outcome(dg, dg.op(out=outs)(pair)).success
    assert not outcome(dg, dg.op(out=outs)(wrong_pair)).success


def test_nothing_is_handed_on(dg, events):
    """An op annotated `-> None`, or by Nothing, gives an output that no IO manager handles, and no value but None."""

    def none() -> None:
        return None

    def nothing() -> dg.Nothing:
        return None

    def wrong() -> None:
        return 4

    for body in (none, nothing):
        kinds = [kind for kind, _ in events(outcome(dg, dg.op(body)))]
        assert "STEP_OUTPUT" in kinds
        assert "HANDLED_OUTPUT" not in kinds
    assert not outcome(dg, dg.op(wrong)).success


def test_an_op_without_outputs(dg):
    """`out={}` declares that an op gives nothing; what gives something then fails."""
    assert outcome(dg, dg.op(name="quiet", out={})(lambda: None)).success
    assert not outcome(dg, dg.op(name="loud", out={})(lambda: 4)).success


def test_some_of_a_list_was_not_given(dg, one):
    """An input takes those outputs of a list that were given; if none was, the step is skipped."""

    @dg.op(out=dg.Out(is_required=False))
    def never():
        yield from ()

    @dg.op
    def count(xs):
        return len(xs)

    @dg.op(ins={"start": dg.In(dg.Nothing)})
    def after():
        return "after"

    @dg.job
    def nightly():
        count([one(), never()])
        count.alias("none")([never.alias("never_a")(), never.alias("never_b")()])
        after(start=[one.alias("again")(), never.alias("never_c")()])

    result = nightly.execute_in_process()
    assert result.success
    assert (result.output_for_node("count"), result.output_for_node("after")) == (1, "after")
    assert result.is_node_skipped("none")


@pytest.mark.not_carried("a job that is resolved already is not declared anew")
def test_a_job_is_resolved_among_the_assets_of_a_graph(dg):
    """`define_asset_job(...).resolve(asset_graph)` gives a job that runs with the resources of the definitions."""

    @dg.asset(required_resource_keys={"n"})
    def one(context):
        return context.resources.n

    @dg.asset
    def other():
        pass

    graph = dg.Definitions(assets=[one, other], resources={"n": 1}).resolve_asset_graph()
    unresolved = dg.define_asset_job("some", selection="one")
    job = unresolved.resolve(asset_graph=graph)
    result = job.execute_in_process()
    assert job.name == "some"
    assert result.output_for_node("one") == 1
    assert [event.step_key for event in result.get_step_success_events()] == ["one"]


def test_the_nodes_of_a_job(dg):
    """`nodes` are the ops and graphs called in a job's body, in their order; a graph has nodes of its own."""

    @dg.op
    def one():
        return 1

    @dg.op
    def double(x):
        return x * 2

    @dg.graph
    def inner(v):
        return double(double.alias("again")(v))

    @dg.job
    def nightly():
        inner(one())

    assert sorted(node.name for node in nightly.nodes) == ["inner", "one"]
    assert sorted(node.name for node in nightly.get_node_named("inner").definition.nodes) == ["again", "double"]
    assert [nightly.has_node_named(name) for name in ("inner", "inner.double")] == [True, False]
    assert sorted(found.name for found in nightly.top_level_node_defs) == ["inner", "one"]
    assert sorted(found.name for found in nightly.all_node_defs) == ["double", "inner", "one"]
    assert nightly.node_def_named("double").name == "double"
    for ask in (nightly.get_node_named, nightly.node_def_named):
        with pytest.raises(Exception, match="again"):
            ask("inner.again")


def test_the_nodes_of_a_job_of_assets(dg):
    """A job of assets has a node for each definition; its definition is an op, or several ops."""

    @dg.asset
    def one():
        return 1

    @dg.op
    def more(x):
        return x + 1

    @dg.graph_asset
    def two(one):
        return more(more(one))

    job = dg.Definitions(assets=[one, two]).resolve_implicit_global_asset_job_def()
    assert sorted((node.name, node.definition.name) for node in job.nodes) == [("one", "one"), ("two", "two")]
    assert isinstance(job.get_node_named("one").definition, dg.OpDefinition)
