"""`AssetsDefinition.from_op` and `from_graph`, and the members of a definition of assets."""

import pytest


@pytest.fixture
def two(dg):
    """An op with two outputs, one of them optional."""

    @dg.op(
        out={
            "low": dg.Out(metadata={"m": 1}, description="Low."),
            "high": dg.Out(is_required=False, code_version="3"),
        }
    )
    def two(numbers):
        return min(numbers), max(numbers)

    return two


@pytest.fixture
def numbers(dg):
    """An asset that `two` takes."""

    @dg.asset
    def numbers():
        return [1, 2, 3]

    return numbers


def test_the_output_of_an_op_is_an_asset(dg, numbers):
    """A single output is the asset of the op's name; its inputs are upstream assets."""

    @dg.op
    def total(numbers):
        return sum(numbers)

    asset = dg.AssetsDefinition.from_op(total)
    assert (asset.key, asset.asset_deps) == (dg.AssetKey("total"), {dg.AssetKey("total"): {dg.AssetKey("numbers")}})
    assert dg.materialize([numbers, asset]).output_for_node("total") == 6


def test_the_outputs_of_an_op_are_assets(dg, numbers, two):
    """Each output is an asset of its name, with the attributes that its `Out` declares."""
    asset = dg.AssetsDefinition.from_op(two, key_prefix="p", group_name="g", tags_by_output_name={"low": {"t": "1"}})
    low, high = asset.get_asset_spec(dg.AssetKey(["p", "low"])), asset.get_asset_spec(dg.AssetKey(["p", "high"]))
    assert (low.description, low.metadata, low.tags, low.skippable) == ("Low.", {"m": 1}, {"t": "1"}, False)
    assert (high.code_version, high.skippable, high.group_name) == ("3", True, "g")
    result = dg.materialize([numbers, asset])
    assert (result.asset_value(["p", "low"]), result.asset_value(["p", "high"])) == (1, 3)


def test_keys_of_inputs_and_outputs(dg, two):
    """Keys are given by the names of inputs and outputs, for all outputs or none."""
    from_op = dg.AssetsDefinition.from_op
    keys = {"low": dg.AssetKey("l"), "high": dg.AssetKey("h")}
    asset = from_op(two, keys_by_input_name={"numbers": dg.AssetKey("n")}, keys_by_output_name=keys)
    assert asset.keys_by_input_name == {"numbers": dg.AssetKey("n")}
    assert asset.keys_by_output_name == keys
    for wrong in ({"keys_by_output_name": {"low": dg.AssetKey("l")}}, {"keys_by_input_name": {"z": dg.AssetKey("l")}}):
        with pytest.raises(Exception):  # noqa: B017, PT011  # Dagster's own class for it is private
            from_op(two, **wrong)


def test_internal_dependencies_of_an_op(dg, numbers, two):
    """`internal_asset_deps` names the assets that an output depends on."""
    deps = {"low": {dg.AssetKey("numbers")}, "high": {dg.AssetKey("low")}}
    asset = dg.AssetsDefinition.from_op(two, internal_asset_deps=deps)
    assert asset.asset_deps == {dg.AssetKey(output): keys for output, keys in deps.items()}


def test_the_output_of_a_graph_is_an_asset(dg, numbers):
    """The output of a graph is the asset of the graph's name; its parameters are upstream assets."""

    @dg.op
    def double(values):
        return [2 * value for value in values]

    @dg.op
    def total(values):
        return sum(values)

    @dg.graph
    def doubled(numbers):
        return total(double(numbers))

    asset = dg.AssetsDefinition.from_graph(doubled, group_name="g")
    assert asset.group_names_by_key == {dg.AssetKey("doubled"): "g"}
    assert dg.materialize([numbers, asset]).output_for_node("doubled") == 12


def test_the_outputs_of_a_graph_are_assets(dg, numbers):
    """A graph with several outputs makes an asset of each, by keys of their own."""

    @dg.op
    def low(values):
        return min(values)

    @dg.op
    def high(values):
        return max(values)

    @dg.graph(out={"first": dg.GraphOut(), "second": dg.GraphOut()})
    def both(numbers):
        return {"first": low(numbers), "second": high(numbers)}

    keys = {"first": dg.AssetKey("least"), "second": dg.AssetKey("most")}
    asset = dg.AssetsDefinition.from_graph(both, keys_by_output_name=keys)
    result = dg.materialize([numbers, asset])
    assert (result.asset_value("least"), result.asset_value("most")) == (1, 3)


# -- members -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def full(dg):
    """An asset with everything."""

    @dg.asset(
        group_name="g",
        tags={"a": "b"},
        owners=["ada@x.co"],
        kinds={"k"},
        metadata={"m": 1},
        description="All.",
        code_version="1",
        io_manager_key="io",
        op_tags={"n": 1, "d": {"a": 1}},
    )
    def full(up): ...

    return full


def test_attributes_of_assets_by_key(dg, full):
    """A definition has the attributes of its assets by key."""
    key = dg.AssetKey("full")
    assert full.owners_by_key == {key: ["ada@x.co"]}
    assert full.code_versions_by_key == {key: "1"}
    assert full.descriptions_by_key == {key: "All."}
    assert (full.has_keys, full.check_keys, full.is_executable, full.is_external) == (True, set(), True, False)
    assert full.op.tags == {"n": "1", "d": '{"a": 1}'}
    assert full.get_io_manager_key_for_asset_key(key) == "io"


def test_keys_are_replaced(dg, full):
    """`with_attributes` gives assets and their upstream assets other keys."""
    new = {dg.AssetKey("full"): dg.AssetKey(["p", "full"]), dg.AssetKey("up"): dg.AssetKey(["p", "up"])}
    moved = full.with_attributes(asset_key_replacements=new)
    assert (moved.key.path, moved.keys_by_input_name) == (["p", "full"], {"up": dg.AssetKey(["p", "up"])})


def test_groups_and_tags_are_given_to_assets_without(dg, full):
    """`with_attributes` gives groups and tags to assets that have none, and metadata to all."""

    @dg.asset
    def bare(): ...

    named = bare.with_attributes(group_names_by_key={bare.key: "z"}, tags_by_key={bare.key: {"q": "r"}})
    assert (named.group_names_by_key, named.tags_by_key) == ({bare.key: "z"}, {bare.key: {"q": "r"}})
    assert full.with_attributes(metadata_by_key={full.key: {"q": 1}}).metadata_by_key == {full.key: {"m": 1, "q": 1}}
    for attributes in ({"group_names_by_key": {full.key: "z"}}, {"tags_by_key": {full.key: {"q": "r"}}}):
        with pytest.raises(dg.DagsterInvalidDefinitionError):
            full.with_attributes(**attributes)


def test_an_asset_as_a_source_asset(dg, full):
    """`to_source_asset` describes the asset as one that is made elsewhere."""
    source = full.to_source_asset()
    assert (source.key, source.get_io_manager_key(), source.group_name) == (full.key, "io", "g")
    assert (source.description, source.tags) == ("All.", full.tags_by_key[full.key])
    assert [each.key for each in full.to_source_assets()] == [full.key]


def test_mapped_specs_keep_inputs(dg, full):
    """A function that maps specs cannot take away a dependency whose value a parameter takes."""
    with pytest.raises(Exception):  # noqa: B017, PT011  # Dagster's own class for it is private
        full.map_asset_specs(lambda spec: spec.replace_attributes(deps=["other"]))


# -- definitions that are refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        {"specs": ["o"], "deps": ["d"]},
        {"specs": ["o"], "internal_asset_deps": {"o": set()}, "deps": ["d"]},
        {"outs": ["o"], "specs": ["o"]},
        {"outs": ["o"], "internal_asset_deps": {"z": {"o"}}},
        {"outs": ["o", "p"], "internal_asset_deps": {"p": {"z"}}},
        {"outs": ["a-b"]},
        {"outs": ["class"]},
        {"specs": ["a b"]},
        {"specs": ["o"], "name": "a b"},
        {"specs": ["o"], "retry_policy": "x"},
        {"specs": ["o"], "partitions_def": "x"},
        {"specs": ["o"], "op_tags": {"a": b"x"}},
    ],
    ids=str,
)
def test_arguments_of_a_multi_asset_that_do_not_fit(dg, arguments):
    """A multi asset refuses arguments that exclude one another, unknown outputs and keys, and invalid names."""
    given = dict(arguments)
    if "specs" in given:
        given["specs"] = [dg.AssetSpec(name) for name in given["specs"]]
    if "outs" in given:
        given["outs"] = {name: dg.AssetOut() for name in given["outs"]}
    if "internal_asset_deps" in given:
        internal = given["internal_asset_deps"].items()
        given["internal_asset_deps"] = {output: {dg.AssetKey(key) for key in keys} for output, keys in internal}
    with pytest.raises(Exception):  # noqa: B017, PT011  # Dagster's own class for some of them is private

        @dg.multi_asset(**given)
        def some(): ...


def test_inputs_of_specs_are_dependencies(dg):
    """A parameter of a multi asset with specs takes the value of an asset that a spec depends on."""
    specs = [dg.AssetSpec("o", deps=["up"]), dg.AssetSpec("p", deps=["o"])]

    @dg.multi_asset(specs=specs)
    def some(up): ...

    assert some.asset_deps == {dg.AssetKey("o"): {dg.AssetKey("up")}, dg.AssetKey("p"): {dg.AssetKey("o")}}
    with pytest.raises(dg.DagsterInvalidDefinitionError):

        @dg.multi_asset(specs=specs)
        def other(elsewhere): ...


def test_partitions_of_specs(dg):
    """The partitions of its specs are those of a multi asset; different ones are refused."""
    one, other = dg.StaticPartitionsDefinition(["a"]), dg.StaticPartitionsDefinition(["b"])

    @dg.multi_asset(specs=[dg.AssetSpec("o", partitions_def=one), dg.AssetSpec("p")])
    def some(): ...

    assert some.partitions_def == one
    with pytest.raises(dg.DagsterInvalidDefinitionError):

        @dg.multi_asset(specs=[dg.AssetSpec("o", partitions_def=one), dg.AssetSpec("p", partitions_def=other)])
        def wrong(): ...


def test_groups_of_specs(dg):
    """A multi asset and its specs do not name two groups."""
    with pytest.raises(Exception):  # noqa: B017, PT011  # Dagster's own class for it is private

        @dg.multi_asset(specs=[dg.AssetSpec("o", group_name="g")], group_name="h")
        def some(): ...


def test_an_asset_that_depends_on_its_past(dg):
    """A time-partitioned asset may depend on its own earlier partitions, and on nothing else of itself."""
    days = dg.DailyPartitionsDefinition("2024-01-01")
    before = dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)

    @dg.asset(partitions_def=days, ins={"total": dg.AssetIn(partition_mapping=before)})
    def total(total): ...

    assert total.dependency_keys == {total.key}
    for attributes in ({}, {"partitions_def": days}):
        with pytest.raises(dg.DagsterInvalidDefinitionError):
            dg.asset(name="same", deps=["same"], **attributes)(lambda: None)


@pytest.mark.parametrize("described", [{"metadata": {"a": 1}}, {"key_prefix": "p"}], ids=str)
def test_an_asset_is_named_in_deps_or_described_in_ins(dg, described):
    """An asset that `deps` names is not described by an AssetIn as well; a parameter may take its value."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):

        @dg.asset(deps=["up"], ins={"up": dg.AssetIn(**described)})
        def wrong(up): ...

    @dg.asset(deps=["up"])
    def after(up): ...

    assert after.dependency_keys == {dg.AssetKey("up")}


def test_an_asset_has_ten_kinds_at_most(dg):
    """Ten kinds are accepted, eleven refused; `compute_kind` excludes the kinds of assets and of specs."""
    kinds = {f"kind_{number}" for number in range(10)}
    assert dg.AssetSpec("a", kinds=kinds).kinds == kinds
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.AssetSpec("a", kinds={*kinds, "another"})
    with pytest.raises(dg.DagsterInvalidDefinitionError):

        @dg.asset(kinds={"python"}, compute_kind="python")
        def one(): ...

    with pytest.raises(dg.DagsterInvalidDefinitionError):

        @dg.multi_asset(specs=[dg.AssetSpec("a", kinds={"python"})], compute_kind="python")
        def several(): ...
