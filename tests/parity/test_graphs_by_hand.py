"""Graphs and assets by hand: `GraphDefinition(node_defs=, dependencies=)` and `AssetsDefinition(node_def=)`."""

import pytest


@pytest.fixture
def one(dg):
    """An op that gives 1."""

    @dg.op
    def one():
        return 1

    return one


@pytest.fixture
def add_one(dg):
    """An op of a number."""

    @dg.op(ins={"number": dg.In(int)})
    def add_one(number):
        return number + 1

    return add_one


@pytest.fixture
def pair(dg):
    """An op with two outputs."""

    @dg.op(out={"low": dg.Out(int), "high": dg.Out(int)})
    def pair():
        return 3, 5

    return pair


@pytest.fixture
def inner(dg, add_one):
    """A graph of one op, with an input and an output of its own."""
    return dg.GraphDefinition(
        "inner",
        node_defs=[add_one],
        input_mappings=[
            dg.InputMapping(graph_input_name="given", mapped_node_name="add_one", mapped_node_input_name="number")
        ],
        output_mappings=[dg.OutputMapping("result", "add_one", "result")],
    )


def test_dependencies_by_hand(dg, one, add_one):
    """A dependency names the node whose output an input takes; nodes without one have their places, too."""
    graph = dg.GraphDefinition(
        "g", node_defs=[add_one, one], dependencies={"add_one": {"number": dg.DependencyDefinition("one")}}
    )
    assert graph.execute_in_process().output_for_node("add_one") == 2
    assert {node.name for node in graph.nodes} == {"one", "add_one"}


def test_dependencies_on_one_of_several_outputs(dg, pair, add_one):
    """A dependency names the output, if it is not called "result"."""
    taken = dg.DependencyDefinition("pair", "high")
    graph = dg.GraphDefinition("g", node_defs=[pair, add_one], dependencies={"add_one": {"number": taken}})
    assert graph.execute_in_process().output_for_node("add_one") == 6


def test_aliases_by_hand(dg, one, add_one):
    """An invocation gives a node another name; a definition is used once for each invocation."""
    graph = dg.GraphDefinition(
        "g",
        node_defs=[one, add_one],
        dependencies={
            dg.NodeInvocation("add_one", "second"): {"number": dg.DependencyDefinition("first")},
            dg.NodeInvocation("add_one", "first"): {"number": dg.DependencyDefinition("one")},
        },
    )
    assert {node.name for node in graph.nodes} == {"one", "first", "second"}
    assert graph.execute_in_process().output_for_node("second") == 3


def test_invocations_by_hand_have_attributes(dg, log, one):
    """An invocation has tags, hooks and a retry policy of its own."""
    tries = []

    @dg.success_hook
    def called(context):
        log.append(context.op.name)

    @dg.op
    def flaky():
        tries.append(1)
        if len(tries) < 2:
            raise ValueError
        return 1

    use = dg.NodeInvocation("flaky", tags={"size": "5"}, hook_defs={called}, retry_policy=dg.RetryPolicy(max_retries=1))
    result = dg.GraphDefinition("g", node_defs=[flaky], dependencies={use: {}}).execute_in_process()
    assert (result.success, len(tries), log) == (True, 2, ["flaky"])


def test_fan_in_by_hand(dg, one, add_one):
    """An input takes a list of outputs by a MultiDependencyDefinition."""

    @dg.op
    def total(numbers):
        return sum(numbers)

    graph = dg.GraphDefinition(
        "g",
        node_defs=[one, add_one, total],
        dependencies={
            "add_one": {"number": dg.DependencyDefinition("one")},
            "total": {
                "numbers": dg.MultiDependencyDefinition(
                    [dg.DependencyDefinition("one"), dg.DependencyDefinition("add_one")]
                )
            },
        },
    )
    assert graph.execute_in_process().output_for_node("total") == 3


def test_dynamic_outputs_by_hand(dg, add_one):
    """A node that takes a dynamic output runs once for each value, and so does one that takes its output."""

    @dg.op(out=dg.DynamicOut())
    def numbers():
        yield dg.DynamicOutput(1, "a")
        yield dg.DynamicOutput(2, "b")

    graph = dg.GraphDefinition(
        "g",
        node_defs=[numbers, add_one],
        dependencies={
            "add_one": {"number": dg.DependencyDefinition("numbers")},
            dg.NodeInvocation("add_one", "again"): {"number": dg.DependencyDefinition("add_one")},
        },
    )
    assert graph.execute_in_process().output_for_node("again") == {"a": 3, "b": 4}


def test_mappings_by_hand(dg, one, inner):
    """A graph's inputs and outputs are mapped to those of its nodes, wherever it is used."""
    assert inner.execute_in_process(input_values={"given": 4}).output_value() == 5

    @dg.job
    def of_body():
        inner(one())

    outer = dg.GraphDefinition(
        "outer", node_defs=[one, inner], dependencies={"inner": {"given": dg.DependencyDefinition("one")}}
    )
    assert outer.execute_in_process().output_for_node("inner") == 2
    assert of_body.execute_in_process().output_for_node("inner.add_one") == 2


def test_several_outputs_by_hand(dg, pair):
    """A graph has as many outputs as are mapped."""
    mappings = [dg.OutputMapping("a", "pair", "low"), dg.OutputMapping("b", "pair", "high")]
    result = dg.GraphDefinition("g", node_defs=[pair], output_mappings=mappings).execute_in_process()
    assert (result.output_value("a"), result.output_value("b")) == (3, 5)


def test_config_of_graphs_by_hand(dg):
    """A graph made by hand has a config mapping, and tags for its jobs."""

    @dg.op(config_schema={"size": int})
    def sized(context):
        return context.op_config["size"]

    mapping = dg.ConfigMapping(
        config_schema={"half": int}, config_fn=lambda config: {"sized": {"config": {"size": config["half"] * 2}}}
    )
    job = dg.GraphDefinition("g", node_defs=[sized], config=mapping, tags={"a": "b"}, description="Text.").to_job()
    assert job.execute_in_process({"ops": {"config": {"half": 2}}}).success
    assert (job.tags["a"], job.graph.description) == ("b", "Text.")


def test_graphs_without_nodes(dg):
    """A graph without nodes runs."""
    assert dg.GraphDefinition("g").execute_in_process().success


@pytest.mark.parametrize(
    "wrong",
    [
        {"dependencies": {"add_one": {"number": ("nobody", "result")}}},
        {"dependencies": {"add_one": {"number": ("one", "nothing")}}},
        {"dependencies": {"add_one": {"letter": ("one", "result")}}},
        {"dependencies": {"nobody": {"number": ("one", "result")}}},
        {"dependencies": {"add_one": {"number": ("add_one", "result")}}},
    ],
    ids=["unknown_node", "unknown_output", "unknown_input", "unknown_key", "itself"],
)
def test_dependencies_by_hand_are_checked(dg, one, add_one, wrong):
    """A dependency names nodes, inputs and outputs that exist, and no node depends on itself."""
    dependencies = {
        node: {argument: dg.DependencyDefinition(*taken) for argument, taken in inputs.items()}
        for node, inputs in wrong["dependencies"].items()
    }
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.GraphDefinition("g", node_defs=[one, add_one], dependencies=dependencies)


def test_dependencies_by_hand_are_declared(dg, one, add_one):
    """A dependency is a DependencyDefinition, and a node is an op or a graph."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.GraphDefinition("g", node_defs=[one, add_one], dependencies={"add_one": {"number": "one"}})
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.GraphDefinition("g", node_defs=[lambda: 1])


@pytest.mark.parametrize(
    "mapped", [("nobody", "number"), ("add_one", "letter"), ("taken", "number")], ids=["node", "input", "taken"]
)
def test_input_mappings_are_checked(dg, one, add_one, mapped):
    """An input is mapped to an input of a node that exists and takes no output."""
    node, argument = mapped
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.GraphDefinition(
            "g",
            node_defs=[one, add_one],
            dependencies={dg.NodeInvocation("add_one", "taken"): {"number": dg.DependencyDefinition("one")}},
            input_mappings=[
                dg.InputMapping(graph_input_name="given", mapped_node_name=node, mapped_node_input_name=argument)
            ],
        )


@pytest.mark.parametrize("mapped", [("nobody", "result"), ("one", "nothing")], ids=["node", "output"])
def test_output_mappings_are_checked(dg, one, mapped):
    """An output is mapped to an output of a node that exists."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.GraphDefinition("g", node_defs=[one], output_mappings=[dg.OutputMapping("made", *mapped)])


def test_parts_of_graphs_by_hand_are_values(dg):
    """Dependencies and invocations are compared by value, and list what they depend on."""
    taken = dg.DependencyDefinition("a", "b", "Text.")
    several = dg.MultiDependencyDefinition([taken])
    assert taken == dg.DependencyDefinition("a", "b", "Text.")
    assert (taken.node, taken.output, taken.description, taken.is_fan_in()) == ("a", "b", "Text.", False)
    assert (several.is_fan_in(), several.get_node_dependencies()) == (True, [taken])
    assert taken.get_node_dependencies() == [taken]
    assert len({dg.NodeInvocation("a", "b"), dg.NodeInvocation("a", "b")}) == 1


def test_two_definitions_of_one_name_by_hand(dg, one):
    """Two different definitions of one name cannot be in one graph; one definition may be listed twice."""

    @dg.op(name="one")
    def other():
        pass

    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.GraphDefinition("g", node_defs=[one, other]).to_job()
    assert dg.GraphDefinition("g", node_defs=[one, one]).execute_in_process().success


# -- assets ------------------------------------------------------------------------------------------------------------


def test_assets_by_hand_of_an_op(dg, pair):
    """The outputs of an op become assets, whose attributes are given by their keys."""
    low, high = dg.AssetKey("low"), dg.AssetKey("top")
    made = dg.AssetsDefinition(
        node_def=pair,
        keys_by_input_name={},
        keys_by_output_name={"low": low, "high": high},
        group_names_by_key={low: "g"},
        tags_by_key={low: {"a": "b"}},
        metadata_by_key={high: {"m": 1}},
        descriptions_by_key={high: "Text."},
        owners_by_key={low: ["team:x"]},
        asset_deps={low: set(), high: {low}},
    )
    assert (made.group_names_by_key, made.asset_deps) == ({low: "g", high: "default"}, {low: set(), high: {low}})
    assert (made.tags_by_key[low], made.owners_by_key[low]) == ({"a": "b"}, ["team:x"])
    assert (made.descriptions_by_key[high], made.metadata_by_key[high]["m"]) == ("Text.", 1)
    result = dg.materialize([made])
    assert (result.asset_value("low"), result.asset_value("top")) == (3, 5)


def test_assets_by_hand_of_a_graph(dg, inner):
    """The output of a graph becomes an asset; its inputs take assets by key, their partitions by a mapping."""
    days = dg.DailyPartitionsDefinition("2026-01-01")

    @dg.asset(partitions_def=days)
    def source():
        return 10

    made = dg.AssetsDefinition(
        node_def=inner,
        keys_by_input_name={"given": dg.AssetKey("source")},
        keys_by_output_name={"result": dg.AssetKey(["p", "made"])},
        partitions_def=days,
        partition_mappings={dg.AssetKey("source"): dg.TimeWindowPartitionMapping()},
    )
    assert (isinstance(made, dg.AssetsDefinition), made.node_def.name) == (True, "inner")
    result = dg.materialize([source, made], partition_key="2026-01-02")
    assert result.asset_value(["p", "made"]) == 11


def test_assets_by_hand_take_resources(dg):
    """An asset made by hand has resources of its own."""

    @dg.op(required_resource_keys={"db"})
    def read(context):
        return context.resources.db

    made = dg.AssetsDefinition(
        node_def=read,
        keys_by_input_name={},
        keys_by_output_name={"result": dg.AssetKey("read")},
        resource_defs={"db": dg.ResourceDefinition.hardcoded_resource(7)},
    )
    assert dg.materialize([made]).asset_value("read") == 7
