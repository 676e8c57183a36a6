"""IO managers in runs: which one stores and loads a value, its contexts, and the events of the run."""

import pytest

SHOWN = ("LOADED_INPUT", "STEP_INPUT", "STEP_OUTPUT", "ASSET_MATERIALIZATION", "HANDLED_OUTPUT")


@pytest.fixture
def stored():
    """The values that IO managers of a test stored: `{identifier: value}`."""
    return {}


@pytest.fixture
def keeping(dg, log, stored):
    """An IO manager class that keeps values in `stored`, by asset or by step, and logs what it does."""

    class Keeping(dg.ConfigurableIOManager):
        tag: str = "io"

        def handle_output(self, context, obj):
            log.append(f"{self.tag} stores {'/'.join(self.place(context)[-2:])}")
            stored[self.place(context)] = obj

        def load_input(self, context):
            log.append(f"{self.tag} loads {'/'.join(self.place(context)[-2:])} as {context.name}")
            return stored[self.place(context)]

        def place(self, context):
            return tuple(context.get_asset_identifier() if context.has_asset_key else context.get_identifier())

    return Keeping


@pytest.fixture
def told(dg):
    """An IO manager that keeps the contexts it is given."""

    class Told(dg.IOManager):
        def __init__(self):
            self.outputs, self.inputs = [], []

        def handle_output(self, context, obj):
            self.outputs.append(context)

        def load_input(self, context):
            self.inputs.append(context)
            return 7

    return Told()


@pytest.fixture
def chain(dg):
    """An asset that names its IO manager, and one that takes its value and names none."""

    @dg.asset(io_manager_key="store")
    def trips():
        return 3

    @dg.asset
    def total(trips):
        return trips + 1

    return [trips, total]


def shown(result, *types):
    """The events of some types as `[(type, step, {name: value})]`."""
    names = ("output_name", "input_name", "upstream_output_name", "upstream_step_key", "manager_key")
    return [
        (event.event_type_value, event.step_key, {n: getattr(data, n) for n in names if hasattr(data, n)})
        for event in result.all_events
        if event.event_type_value in types
        for data in [event.event_specific_data]
    ]


def plain(metadata):
    """`{name: value}` of metadata that is wrapped."""
    return {name: value.value for name, value in metadata.items()}


# -- which one ---------------------------------------------------------------------------------------------------------


def test_an_output_s_io_manager_stores_and_loads(dg, chain, keeping, log):
    """`io_manager_key` names the resource that stores and loads a value; all else goes to "io_manager"."""
    result = dg.materialize(chain, resources={"store": keeping(tag="store"), "io_manager": keeping()})
    assert log == ["store stores trips", "store loads trips as trips", "io stores total"]
    assert (result.output_for_node("trips"), result.asset_value("total")) == (3, 4)


def test_the_default_io_manager(dg, keeping, log):
    """A resource "io_manager" stores the values of all that name none."""

    @dg.asset
    def one():
        return 1

    dg.materialize([one], resources={"io_manager": keeping()})
    assert log == ["io stores one"]


def test_an_io_manager_of_its_own(dg, keeping, log):
    """`io_manager_def` gives an asset an IO manager, which loads its value for others too."""

    @dg.asset(io_manager_def=keeping(tag="own"))
    def one():
        return 1

    @dg.asset
    def two(one):
        return one

    dg.materialize([one, two], resources={"io_manager": keeping()})
    assert log == ["own stores one", "own loads one as one", "io stores two"]
    assert one.required_resource_keys == {"one__io_manager"}


def test_an_io_manager_given_twice_is_refused(dg, keeping):
    """`io_manager_key` and `io_manager_def` exclude one another."""
    with pytest.raises(Exception, match="io_manager_key"):

        @dg.asset(io_manager_key="store", io_manager_def=keeping())
        def one():
            return 1


def test_several_outputs_have_their_own(dg, keeping, log):
    """`AssetOut(io_manager_key=)` names the IO manager of one of several assets."""

    @dg.multi_asset(outs={"low": dg.AssetOut(io_manager_key="store"), "high": dg.AssetOut(key=["x", "high"])})
    def bounds():
        return 1, 2

    dg.materialize([bounds], resources={"store": keeping(tag="store"), "io_manager": keeping()})
    assert log == ["store stores low", "io stores x/high"]
    assert bounds.get_io_manager_key_for_asset_key(dg.AssetKey("low")) == "store"


def test_an_op_s_outputs_and_inputs(dg, keeping, log):
    """`Out(io_manager_key=)` names the store of a value, `In(input_manager_key=)` its loader."""

    @dg.op(out=dg.Out(io_manager_key="store"))
    def one():
        return 1

    @dg.op(ins={"number": dg.In(input_manager_key="reader")})
    def two(number):
        return number

    @dg.job
    def both():
        two(one())

    given = {"store": keeping(tag="store"), "reader": keeping(tag="reader"), "io_manager": keeping()}
    assert both.execute_in_process(resources=given).output_for_node("two") == 1
    assert log == ["store stores one/result", "reader loads one/result as number", "io stores two/result"]


def test_an_asset_s_input_may_name_what_loads_it(dg, keeping, log):
    """`AssetIn(input_manager_key=)` is stronger than the IO manager that stored the value."""

    @dg.asset
    def one():
        return 1

    @dg.asset(ins={"number": dg.AssetIn(key="one", input_manager_key="reader")})
    def two(number):
        return number

    dg.materialize([one, two], resources={"reader": keeping(tag="reader"), "io_manager": keeping()})
    assert log == ["io stores one", "reader loads one as number", "io stores two"]


def test_the_last_op_s_io_manager_stores_a_graph_asset(dg, keeping, log):
    """A graph asset is stored once, by the IO manager that the output of its last op names."""

    @dg.op
    def one():
        return 1

    @dg.op(out=dg.Out(io_manager_key="store"))
    def double(number):
        return number * 2

    @dg.graph_asset
    def doubled():
        return double(one())

    result = dg.materialize([doubled], resources={"store": keeping(tag="store"), "io_manager": keeping()})
    assert [line for line in log if line.startswith("store")] == ["store stores doubled"]
    assert result.asset_value("doubled") == 2


def test_a_check_loads_and_stores_nothing(dg, keeping, log):
    """The value that a check looks at is loaded; the check's result is not stored."""

    @dg.asset
    def one():
        return 1

    @dg.asset_check(asset=one)
    def positive(one):
        return dg.AssetCheckResult(passed=one > 0)

    dg.materialize([one, positive], resources={"io_manager": keeping()})
    assert log == ["io stores one", "io loads one as one"]


def test_with_resources_binds_io_managers(dg, keeping, log):
    """`with_resources` binds "io_manager", which every asset requires."""

    @dg.asset
    def one():
        return 1

    dg.materialize(dg.with_resources([one], {"io_manager": keeping(tag="bound")}))
    assert log == ["bound stores one"]


def test_definitions_provide_io_managers(dg, chain, keeping, log):
    """The resources of `Definitions` hold the IO managers of its jobs."""
    defs = dg.Definitions(assets=chain, resources={"store": keeping(tag="store"), "io_manager": keeping()})
    defs.get_implicit_global_asset_job_def().execute_in_process()
    assert log == ["store stores trips", "store loads trips as trips", "io stores total"]


def test_a_missing_io_manager_is_named(dg, chain):
    """An IO manager that is named and not provided stops the run before it starts."""
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="'store'"):
        dg.materialize(chain)
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="'store'"):
        dg.Definitions.validate_loadable(dg.Definitions(assets=chain))


def test_a_missing_input_manager_is_named(dg):
    """An input manager that is named and not provided stops the run before it starts."""

    @dg.asset
    def one():
        return 1

    @dg.asset(ins={"one": dg.AssetIn(input_manager_key="reader")})
    def two(one):
        return one

    with pytest.raises(dg.DagsterInvalidDefinitionError, match="'reader'"):
        dg.materialize([one, two])


def test_what_is_no_io_manager_is_refused(dg, chain):
    """A plain value under the key of an IO manager is refused before the run starts."""
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="'store'"):
        dg.materialize(chain, resources={"store": 5})


def test_a_resource_that_is_no_io_manager(dg, chain):
    """A ConfigurableResource that is not an IO manager is refused under the key of one."""

    class Store(dg.ConfigurableResource):
        base: str = "b"

    for declared in (Store(), Store(base="c")):
        with pytest.raises(dg.DagsterInvalidDefinitionError, match="store"):
            dg.materialize(chain, resources={"store": declared})


def test_a_resource_function_of_an_io_manager(dg, told, differs):
    """dagwire takes an IO manager that a resource function makes; Dagster wants one that an `io_manager` makes."""

    @dg.resource
    def store():
        return told

    @dg.asset(io_manager_key="store")
    def trips():
        return 3

    differs(
        lambda: dg.materialize([trips], resources={"store": store}).success,
        dagster=dg.DagsterInvalidDefinitionError,
        dagwire=True,
    )


def test_a_body_sees_its_io_managers(dg, told, log):
    """The context of a step has the IO managers of its outputs and inputs among its resources."""

    @dg.asset(io_manager_key="store")
    def trips(context):
        log.append(context.resources.store is told)

    @dg.asset(required_resource_keys={"size"})
    def total(context, trips):
        log.append(set(context.resources._asdict()))

    dg.materialize([trips, total], resources={"store": told, "io_manager": told, "size": 1, "other": 2})
    assert log == [True, {"io_manager", "size", "store"}]


def test_a_body_does_not_see_the_io_manager_of_another_asset(dg, told, log):
    """An IO manager that is bound to an asset made elsewhere loads its value, under a key of its own."""
    source = dg.SourceAsset("trips", io_manager_def=dg.IOManagerDefinition.hardcoded_io_manager(told))

    @dg.asset(io_manager_key="store")
    def total(context, trips):
        log.append(context.resources.store is told)
        return trips

    dg.materialize([total, source], selection=[total], resources={"store": told})
    assert (log, len(told.inputs)) == ([True], 1)


def test_an_op_sees_its_io_managers(dg, told, log):
    """An op finds the IO managers of its outputs in `context.resources`, and no other resource of the run."""

    @dg.op(out={"a": dg.Out(io_manager_key="store"), "b": dg.Out()})
    def split(context):
        log.append(set(context.resources._asdict()))
        return 1, 2

    @dg.job
    def splitting():
        split()

    splitting.execute_in_process(resources={"store": told, "io_manager": told, "other": 1})
    assert log == [{"store", "io_manager"}]


def test_in_memory_no_io_manager_is_used(dg, chain):
    """`materialize_to_memory` needs none of the IO managers that are named."""
    assert dg.materialize_to_memory(chain).asset_value("total") == 4


def test_in_memory_io_managers_are_refused(dg, chain, keeping):
    """`materialize_to_memory` refuses IO managers, which would not be used."""
    with pytest.raises(dg.DagsterInvariantViolationError, match="materialize_to_memory"):
        dg.materialize_to_memory(chain, resources={"store": keeping()})


# -- what is stored ----------------------------------------------------------------------------------------------------


def test_none_is_a_value(dg, keeping, stored):
    """None is stored unless the annotation is `-> None`."""

    @dg.asset
    def one():
        return None

    dg.materialize([one], resources={"io_manager": keeping()})
    assert stored == {("one",): None}


def test_what_has_no_value_is_not_stored(dg, keeping, log):
    """`-> None`, a MaterializeResult without value, and an output of type Nothing skip the IO manager."""

    @dg.asset
    def one() -> None: ...

    @dg.asset
    def two():
        return dg.MaterializeResult(metadata={"rows": 1})

    @dg.op(out=dg.Out(dg.Nothing))
    def three(): ...

    @dg.job
    def nothing():
        three()

    dg.materialize([one, two], resources={"io_manager": keeping()})
    nothing.execute_in_process(resources={"io_manager": keeping()})
    assert log == []


def test_the_value_of_a_result_is_stored(dg, keeping, stored):
    """`MaterializeResult(value=)` and `Output` pass their value to the IO manager."""

    @dg.asset
    def one():
        return dg.MaterializeResult(value=1)

    @dg.asset
    def two():
        return dg.Output(2)

    dg.materialize([one, two], resources={"io_manager": keeping()})
    assert stored == {("one",): 1, ("two",): 2}


def test_the_result_has_what_was_returned(dg, told):
    """`output_for_node` is the returned value; a child gets the loaded one."""

    @dg.asset
    def one():
        return 1

    @dg.asset
    def two(one):
        return one

    result = dg.materialize([one, two], resources={"io_manager": told})
    assert (result.asset_value("one"), result.asset_value("two")) == (1, 7)


def test_what_was_loaded_is_held_to_the_annotation(dg, told):
    """A loaded value of another type than its parameter's fails the step."""

    @dg.asset
    def one():
        return "text"

    @dg.asset
    def two(one: str):
        return one

    with pytest.raises(dg.DagsterTypeCheckDidNotPass):
        dg.materialize([one, two], resources={"io_manager": told})


# -- its context -------------------------------------------------------------------------------------------------------


def test_what_an_output_tells(dg, told):
    """An output context has key, step, run, job, the definition's metadata and type, and the step's metadata."""

    @dg.asset(key=["raw", "trips"], metadata={"owner": "me"})
    def trips() -> dg.Output[int]:
        return dg.Output(1, metadata={"rows": 3})

    result = dg.materialize([trips], resources={"io_manager": told})
    context = told.outputs[0]
    assert context.asset_key == dg.AssetKey(["raw", "trips"])
    assert (context.name, context.step_key, context.run_id) == ("result", "raw__trips", result.run_id)
    assert context.job_name == "__ephemeral_asset_job__"
    assert context.metadata == context.definition_metadata == {"owner": "me"}
    assert plain(context.output_metadata) == {"rows": 3}
    assert context.dagster_type.typing_type is int
    assert (context.config, context.mapping_key, context.version) == (None, None, None)
    assert context.asset_spec.key == context.asset_key
    assert context.op_def.name == "raw__trips"
    assert context.step_context.run_id == result.run_id


def test_an_output_s_identifier_in_a_run(dg, told):
    """`get_identifier` names run, step and output; `get_asset_identifier` is equal in every run."""

    @dg.asset
    def one():
        return 1

    result = dg.materialize([one], resources={"io_manager": told})
    assert told.outputs[0].get_identifier() == [result.run_id, "one", "result"]
    assert told.outputs[0].get_asset_identifier() == ["one"]


def test_what_an_input_tells(dg, told):
    """An input context has name, type, metadata, the upstream asset's key, and the upstream output's context."""

    @dg.asset(metadata={"upstream": 1})
    def one():
        return 1

    @dg.asset(ins={"number": dg.AssetIn(key="one", metadata={"unit": "m"})})
    def two(number: int):
        return number

    dg.materialize([one, two], resources={"io_manager": told})
    context = told.inputs[0]
    assert (context.name, context.has_input_name, context.asset_key) == ("number", True, dg.AssetKey("one"))
    assert context.definition_metadata == {"unit": "m"}
    assert context.dagster_type.typing_type is int
    assert context.upstream_output.asset_key == dg.AssetKey("one")
    assert context.upstream_output.definition_metadata == {"upstream": 1}
    assert (context.upstream_output.step_key, context.upstream_output.name) == ("one", "result")
    assert context.get_identifier() == told.outputs[0].get_identifier()
    assert context.op_def.name == "two"


def test_the_config_and_resources_of_an_io_manager(dg):
    """A context has the config that its IO manager was opened with, and the resources that it requires."""
    seen = []

    class Seeing(dg.IOManager):
        def handle_output(self, context, obj):
            seen.append((context.resource_config, context.resources.bucket))

        def load_input(self, context):
            return None

    @dg.io_manager(config_schema={"prefix": str}, required_resource_keys={"bucket"})
    def seeing():
        return Seeing()

    @dg.asset
    def one():
        return 1

    config = {"resources": {"io_manager": {"config": {"prefix": "p"}}}}
    dg.materialize([one], config, resources={"io_manager": seeing, "bucket": "b"})
    assert seen == [({"prefix": "p"}, "b")]


@pytest.mark.parametrize(
    ("schema", "config", "seen"), [(None, None, None), (int, 3, 3), ({"a": int}, {"a": 1}, {"a": 1})]
)
def test_the_config_of_an_io_manager_in_its_contexts(dg, log, schema, config, seen):
    """`context.resource_config` is the resolved config of the IO manager; None if it has none."""

    class Showing(dg.IOManager):
        def handle_output(self, context, obj):
            log.append(context.resource_config)

        def load_input(self, context):
            log.append(context.resource_config)

    made = dg.IOManagerDefinition(lambda _: Showing(), config_schema=schema)

    @dg.asset
    def trips():
        return 1

    @dg.asset
    def total(trips):
        return trips

    dg.materialize([trips, total], resources={"io_manager": made if config is None else made.configured(config)})
    assert log == [seen, seen, seen]


def test_a_configurable_io_manager_s_config(dg):
    """The config of a ConfigurableIOManager is its fields."""
    seen = []

    class Seeing(dg.ConfigurableIOManager):
        prefix: str
        count: int = 2

        def handle_output(self, context, obj):
            seen.append(context.resource_config)

        def load_input(self, context):
            return None

    @dg.asset
    def one():
        return 1

    dg.materialize([one], resources={"io_manager": Seeing(prefix="p")})
    assert seen == [{"prefix": "p", "count": 2}]


def test_partitions_are_told(dg, told):
    """Contexts have the run's partition key, and the asset's partitions if it has any."""
    days = dg.StaticPartitionsDefinition(["p", "q"])

    @dg.asset(partitions_def=days)
    def one():
        return 1

    @dg.asset(partitions_def=days)
    def two(one):
        return one

    @dg.asset
    def whole():
        return 1

    dg.materialize([one, two, whole], partition_key="q", resources={"io_manager": told})
    by_key = {context.asset_key.path[0]: context for context in told.outputs}
    assert [by_key[name].partition_key for name in ("one", "two", "whole")] == ["q", "q", "q"]
    assert (by_key["one"].has_asset_partitions, by_key["whole"].has_asset_partitions) == (True, False)
    assert by_key["one"].asset_partition_key == by_key["two"].asset_partition_key == "q"
    assert by_key["one"].asset_partitions_def == days
    assert by_key["one"].get_asset_identifier() == ["one", "q"]
    assert told.inputs[0].asset_partition_keys == ["q"]


def test_the_window_of_a_partition_is_told(dg, told):
    """Contexts have the time window of partitions of time."""
    months = dg.MonthlyPartitionsDefinition(start_date="2013-01-01")

    @dg.asset(partitions_def=months)
    def one():
        return 1

    dg.materialize([one], partition_key="2013-02-01", resources={"io_manager": told})
    window = told.outputs[0].asset_partitions_time_window
    assert (window.start.month, window.end.month) == (2, 3)
    assert told.outputs[0].asset_partition_key_range.start == "2013-02-01"


# -- what is recorded --------------------------------------------------------------------------------------------------


def test_the_events_name_the_io_managers(dg, chain, keeping):
    """HANDLED_OUTPUT and LOADED_INPUT events name the IO manager and the output or input."""
    result = dg.materialize(chain, resources={"store": keeping(), "io_manager": keeping()})
    assert shown(result, "HANDLED_OUTPUT", "LOADED_INPUT") == [
        ("HANDLED_OUTPUT", "trips", {"output_name": "result", "manager_key": "store"}),
        (
            "LOADED_INPUT",
            "total",
            {
                "input_name": "trips",
                "upstream_output_name": "result",
                "upstream_step_key": "trips",
                "manager_key": "store",
            },
        ),
        ("HANDLED_OUTPUT", "total", {"output_name": "result", "manager_key": "io_manager"}),
    ]


def test_the_order_of_events(dg, keeping, events):
    """All inputs are loaded before the first is checked; an output is handled after its asset is materialized."""

    @dg.asset
    def one():
        return 1

    @dg.asset
    def two():
        return 2

    @dg.asset
    def three(one, two):
        return one + two

    result = dg.materialize([one, two, three], resources={"io_manager": keeping()})
    assert [kind for kind, step in events(result) if step == "three" and kind in SHOWN] == [
        *("LOADED_INPUT", "LOADED_INPUT", "STEP_INPUT", "STEP_INPUT"),
        *("STEP_OUTPUT", "ASSET_MATERIALIZATION", "HANDLED_OUTPUT"),
    ]


@pytest.fixture
def saying(dg):
    """Makes an IO manager of a function that is called as `handle_output`."""

    def make(function):
        class Saying(dg.IOManager):
            handle_output = staticmethod(function)

            def load_input(self, context):
                context.add_input_metadata({"read": 1}, description="D")
                return 7

        return Saying()

    return make


def recorded(dg, manager):
    """The materializations, and the handled output's metadata, of an asset that `manager` stores."""

    @dg.asset
    def one():
        return dg.Output(1, metadata={"own": 1, "rows": 0})

    result = dg.materialize([one], resources={"io_manager": manager})
    made = [
        (event.asset_key.path[0], plain(event.step_materialization_data.materialization.metadata))
        for event in result.all_events
        if event.event_type_value == "ASSET_MATERIALIZATION"
    ]
    handled = [event for event in result.all_events if event.event_type_value == "HANDLED_OUTPUT"]
    return made, plain(handled[0].event_specific_data.metadata)


def test_metadata_is_added_to_the_materialization(dg, saying):
    """Metadata of `add_output_metadata` shows in the event and, stronger than the step's, in the materialization."""
    manager = saying(lambda context, _: context.add_output_metadata({"rows": 3}))
    assert recorded(dg, manager) == ([("one", {"own": 1, "rows": 3})], {"rows": 3})


def test_metadata_may_be_yielded(dg, saying):
    """A generator yields dicts of metadata."""

    def handle(context, obj):
        yield {"rows": 3}
        yield {"bytes": 8}

    assert recorded(dg, saying(handle)) == ([("one", {"own": 1, "rows": 3, "bytes": 8})], {"rows": 3, "bytes": 8})


def test_other_assets_may_be_yielded(dg, saying):
    """A materialization of another asset that is yielded, or given to `log_event`, is recorded before the asset's."""

    def handle(context, obj):
        yield dg.AssetMaterialization("beside", metadata={"x": 1})

    def handle_by_log(context, obj):
        context.log_event(dg.AssetMaterialization("beside", metadata={"x": 1}))

    expected = [("beside", {"x": 1}), ("one", {"own": 1, "rows": 0})], {}
    assert recorded(dg, saying(handle)) == expected
    assert recorded(dg, saying(handle_by_log)) == expected


def test_what_else_is_returned_is_refused(dg, saying):
    """`handle_output` that returns or yields something else fails the step."""

    def handle(context, obj):
        yield 5

    for function in (handle, lambda *_: 5):
        with pytest.raises(dg.DagsterInvariantViolationError, match="int"):
            recorded(dg, saying(function))


def test_metadata_of_what_was_loaded(dg, saying):
    """The input's own metadata and `add_input_metadata` show in the event; the latter as an observation too."""

    @dg.asset
    def one():
        return 1

    @dg.asset(ins={"one": dg.AssetIn(metadata={"unit": "m"})})
    def two(one):
        return one

    result = dg.materialize([one, two], resources={"io_manager": saying(lambda *_: None)})
    loaded = [event for event in result.all_events if event.event_type_value == "LOADED_INPUT"]
    assert plain(loaded[0].event_specific_data.metadata) == {"unit": "m", "read": 1}
    observed = [event.asset_key.path for event in result.all_events if event.event_type_value == "ASSET_OBSERVATION"]
    assert observed == [["one"]]


def test_a_failing_store(dg, saying, events):
    """A step whose value cannot be stored fails with the IO manager's own exception, and made nothing."""

    def handle(context, obj):
        raise OSError("no space")

    @dg.asset
    def one():
        return 1

    result = dg.materialize([one], resources={"io_manager": saying(handle)}, raise_on_error=False)
    assert [kind for kind, step in events(result) if step == "one"][-2:] == ["STEP_OUTPUT", "STEP_FAILURE"]
    assert result.get_asset_materialization_events() == []
    with pytest.raises(OSError, match="no space"):
        dg.materialize([one], resources={"io_manager": saying(handle)})


def test_a_failing_load_is_tried_again(dg, events):
    """Loading is part of the step: its retry policy holds for it."""
    tries = []

    class Shaky(dg.IOManager):
        def handle_output(self, context, obj): ...

        def load_input(self, context):
            tries.append(context.name)
            if len(tries) == 1:
                raise OSError("gone")
            return 7

    @dg.asset
    def one():
        return 1

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=1))
    def two(one):
        return one

    result = dg.materialize([one, two], resources={"io_manager": Shaky()})
    assert (tries, result.asset_value("two")) == (["one", "one"], 7)
    assert ("STEP_UP_FOR_RETRY", "two") in events(result)


# -- values that the run does not make ---------------------------------------------------------------------------------


def test_a_value_of_an_earlier_run(dg, keeping, log):
    """An asset that is not selected is loaded as its own IO manager stored it."""

    @dg.asset(io_manager_key="store")
    def one():
        return 1

    @dg.asset
    def two(one):
        return one + 1

    given = {"store": keeping(tag="store"), "io_manager": keeping()}
    dg.materialize([one, two], selection="one", resources=given)
    result = dg.materialize([one, two], selection="two", resources=given)
    assert log == ["store stores one", "store loads one as one", "io stores two"]
    assert result.asset_value("two") == 2


def test_a_partition_of_an_earlier_run(dg, keeping, stored):
    """The partition of the run is loaded."""
    days = dg.StaticPartitionsDefinition(["p", "q"])

    @dg.asset(partitions_def=days)
    def one(context):
        return context.partition_key

    @dg.asset(partitions_def=days)
    def two(one):
        return one * 2

    for key in ("p", "q"):
        dg.materialize([one, two], selection="one", partition_key=key, resources={"io_manager": keeping()})
    result = dg.materialize([one, two], selection="two", partition_key="p", resources={"io_manager": keeping()})
    assert result.asset_value("two") == "pp"
    assert set(stored) == {("one", "p"), ("one", "q"), ("two", "p")}


def test_a_source_asset_is_loaded(dg, told):
    """The IO manager that a SourceAsset names loads it; the upstream output has its metadata."""
    source = dg.SourceAsset(["raw", "trips"], io_manager_key="store", metadata={"table": "t"})

    @dg.asset(ins={"trips": dg.AssetIn(key=["raw", "trips"])})
    def total(trips):
        return trips

    result = dg.materialize([source, total], resources={"store": told})
    assert result.asset_value("total") == 7
    upstream = told.inputs[0].upstream_output
    assert upstream.definition_metadata["table"] == "t"
    assert (upstream.asset_key, upstream.name) == (dg.AssetKey(["raw", "trips"]), "trips")
    loaded = shown(result, "LOADED_INPUT")[0][2]
    assert (loaded["upstream_step_key"], loaded["manager_key"]) == (None, "store")


def test_a_source_asset_with_an_io_manager_of_its_own(dg, told):
    """`SourceAsset(io_manager_def=)` needs no resource."""
    source = dg.SourceAsset("trips", io_manager_def=told)

    @dg.asset
    def total(trips):
        return trips

    assert dg.materialize([source, total]).asset_value("total") == 7
    assert told.outputs == []


def test_a_spec_that_names_its_io_manager(dg, told):
    """`AssetSpec.with_io_manager_key` names the loader of an asset that is made elsewhere."""
    spec = dg.AssetSpec("trips").with_io_manager_key("store")

    @dg.asset
    def total(trips):
        return trips

    defs = dg.Definitions(assets=[spec, total], resources={"store": told})
    assert defs.get_implicit_global_asset_job_def().execute_in_process().asset_value("total") == 7
    assert spec.metadata == {"dagster/io_manager_key": "store"}


def test_an_asset_of_which_nothing_is_known(dg, keeping):
    """A parameter's asset that is neither made here nor declared is refused, whatever IO manager there is."""

    @dg.asset
    def total(trips):
        return trips

    with pytest.raises(dg.DagsterInvalidDefinitionError, match="trips"):
        dg.materialize([total], resources={"io_manager": keeping()})
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="trip5"):
        dg.Definitions.validate_loadable(dg.Definitions(assets=[total, dg.SourceAsset("trip5")]))


def test_a_missing_io_manager_of_a_source_asset(dg):
    """The IO manager that a source asset names must be provided where its value is taken."""

    @dg.asset
    def total(trips):
        return trips

    with pytest.raises(dg.DagsterInvalidDefinitionError, match="'store'"):
        dg.materialize([dg.SourceAsset("trips", io_manager_key="store"), total])


def test_what_a_source_asset_says(dg):
    """A SourceAsset keeps its arguments."""
    days = dg.StaticPartitionsDefinition(["p"])
    source = dg.SourceAsset(
        "trips",
        metadata={"rows": 1},
        io_manager_key="store",
        description="D",
        partitions_def=days,
        group_name="raw",
        tags={"t": "1"},
    )
    assert (source.key, source.io_manager_key, source.get_io_manager_key()) == (dg.AssetKey("trips"), "store", "store")
    assert (source.description, source.group_name, dict(source.tags)) == ("D", "raw", {"t": "1"})
    assert (plain(source.metadata), source.partitions_def) == ({"rows": 1}, days)
    assert dg.SourceAsset("other").get_io_manager_key() == "io_manager"


def test_one_key_is_one_asset(dg):
    """An asset that is made here and declared as made elsewhere is refused."""

    @dg.asset
    def trips():
        return 1

    with pytest.raises(dg.DagsterInvalidDefinitionError, match="trips"):
        dg.Definitions.validate_loadable(dg.Definitions(assets=[dg.SourceAsset("trips"), trips]))


def test_the_value_of_an_asset_outside_a_run(dg, told):
    """`Definitions.load_asset_value` loads what was stored, by the asset's IO manager."""

    @dg.asset(io_manager_key="store", metadata={"table": "t"})
    def one():
        return 1

    defs = dg.Definitions(assets=[one, dg.SourceAsset("other", io_manager_key="store")], resources={"store": told})
    assert defs.load_asset_value("one", python_type=int, metadata={"column": "c"}) == 7
    assert defs.load_asset_value(dg.AssetKey("other")) == 7
    context = told.inputs[0]
    assert (context.asset_key, context.definition_metadata) == (dg.AssetKey("one"), {"column": "c"})
    assert (context.upstream_output.definition_metadata, context.dagster_type.typing_type) == ({"table": "t"}, int)
    with pytest.raises(Exception, match="third"):
        defs.load_asset_value("third")


def test_the_partition_of_an_asset_outside_a_run(dg):
    """`load_asset_value(partition_key=)` loads one partition."""

    class Echo(dg.IOManager):
        def handle_output(self, context, obj): ...

        def load_input(self, context):
            return context.asset_key.path, context.asset_partition_key

    @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["p", "q"]))
    def one():
        return 1

    defs = dg.Definitions(assets=[one], resources={"io_manager": Echo()})
    assert defs.load_asset_value("one", partition_key="q") == (["one"], "q")


class Echoing:
    """A store that returns the identifier it was asked for, not a stored value."""

    def handle_output(self, context, obj): ...

    def load_input(self, context):
        return context.asset_key.path, context.asset_partition_keys if context.has_asset_partitions else None


def echo(dg):
    return type("Echo", (Echoing, dg.IOManager), {})()


def test_a_body_loads_the_value_of_an_asset(dg):
    """`context.load_asset_value` loads an upstream asset, one made elsewhere, and one partition."""
    asked = []

    @dg.asset
    def one():
        return 1

    @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["p", "q"]))
    def parted():
        return 1

    @dg.asset(deps=[one, "other", dg.AssetDep(parted, partition_mapping=dg.AllPartitionMapping())])
    def two(context: dg.AssetExecutionContext):
        asked.append(context.load_asset_value(dg.AssetKey("one")))
        asked.append(context.load_asset_value(dg.AssetKey("other"), python_type=int))
        asked.append(context.load_asset_value(dg.AssetKey("parted"), partition_key="q"))

    assets = [one, parted, two, dg.SourceAsset("other")]
    defs = dg.Definitions(assets=assets, resources={"io_manager": echo(dg)})
    job = defs.resolve_job_def("__ASSET_JOB") if hasattr(defs, "resolve_job_def") else defs.get_job_def("__ASSET_JOB")
    assert job.execute_in_process(asset_selection=[dg.AssetKey("two")]).success
    assert asked == [(["one"], None), (["other"], None), (["parted"], ["q"])]


def test_a_body_asks_for_the_value_of_an_unknown_asset(dg):
    """The step fails with an error that names it."""

    @dg.asset
    def two(context: dg.AssetExecutionContext):
        context.load_asset_value(dg.AssetKey("nobody"))

    with pytest.raises(Exception, match="nobody"):
        dg.materialize([two], resources={"io_manager": echo(dg)})


def test_an_input_of_nothing(dg, told):
    """An op's input that is connected to nothing is loaded by its input manager, with no upstream output."""

    @dg.op(ins={"number": dg.In(input_manager_key="reader")})
    def one(number):
        return number

    @dg.job
    def alone():
        one()

    assert alone.execute_in_process(resources={"reader": told}).output_for_node("one") == 7
    assert told.inputs[0].upstream_output is None


def test_a_function_that_loads(dg):
    """`@input_manager` makes an input manager of a function of the context, or of none; it has config and resources."""

    @dg.input_manager
    def name(context):
        return context.name

    @dg.input_manager(config_schema={"base": int}, required_resource_keys={"more"}, description="D")
    def number(context):
        return context.resource_config["base"] + context.resources.more

    @dg.input_manager
    def nothing():
        return None

    inputs = {"a": dg.In(input_manager_key="name"), "b": dg.In(input_manager_key="number")}

    @dg.op(ins={**inputs, "c": dg.In(input_manager_key="nothing")})
    def taken(a, b, c):
        return a, b, c

    @dg.job(resource_defs={"name": name, "number": number, "nothing": nothing, "more": make_two(dg)})
    def take():
        taken()

    result = take.execute_in_process({"resources": {"number": {"config": {"base": 1}}}})
    assert result.output_for_node("taken") == ("a", 3, None)
    assert (number.description, set(number.required_resource_keys)) == ("D", {"more"})
    assert isinstance(number, dg.InputManagerDefinition)


def make_two(dg):
    """A resource that is 2."""
    return dg.ResourceDefinition.hardcoded_resource(2)


def test_each_value_of_a_dynamic_output(dg, keeping, log):
    """Each value of a dynamic output is stored under its mapping key, and loaded by the step that is for it."""

    @dg.op(out=dg.DynamicOut())
    def letters():
        yield dg.DynamicOutput("a", mapping_key="x")
        yield dg.DynamicOutput("b", mapping_key="y")

    @dg.op
    def upper(letter):
        return letter.upper()

    @dg.op
    def word(letters):
        return "".join(letters)

    @dg.job
    def shout():
        word(letters().map(upper).collect())

    assert shout.execute_in_process(resources={"io_manager": keeping()}).output_for_node("word") == "AB"
    assert log == [
        *("io stores result/x", "io stores result/y"),
        *("io loads result/x as letter", "io stores upper[x]/result"),
        *("io loads result/y as letter", "io stores upper[y]/result"),
        *("io loads upper[x]/result as letters", "io loads upper[y]/result as letters"),
        "io stores word/result",
    ]


def test_lists_are_loaded_one_by_one(dg, keeping, log):
    """An input that takes a list of outputs has each loaded."""

    @dg.op
    def one():
        return 1

    @dg.op
    def total(numbers):
        return sum(numbers)

    @dg.job
    def add():
        total([one(), one()])

    assert add.execute_in_process(resources={"io_manager": keeping()}).output_for_node("total") == 2
    assert [line.partition(" loads ")[2] for line in log if "loads" in line] == [
        "one/result as numbers",
        "one_2/result as numbers",
    ]


# -- where the two sides differ ----------------------------------------------------------------------------------------


def test_a_source_asset_s_missing_io_manager_that_nobody_needs(dg, differs):
    """dagwire asks for the IO manager of a source asset in a run only where its value is taken; Dagster always."""

    @dg.asset
    def one():
        return 1

    source = dg.SourceAsset("trips", io_manager_key="store")
    differs(lambda: dg.materialize([one, source]).success, dagster=dg.DagsterInvalidDefinitionError, dagwire=True)


def test_without_io_manager_nothing_is_kept(dg, differs, tmp_path):
    """Without IO managers dagwire hands values on in memory, for that run alone; Dagster leaves files behind."""

    @dg.asset
    def one():
        return 1

    @dg.asset
    def two(one):
        return one

    dg.materialize([one, two], selection="one")
    differs(
        lambda: dg.materialize([one, two], selection="two").asset_value("two"),
        dagster=1,
        dagwire=FileNotFoundError,
    )


@pytest.fixture
def configs(dg):
    """An IO manager that declares config of outputs and inputs, and the configs that it got."""
    seen = []

    class Store(dg.IOManager):
        def handle_output(self, context, obj):
            seen.append((context.step_key, context.config))

        def load_input(self, context):
            seen.append((context.name, context.config, context.upstream_output.config))
            return 1

    def make(**schemas):
        return dg.io_manager(**schemas)(lambda _: Store())

    return make, seen


@pytest.fixture
def two_steps(dg):
    """A job of two ops, `one` and `two`, over an IO manager; runs with some run config."""

    @dg.op
    def one():
        return 1

    @dg.op
    def two(v):
        return v

    def run(manager, **steps):
        @dg.job(resource_defs={"io_manager": manager})
        def work():
            two(one())

        return work.execute_in_process(run_config={"ops": steps})

    return run


def test_config_of_an_output(dg, configs, two_steps):
    """Run config configures single outputs if their IO manager declares `output_config_schema`."""
    make, seen = configs
    two_steps(
        make(output_config_schema={"path": str, "rows": dg.Field(int, default_value=3)}),
        one={"outputs": {"result": {"path": "here"}}},
        two={"outputs": {"result": {"path": "there", "rows": 4}}},
    )
    here = {"path": "here", "rows": 3}
    assert seen == [("one", here), ("v", None, here), ("two", {"path": "there", "rows": 4})]


@pytest.mark.parametrize(
    ("schemas", "steps"),
    [
        ({"output_config_schema": {"path": str}}, {"one": {"outputs": {"result": {"path": "here"}}}}),
        ({"output_config_schema": {"path": str}}, {"one": {"outputs": {"resul": {"path": "here"}}}}),
        ({"output_config_schema": int}, {"one": {"outputs": {"result": "x"}}, "two": {"outputs": {"result": 1}}}),
        ({}, {"one": {"outputs": {"result": {"path": "here"}}}}),
        ({"input_config_schema": {"path": str}}, {"two": {"inputs": {"v": {"path": "here"}}}}),
    ],
    ids=["one is missing", "an unknown output", "of another type", "no schema", "an input that names no manager"],
)
def test_wrong_config_of_a_value_is_refused(dg, configs, two_steps, schemas, steps):
    """Config of outputs and inputs that is missing, unknown or wrong stops the run before it starts."""
    make, seen = configs
    with pytest.raises(dg.DagsterInvalidConfigError):
        two_steps(make(**schemas), **steps)
    assert seen == []


def test_config_of_an_input(dg):
    """Run config configures an input if the input manager that it names declares `input_config_schema`."""

    @dg.input_manager(input_config_schema={"rows": int}, config_schema={"table": dg.Field(str, default_value="t")})
    def table(context):
        return context.resource_config["table"], context.config["rows"]

    @dg.op(ins={"v": dg.In(input_manager_key="table")})
    def read(v):
        return v

    @dg.graph
    def inner():
        return read()

    @dg.job(resource_defs={"table": table})
    def work():
        inner()

    def config(**entry):
        return {"ops": {"inner": {"ops": {"read": {"inputs": {"v": entry}}}}}}

    assert work.execute_in_process(run_config=config(rows=3)).output_for_node("inner.read") == ("t", 3)
    for wrong in ({}, config(), config(rows="x"), config(rows=1, columns=2)):
        with pytest.raises(dg.DagsterInvalidConfigError):
            work.execute_in_process(run_config=wrong)


def test_the_schemas_of_a_configurable_io_manager(dg):
    """`ConfigurableIOManager` declares the config of single values by its class methods; so does a factory."""
    seen = []

    class Store(dg.ConfigurableIOManager):
        @classmethod
        def output_config_schema(cls):
            return {"path": str}

        def handle_output(self, context, obj):
            seen.append(context.config)

        def load_input(self, context): ...

    class Inherits(Store): ...

    class Makes(dg.ConfigurableIOManagerFactory):
        @classmethod
        def output_config_schema(cls):
            return {"path": str}

        def create_io_manager(self, context):
            return Store()

    @dg.asset
    def trips():
        return 1

    run_config = {"ops": {"trips": {"outputs": {"result": {"path": "here"}}}}}
    for store in (Store(), Inherits(), Makes()):
        dg.materialize([trips], resources={"io_manager": store}, run_config=run_config)
    assert seen == [{"path": "here"}] * 3
    with pytest.raises(dg.DagsterInvalidConfigError):
        dg.materialize([trips], resources={"io_manager": Store()})


def test_a_function_may_return_an_input_manager(dg):
    """An `@input_manager` function may return an InputManager, which then loads the value."""

    class Loader(dg.InputManager):
        def load_input(self, context):
            return context.name

    @dg.input_manager
    def loader(_):
        return Loader()

    @dg.op(ins={"v": dg.In(input_manager_key="loader")})
    def read(v):
        return v

    @dg.job(resource_defs={"loader": loader})
    def work():
        read()

    assert work.execute_in_process().output_for_node("read") == "v"


def test_definitions_of_io_managers_by_hand(dg):
    """`IOManagerDefinition` and `InputManagerDefinition` take the schemas and keys of their decorators."""
    io = dg.IOManagerDefinition(
        lambda _: None, description="d", required_resource_keys={"x"}, input_config_schema=int, output_config_schema=str
    )
    of_input = dg.InputManagerDefinition(lambda _: None, input_config_schema=int, required_resource_keys={"x"})
    assert (io.description, set(io.required_resource_keys), set(of_input.required_resource_keys)) == ("d", {"x"}, {"x"})
    assert None not in (io.input_config_schema, io.output_config_schema, of_input.input_config_schema)


def test_a_value_that_its_op_did_not_store(dg):
    """An op annotated `-> None` stores nothing; an op that takes its output has the IO manager load a value."""
    calls = []

    class Elsewhere(dg.IOManager):
        def handle_output(self, context, obj):
            calls.append(("stored", context.step_key))

        def load_input(self, context):
            calls.append(("loaded", context.name))
            return 1

    @dg.op
    def writes_by_itself() -> None: ...

    @dg.op
    def reads(x) -> None:
        calls.append(x)

    @dg.job
    def work():
        reads(writes_by_itself())

    work.execute_in_process(resources={"io_manager": Elsewhere()})
    assert calls == [("loaded", "x"), 1]


def test_metadata_of_the_output_is_not_the_input_s(dg):
    """`output_metadata` is there for the output only; the input sees the metadata of the definition."""
    seen = []

    class Store(dg.IOManager):
        def handle_output(self, context, obj):
            seen.append(sorted(context.output_metadata))

        def load_input(self, context):
            output = context.upstream_output
            seen.append((dict(output.output_metadata), output.definition_metadata["d"]))
            return 1

    @dg.asset(metadata={"d": 1})
    def trips():
        return dg.Output(1, metadata={"rows": 3})

    @dg.asset
    def total(trips) -> None: ...

    dg.materialize([trips, total], resources={"io_manager": Store()})
    assert seen == [["rows"], ({}, 1)]


def test_a_running_total_in_files(dg, tmp_path):
    """A partition takes the value of the one before it; the first has none before it, and gets None."""
    days = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-04")
    before = dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)

    @dg.asset(partitions_def=days, ins={"total": dg.AssetIn(partition_mapping=before)})
    def total(total):
        return (total or 0) + 1

    store = {"io_manager": dg.FilesystemIOManager(base_dir=str(tmp_path))}
    for key in days.get_partition_keys():
        result = dg.materialize([total], partition_key=key, resources=store)
    assert result.output_for_node("total") == 3
    assert sorted(path.name for path in (tmp_path / "total").iterdir()) == days.get_partition_keys()
    elsewhere = {"io_manager": dg.FilesystemIOManager(base_dir=str(tmp_path / "x"))}
    with pytest.raises(FileNotFoundError):
        dg.materialize([total], partition_key="2024-01-03", resources=elsewhere)


def test_a_configured_io_manager(dg):
    """A configured definition keeps description, keys and schemas; it has no version: that was of another config."""
    options = {"config_schema": {"a": int}, "description": "d", "required_resource_keys": {"x"}, "version": "1"}
    for decorator in (dg.io_manager, dg.input_manager):
        declared = decorator(input_config_schema={"i": int}, **options)(lambda _: None)
        made = declared.configured({"a": 1})
        assert type(made) is type(declared)
        assert (made.description, set(made.required_resource_keys), made.version) == ("d", {"x"}, None)
        assert made.input_config_schema is not None
        assert declared.version == "1"


@pytest.mark.parametrize("kind", ["AssetExecutionContext", "OpExecutionContext"])
def test_io_managers_reach_the_context(dg, kind):
    """While an IO manager stores or loads a value, `get` returns the context of the step that it serves."""
    seen = []

    class Memory(dg.IOManager):
        def handle_output(self, context, obj):
            seen.append(("store", getattr(dg, kind).get().op_def.name))

        def load_input(self, context):
            seen.append(("load", getattr(dg, kind).get().op_def.name))

    if kind == "AssetExecutionContext":

        @dg.asset
        def first():
            return 1

        @dg.asset
        def second(first):
            return 2

        dg.materialize([first, second], resources={"io_manager": Memory()})
    else:

        @dg.op(name="first")
        def first_op():
            return 1

        @dg.op(name="second")
        def second_op(value):
            return 2

        @dg.job(resource_defs={"io_manager": dg.IOManagerDefinition.hardcoded_io_manager(Memory())})
        def both():
            second_op(first_op())

        both.execute_in_process()
    assert seen == [("store", "first"), ("load", "second"), ("store", "second")]


def test_the_default_key_may_be_written(dg):
    """Naming "io_manager" is the same as naming none: without a resource of that key the default one is used."""

    @dg.asset(io_manager_key="io_manager")
    def made():
        return 1

    @dg.asset(ins={"made": dg.AssetIn(input_manager_key="io_manager")})
    def down(made):
        return made + 1

    @dg.op(out=dg.Out(io_manager_key="io_manager"))
    def given():
        return 2

    @dg.op(ins={"given": dg.In(input_manager_key="io_manager")})
    def taken(given):
        return given + 1

    @dg.job
    def both():
        taken(given())

    assert dg.materialize([made, down]).output_for_node("down") == 2
    assert both.execute_in_process().output_for_node("taken") == 3
    dg.Definitions.validate_loadable(
        dg.Definitions(assets=[made, down, dg.SourceAsset("s", io_manager_key="io_manager")])
    )


def test_the_default_key_may_be_written_and_provided(dg, keeping, log):
    """A resource of the key "io_manager" stores the value of an asset that names it."""

    @dg.asset(io_manager_key="io_manager")
    def made():
        return 1

    dg.materialize([made], resources={"io_manager": keeping()})
    assert log == ["io stores made"]
