"""Open inputs: values that no step gives, from a run's config or from `input_values`."""

import pytest


@pytest.fixture
def plus(dg):
    """An op that adds two numbers."""

    @dg.op
    def plus(x: int, y: int):
        return x + y

    return plus


@pytest.fixture
def one(dg):
    """An op that returns 1."""

    @dg.op
    def one():
        return 1

    return one


def of_op(name, **inputs):
    """A run config that gives inputs of one op."""
    return {"ops": {name: {"inputs": inputs}}}


@pytest.mark.parametrize("given", [5, {"value": 5}], ids=["plain", "under value"])
def test_an_input_from_run_config(dg, plus, one, given):
    """An input that nothing is connected to takes its value from the run config."""

    @dg.job
    def nightly():
        plus(one())

    assert nightly.execute_in_process(of_op("plus", y=given)).output_for_node("plus") == 6


@pytest.mark.parametrize(
    "given",
    [{}, {"y": "five"}, {"y": 5, "x": 3}, {"y": 5, "z": 3}, {"y": {"env": "HOME"}}],
    ids=["none", "a wrong type", "one that is connected", "one that does not exist", "a variable"],
)
def test_inputs_that_do_not_fit(dg, plus, one, given):
    """Missing, unknown and connected inputs, and values of another type, are refused before the run."""

    @dg.job
    def nightly():
        plus(one())

    with pytest.raises(dg.DagsterInvalidConfigError):
        nightly.execute_in_process(of_op("plus", **given))


def test_an_input_without_a_type(dg, differs, one):
    """Dagster wants `{"value": ...}` for an input without an annotation; dagwire takes it plain as well."""

    @dg.op
    def keep(x):
        return x

    @dg.job
    def nightly():
        keep()

    def run(given):
        return nightly.execute_in_process(of_op("keep", x=given)).output_for_node("keep")

    assert run({"value": 5}) == 5
    differs(lambda: run(5), dagster=dg.DagsterInvalidConfigError, dagwire=5)


def test_lists_and_dicts_from_run_config(dg):
    """Items of a list may be under "value"; a dict is taken as it is."""

    @dg.op
    def keep_list(x: list[int]):
        return x

    @dg.op
    def keep_dict(x: dict):
        return x

    @dg.job
    def nightly():
        keep_list()
        keep_dict()

    inputs = {"ops": {"keep_list": {"inputs": {"x": [1, {"value": 2}]}}, "keep_dict": {"inputs": {"x": {"value": 3}}}}}
    result = nightly.execute_in_process(inputs)
    assert (result.output_for_node("keep_list"), result.output_for_node("keep_dict")) == ([1, 2], {"value": 3})


def test_a_default_gives_way_to_run_config(dg):
    """Defaults of the parameter or of `In` hold if the run gives no value."""

    @dg.op
    def plain(x: int = 4):
        return x

    @dg.op(ins={"x": dg.In(int, default_value=3)})
    def declared(x):
        return x

    @dg.job
    def nightly():
        plain()
        declared()

    result = nightly.execute_in_process(of_op("declared", x=5))
    assert (result.output_for_node("plain"), result.output_for_node("declared")) == (4, 5)


def test_inputs_beside_config(dg):
    """An op's inputs and its config are side by side; a RunConfig may hold both."""

    class Factor(dg.Config):
        by: int = 1

    @dg.op
    def times(x: int, config: Factor):
        return x * config.by

    @dg.job
    def nightly():
        times()

    both = {"inputs": {"x": 5}, "config": {"by": 3}}
    assert nightly.execute_in_process({"ops": {"times": both}}).output_for_node("times") == 15
    assert nightly.execute_in_process(dg.RunConfig(ops={"times": both})).output_for_node("times") == 15


def test_inputs_in_a_job_s_own_config(dg, plus, one):
    """`@job(config=...)` may give inputs."""

    @dg.job(config=of_op("plus", y=10))
    def nightly():
        plus(one())

    assert nightly.execute_in_process().output_for_node("plus") == 11


def test_inputs_of_an_alias(dg, plus, one):
    """An alias is the name under which inputs are given."""

    @dg.job
    def nightly():
        plus.alias("more")(one())

    assert nightly.execute_in_process(of_op("more", y=5)).output_for_node("more") == 6


def test_inputs_of_a_graph(dg, plus, one):
    """Inputs of a graph are under its name, those of its ops under its "ops"."""

    @dg.graph
    def inner(x):
        return plus(x)

    @dg.job
    def nightly():
        inner()

    given = {"ops": {"inner": {"inputs": {"x": 5}, "ops": {"plus": {"inputs": {"y": 4}}}}}}
    assert nightly.execute_in_process(given).output_for_node("inner") == 9
    with pytest.raises(dg.DagsterInvalidConfigError):
        nightly.execute_in_process({"ops": {"inner": {"ops": {"plus": {"inputs": {"x": 5, "y": 4}}}}}})


@pytest.fixture
def summed(dg, plus, one):
    """A graph of one input, which it adds 1 to."""

    @dg.graph
    def summed(x):
        return plus(x, one())

    return summed


def test_inputs_of_a_job(dg, summed):
    """A graph's inputs are its job's: `{"inputs": ...}` in run config, or `input_values`."""
    job = summed.to_job()
    assert job.execute_in_process({"inputs": {"x": 5}}).output_for_node("plus") == 6
    assert job.execute_in_process(input_values={"x": 7}).output_for_node("plus") == 8
    assert summed.execute_in_process(input_values={"x": 2}).output_value() == 3
    assert summed.execute_in_process({"inputs": {"x": 3}}).output_value() == 4
    for config in (None, {"inputs": {"x": "five"}}, {"inputs": {"x": 5, "q": 5}}, of_op("plus", x=5)):
        with pytest.raises(dg.DagsterInvalidConfigError):
            job.execute_in_process(config)


def test_input_values_of_to_job(dg, summed):
    """`to_job(input_values=...)` holds for every run that gives none itself; run config does not give what is given."""
    job = summed.to_job(input_values={"x": 9})
    assert job.execute_in_process().output_for_node("plus") == 10
    assert job.execute_in_process(input_values={"x": 7}).output_for_node("plus") == 8
    with pytest.raises(dg.DagsterInvalidConfigError):
        job.execute_in_process({"inputs": {"x": 5}})


def test_input_values_that_do_not_exist(dg, summed):
    """`input_values` names inputs of the job."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        summed.to_job(input_values={"x": 1}).execute_in_process(input_values={"q": 7})


def test_parameters_of_a_job(dg):
    """The parameters of a job's function are its inputs; any object may be an input value."""

    @dg.op
    def keep(x):
        return x

    @dg.job
    def nightly(x):
        keep(x)

    @dg.job(input_values={"x": 4})
    def with_a_value(x):
        keep(x)

    assert nightly.execute_in_process(input_values={"x": object}).output_for_node("keep") is object
    assert nightly.execute_in_process({"inputs": {"x": {"value": 3}}}).output_for_node("keep") == 3
    assert with_a_value.execute_in_process().output_for_node("keep") == 4


def test_no_config_can_give_it(dg):
    """An input of a type that no config can give must be connected, or have a default."""

    class Custom:
        pass

    @dg.op
    def keep(x: Custom):
        return x

    with pytest.raises(dg.DagsterInvalidDefinitionError):

        @dg.job
        def nightly():
            keep()


def test_a_selected_step_lacks_its_upstream(dg, plus, one):
    """The run config gives the value of a step that is left out."""

    @dg.job
    def nightly():
        plus(one(), one())

    with pytest.raises(dg.DagsterInvalidConfigError):
        nightly.execute_in_process(op_selection=["plus"])
    result = nightly.execute_in_process(of_op("plus", x=2, y=3), op_selection=["plus"])
    assert result.output_for_node("plus") == 5


def test_an_input_of_type_nothing_is_not_given(dg):
    """An input of type Nothing need not be connected, and cannot be given."""

    @dg.op(ins={"start": dg.In(dg.Nothing)})
    def after():
        return 1

    @dg.job
    def nightly():
        after()

    assert nightly.execute_in_process().output_for_node("after") == 1
    with pytest.raises(dg.DagsterInvalidConfigError):
        nightly.execute_in_process(of_op("after", start=1))
