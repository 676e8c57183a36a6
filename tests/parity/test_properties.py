"""Properties and small methods of definitions, specs and partitions: each has the value that Dagster's has."""

import datetime as dt

import pytest


def daily(dg):
    """Three days."""
    return dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-04")


def letters(dg):
    """Three letters."""
    return dg.StaticPartitionsDefinition(["a", "b", "c"])


def subset(dg):
    """The first two of three days."""
    return daily(dg).subset_with_partition_keys(["2024-01-01", "2024-01-02"])


def yes(dg):
    """A check's result."""
    return dg.AssetCheckResult(passed=True, asset_key="a", check_name="c", metadata={"n": 1})


SPECS = {
    "AssetDep.asset_key": (lambda dg: dg.AssetDep("a").asset_key.path, ["a"]),
    "AssetMaterialization.label": (lambda dg: dg.AssetMaterialization(["a", "b"]).label, "a b"),
    "AssetMaterialization.with_metadata": (
        lambda dg: dg.AssetMaterialization("a", metadata={"x": 1}).with_metadata({"y": 2}).metadata["y"].value,
        2,
    ),
    "AssetObservation.data_version": (
        lambda dg: dg.AssetObservation("a", tags={"dagster/data_version": "v1"}).data_version,
        "v1",
    ),
    "AssetObservation.data_version, untagged": (lambda dg: dg.AssetObservation("a").data_version, None),
    "AssetIn.from_coercible": (lambda dg: dg.AssetIn.from_coercible("a").key.path, ["a"]),
    "AssetKey.from_db_string": (lambda dg: dg.AssetKey.from_db_string('["a", "b"]').path, ["a", "b"]),
    "AssetKey.from_db_string, empty": (lambda dg: dg.AssetKey.from_db_string(None), None),
    "AutomationCondition.get_label": (lambda dg: dg.AutomationCondition.missing().get_label(), None),
    "AssetCheckKey.from_db_string": (
        lambda dg: dg.AssetCheckKey.from_db_string(dg.AssetCheckKey(dg.AssetKey("a"), "c").to_db_string()).name,
        "c",
    ),
    "AssetCheckKey.from_db_string, broken": (lambda dg: dg.AssetCheckKey.from_db_string("{"), None),
    "AssetCheckResult.with_metadata": (lambda dg: yes(dg).with_metadata({"m": 2}).metadata["m"].value, 2),
    "AssetCheckSpec.with_metadata": (
        lambda dg: dict(dg.AssetCheckSpec("c", asset="a").with_metadata({"m": 2}).metadata),
        {"m": 2},
    ),
    "LocalFileCodeReference.source": (
        lambda dg: dg.LocalFileCodeReference(file_path="f.py", line_number=3).source,
        "f.py:3",
    ),
    "LocalFileCodeReference.source, no line": (lambda dg: dg.LocalFileCodeReference(file_path="f.py").source, "f.py"),
    "UrlCodeReference.source": (
        lambda dg: dg.UrlCodeReference(url="https://example.org").source,
        "https://example.org",
    ),
    "MetadataValue.pool": (lambda dg: dg.MetadataValue.pool("p").value, "p"),
}


@pytest.mark.parametrize(("call", "expected"), SPECS.values(), ids=SPECS)
def test_properties_of_specs(dg, call, expected):
    """Keys, events, results and references have these properties."""
    assert call(dg) == expected


PARTITIONS = {
    "has_partition_key": (lambda dg: letters(dg).has_partition_key("a"), True),
    "validate_partition_key": (lambda dg: letters(dg).validate_partition_key("a", None), None),
    "partitions_subset_class": (lambda dg: letters(dg).partitions_subset_class.__name__, "DefaultPartitionsSubset"),
    "create_empty_subset": (lambda dg: len(letters(dg).partitions_subset_class.create_empty_subset(letters(dg))), 0),
    "identifier of equal definitions": (
        lambda dg: (
            letters(dg).get_serializable_unique_identifier()
            == dg.StaticPartitionsDefinition(["a", "b", "c"]).get_serializable_unique_identifier()
        ),
        True,
    ),
    "identifier of other keys": (
        lambda dg: (
            letters(dg).get_serializable_unique_identifier()
            == dg.StaticPartitionsDefinition(["a", "b"]).get_serializable_unique_identifier()
        ),
        False,
    ),
    "identifier of time windows": (
        lambda dg: (
            daily(dg).get_serializable_unique_identifier()
            == dg.DailyPartitionsDefinition("2024-01-02").get_serializable_unique_identifier()
        ),
        False,
    ),
    "day_offset": (lambda dg: dg.WeeklyPartitionsDefinition("2024-01-01", day_offset=3).day_offset, 3),
    "num_partitions": (lambda dg: subset(dg).num_partitions, 2),
    "is_empty": (lambda dg: (subset(dg).is_empty, daily(dg).empty_subset().is_empty), (False, True)),
    "with_partitions_def": (
        lambda dg: list(
            subset(dg).with_partitions_def(dg.DailyPartitionsDefinition("2024-01-01")).get_partition_keys()
        ),
        ["2024-01-01", "2024-01-02"],
    ),
    "get_partition_subset_in_time_window": (
        lambda dg: list(
            daily(dg)
            .get_partition_subset_in_time_window(
                dg.TimeWindow(dt.datetime(2024, 1, 1, tzinfo=dt.UTC), dt.datetime(2024, 1, 3, tzinfo=dt.UTC))
            )
            .get_partition_keys()
        ),
        ["2024-01-01", "2024-01-02"],
    ),
    "equal_except_for_start_or_end": (
        lambda dg: daily(dg).equal_except_for_start_or_end(dg.DailyPartitionsDefinition("2023-01-01")),
        True,
    ),
    "equal to another kind": (lambda dg: dg.DynamicPartitionsDefinition(name="d") == letters(dg), False),
    "text of a function's keys": (
        lambda dg: str(dg.DynamicPartitionsDefinition(lambda _: ["a", "b"])),
        "'a', 'b'",
    ),
}


@pytest.mark.parametrize(("call", "expected"), PARTITIONS.values(), ids=PARTITIONS)
def test_properties_of_partitions(dg, call, expected):
    """Partitions and subsets of them have these properties."""
    assert call(dg) == expected


@pytest.mark.parametrize(
    "make",
    [
        lambda dg: dg.IdentityPartitionMapping(),
        lambda dg: dg.AllPartitionMapping(),
        lambda dg: dg.LastPartitionMapping(),
        lambda dg: dg.SpecificPartitionsPartitionMapping(["a"]),
        lambda dg: dg.TimeWindowPartitionMapping(start_offset=-1),
        lambda dg: dg.MultiPartitionMapping({"a": dg.DimensionPartitionMapping("b", dg.IdentityPartitionMapping())}),
    ],
    ids=["identity", "all", "last", "specific", "time window", "multi"],
)
def test_a_mapping_describes_itself(dg, make):
    """Each partition mapping has a sentence about itself."""
    assert "partition" in make(dg).description.lower()


def made(dg):
    """An asset with a check, a dependency and a few facts."""

    @dg.asset(
        deps=["up"],
        check_specs=[dg.AssetCheckSpec("c", asset="made")],
        description="d",
        tags={"t": "1"},
        metadata={"m": 1},
    )
    def made():
        yield dg.Output(1)
        yield dg.AssetCheckResult(check_name="c", passed=True)

    return made


def checked(dg):
    """A check of an asset that takes the value of another."""

    @dg.asset_check(asset="made", additional_ins={"other": dg.AssetIn("up")})
    def checked(made, other):
        return dg.AssetCheckResult(passed=made > other)

    return checked


def source(dg):
    """An asset that is made elsewhere."""
    return dg.SourceAsset("up", metadata={"m": 1}, description="s", tags={"k": "v"})


def checks(dg):
    """One check of `made`."""

    @dg.asset_check(asset="made", blocking=True)
    def full():
        return dg.AssetCheckResult(passed=True)

    return full


def add(dg):
    """An op with a default."""

    @dg.op(ins={"a": dg.In(int), "b": dg.In(int, default_value=2)}, config_schema={"x": int})
    def add(context, a, b):
        return a + b

    return add


def graph_of(dg):
    """A graph of one op."""

    @dg.graph
    def adding(a):
        return add(dg)(a)

    return adding


def job_of(dg):
    """A job of one op."""

    @dg.op
    def one():
        return 1

    @dg.job
    def jobs():
        one()

    return jobs


def defs(dg):
    """Definitions of the asset above, and of the source that it depends on."""
    return dg.Definitions(assets=[made(dg), source(dg)], asset_checks=[checks(dg)])


def asset_graph(dg):
    """The graph of these assets."""
    return defs(dg).resolve_asset_graph()


def hook(dg):
    """A hook that asks for a resource."""

    @dg.success_hook(required_resource_keys={"slack"})
    def tell(context):
        pass

    return tell


ASSETS = {
    "blocking": (lambda dg: [spec.blocking for spec in checks(dg).check_specs], [True]),
    "is_executable": (lambda dg: made(dg).is_executable, True),
    "resource_defs": (lambda dg: dict(made(dg).resource_defs) == {} or "io_manager" in made(dg).resource_defs, True),
    "keys_by_input_name": (lambda dg: [key.path for key in made(dg).keys_by_input_name.values()], [["up"]]),
    "automation_conditions_by_key": (lambda dg: dict(made(dg).automation_conditions_by_key), {}),
    "get_partition_mapping": (lambda dg: made(dg).get_partition_mapping(dg.AssetKey("up")), None),
    "asset_and_check_keys": (lambda dg: len(made(dg).asset_and_check_keys), 2),
    "get_output_name_for_asset_key": (lambda dg: made(dg).get_output_name_for_asset_key(dg.AssetKey("made")), "result"),
    "check_specs_by_output_name": (lambda dg: list(made(dg).check_specs_by_output_name), ["made_c"]),
    "keys_by_input_name of a check": (
        lambda dg: {name: key.path for name, key in checked(dg).keys_by_input_name.items()},
        {"made": ["made"], "other": ["up"]},
    ),
    "input_names of a check": (lambda dg: sorted(checked(dg).input_names), ["made", "other"]),
    "keys_by_output_name of a check": (lambda dg: dict(checked(dg).keys_by_output_name), {}),
    "specs of a check": (lambda dg: list(checked(dg).specs), []),
    "raw_metadata of a source": (lambda dg: dict(source(dg).raw_metadata), {"m": 1}),
    "resource_defs of a source": (lambda dg: dict(source(dg).resource_defs), {}),
    "resolve_all_asset_specs": (
        lambda dg: sorted(spec.key.path[0] for spec in defs(dg).resolve_all_asset_specs()),
        ["made", "up"],
    ),
    "resolve_checks of a graph": (
        lambda dg: sorted(key.name for key in dg.AssetSelection.all_asset_checks().resolve_checks(asset_graph(dg))),
        ["c", "full"],
    ),
}


@pytest.mark.parametrize(("call", "expected"), ASSETS.values(), ids=ASSETS)
def test_properties_of_assets(dg, call, expected):
    """Assets, sources and checks have these properties."""
    assert call(dg) == expected


GRAPHS = {
    "tags of a node": (lambda dg: asset_graph(dg).get(dg.AssetKey("made")).tags.get("t"), "1"),
    "metadata of a node": (lambda dg: asset_graph(dg).get(dg.AssetKey("made")).metadata["m"], 1),
    "description of a node": (lambda dg: asset_graph(dg).get(dg.AssetKey("made")).description, "d"),
    "executable_asset_keys": (lambda dg: {key.path[0] for key in asset_graph(dg).executable_asset_keys}, {"made"}),
    "unexecutable_asset_keys": (lambda dg: {key.path[0] for key in asset_graph(dg).unexecutable_asset_keys}, {"up"}),
    "assets_defs": (
        lambda dg: "made" in {d.key.path[0] for d in asset_graph(dg).assets_defs if len(d.keys) == 1},
        True,
    ),
    "config_mapping of a graph": (lambda dg: graph_of(dg).config_mapping, None),
    "config_mapping of a job": (lambda dg: job_of(dg).config_mapping, None),
    "node_def_named": (lambda dg: job_of(dg).node_def_named("one").name, "one"),
    "positional_inputs": (lambda dg: list(add(dg).positional_inputs), ["a", "b"]),
    "input_def_named": (lambda dg: add(dg).input_def_named("a").name, "a"),
    "output_def_named": (lambda dg: add(dg).output_def_named("result").name, "result"),
    "input_has_default": (lambda dg: (add(dg).input_has_default("a"), add(dg).input_has_default("b")), (False, True)),
    "default_value_for_input": (lambda dg: add(dg).default_value_for_input("b"), 2),
    "input_defs": (lambda dg: [one.name for one in add(dg).input_defs], ["a", "b"]),
    "output_defs": (lambda dg: [one.name for one in add(dg).output_defs], ["result"]),
    "has config_schema": (lambda dg: add(dg).config_schema is not None, True),
    "required_resource_keys of a hook": (lambda dg: set(hook(dg).required_resource_keys), {"slack"}),
    "equal type checks": (lambda dg: dg.TypeCheck(success=True) == dg.TypeCheck(success=True), True),
}


@pytest.mark.parametrize(("call", "expected"), GRAPHS.values(), ids=GRAPHS)
def test_properties_of_graphs_and_ops(dg, call, expected):
    """Graphs, jobs, ops, hooks and types have these properties."""
    assert call(dg) == expected


def dynamic(dg):
    """An op with a dynamic output."""

    @dg.op(out=dg.DynamicOut())
    def numbers():
        yield dg.DynamicOutput(1, "a")

    return numbers


def plain(dg, name="plain"):
    """An op of one input."""

    @dg.op(name=name)
    def plain(x):
        return x

    return plain


def graph_from(dg, body):
    """A graph whose body is called with the ops that it needs."""

    @dg.graph
    def together():
        body()

    return together


def two_checks(dg):
    """Two checks that one function makes."""

    @dg.multi_asset_check(specs=[dg.AssetCheckSpec("a", asset="x"), dg.AssetCheckSpec("b", asset="x")])
    def two():
        pass

    return two


def nested(dg):
    """A dynamic output below a dynamic output."""

    @dg.op(out=dg.DynamicOut())
    def more(x):
        yield dg.DynamicOutput(x, "b")

    @dg.job
    def nested():
        dynamic(dg)().map(more).map(plain(dg))

    return nested


def crossed(dg):
    """An op that is mapped over two dynamic outputs."""

    @dg.op
    def both(x, y):
        return x

    @dg.op(out=dg.DynamicOut())
    def others():
        yield dg.DynamicOutput(1, "b")

    @dg.job
    def crossed():
        second = others()
        dynamic(dg)().map(lambda x: second.map(lambda y: both(x, y)))

    return crossed


REFUSED = {
    "two checks, one asked for": (lambda dg: two_checks(dg).check_key, "check"),
    "unknown input of an op": (lambda dg: add(dg).input_def_named("z"), "z"),
    "unknown node of a job": (lambda dg: job_of(dg).get_node_named("z"), "z"),
    "unknown node of a graph": (lambda dg: graph_of(dg).node_named("z"), "z"),
    "no such output": (lambda dg: made(dg).get_output_name_for_asset_key(dg.AssetKey("z")), "z"),
    "a type without a name": (lambda dg: dg.DagsterType(type_check_fn=lambda _c, _v: True), "(?i)name"),
    "a type check that cannot be called": (lambda dg: dg.DagsterType(name="T", type_check_fn=3), "call"),
    "a selection and a number": (lambda dg: dg.AssetSelection.all() & 3, "AssetSelection"),
    "a schedule context without a time": (
        lambda dg: dg.build_schedule_context().scheduled_execution_time,
        "scheduled_execution_time",
    ),
    "dynamic to plain": (lambda dg: graph_from(dg, lambda: plain(dg)(dynamic(dg)())), "(?i)map|collect"),
    "dynamic inside dynamic": (nested, "(?i)dynamic"),
    "two dynamic inputs": (crossed, "(?i)dynamic"),
}


@pytest.mark.parametrize(("call", "words"), REFUSED.values(), ids=REFUSED)
def test_what_definitions_refuse(dg, call, words):
    """Unknown names, and connections of ops that cannot run, are refused with their names."""
    with pytest.raises(Exception, match=words):
        call(dg)
