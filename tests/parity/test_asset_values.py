"""Values of assets: keys, dependencies, specs, results and events, normalised and checked when they are made."""

import copy
import pickle

import pytest

REFUSED = (Exception,)
"""Dagster refuses arguments of wrong types by an exception of its own, which nobody catches by its class."""


# -- keys --------------------------------------------------------------------------------------------------------------


def test_keys_are_ordered_by_their_parts(dg):
    """Keys sort by their parts, one after another."""
    keys = [dg.AssetKey("b"), dg.AssetKey(["a", "z"]), dg.AssetKey("a")]
    assert [key.to_user_string() for key in sorted(keys)] == ["a", "a/z", "b"]


@pytest.mark.parametrize("parts", [["a"], ["a", "b"], ["a/b", "c"]])
def test_keys_are_read_back(dg, parts):
    """The escaped text and the stored text of a key read back as the key."""
    key = dg.AssetKey(parts)
    assert dg.AssetKey.from_escaped_user_string(key.to_escaped_user_string()) == key
    assert dg.AssetKey.from_db_string(key.to_string()) == key


def test_a_slash_within_a_part_is_escaped(dg):
    """`to_escaped_user_string` escapes a slash within a part, unlike one between parts."""
    assert dg.AssetKey(["a/b", "c"]).to_escaped_user_string() == r"a\/b/c"


def test_prefixes_of_keys(dg):
    """`has_prefix` compares parts; `with_prefix` puts parts in front."""
    key = dg.AssetKey(["p", "a"])
    assert (key.has_prefix(["p"]), key.has_prefix(["a"])) == (True, False)
    assert key.with_prefix("q").path == ["q", "p", "a"]
    assert key.to_python_identifier("s") == "p__a__s"


@pytest.mark.parametrize("path", [None, 1, [1], ["a", None]])
def test_a_key_of_anything_but_text_is_refused(dg, path):
    """The parts of a key are text."""
    with pytest.raises(REFUSED):
        dg.AssetKey(path)


def test_check_keys_are_read_back(dg):
    """The text of a check's key reads back; its asset can be replaced or prefixed."""
    key = dg.AssetCheckKey(dg.AssetKey(["a", "b"]), "some")
    assert dg.AssetCheckKey.from_user_string(key.to_user_string()) == key
    assert dg.AssetCheckKey.from_db_string(key.to_db_string()) == key
    assert key.with_asset_key_prefix("p").asset_key.path == ["p", "a", "b"]
    assert key.replace_asset_key(dg.AssetKey("z")).to_user_string() == "z:some"


# -- dependencies ------------------------------------------------------------------------------------------------------


def test_equal_dependencies_are_equal(dg):
    """An AssetDep is equal by its key, mapping and metadata, however the asset was named."""
    assert dg.AssetDep("a") == dg.AssetDep(dg.AssetKey("a")) == dg.AssetDep(dg.AssetSpec("a"))
    assert dg.AssetDep("a") != dg.AssetDep("a", partition_mapping=dg.LastPartitionMapping())


def test_the_deps_of_a_spec_are_asset_deps(dg):
    """Names, keys and specs in `deps` become AssetDeps, each asset once."""
    spec = dg.AssetSpec("a", deps=["b", ["c", "d"], dg.AssetSpec("e"), "b"])
    assert [dep.asset_key.to_user_string() for dep in spec.deps] == ["b", "c/d", "e"]


def test_a_multi_asset_among_deps_stands_for_its_assets(dg):
    """`deps=[a_multi_asset]` depends on all of its assets; an AssetDep names one."""

    @dg.multi_asset(specs=[dg.AssetSpec("x"), dg.AssetSpec("y")])
    def both(): ...

    @dg.asset(deps=[both])
    def after(): ...

    assert {key.to_user_string() for key in after.dependency_keys} == {"x", "y"}
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.AssetDep(both)


def test_one_dependency_is_not_declared_twice_in_two_ways(dg):
    """Two AssetDeps of one asset must be equal."""
    with pytest.raises(dg.DagsterInvariantViolationError):
        dg.AssetSpec("a", deps=["b", dg.AssetDep("b", partition_mapping=dg.LastPartitionMapping())])


def test_text_as_deps(dg, differs):
    """dagwire refuses text where a list of assets is meant; Dagster takes each letter for an asset."""
    differs(lambda: len(dg.AssetSpec("a", deps="raw").deps), dagster=3, dagwire=TypeError)


def test_the_spec_of_an_asset_lists_its_inputs(dg):
    """An asset whose value a parameter takes is among the `deps` of the spec."""

    @dg.asset(deps=["b"])
    def after(a): ...

    assert {dep.asset_key.to_user_string() for dep in after.get_asset_spec().deps} == {"a", "b"}
    assert after.keys_by_input_name == {"a": dg.AssetKey("a"), "b": dg.AssetKey("b")}


# -- specs -------------------------------------------------------------------------------------------------------------


def test_a_spec_without_a_group(dg):
    """The group of a spec is None until a definition puts its asset into the group "default"."""

    @dg.multi_asset(specs=[dg.AssetSpec("a")])
    def some(): ...

    assert dg.AssetSpec("a").group_name is None
    assert some.group_names_by_key == {dg.AssetKey("a"): "default"}


def test_kinds_and_tags_are_replaced_apart(dg):
    """`replace_attributes(kinds=)` leaves tags as they are, `tags=` leaves kinds."""
    spec = dg.AssetSpec("a", kinds={"python"}, tags={"t": "1"})
    assert spec.replace_attributes(kinds={"dbt"}).tags == {"t": "1", "dagster/kind/dbt": ""}
    assert spec.replace_attributes(tags={"u": "2"}).tags == {"u": "2", "dagster/kind/python": ""}
    assert spec.merge_attributes(kinds={"sql"}).kinds == {"python", "sql"}


def test_equal_specs_are_equal(dg):
    """Specs are equal by their attributes."""
    assert dg.AssetSpec("a", deps=["b"]) == dg.AssetSpec(dg.AssetKey("a"), deps=[dg.AssetKey("b")])
    assert dg.AssetSpec("a", tags={"t": "1"}) != dg.AssetSpec("a")


@pytest.mark.parametrize(
    "attributes",
    [
        {"tags": {"a b": "1"}},
        {"tags": {"t": "a b"}},
        {"tags": {"t": 1}},
        {"tags": {"": "1"}},
        {"group_name": "a b"},
        {"group_name": ""},
        {"owners": ["ada"]},
        {"owners": ["ada@home"]},
        {"owners": ["team:"]},
    ],
    ids=str,
)
def test_invalid_attributes_of_a_spec(dg, attributes):
    """Tags, groups and owners of other forms are refused when the spec is made."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.AssetSpec("a", **attributes)


@pytest.mark.parametrize(
    "attributes",
    [
        {"description": 1},
        {"code_version": 1},
        {"metadata": [1]},
        {"metadata": {1: 1}},
        {"skippable": "no"},
        {"partitions_def": "daily"},
        {"owners": "team:a"},
        {"owners": [1]},
        {"deps": [1]},
        {"automation_condition": "daily"},
    ],
    ids=str,
)
def test_attributes_of_a_wrong_type(dg, attributes):
    """An attribute of another type than declared is refused when the spec is made."""
    with pytest.raises(REFUSED):
        dg.AssetSpec("a", **attributes)


@pytest.mark.parametrize("group", ["raw", "raw/trips", "class"])
def test_groups_may_be_divided_by_slashes(dg, group):
    """A group's name has segments of letters, digits and underscores."""
    assert dg.AssetSpec("a", group_name=group).group_name == group


def test_an_asset_in_takes_a_key_or_a_prefix(dg):
    """`AssetIn` keeps its key as an AssetKey and its prefix as a list, and refuses both together."""
    assert dg.AssetIn("a").key == dg.AssetKey("a")
    assert dg.AssetIn(key_prefix="p").key_prefix == ["p"]
    with pytest.raises(REFUSED):
        dg.AssetIn("a", key_prefix="p")


def test_an_asset_out_of_a_spec(dg):
    """`AssetOut.from_spec` has the attributes of the spec; a spec with dependencies is refused."""
    out = dg.AssetOut.from_spec(dg.AssetSpec("a", kinds={"sql"}, metadata={"m": 1}, group_name="g"))
    assert (out.key, out.kinds, out.metadata, out.group_name) == (dg.AssetKey("a"), {"sql"}, {"m": 1}, "g")
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.AssetOut.from_spec(dg.AssetSpec("a", deps=["b"]))


# -- results and events ------------------------------------------------------------------------------------------------


def test_the_metadata_of_an_output(dg):
    """Plain metadata of an Output becomes MetadataValues at once."""
    assert dg.Output(1, metadata={"n": 1}).metadata["n"].value == 1
    assert dg.Output(1).metadata == {}


def test_the_key_of_a_materialize_result(dg):
    """`MaterializeResult("x")` has an AssetKey."""
    assert dg.MaterializeResult("x").asset_key == dg.AssetKey("x")
    assert dg.MaterializeResult(["p", "x"]).asset_key == dg.AssetKey(["p", "x"])


def test_none_is_a_value_of_a_materialize_result(dg):
    """`MaterializeResult(value=None)` passes None downstream; without `value` there is nothing to pass."""

    @dg.asset
    def nothing():
        return dg.MaterializeResult(value=None)

    @dg.asset
    def after(nothing):
        return nothing is None

    assert dg.materialize([nothing, after]).output_for_node("after") is True


def test_text_as_the_key_of_an_event(dg):
    """Text that names the asset of an event is split at everything but letters, digits and underscores."""
    assert dg.AssetMaterialization("a/b c").asset_key == dg.AssetKey(["a", "b", "c"])
    assert dg.AssetMaterialization(["a/b"]).asset_key == dg.AssetKey(["a/b"])


def test_events_are_equal_by_value(dg):
    """Equal events are equal; a materialization is not an observation."""
    for make in (
        lambda: dg.AssetMaterialization("a", metadata={"n": 1}),
        lambda: dg.AssetObservation("a", "seen", partition="p"),
        lambda: dg.ExpectationResult(success=True, label="some"),
        lambda: dg.AssetCheckResult(passed=True, metadata={"n": 1}),
        lambda: dg.AssetCheckEvaluation(dg.AssetKey("a"), "some", passed=True),
        lambda: dg.MaterializeResult("a", {"n": 1}),
        lambda: dg.Output(1, "a", {"n": 1}),
    ):
        assert make() == make()
    assert dg.AssetMaterialization("a") != dg.AssetObservation("a")
    assert not isinstance(dg.AssetObservation("a"), dg.AssetMaterialization)


def test_copies_of_results(dg, differs):
    """Every result can be copied; a copy of Dagster's AssetCheckResult fails."""
    result = dg.AssetCheckResult(passed=True)
    differs(lambda: copy.deepcopy(result) == result, dagster=TypeError, dagwire=True)


def test_events_are_pickled(dg):
    """The events of a run can be pickled and read back."""
    for event in (dg.AssetMaterialization("a", metadata={"n": 1}), dg.MetadataValue.md("# a"), dg.AssetKey(["a", "b"])):
        assert pickle.loads(pickle.dumps(event)) == event  # noqa: S301  # made here


def test_a_check_evaluation_by_place(dg):
    """The arguments of AssetCheckEvaluation may be given by place."""
    arguments = (dg.AssetKey("a"), "some", True, {"n": 1}, None, dg.AssetCheckSeverity.WARN, "d", True, "p")
    found = dg.AssetCheckEvaluation(*arguments)
    assert found.asset_check_key == dg.AssetCheckKey(dg.AssetKey("a"), "some")
    assert (found.metadata["n"].value, found.severity.value, found.description) == (1, "WARN", "d")
    assert (found.blocking, found.partition) == (True, "p")


def test_results_of_wrong_types_are_refused(dg):
    """Results, events and check specs refuse arguments of wrong types when they are made."""
    for make in (
        lambda: dg.AssetCheckResult(passed="yes"),
        lambda: dg.AssetCheckResult(passed=1),
        lambda: dg.AssetCheckResult(passed=True, severity="ERROR"),
        lambda: dg.AssetCheckResult(passed=True, check_name=1),
        lambda: dg.MaterializeResult(metadata=1),
        lambda: dg.MaterializeResult(check_results=[1]),
        lambda: dg.MaterializeResult(data_version="1"),
        lambda: dg.MaterializeResult(tags={"a b": "1"}),
        lambda: dg.MaterializeResult(1),
        lambda: dg.Output(1, 2),
        lambda: dg.Output(1, tags={"a": 1}),
        lambda: dg.Output(1, metadata={"a": object()}),
        lambda: dg.AssetMaterialization(1),
        lambda: dg.AssetMaterialization("a", partition=1),
        lambda: dg.AssetMaterialization("a", metadata={"a": (1,)}),
        lambda: dg.AssetMaterialization("a", metadata={"a": {"b": object()}}),
        lambda: dg.AssetMaterialization("a", tags={"a": "b c"}),
        lambda: dg.ExpectationResult("yes"),
        lambda: dg.AssetCheckSpec(1, asset="a"),
        lambda: dg.AssetCheckSpec("c", asset=1),
        lambda: dg.AssetCheckSpec("c", asset="a", blocking=1),
        lambda: dg.AssetCheckSpec("c", asset="a", additional_deps=["a"]),
        lambda: dg.DataVersion(1),
    ):
        with pytest.raises(REFUSED):
            make()


def test_versions_are_tags_of_a_materialization(dg):
    """The code version of an asset and the data version of its result are tags of the materialization."""

    @dg.asset(code_version="7")
    def numbers():
        return dg.MaterializeResult(data_version=dg.DataVersion("v3"), tags={"k": "v"})

    tags = dg.materialize([numbers]).asset_materializations_for_node("numbers")[0].tags
    expected = {"dagster/code_version": "7", "dagster/data_version": "v3", "k": "v"}
    assert {key: tags.get(key) for key in expected} == expected


def test_versions_are_any_text(dg):
    """A data version and a code version are text of any length: a digest has 64 letters."""
    digest = "0123456789abcdef" * 4 + " /"

    @dg.asset(code_version=digest)
    def made():
        return dg.MaterializeResult(data_version=dg.DataVersion(digest))

    tags = dg.materialize([made]).asset_materializations_for_node("made")[0].tags
    assert (tags["dagster/data_version"], tags["dagster/code_version"]) == (digest, digest)
    assert dg.AssetObservation("a", tags={"dagster/data_version": digest}).data_version == digest
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.AssetObservation("a", tags={"other": digest})


def test_an_output_of_another_name_is_refused(dg):
    """An asset that gives an Output of another name than its own fails."""

    @dg.asset
    def numbers():
        return dg.Output(1, output_name="other")

    assert not dg.materialize([numbers], raise_on_error=False).success


def test_copies_of_declarations(dg, differs):
    """Every declaration can be copied; copies of Dagster's AssetDep and SensorResult fail."""
    assert copy.deepcopy(dg.AssetSpec("a")) == dg.AssetSpec("a")
    for made in (dg.AssetDep("a"), dg.SensorResult(skip_reason="s")):
        differs(lambda made=made: copy.deepcopy(made) == made, dagster=TypeError, dagwire=True)
