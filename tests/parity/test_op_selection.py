"""Runs of some ops of a job: names, graphs, lists, config of what is left out, and what cannot be left out."""

import datetime

import pytest


@pytest.fixture
def nightly(dg):
    """A job of an op, a graph of two ops, and an op with config."""

    @dg.op
    def one():
        return 1

    @dg.op
    def double(number: int):
        return number * 2

    @dg.op(config_schema={"size": int})
    def blocks(context, number: int = 5):
        return "x" * (context.op_config["size"] + number)

    @dg.graph
    def fourfold(number):
        return double.alias("again")(double(number))

    @dg.job
    def nightly():
        blocks(fourfold(one()))

    return nightly


def done(result):
    """The names of the steps that succeeded."""
    return {event.step_key for event in result.get_step_success_events()}


def test_a_graph_is_selected_by_its_name(nightly):
    """The name of a graph selects its ops, and the name behind a dot selects one of them."""
    result = nightly.execute_in_process(op_selection=["one", "fourfold"])
    assert done(result) == {"one", "fourfold.double", "fourfold.again"}
    assert result.output_for_node("fourfold") == 4
    inner = nightly.execute_in_process(op_selection=["one", "fourfold.double"])
    assert done(inner) == {"one", "fourfold.double"}


def test_config_of_what_is_left_out_is_ignored(nightly):
    """Config and inputs for steps that are not selected may stay in the run config."""
    config = {"ops": {"blocks": {"config": {"size": 1}}, "one": {}}}
    assert done(nightly.execute_in_process(config, op_selection=["one"])) == {"one"}


def test_a_default_stands_in_for_what_is_left_out(nightly):
    """The default of an input counts if the step before it is not selected."""
    config = {"ops": {"blocks": {"config": {"size": 1}}}}
    result = nightly.execute_in_process(config, op_selection=["blocks"])
    assert result.output_for_node("blocks") == "xxxxxx"


def test_a_list_of_what_is_left(dg):
    """An input that takes a list takes the outputs of the selected steps."""

    @dg.op
    def one():
        return 1

    @dg.op
    def total(numbers: list[int]):
        return sum(numbers)

    @dg.job
    def nightly():
        total([one.alias(name)() for name in ("a", "b", "c")])

    result = nightly.execute_in_process(op_selection=["a", "c", "total"])
    assert result.output_for_node("total") == 2


def test_names_that_no_step_has(dg, nightly):
    """A name that no step has is refused, as DagsterInvalidSubsetError."""
    with pytest.raises(dg.DagsterInvalidSubsetError):
        nightly.execute_in_process(op_selection=["two"])


def test_what_no_config_can_give(dg):
    """A selected step whose input no config can give needs the step before it."""

    @dg.op
    def today() -> datetime.datetime:
        return datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)

    @dg.op
    def year(day: datetime.datetime):
        return day.year

    @dg.graph
    def calendar():
        return year(today())

    for run in (calendar.execute_in_process, calendar.to_job):
        with pytest.raises(dg.DagsterInvalidSubsetError):
            run(op_selection=["year"])


# -- jobs of assets ----------------------------------------------------------------------------------------------------


@pytest.fixture
def resolved(dg):
    """The job of two assets that some arguments of `define_asset_job` make."""

    @dg.asset
    def rows():
        return 1

    @dg.asset
    def report(rows):
        return rows

    def resolve(**options):
        defs = dg.Definitions(assets=[rows, report], jobs=[dg.define_asset_job("nightly", **options)])
        return defs.resolve_job_def("nightly")

    return resolve


def test_tags_of_a_job_of_assets(resolved):
    """A run has the job's tags, or its run tags if there are any; tags that are not text become JSON."""
    plain = resolved(tags={"a": {"b": 1}})
    assert (plain.tags, plain.execute_in_process().dagster_run.tags) == ({"a": '{"b": 1}'}, {"a": '{"b": 1}'})
    both = resolved(tags={"a": "1"}, run_tags={"r": "2"})
    assert (both.tags, both.run_tags) == ({"a": "1"}, {"r": "2"})
    assert both.execute_in_process().dagster_run.tags == {"r": "2"}


def test_facts_of_a_job_of_assets(dg, resolved):
    """Metadata, owners and executor are the definition's and the resolved job's."""
    options = {"metadata": {"rows": 1}, "owners": ["team:x"], "executor_def": dg.in_process_executor}
    unresolved = dg.define_asset_job("nightly", **options)
    assert (unresolved.metadata, unresolved.owners) == ({"rows": 1}, ["team:x"])
    job = resolved(**options)
    assert ({name: value.value for name, value in job.metadata.items()}, job.owners) == ({"rows": 1}, ["team:x"])
    assert job.executor_def.name == "in_process"


def test_the_selection_of_a_job_of_assets(dg):
    """`selection` is an AssetSelection, however it was written."""
    for written in ("rows", ["rows"], dg.AssetSelection.assets("rows")):
        assert str(dg.define_asset_job("nightly", selection=written).selection) == 'key:"rows"'
    assert dg.define_asset_job("nightly").selection == dg.AssetSelection.all()


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"selection": 5}, id="selection"),
        pytest.param({"selection": "a b c)("}, id="text"),
        pytest.param({"owners": ["nobody"]}, id="owners"),
        pytest.param({"hooks": {1}}, id="hooks"),
        pytest.param({"config": 5}, id="config"),
        pytest.param({"executor_def": 5}, id="executor"),
    ],
)
def test_arguments_of_a_job_of_assets_that_cannot_be_used(dg, options):
    """`define_asset_job` refuses arguments of another kind when it is called."""
    with pytest.raises(Exception):  # noqa: B017, PT011  # some of Dagster's have no class of their own
        dg.define_asset_job("nightly", **options)
