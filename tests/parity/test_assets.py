"""`@asset`: the parameters of its function, and the attributes of the definition."""

import pytest


def test_a_parameter_is_an_upstream_asset(dg):
    """A parameter takes the value of the asset of its name."""

    @dg.asset
    def numbers():
        return [1, 2]

    @dg.asset
    def total(numbers):
        return sum(numbers)

    assert dg.materialize([numbers, total]).asset_value("total") == 3


def test_order_in_the_list_does_not_matter(dg):
    """Parents run first, however they are listed."""

    @dg.asset
    def numbers():
        return [1, 2]

    @dg.asset
    def total(numbers):
        return sum(numbers)

    assert dg.materialize([total, numbers]).asset_value("total") == 3


def test_an_upstream_parameter_nobody_makes_is_refused(dg):
    """A parameter that names no asset of the run is an invalid definition."""

    @dg.asset
    def total(numbers):
        return 1

    with pytest.raises(dg.DagsterInvalidDefinitionError, match="numbers"):
        dg.materialize([total])


@pytest.mark.parametrize("form", ["name", "key", "parts", "definition", "spec"])
def test_deps_order_without_a_value(dg, log, form):
    """`deps` takes names, keys, definitions and specs; the parent runs first and passes no value."""

    @dg.asset
    def zulu():
        log.append("zulu")

    dep = {
        "name": "zulu",
        "key": dg.AssetKey("zulu"),
        "parts": ["zulu"],
        "definition": zulu,
        "spec": dg.AssetSpec("zulu"),
    }[form]

    @dg.asset(deps=[dep])
    def alpha():
        log.append("alpha")

    dg.materialize([alpha, zulu])
    assert log == ["zulu", "alpha"]


def test_a_dep_outside_the_run_is_external(dg):
    """`deps` may name what the run does not make."""

    @dg.asset(deps=["elsewhere"])
    def alpha():
        return 1

    assert dg.materialize([alpha]).success


def test_ins_renames_a_parameter(dg):
    """`ins={parameter: AssetIn(key=...)}` takes the value of another name."""

    @dg.asset(key_prefix=["raw"])
    def numbers():
        return [1, 2]

    @dg.asset(ins={"values": dg.AssetIn(key=dg.AssetKey(["raw", "numbers"]))})
    def total(values):
        return sum(values)

    assert dg.materialize([numbers, total]).asset_value("total") == 3


def test_a_resource_by_annotation(dg, tracked):
    """A parameter annotated with a ConfigurableResource class is the resource of that key."""

    @dg.asset
    def read(db: tracked):
        return db.name

    assert dg.materialize([read], resources={"db": tracked(name="n")}).asset_value("read") == "n"
    assert "db" in read.required_resource_keys


def test_a_resource_by_key(dg, tracked):
    """`required_resource_keys` puts it on `context.resources`."""

    @dg.asset(required_resource_keys={"db"})
    def read(context):
        return context.resources.db.name

    assert dg.materialize([read], resources={"db": tracked(name="n")}).asset_value("read") == "n"
    assert "db" in read.required_resource_keys


def test_everything_at_once(dg, tracked):
    """Context, config, a resource and an upstream value, in one signature."""

    class Load(dg.Config):
        factor: int = 2

    @dg.asset
    def numbers():
        return [1, 2]

    @dg.asset
    def total(context, config: Load, numbers, db: tracked):
        return (context.asset_key.path, config.factor * sum(numbers), db.name)

    result = dg.materialize([numbers, total], resources={"db": tracked()})
    assert result.asset_value("total") == (["total"], 6, "db")


@pytest.mark.parametrize("name", ["context", "_context", "_"])
def test_names_of_the_context(dg, name):
    """The first parameter is the context if it has one of these names."""
    namespace = {}
    exec(f"def read({name}):\n    return {name}.asset_key.path", namespace)  # noqa: S102  # the name is the subject
    assert dg.materialize([dg.asset(namespace["read"])]).asset_value("read") == ["read"]


def test_a_context_by_annotation_alone_is_an_input(dg):
    """A first parameter of another name is an upstream asset, even if it is annotated as a context."""

    @dg.asset
    def read(ctx: dg.AssetExecutionContext):
        return 1

    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.materialize([read])


def test_a_context_must_come_first(dg):
    """`context` anywhere else is refused at decoration."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):

        @dg.asset
        def read(numbers, context):
            return 1


def test_a_context_of_a_wrong_type_is_refused(dg):
    """`context: int` is refused when the asset is declared."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):

        @dg.asset
        def read(context: int):
            return 1


def test_the_types_of_the_context(dg):
    """The context is an AssetExecutionContext unless the annotation asks for the op's."""

    @dg.asset
    def plain(context):
        return type(context).__name__

    @dg.asset
    def annotated(context: dg.AssetExecutionContext):
        return isinstance(context, dg.AssetExecutionContext)

    @dg.asset
    def older(context: dg.OpExecutionContext):
        return isinstance(context, dg.OpExecutionContext)

    result = dg.materialize([plain, annotated, older])
    assert [result.asset_value(name) for name in ("plain", "annotated", "older")] == [
        "AssetExecutionContext",
        True,
        True,
    ]


def test_async_assets_run(dg):
    """A coroutine function is an asset; the run awaits it."""

    @dg.asset
    async def read():
        return 3

    assert dg.materialize([read]).asset_value("read") == 3


def test_varargs_are_refused(dg):
    """`*args` in a signature is refused, because it names no dependency."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):

        @dg.asset
        def read(*values):
            return 1


def test_an_unknown_decorator_argument_is_refused(dg):
    """An unknown argument of the decorator is a TypeError."""
    with pytest.raises(TypeError):
        dg.asset(nme="read")(lambda: 1)


def test_what_is_no_function_is_refused(dg):
    """The decorator refuses what cannot be called."""
    with pytest.raises(TypeError):
        dg.asset(3)


# -- keys and attributes -----------------------------------------------------------------------------------------------


def test_key_from_the_function_s_name(dg):
    """The name is the key's only part; step and node have it too."""

    @dg.asset
    def flights():
        pass

    assert flights.key == dg.AssetKey("flights")
    assert flights.op.name == "flights"


def test_key_from_a_name(dg):
    """`name=` replaces the function's name in the key."""
    assert dg.asset(lambda: 1, name="flights").key == dg.AssetKey(["flights"])


def test_key_with_a_prefix(dg):
    """`key_prefix` goes before the name; the node's name joins them by two underscores."""
    flights = dg.asset(lambda: 1, name="flights", key_prefix=["raw", "ny"])
    assert flights.key == dg.AssetKey(["raw", "ny", "flights"])
    assert flights.op.name == "raw__ny__flights"


def test_key_in_full(dg):
    """`key` is the whole key, and excludes `name` and `key_prefix`."""
    assert dg.asset(lambda: 1, key=["raw", "flights"]).key == dg.AssetKey(["raw", "flights"])
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.asset(lambda: 1, key=["raw", "flights"], name="flights")


@pytest.mark.parametrize("name", ["a b", "context", "config", "type", "if", "ü"])
def test_names_that_are_refused(dg, name):
    """Blanks, keywords and reserved words are refused as names of assets."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.asset(lambda: 1, name=name)


def test_asset_key_forms(dg):
    """Text is one part, a sequence several; equality, order of parts and text form."""
    key = dg.AssetKey(["raw", "flights"])
    assert key == dg.AssetKey(("raw", "flights"))
    assert key != dg.AssetKey("flights")
    assert list(key.path) == ["raw", "flights"]
    assert key.to_user_string() == "raw/flights"
    assert key.to_python_identifier() == "raw__flights"
    assert dg.AssetKey.from_user_string("raw/flights") == key
    assert list(dg.AssetKey("raw/flights").path) == ["raw/flights"]
    assert dg.AssetKey("flights").with_prefix("raw") == key
    assert len({key, dg.AssetKey(["raw", "flights"])}) == 1
    assert repr(key) == "AssetKey(['raw', 'flights'])"


def test_attributes_by_key(dg):
    """Group, metadata, tags, description and deps are kept by key."""

    @dg.asset(group_name="g", metadata={"m": 1}, tags={"t": "1"}, description="D.", deps=["up"])
    def read():
        """Not this."""

    key = read.key
    assert read.group_names_by_key[key] == "g"
    assert read.metadata_by_key[key]["m"] == 1
    assert read.tags_by_key[key]["t"] == "1"
    assert read.descriptions_by_key[key] == "D."
    assert read.asset_deps[key] == {dg.AssetKey("up")}


def test_attributes_by_default(dg):
    """The group is `default`; the docstring describes."""

    @dg.asset
    def read():
        """Reads.

        All of it.
        """

    assert read.group_names_by_key[read.key] == "default"
    assert read.descriptions_by_key[read.key] == "Reads.\n\nAll of it."


def test_kinds_are_tags(dg):
    """`kinds={"python"}` on an asset is the tag `dagster/kind/python`."""
    read = dg.asset(lambda: 1, name="read", kinds={"python"})
    assert "dagster/kind/python" in read.tags_by_key[read.key]


def test_two_definitions_of_one_key_are_refused(dg):
    """Definitions with two different assets of one key are refused when they are checked."""
    defs = dg.Definitions(assets=[dg.asset(lambda: 1, name="read"), dg.asset(lambda: 2, name="read")])
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="read"):
        dg.Definitions.validate_loadable(defs)


def test_a_cycle_of_assets_is_refused(dg):
    """Assets that need one another cannot run."""
    first = dg.asset(lambda: 1, name="first", deps=["second"])
    second = dg.asset(lambda: 1, name="second", deps=["first"])
    with pytest.raises(Exception, match="first"):
        dg.materialize([first, second])


# -- what an asset returns ---------------------------------------------------------------------------------------------


def test_a_value_is_handed_downstream(dg):
    """An asset without a return annotation may return None, which is its value."""

    @dg.asset
    def nothing():
        pass

    @dg.asset
    def read(nothing):
        return nothing is None

    assert dg.materialize([nothing, read]).asset_value("read") is True


def test_materialize_result_carries_metadata(dg):
    """The metadata of a MaterializeResult is on the materialization, as typed values."""

    @dg.asset
    def read():
        return dg.MaterializeResult(metadata={"rows": 3, "rate": 0.5, "source": "api", "done": True, "parts": [1]})

    [materialization] = dg.materialize([read]).asset_materializations_for_node("read")
    values = {key: value.value for key, value in materialization.metadata.items()}
    assert values == {"rows": 3, "rate": 0.5, "source": "api", "done": True, "parts": [1]}
    assert materialization.asset_key == dg.AssetKey("read")


def test_the_kinds_of_metadata(dg):
    """Plain values become the kind that fits; others are made by `MetadataValue`."""

    @dg.asset
    def read():
        return dg.MaterializeResult(
            metadata={
                "int": 1,
                "float": 1.5,
                "str": "x",
                "bool": True,
                "none": None,
                "dict": {"a": 1},
                "path": dg.MetadataValue.path("/data"),
                "url": dg.MetadataValue.url("http://localhost"),
                "md": dg.MetadataValue.md("# x"),
                "json": dg.MetadataValue.json([1]),
            }
        )

    [materialization] = dg.materialize([read]).asset_materializations_for_node("read")
    assert {key: type(value).__name__ for key, value in materialization.metadata.items()} == {
        "int": "IntMetadataValue",
        "float": "FloatMetadataValue",
        "str": "TextMetadataValue",
        "bool": "BoolMetadataValue",
        "none": "NullMetadataValue",
        "dict": "JsonMetadataValue",
        "path": "PathMetadataValue",
        "url": "UrlMetadataValue",
        "md": "MarkdownMetadataValue",
        "json": "JsonMetadataValue",
    }


def test_metadata_of_an_unknown_type_fails_the_step(dg):
    """Metadata of a type that no kind of metadata takes fails the step."""

    @dg.asset
    def read():
        return dg.MaterializeResult(metadata={"what": object()})

    assert not dg.materialize([read], raise_on_error=False).success


def test_yielding_a_materialize_result(dg, log):
    """A generator may yield a MaterializeResult; the code after the yield runs."""

    @dg.asset
    def read():
        yield dg.MaterializeResult(metadata={"rows": 3})
        log.append("after")

    [materialization] = dg.materialize([read]).asset_materializations_for_node("read")
    assert materialization.metadata["rows"].value == 3
    assert log == ["after"]


def test_output_carries_value_and_metadata(dg):
    """`Output(value, metadata=...)`, returned or yielded."""

    @dg.asset
    def returned():
        return dg.Output(3, metadata={"rows": 3})

    @dg.asset
    def yielded():
        yield dg.Output(4, metadata={"rows": 4})

    result = dg.materialize([returned, yielded])
    assert (result.asset_value("returned"), result.asset_value("yielded")) == (3, 4)
    assert result.asset_materializations_for_node("yielded")[0].metadata["rows"].value == 4


def test_metadata_added_through_the_context(dg):
    """`context.add_output_metadata` joins the result's own."""

    @dg.asset
    def read(context):
        context.add_output_metadata({"late": 1})
        return dg.MaterializeResult(metadata={"rows": 3})

    [materialization] = dg.materialize([read]).asset_materializations_for_node("read")
    assert {key: value.value for key, value in materialization.metadata.items()} == {"rows": 3, "late": 1}


def test_a_value_of_a_wrong_type_fails_the_step(dg):
    """A returned value is checked against a simple return annotation."""

    @dg.asset
    def read() -> int:
        return "x"

    result = dg.materialize([read], raise_on_error=False)
    assert not result.success
    assert result.is_node_failed("read")


def test_an_input_of_a_wrong_type_fails_the_step(dg):
    """A value is checked against a simple annotation of the parameter that takes it."""

    @dg.asset
    def number():
        return 1

    @dg.asset
    def read(number: str):
        return number

    result = dg.materialize([number, read], raise_on_error=False)
    assert result.is_node_success("number")
    assert result.is_node_failed("read")


# -- several assets of one function ------------------------------------------------------------------------------------


def test_several_assets_of_specs(dg):
    """`@multi_asset(specs=...)` stores its data itself; an asset without a result of its own is materialized, too."""

    @dg.multi_asset(specs=[dg.AssetSpec("a"), dg.AssetSpec("b", deps=["a"])])
    def both():
        yield dg.MaterializeResult(asset_key="a", metadata={"rows": 3})

    made = dg.materialize([both]).asset_materializations_for_node("both")
    assert [m.asset_key.to_user_string() for m in made] == ["a", "b"]
    assert made[0].metadata["rows"].value == 3


def test_several_assets_of_outs(dg):
    """`@multi_asset(outs=...)` returns a tuple; each value goes downstream by its key."""

    @dg.multi_asset(outs={"low": dg.AssetOut(), "high": dg.AssetOut(key_prefix="top")})
    def bounds():
        return 3, 4

    @dg.asset(ins={"high": dg.AssetIn(key_prefix="top")})
    def width(low, high):
        return high - low

    result = dg.materialize([bounds, width])
    assert result.asset_value("width") == 1
    assert bounds.keys_by_output_name == {"low": dg.AssetKey("low"), "high": dg.AssetKey(["top", "high"])}


def test_some_of_several_assets(dg):
    """With `can_subset` a run may select some of the assets; the context names them."""

    @dg.multi_asset(specs=[dg.AssetSpec("a"), dg.AssetSpec("b")], can_subset=True)
    def both(context):
        for key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key)

    [event] = dg.materialize([both], selection="b").get_asset_materialization_events()
    assert event.asset_key == dg.AssetKey("b")


def test_some_of_what_is_made_together_is_refused(dg):
    """Without `can_subset` all of a multi asset is selected, or none."""

    @dg.multi_asset(specs=[dg.AssetSpec("a"), dg.AssetSpec("b")])
    def both():
        pass

    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.materialize([both], selection="a")


def test_an_optional_asset_that_is_left_out(dg):
    """An optional output that is left out is not materialized, and the assets that take its value are skipped."""

    @dg.multi_asset(outs={"a": dg.AssetOut(is_required=False), "b": dg.AssetOut()})
    def some():
        yield dg.Output(2, "b")

    @dg.asset
    def reads(a):
        return a

    result = dg.materialize([some, reads])
    assert result.success
    assert result.is_node_skipped("reads")


def test_an_asset_of_several_ops(dg):
    """`@graph_asset` makes the value of its last op the asset's."""

    @dg.op
    def double(number):
        return 2 * number

    @dg.asset
    def number():
        return 3

    @dg.graph_asset
    def fourfold(number):
        return double(double(number))

    result = dg.materialize([number, fourfold])
    assert result.asset_value("fourfold") == 12
    assert result.output_for_node("fourfold.double") == 6


def test_an_asset_that_need_not_be_made(dg):
    """An asset with `output_required=False` that yields nothing is not materialized; assets downstream are skipped."""

    @dg.asset(output_required=False)
    def maybe():
        yield from ()

    @dg.asset
    def child(maybe):
        return 1

    @dg.asset(output_required=False)
    def returned():
        return None

    result = dg.materialize([maybe, child, returned])
    assert result.success
    assert result.asset_materializations_for_node("maybe") == []
    assert result.is_node_skipped("child")
    assert len(result.asset_materializations_for_node("returned")) == 1


def test_specs_are_mapped(dg):
    """`map_asset_specs` makes copies whose specs a function changed; keys must stay."""

    @dg.asset(group_name="raw")
    def one():
        return 1

    changed, spec = dg.map_asset_specs(
        lambda spec: spec.replace_attributes(group_name="new").merge_attributes(
            metadata={"m": 1}, tags={"t": "1"}, owners=["team:us"], kinds={"k"}, deps=["before"]
        ),
        [one, dg.AssetSpec("two", tags={"own": "1"})],
    )
    assert (changed.get_asset_spec().group_name, one.get_asset_spec().group_name) == ("new", "raw")
    assert changed.specs_by_key[dg.AssetKey("one")].metadata == {"m": 1}
    assert spec.tags == {"own": "1", "t": "1", "dagster/kind/k": ""}
    assert list(spec.owners) == ["team:us"]
    assert dg.AssetKey("before") in changed.asset_deps[dg.AssetKey("one")]
    assert dg.materialize([changed]).asset_value("one") == 1
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="change"):
        one.map_asset_specs(lambda spec: spec.replace_attributes(key="other"))


def test_observations(dg):
    """The observations that a body yields are in the result."""

    @dg.asset
    def one(context):
        context.log_event(dg.AssetObservation("beside", metadata={"x": 1}))

    result = dg.materialize([one])
    assert [observed.asset_key for observed in result.asset_observations_for_node("one")] == [dg.AssetKey("beside")]
    assert len(result.get_asset_observation_events()) == 1


def test_a_source_asset(dg):
    """`SourceAsset` declares an asset that is made elsewhere."""
    assert dg.SourceAsset("rows").key == dg.AssetKey("rows")


def test_several_assets_of_several_ops(dg):
    """`@graph_multi_asset` makes several assets of a graph's outputs."""

    @dg.op
    def one():
        return 1

    @dg.graph_multi_asset(outs={"a": dg.AssetOut(), "b": dg.AssetOut()})
    def both():
        return {"a": one(), "b": one()}

    assert dg.materialize([both]).asset_value("b") == 1


def test_what_comes_after_an_asset_that_was_not_made(dg):
    """Assets and checks that depend on an optional asset which is not made are skipped, with or without its value."""

    @dg.multi_asset(outs={"given": dg.AssetOut(is_required=False), "left_out": dg.AssetOut(is_required=False)})
    def some():
        yield dg.Output(1, "given")

    @dg.asset(deps=["given"])
    def after_given():
        return 1

    @dg.asset(deps=["left_out", "given"])
    def after_both():
        return 1

    @dg.asset
    def takes(left_out):
        return 1

    @dg.asset_check(asset="left_out")
    def look():
        return dg.AssetCheckResult(passed=True)

    result = dg.materialize([some, after_given, after_both, takes, look])
    assert result.success
    assert {event.step_key for event in result.get_step_skipped_events()} == {"after_both", "takes", "left_out_look"}
    assert result.is_node_success("after_given")


# -- better on purpose -------------------------------------------------------------------------------------------------


def test_a_cycle_of_assets_is_an_invalid_definition(dg, differs):
    """A cycle is an InvalidDefinitionError in dagwire; Dagster raises the error of its sort."""
    first = dg.asset(lambda: 1, name="first", deps=["second"])
    second = dg.asset(lambda: 1, name="second", deps=["first"])

    def is_invalid_definition():
        try:
            dg.materialize([first, second])
        except Exception as error:  # noqa: BLE001  # which class it is, is the question
            return isinstance(error, dg.DagsterInvalidDefinitionError)

    differs(is_invalid_definition, dagster=False, dagwire=True)


# -- inputs and outputs without values ---------------------------------------------------------------------------------


def test_an_input_that_only_orders(dg, log):
    """An AssetIn of type Nothing is a dependency without a parameter."""

    @dg.asset
    def first():
        log.append("first")

    @dg.asset(ins={"before": dg.AssetIn("first", dagster_type=dg.Nothing)})
    def then():
        log.append("then")

    assert dg.materialize([then, first]).success
    assert log == ["first", "then"]
    assert then.asset_deps == {then.key: {first.key}}


def test_outputs_that_carry_nothing(dg):
    """Outputs of type Nothing are materialized by a function that returns None."""

    @dg.multi_asset(outs={"a": dg.AssetOut(dagster_type=dg.Nothing), "b": dg.AssetOut(dagster_type=dg.Nothing)})
    def both():
        return None

    made = dg.materialize([both]).get_asset_materialization_events()
    assert sorted(event.asset_key.to_user_string() for event in made) == ["a", "b"]


def test_an_asset_takes_the_value_of_its_past(dg, tmp_path):
    """Each partition of an asset may take the value of its own partition before; the first takes None."""
    before = dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)

    @dg.asset(
        partitions_def=dg.DailyPartitionsDefinition("2024-01-01"),
        ins={"total": dg.AssetIn(partition_mapping=before)},
    )
    def total(total):
        return (total or 0) + 1

    stores = {"io_manager": dg.FilesystemIOManager(base_dir=str(tmp_path))}
    days = ["2024-01-01", "2024-01-02", "2024-01-03"]
    runs = [dg.materialize([total], partition_key=day, resources=stores) for day in days]
    assert [run.output_for_node("total") for run in runs] == [1, 2, 3]


def test_resources_of_an_asset_are_in_its_context(dg):
    """The keys of `resource_defs` are required, so that `context.resources` has them."""

    @dg.asset(resource_defs={"greeting": dg.ResourceDefinition.hardcoded_resource("hello")})
    def words(context):
        return context.resources.greeting

    assert "greeting" in words.required_resource_keys
    assert dg.materialize([words]).output_for_node("words") == "hello"


def test_resources_of_hooks_are_required(dg):
    """The resources that the hooks of an asset ask for are among those that it requires."""

    @dg.success_hook(required_resource_keys={"bell"})
    def ring(context): ...

    @dg.asset(hooks={ring})
    def words(): ...

    assert "bell" in words.required_resource_keys


def test_metadata_of_a_source_asset_is_shown(dg):
    """Metadata of a SourceAsset that cannot be shown is replaced by the name of its type."""
    source = dg.SourceAsset("words", metadata={"n": 1, "o": object()})
    assert {name: value.value for name, value in source.metadata.items()} == {"n": 1, "o": "[object] (unserializable)"}


def test_the_description_of_a_step(dg):
    """The step of an asset has the asset's description."""

    @dg.asset
    def words():
        """All words."""

    assert words.op.description == "All words."


def test_the_op_of_an_asset(dg):
    """`op` shows the step of an asset: its inputs, also those of `deps`, its outputs, resources and policy."""

    @dg.asset(key_prefix="raw", required_resource_keys={"store"}, io_manager_key="files", code_version="3")
    def trips(context) -> int:
        """All trips."""

    @dg.asset(deps=[trips], retry_policy=dg.RetryPolicy(max_retries=2))
    def report(lines: str):
        pass

    assert isinstance(trips.op, dg.OpDefinition)
    assert trips.op is trips.node_def
    assert (trips.op.name, trips.op.description, trips.op.version) == ("raw__trips", "All trips.", "3")
    assert trips.op.required_resource_keys == {"store"}
    (result,) = trips.op.output_defs
    assert (result.name, result.dagster_type.display_name, result.io_manager_key) == ("result", "Int", "files")
    types = {name: declared.dagster_type.display_name for name, declared in report.op.ins.items()}
    assert types == {"lines": "String", "raw_trips": "Nothing"}
    assert report.op.retry_policy.max_retries == 2


def test_the_op_of_several_assets(dg):
    """Each asset of a multi-asset is an output of its `op`; one that may be left out is not required."""

    @dg.multi_asset(outs={"a": dg.AssetOut(), "b": dg.AssetOut(is_required=False)}, deps=["c"])
    def both():
        pass

    assert {output.name: output.is_required for output in both.op.output_defs} == {"a": True, "b": False}
    assert both.op.ins["c"].dagster_type.display_name == "Nothing"


def test_a_graph_asset_has_no_op(dg):
    """An asset that several ops make has no `op`."""

    @dg.op
    def count():
        return 1

    @dg.graph_asset
    def total():
        return count()

    with pytest.raises(Exception, match=r"\bop|OpDefinition"):
        _ = total.op


@pytest.mark.parametrize("prefix", ["raw", "sums"])
def test_an_upstream_asset_is_named_without_its_prefix(dg, prefix):
    """A parameter means the one asset of that name in the group, whatever its prefix."""

    @dg.asset(key_prefix="raw")
    def trips():
        return 3

    @dg.asset(key_prefix=prefix)
    def total(trips):
        return trips + 1

    @dg.asset(key_prefix=prefix, deps=["trips"])
    def listed(): ...

    assert dg.materialize([trips, total]).output_for_node(f"{prefix}__total") == 4
    graph = dg.Definitions(assets=[trips, total, listed]).resolve_asset_graph()
    assert graph.get(dg.AssetKey([prefix, "listed"])).parent_keys == {trips.key}


@pytest.mark.parametrize("order", [["low", "high"], ["high", "low"]], ids=["right", "wrong"])
def test_the_order_of_several_assets(dg, order):
    """A function gives an asset after those of its own that the asset depends on."""

    @dg.multi_asset(specs=[dg.AssetSpec("low"), dg.AssetSpec("high", deps=["low"])])
    def both():
        for key in order:
            yield dg.MaterializeResult(key)

    if order == ["low", "high"]:
        assert dg.materialize([both]).success
    else:
        with pytest.raises(dg.DagsterInvariantViolationError):
            dg.materialize([both])
