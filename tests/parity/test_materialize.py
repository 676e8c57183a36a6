"""`materialize` and its result: order, events, failure, selection."""

import pytest


@pytest.fixture
def chain(dg):
    """a -> b, and c on its own."""

    @dg.asset
    def a():
        return 1

    @dg.asset
    def b(a):
        return a + 1

    @dg.asset
    def c():
        return 10

    return [a, b, c]


def test_the_result_has_each_asset_s_value(dg, chain):
    """`asset_value` takes a name, a key or a key's parts."""
    result = dg.materialize(chain)
    assert result.success
    assert result.asset_value("b") == 2
    assert result.asset_value(dg.AssetKey("b")) == 2
    assert result.asset_value(["b"]) == 2


def test_the_result_has_each_node_s_output(dg, chain):
    """`output_for_node` takes a node's name."""
    assert dg.materialize(chain).output_for_node("b") == 2


def test_an_unknown_node_or_asset_raises(dg, chain):
    """`output_for_node` and `asset_value` raise for an unknown name."""
    result = dg.materialize(chain)
    with pytest.raises(dg.DagsterInvariantViolationError):
        result.output_for_node("z")
    with pytest.raises(Exception, match="z"):
        result.asset_value("z")


def test_materializations_by_node(dg, chain):
    """`asset_materializations_for_node` has one for each asset made, none for an unknown name."""
    result = dg.materialize(chain)
    assert [m.asset_key for m in result.asset_materializations_for_node("b")] == [dg.AssetKey("b")]
    assert list(result.asset_materializations_for_node("z")) == []


def test_materialization_events(dg, chain):
    """`get_asset_materialization_events` is in the order in which assets were made."""
    result = dg.materialize(chain)
    made = [event.asset_key.to_user_string() for event in result.get_asset_materialization_events()]
    assert sorted(made) == ["a", "b", "c"]
    assert made.index("a") < made.index("b")


def test_the_order_of_steps(dg, log):
    """Ready steps run by name; a step's children queue up behind those that are ready already."""

    def logging(name, *deps):
        return dg.asset(lambda: log.append(name), name=name, deps=list(deps))

    dg.materialize([logging("z0"), logging("a0", "z0"), logging("b1"), logging("a2", "a1"), logging("a1")])
    assert log == ["a1", "b1", "z0", "a2", "a0"]


def test_the_run_s_events(dg, tracked, events):
    """Start, resources, each step with its materialization, success."""

    @dg.asset
    def first(db: tracked):
        return dg.MaterializeResult(metadata={"rows": 1})

    @dg.asset(deps=[first])
    def second():
        return dg.MaterializeResult(metadata={"rows": 1})

    assert events(dg.materialize([first, second], resources={"db": tracked()})) == [
        ("PIPELINE_START", None),
        ("RESOURCE_INIT_STARTED", None),
        ("RESOURCE_INIT_SUCCESS", None),
        ("STEP_START", "first"),
        ("STEP_OUTPUT", "first"),
        ("ASSET_MATERIALIZATION", "first"),
        ("STEP_SUCCESS", "first"),
        ("STEP_START", "second"),
        ("STEP_OUTPUT", "second"),
        ("ASSET_MATERIALIZATION", "second"),
        ("STEP_SUCCESS", "second"),
        ("PIPELINE_SUCCESS", None),
    ]


def test_the_events_of_values_handed_on(dg, chain):
    """A stored value is a handled output; a value that is taken is a loaded input."""
    result = dg.materialize(chain)
    assert [event.event_type_value for event in result.events_for_node("a")] == [
        "STEP_START",
        "STEP_OUTPUT",
        "ASSET_MATERIALIZATION",
        "HANDLED_OUTPUT",
        "STEP_SUCCESS",
    ]
    assert [event.event_type_value for event in result.events_for_node("b")] == [
        "STEP_START",
        "LOADED_INPUT",
        "STEP_INPUT",
        "STEP_OUTPUT",
        "ASSET_MATERIALIZATION",
        "HANDLED_OUTPUT",
        "STEP_SUCCESS",
    ]


def test_events_for_node(dg, chain):
    """`events_for_node` has the events of one step, and only those."""
    result = dg.materialize(chain)
    assert {event.step_key for event in result.events_for_node("b")} == {"b"}


def test_filter_events(dg, chain):
    """`filter_events` takes any predicate."""
    result = dg.materialize(chain)
    found = result.filter_events(lambda event: event.event_type_value == "STEP_SUCCESS")
    assert {event.step_key for event in found} == {"a", "b", "c"}
    assert {event.step_key for event in result.get_step_success_events()} == {"a", "b", "c"}


def test_the_run_of_a_result(dg, chain):
    """`run_id` and `dagster_run` of a result have its id and tags."""
    result = dg.materialize(chain, tags={"team": "a"})
    assert result.run_id == result.dagster_run.run_id
    assert result.dagster_run.tags["team"] == "a"


def test_two_runs_have_two_ids(dg, chain):
    """No two runs have one id."""
    assert dg.materialize(chain).run_id != dg.materialize(chain).run_id


def test_nothing_to_materialize_is_a_success(dg):
    """`materialize([])` is a success."""
    assert dg.materialize([]).success


def test_materialize_to_memory(dg, chain):
    """`materialize_to_memory` materializes without a store."""
    assert dg.materialize_to_memory(chain).asset_value("b") == 2


# -- failure -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def breaking(dg, log):
    """broken -> after, and alone."""
    error = ValueError("the step")

    @dg.asset
    def broken():
        raise error

    @dg.asset(deps=[broken])
    def after():
        log.append("after")

    @dg.asset
    def zulu():
        log.append("zulu")

    return [broken, after, zulu], error


def test_the_user_s_own_exception_is_raised(dg, breaking):
    """The very exception that an asset raised is raised, without a wrapper."""
    assets, error = breaking
    with pytest.raises(ValueError, match="the step") as caught:
        dg.materialize(assets)
    assert caught.value is error


def test_without_raising_the_rest_runs(dg, breaking, log):
    """Assets downstream of a failure do not run; all others do."""
    assets, _ = breaking
    result = dg.materialize(assets, raise_on_error=False)
    assert not result.success
    assert log == ["zulu"]


def test_the_result_of_a_failure(dg, breaking):
    """A result lists the steps that failed and those that succeeded."""
    assets, _ = breaking
    result = dg.materialize(assets, raise_on_error=False)
    assert set(result.get_failed_step_keys()) == {"broken"}
    assert [event.step_key for event in result.get_step_failure_events()] == ["broken"]
    assert result.is_node_failed("broken")
    assert result.is_node_success("zulu")
    assert not result.is_node_success("after")


def test_failure_data(dg, breaking):
    """`failure_data_for_node` keeps the error's text; a step that did not fail has none."""
    assets, _ = breaking
    result = dg.materialize(assets, raise_on_error=False)
    assert "the step" in result.failure_data_for_node("broken").error.to_string()
    assert result.failure_data_for_node("zulu") is None


def test_the_value_of_a_failed_asset_raises(dg, breaking):
    """A failed asset has no value; asking for it raises."""
    assets, _ = breaking
    result = dg.materialize(assets, raise_on_error=False)
    with pytest.raises(dg.DagsterInvariantViolationError):
        result.output_for_node("broken")


def test_events_of_a_failure(dg, breaking):
    """A failing step ends in STEP_FAILURE, its run in PIPELINE_FAILURE."""
    assets, _ = breaking
    result = dg.materialize(assets, raise_on_error=False)
    assert [event.event_type_value for event in result.events_for_node("broken")] == ["STEP_START", "STEP_FAILURE"]
    assert result.all_events[-1].event_type_value == "PIPELINE_FAILURE"


def test_raising_stops_the_run(dg, breaking, log):
    """If errors are raised, no further step starts."""
    assets, _ = breaking
    with pytest.raises(ValueError, match="the step"):
        dg.materialize(assets)
    assert log == []


def test_what_was_made_before_a_failure_is_kept(dg, log):
    """The value and the materialization of an asset are in the result."""

    @dg.asset
    def first():
        return 1

    @dg.asset
    def second(first):
        raise ValueError("the step")

    result = dg.materialize([first, second], raise_on_error=False)
    assert result.asset_value("first") == 1
    assert len(result.asset_materializations_for_node("first")) == 1


# -- selection ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("a", "a"),
        ("a+", "ab"),
        ("a*", "ab"),
        ("*b", "ab"),
        ("+b", "ab"),
        ("*", "abc"),
        (["a", "c"], "ac"),
    ],
    ids=str,
)
def test_selections_as_text(dg, chain, selection, expected):
    """A selection takes names, with the assets upstream and downstream of them."""
    made = dg.materialize(chain, selection=selection).get_asset_materialization_events()
    assert sorted(event.asset_key.to_user_string() for event in made) == list(expected)


def test_selections_as_lists(dg, chain):
    """A selection may be a list of definitions, of keys or of names."""
    for selection in ([chain[0]], [dg.AssetKey("a")], ["a"]):
        made = dg.materialize(chain, selection=selection).get_asset_materialization_events()
        assert [event.asset_key.to_user_string() for event in made] == ["a"]


@pytest.mark.parametrize(("selection", "expected"), [("key:c", "c"), ("group:default", "abc")])
def test_selections_by_attribute(dg, chain, selection, expected):
    """A selection takes `key:` and `group:`."""
    made = dg.materialize(chain, selection=selection).get_asset_materialization_events()
    assert sorted(event.asset_key.to_user_string() for event in made) == list(expected)


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        (lambda dg, chain: dg.AssetSelection.all(), "abc"),
        (lambda dg, chain: dg.AssetSelection.keys("a", "c"), "ac"),
        (lambda dg, chain: dg.AssetSelection.assets(chain[0]).downstream(), "ab"),
        (lambda dg, chain: dg.AssetSelection.assets("b").upstream(), "ab"),
        (lambda dg, chain: dg.AssetSelection.groups("default"), "abc"),
        (lambda dg, chain: dg.AssetSelection.keys("a") | dg.AssetSelection.keys("c"), "ac"),
        (lambda dg, chain: dg.AssetSelection.all() & dg.AssetSelection.keys("c"), "c"),
        (lambda dg, chain: dg.AssetSelection.all() - dg.AssetSelection.keys("b"), "ac"),
    ],
    ids=["all", "by keys", "downstream", "upstream", "groups", "or", "and", "minus"],
)
def test_selections_as_objects(dg, chain, select, expected):
    """AssetSelection selects by keys, groups and neighbours; selections unite, intersect and subtract."""
    made = dg.materialize(chain, selection=select(dg, chain)).get_asset_materialization_events()
    assert sorted(event.asset_key.to_user_string() for event in made) == list(expected)


def test_an_unknown_selection_is_refused(dg, chain):
    """A selection of an unknown name is refused."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.materialize(chain, selection="nope")


def test_arguments_by_place(dg):
    """All arguments of `materialize` and `materialize_to_memory` may be given by place; tags become text."""

    @dg.asset
    def one(context):
        return context.run.tags["k"]

    for materialize in (dg.materialize, dg.materialize_to_memory):
        arguments = ([one], None, None, {"spare": 1}, None, True, {"k": 1}, "one")
        assert materialize(*arguments).output_for_node("one") == "1"


def test_assets_of_a_generator(dg, differs):
    """`materialize` takes any iterable of assets; Dagster takes a list or a tuple."""
    made = [dg.asset(name=name)(lambda: 1) for name in ("one", "two")]
    differs(lambda: dg.materialize(one for one in made).success, dagster=Exception, dagwire=True)


@pytest.mark.not_carried("Dagster computes a data version from code and inputs")
def test_the_data_version_of_a_materialization(dg, differs):
    """A data version is recorded if the body gives one; Dagster computes one from the code version and the inputs."""

    @dg.asset
    def plain():
        return 1

    @dg.asset
    def versioned():
        return dg.Output(1, data_version=dg.DataVersion("v1"))

    def version_of(asset, name):
        (event,) = dg.materialize([asset]).asset_materializations_for_node(name)
        return (event.tags or {}).get("dagster/data_version")

    assert version_of(versioned, "versioned") == "v1"
    differs(lambda: version_of(plain, "plain") is not None, dagster=True, dagwire=False)
