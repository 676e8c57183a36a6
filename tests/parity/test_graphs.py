"""Graphs and jobs: what a body may connect, what their definitions list, tags, metadata, and copies of a graph."""

import pytest


@pytest.fixture
def one(dg):
    """An op that gives 1."""

    @dg.op
    def one():
        return 1

    return one


@pytest.fixture
def add(dg):
    """An op of two numbers, one of which has a default."""

    @dg.op
    def add(low: int, high: int = 10):
        return low + high

    return add


@pytest.fixture
def sized(dg):
    """An op with config of one field."""

    @dg.op(config_schema={"size": int})
    def sized(context):
        return context.op_config["size"]

    return sized


# -- bodies ------------------------------------------------------------------------------------------------------------


def cases(**values):
    """Values of a parameter, each under its name."""
    return {"argvalues": list(values.values()), "ids": list(values)}


@pytest.mark.parametrize(
    "body",
    **cases(
        constant=lambda one, add: add(3),
        keyword_constant=lambda one, add: add(low=3),
        op_itself=lambda one, add: add(one),
        alias_itself=lambda one, add: add(one.alias("other")),
        constant_in_list=lambda one, add: add([one(), 3]),
        unknown_input=lambda one, add: add(middle=one()),
        too_many=lambda one, add: add(one(), one(), one()),
    ),
)
def test_inputs_take_outputs_only(dg, one, add, body):
    """An input takes the output of an op; constants, ops that were not called and unknown inputs are refused."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.job(name="nightly")(lambda: (body(one, add), None)[1])


def test_an_input_is_given_twice(dg, one, add):
    """By place and by name at once is refused."""
    with pytest.raises(dg.DagsterInvalidInvocationError):
        dg.job(name="nightly")(lambda: (add(one(), low=one()), None)[1])


def test_an_alias_that_is_taken(dg, one):
    """Two steps of one alias are refused; without alias the second call is numbered."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.job(name="nightly")(lambda: (one.alias("a")(), one.alias("a")(), None)[-1])
    nightly = dg.job(name="nightly")(lambda: (one(), one(), one.alias("a")(), None)[-1])
    assert {node.name for node in nightly.nodes} == {"one", "one_2", "a"}


@pytest.mark.parametrize("nested", [False, True])
def test_two_definitions_of_one_name(dg, one, nested):
    """A job with two different ops of one name is refused, if one is in a graph too."""

    @dg.op(name="one")
    def other():
        return 2

    inner = dg.graph(name="inner")(lambda: (other(), None)[1]) if nested else other
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.job(name="nightly")(lambda: (one(), inner(), None)[-1])


def test_parts_of_an_output(dg, one, add):
    """While a body connects ops there are no values: an output cannot be indexed or unpacked."""
    for body in (lambda: add(one()[0]), lambda: add(*one())):
        with pytest.raises(dg.DagsterInvariantViolationError):
            dg.graph(name="inner")(body)


def test_an_input_of_a_graph_is_used(dg, one):
    """An input that no op of the graph or job takes is refused."""
    for decorator in (dg.graph, dg.job):
        with pytest.raises(dg.DagsterInvalidDefinitionError):
            decorator(name="inner")(lambda number: (one(), None)[1])


def test_input_values_of_unknown_inputs(dg, add):
    """`input_values` names inputs that exist, of a job and of `to_job`."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.job(name="nightly", input_values={"other": 3})(lambda low: (add(low), None)[1])
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.graph(name="inner")(lambda low: add(low)).to_job(input_values={"other": 3})  # noqa: PLW0108  # its parameter


def test_an_input_that_nothing_can_give(dg):
    """An open input inside a nested graph is refused when the job is made, if no config can give its type."""

    class Book:
        pass

    @dg.op
    def read(book: Book):
        return book

    @dg.graph
    def inner(book):
        read(book)

    @dg.graph
    def outer():
        inner()

    with pytest.raises(dg.DagsterInvalidDefinitionError):
        outer.to_job()


@pytest.mark.parametrize(
    "returned",
    **cases(
        declared=lambda dg, one: dg.graph(out=dg.GraphOut())(lambda: (one(), None)[1]),
        by_name=lambda dg, one: dg.graph(out={"a": dg.GraphOut()})(lambda: None),
        undeclared=lambda dg, one: dg.graph(lambda: {"a": one()}),
        constant=lambda dg, one: dg.graph(lambda: 5),
        unknown=lambda dg, one: dg.graph(ins={"other": dg.GraphIn()})(lambda: one()),  # noqa: PLW0108  # a body
    ),
)
def test_declared_outputs_are_returned(dg, one, returned):
    """A graph returns the outputs that it declares, and a dict of outputs is declared."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        returned(dg, one)


def test_the_body_of_a_job_may_return_all_outputs_of_an_op(dg):
    """A lambda that calls an op of several outputs is the body of a job; one output is refused."""

    @dg.op(out={"a": dg.Out(), "b": dg.Out()})
    def two():
        return 1, 2

    assert dg.job(name="nightly")(lambda: two()).execute_in_process().output_for_node("two", "b") == 2  # noqa: PLW0108  # a body


# -- facts -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def inner(dg, one, add):
    """A graph with two inputs, an op called twice, and two outputs."""

    @dg.graph(
        ins={"low": dg.GraphIn(description="the lowest")},
        out={"first": dg.GraphOut(description="the first"), "second": dg.GraphOut()},
        tags={"team": "x", "limits": {"cpu": 1}},
    )
    def inner(low, high):
        """Adds."""
        return {"first": add(low, high), "second": add.alias("more")(low)}

    return inner


def test_facts_of_a_graph(inner):
    """A graph lists its inputs, outputs and nodes; an input has the type that its ops agree on."""
    assert (inner.name, inner.description, inner.__name__) == ("inner", "Adds.", "inner")
    assert [(i.name, i.dagster_type.display_name, i.description) for i in inner.input_defs] == [
        ("low", "Int", "the lowest"),
        ("high", "Int", None),
    ]
    assert [(o.name, o.description) for o in inner.output_defs] == [("first", "the first"), ("second", None)]
    assert (set(inner.input_dict), set(inner.output_dict)) == ({"low", "high"}, {"first", "second"})
    assert (inner.has_input("low"), inner.has_output("low")) == (True, False)
    assert {node.name for node in inner.nodes} == set(inner.node_dict) == {"add", "more"}
    assert [definition.name for definition in inner.node_defs] == ["add"]
    assert (inner.has_node_named("more"), inner.node_named("more").definition.name) == (True, "add")


def test_tags_of_a_graph(inner):
    """A graph's tags are those of its jobs, which add their own; a run has the job's, or the run tags."""
    assert inner.tags == {"team": "x", "limits": '{"cpu": 1}'}
    assert inner.to_job(tags={"team": "y"}).tags == {"team": "y", "limits": '{"cpu": 1}'}
    assert inner.to_job(run_tags={"by": "hand"}).run_tags["by"] == "hand"


def test_tags_of_a_job(dg, one):
    """A run has the job's tags; with `run_tags` it has these in their place. Tags that are not text become JSON."""

    def body():
        one()

    plain = dg.job(name="nightly", tags={"a": {"b": 1}})(body)
    assert (plain.tags, plain.run_tags) == ({"a": '{"b": 1}'}, {"a": '{"b": 1}'})
    both = dg.job(name="nightly", tags={"a": "1"}, run_tags={"r": "2"})(body)
    assert (both.tags, both.run_tags) == ({"a": "1"}, {"r": "2"})
    assert both.execute_in_process(tags={"n": 3}).dagster_run.tags == {"r": "2", "n": "3"}


def test_facts_of_a_job(dg, one):
    """A job has metadata in its kinds, owners, an executor, its graph and run config."""

    @dg.job(
        metadata={"rows": 1}, owners=["team:x", "ann@example.org"], executor_def=dg.in_process_executor,
        config={"ops": {}}, description="Each night.",
    )  # fmt: skip
    def nightly():
        one()

    assert {name: value.value for name, value in nightly.metadata.items()} == {"rows": 1}
    assert nightly.owners == ["team:x", "ann@example.org"]
    assert nightly.executor_def.name == "in_process"
    assert (nightly.graph.name, [node.name for node in nightly.graph.nodes]) == ("nightly", ["one"])
    assert nightly.run_config == {"ops": {}}
    assert nightly.description == "Each night."
    assert nightly.get_node_named("one").definition.name == "one"


@pytest.mark.parametrize(
    "options",
    **cases(
        owners={"owners": ["nobody"]},
        team={"owners": ["team:"]},
        hooks={"hooks": {1}},
        config={"config": 5},
        executor={"executor_def": 5},
    ),
)
def test_arguments_of_a_job_that_cannot_be_used(dg, one, options):
    """Owners, hooks, config and executors of another kind are refused when the job is made."""
    with pytest.raises(Exception):  # noqa: B017, PT011  # some of Dagster's have no class of their own
        dg.job(name="nightly", **options)(lambda: (one(), None)[1])


def test_the_tags_of_a_partition(dg, one):
    """The run of a partition has the key of the partition and the name of the job's partitions as tags."""
    parts = dg.StaticPartitionsDefinition(["a"])
    nightly = dg.job(name="nightly", partitions_def=parts)(lambda: (one(), None)[1])
    expected = {"dagster/partition": "a", "dagster/partition_set": "nightly_partition_set"}
    assert nightly.execute_in_process(partition_key="a").dagster_run.tags == expected
    assert nightly.run_request_for_partition("a").tags == expected


def test_arguments_of_a_run_by_place(dg, sized):
    """`execute_in_process` takes its arguments in Dagster's order."""
    nightly = dg.job(name="nightly")(lambda: (sized(), None)[1])
    config = {"ops": {"sized": {"config": {"size": 3}}}}
    result = nightly.execute_in_process(config, None, None, *(False, ["sized"], None, None, None, {"by": "hand"}))
    assert (result.output_for_node("sized"), result.dagster_run.tags) == (3, {"by": "hand"})


def test_other_resources_for_a_job(dg):
    """`with_top_level_resources` gives the job other resources."""

    @dg.op(required_resource_keys={"db"})
    def read(context):
        return context.resources.db

    make = dg.ResourceDefinition.hardcoded_resource
    nightly = dg.job(name="nightly", resource_defs={"db": make("old")})(lambda: (read(), None)[1])
    assert nightly.with_top_level_resources({"db": make("new")}).execute_in_process().output_for_node("read") == "new"


# -- copies of a graph -------------------------------------------------------------------------------------------------


def test_a_graph_under_other_names(dg, one, inner):
    """`alias` and `tag` make copies that one job may call beside the graph itself."""

    @dg.job
    def nightly():
        inner(one(), one())
        inner.alias("other").tag({"a": "b"})(one(), one())

    result = nightly.execute_in_process()
    assert (result.output_for_node("inner", "first"), result.output_for_node("other", "second")) == (2, 11)


@pytest.mark.not_carried("Dagster ignores the policy of a graph, so `to_dagster` refuses it")
def test_the_retry_policy_of_a_graph(dg, log, differs):
    """`graph.with_retry_policy` holds for its ops that have no policy of their own; Dagster takes it and ignores it."""

    def body(context):
        log.append(context.op_def.name)
        raise ValueError

    first = dg.op(name="first")(body)
    second = dg.op(name="second", retry_policy=dg.RetryPolicy(max_retries=2))(body)
    pair = dg.graph(name="pair")(lambda: (first(), second(), None)[-1])
    nightly = dg.job(name="nightly")(lambda: (pair.with_retry_policy(dg.RetryPolicy(max_retries=1))(), None)[1])
    nightly.execute_in_process(raise_on_error=False)
    differs(lambda: sorted(log), dagster=["first"] + ["second"] * 3, dagwire=["first"] * 2 + ["second"] * 3)


def test_a_graph_with_its_config_given(dg, sized):
    """`graph.configured` gives the graph's own config, as a dict or by a function."""
    mapping = dg.ConfigMapping(lambda config: {"sized": {"config": {"size": config["n"]}}}, {"n": int})
    inner = dg.graph(name="inner", config=mapping)(lambda: sized())  # noqa: PLW0108  # a body
    assert inner.configured({"n": 3}, name="three").execute_in_process().output_value() == 3

    @dg.configured(inner, config_schema=int)
    def doubled(number):
        return {"n": number * 2}

    nightly = dg.job(name="nightly")(lambda: (doubled(), None)[1])
    result = nightly.execute_in_process({"ops": {"doubled": {"config": 4}}})
    assert result.output_for_node("doubled") == 8


def test_a_job_of_some_ops_of_a_graph(dg, one, add):
    """`to_job(op_selection=)` is a job of the selected ops alone."""
    inner = dg.graph(name="inner")(lambda: add(one()))
    result = inner.to_job(op_selection=["one"]).execute_in_process()
    assert {event.step_key for event in result.get_step_success_events()} == {"one"}


# -- assets as steps ---------------------------------------------------------------------------------------------------


def test_an_asset_is_a_step_of_a_job(dg):
    """Called in the body of a job, an asset makes its value there as an op does; it is not materialized."""

    @dg.asset
    def rows():
        return 1

    @dg.asset
    def doubled(rows):
        return rows * 2

    @dg.multi_asset(outs={"low": dg.AssetOut(), "high": dg.AssetOut()})
    def ends():
        return 3, 4

    @dg.op
    def add(left, right):
        return left + right

    @dg.job
    def nightly():
        _low, high = ends()
        add(doubled(rows()), high)

    result = nightly.execute_in_process()
    assert result.output_for_node("add") == 6
    assert {event.step_key for event in result.get_step_success_events()} == {"rows", "doubled", "ends", "add"}
    assert result.get_asset_materialization_events() == []


def test_an_asset_that_comes_after_another_in_a_job(dg, log):
    """An asset in `deps` is an input of type Nothing, which may be connected or not."""

    @dg.asset
    def first():
        log.append("first")

    @dg.asset(deps=[first])
    def second():
        log.append("second")

    dg.job(name="nightly")(lambda: (second(first()), None)[1]).execute_in_process()
    dg.job(name="alone")(lambda: (second(), None)[1]).execute_in_process()
    assert log == ["first", "second", "second"]


def test_the_value_of_a_stored_asset_is_an_input(dg):
    """A SourceAsset or AssetSpec as an argument is loaded by its IO manager."""

    class Store(dg.IOManager):
        def load_input(self, context):
            return f"stored {context.asset_key.to_user_string()}"

        def handle_output(self, context, obj):
            pass

    @dg.op
    def read(value):
        read_values.append(value)

    read_values = []
    store = dg.IOManagerDefinition.hardcoded_io_manager(Store())

    @dg.job(resource_defs={"store": store, "io_manager": store})
    def nightly():
        read(dg.SourceAsset("trips", io_manager_key="store"))
        read(dg.AssetSpec("rows"))

    assert nightly.execute_in_process().success
    assert sorted(read_values) == ["stored rows", "stored trips"]


@pytest.mark.parametrize("other", ["second", "outer", "op_of_that_name"])
def test_graphs_of_one_name(dg, one, other):
    """Two different graphs of one name, or an op and a graph, are refused, inside another graph, too."""

    @dg.graph(name="same")
    def first():
        one()

    @dg.graph(name="same")
    def second():
        one()
        one()

    @dg.graph
    def outer():
        second()

    @dg.op(name="same")
    def op_of_that_name():
        pass

    def body():
        first()
        {"second": second, "outer": outer, "op_of_that_name": op_of_that_name}[other]()

    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.job(body)


def test_one_graph_may_be_used_twice(dg, one):
    """One graph may be used twice, under another alias."""

    @dg.graph
    def inner():
        one()

    @dg.job
    def outer():
        inner()
        inner.alias("again")()

    assert outer.execute_in_process().success
