"""`@job` and `@graph`: what is connected when their bodies run, and what is refused."""

import itertools
from pathlib import Path

import pytest

import dagwire as dg
from dagwire.definitions.ops.node import Node, in_running_order
from dagwire.errors import (
    DefinitionCycleError,
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidNameError,
    InvariantViolationError,
)


@dg.op
def one():
    """Give 1."""
    return 1


@dg.op
def double(number):
    """Give twice the number."""
    return 2 * number


@dg.op
def total(numbers):
    """Give the sum."""
    return sum(numbers)


@dg.graph
def fourfold(number):
    """Double twice."""
    return double(double(number))


def test_a_graph_s_ops_are_steps_of_the_job():
    """Their names are behind the graph's; the graph's output is that of the op it returns."""

    @dg.job
    def numbers():
        double(fourfold(one()))

    assert [node.name for node in numbers.steps] == ["one", "fourfold.double", "fourfold.double_2", "double"]
    result = numbers.execute_in_process()
    assert (result.output_for_node("fourfold"), result.output_for_node("double")) == (4, 8)


def test_a_graph_in_a_graph():
    """Graphs nest, each use under its own name."""

    @dg.graph
    def eightfold(number):
        return double(fourfold(number))

    @dg.job
    def numbers():
        eightfold(eightfold.alias("first")(one()))

    result = numbers.execute_in_process()
    assert result.output_for_node("first.fourfold.double_2") == 4
    assert result.output_for_node("first.fourfold") == 4
    assert result.output_for_node("eightfold") == 64


def test_a_graph_with_several_outputs():
    """`out={...}` and a dict or a tuple; each is wired on its own."""

    @dg.graph(out={"once": dg.GraphOut(), "twice": dg.GraphOut()})
    def both():
        start = one()
        return {"once": start, "twice": double(start)}

    @dg.job
    def numbers():
        once, twice = both()
        total([once, twice])

    result = numbers.execute_in_process()
    assert result.output_for_node("total") == 3
    assert result.output_for_node("both", "twice") == 2


def test_a_graph_as_a_job():
    """`to_job` gives the graph's inputs their values; what neither it nor the run gives must have a default."""
    assert fourfold.to_job(input_values={"number": 3}).execute_in_process().output_value() == 12
    with pytest.raises(InvalidConfigError, match=r'{"inputs": {"number": \.\.\.}}'):
        fourfold.to_job().execute_in_process()


def test_what_no_run_could_give_is_refused():
    """An input that is not connected is refused at once if no config can give a value of its type."""

    @dg.op
    def read(file: Path):
        return file

    with pytest.raises(InvalidDefinitionError, match="being Path"):

        @dg.job
        def reading():
            read()


def test_a_list_of_outputs_is_one_input():
    """A list of outputs arrives as the list of their values, in its order."""

    @dg.job
    def numbers():
        total([one(), double(one()), fourfold(one())])

    assert numbers.execute_in_process().output_for_node("total") == 7


def test_a_graph_is_called_in_bodies_only():
    """Outside the body of a job or graph there is nothing that its ops could take a place in."""
    with pytest.raises(dg.DagsterInvalidInvocationError, match="in the body"):
        fourfold(3)


@pytest.mark.parametrize("returned", [3, "x", [1]], ids=repr)
def test_a_graph_returns_outputs_only(returned):
    """A graph's body connects; what it returns must be an output of an op."""
    with pytest.raises(InvalidDefinitionError, match="returns"):
        dg.graph(name="strange")(lambda: returned)


def test_an_output_cannot_be_unpacked():
    """While a body connects ops there are no values to unpack; the error names the op."""
    with pytest.raises(InvariantViolationError, match="op 'one': its output 'result' cannot be unpacked"):

        @dg.job
        def numbers():
            _a, _b = one()


def test_names_of_jobs_and_ops_are_checked():
    """A name that cannot serve is refused at declaration."""
    with pytest.raises(InvalidNameError):
        dg.job(name="a job")(lambda: None)
    with pytest.raises(InvalidNameError):
        dg.op(name="my-op")(lambda: None)
    with pytest.raises(InvalidNameError):
        one.alias("not good")


def test_a_cycle_is_drawn():
    """Nodes that wait for one another are reported in order."""
    nodes = [Node("a", one, after=("c",)), Node("b", one, after=("a",)), Node("c", one, after=("b",)), Node("d", one)]
    with pytest.raises(DefinitionCycleError) as caught:
        in_running_order(nodes)
    assert set(caught.value.path) == {"a", "b", "c"}
    for before, after in itertools.pairwise(caught.value.path):
        assert before in next(node for node in nodes if node.name == after).after


def test_ops_with_other_hooks_and_policies_are_copies():
    """`with_hooks`, `with_retry_policy` and `tag` leave the op as it was."""

    @dg.success_hook
    def told(context):
        pass

    changed = one.with_hooks({told}).with_retry_policy(dg.RetryPolicy(2)).tag({"tier": 1})
    assert (changed.hooks, changed.retry_policy, changed.tags) == ({told}, dg.RetryPolicy(2), {"tier": "1"})
    assert (one.hooks, one.retry_policy, one.tags) == (frozenset(), None, {})


def named(name, group=None, prefix="raw", **parameters):
    """An asset with a prefix and a group, which takes the values of the assets named."""
    namespace = {}
    exec(f"def {name}({', '.join(parameters)}): return '{prefix}'", namespace)  # noqa: S102  # parameters of the test
    return dg.asset(namespace[name], key_prefix=prefix, group_name=group)


def test_an_upstream_asset_named_without_its_prefix():
    """A parameter or dep without prefix means the one asset of that name in the group."""
    trips, total = named("trips"), named("total", prefix="sums", trips=1)
    result = dg.materialize([trips, total])
    assert result.success
    assert result.output_for_node("sums__total") == "sums"
    source = dg.SourceAsset(dg.AssetKey(["sea", "trips"]), group_name="sea")
    defs = dg.Definitions(assets=[trips, total, named("other", "sea", trips=1), source])
    graph = defs.resolve_asset_graph()
    assert graph.get(dg.AssetKey(["sums", "total"])).parent_keys == {trips.key}
    assert graph.get(dg.AssetKey(["raw", "other"])).parent_keys == {source.key}


@pytest.mark.parametrize("others", [[named("trips", "sea")], [named("trips"), named("trips", prefix="cooked")], []])
def test_an_upstream_name_that_is_not_clear(others):
    """An asset of another group is not meant, nor one of several, nor the asset itself."""
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="trips"):
        dg.materialize([*others, named("total", prefix="sums", trips=1)])
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="own"):
        dg.materialize([named("own", own=1)])
