"""Observations: `@observable_source_asset`, its results, and the runs that look at an asset."""

import types

import pytest


@pytest.fixture
def source(dg):
    """An asset made elsewhere that a run can look at."""

    @dg.observable_source_asset
    def source():
        return dg.DataVersion("v1")

    return source


@pytest.fixture
def down(dg, source):
    """An asset that depends on it."""

    @dg.asset(deps=[source])
    def down():
        pass

    return down


def of(dg, assets, selection=None, resources=None, **run):
    """The observations and materializations of a job of assets."""
    defs = dg.Definitions(assets, jobs=[dg.define_asset_job("job", selection)], resources=resources)
    result = defs.resolve_job_def("job").execute_in_process(**run)
    return [event.event_specific_data.asset_observation for event in result.get_asset_observation_events()]


def steps(result):
    """The steps of a run, in order."""
    return [event.step_key for event in result.get_step_success_events()]


def test_a_run_that_selects_it_observes(dg, source):
    """A job that selects the asset records an observation, whose tag is the version of its data."""
    [seen] = of(dg, [source], [source])
    assert (seen.asset_key, seen.data_version) == (dg.AssetKey("source"), "v1")
    assert seen.tags == {"dagster/data_version": "v1"}


def test_runs_that_observe(dg, source, down):
    """The job of all assets observes, and so does a run that selects the asset; what depends on it comes after."""
    defs = dg.Definitions([source, down], jobs=[dg.define_asset_job("all"), dg.define_asset_job("one", [source, down])])
    assert steps(defs.resolve_implicit_global_asset_job_def().execute_in_process()) == ["source", "down"]
    assert steps(defs.resolve_job_def("one").execute_in_process()) == ["source", "down"]
    assert steps(defs.resolve_job_def("all").execute_in_process()) == ["down"]
    assert steps(dg.materialize([source, down])) == ["down"]
    assert steps(dg.materialize([source], selection=[source])) == ["source"]


def test_a_selection_of_a_run_observes(dg, source, down):
    """`asset_selection` of a run may select the asset alone."""
    job = dg.Definitions([source, down]).resolve_implicit_global_asset_job_def()
    assert steps(job.execute_in_process(asset_selection=[source.key])) == ["source"]


def test_it_is_loaded_elsewhere(dg):
    """An asset that takes its value has it loaded by its IO manager, whether the run observes or not."""

    class Stored(dg.IOManager):
        def handle_output(self, context, obj):
            pass

        def load_input(self, context):
            return 7

    @dg.observable_source_asset(io_manager_def=Stored())
    def source():
        return dg.DataVersion("v1")

    @dg.asset
    def down(source):
        return source + 1

    result = dg.materialize([source, down], selection=[source, down])
    assert (steps(result), result.output_for_node("down")) == (["source", "down"], 8)


def test_the_results_of_an_observation(dg):
    """An ObserveResult has metadata and tags; versions of several partitions are observations of their own."""

    @dg.observable_source_asset
    def plain(context):
        return dg.ObserveResult("plain", {"m": 3}, data_version=dg.DataVersion("z"), tags={"a": "b"})

    @dg.observable_source_asset(partitions_def=dg.StaticPartitionsDefinition(["p", "q"]))
    def parted():
        return dg.DataVersionsByPartition({"p": "1", "q": dg.DataVersion("2")})

    [seen] = of(dg, [plain], [plain])
    assert (seen.metadata["m"].value, seen.tags) == (3, {"dagster/data_version": "z", "a": "b"})
    assert [(one.partition, one.data_version) for one in of(dg, [parted], [parted])] == [("p", "1"), ("q", "2")]


def test_an_observation_without_a_version(dg):
    """An ObserveResult may have no version."""

    @dg.observable_source_asset
    def plain():
        return dg.ObserveResult(metadata={"m": 3})

    assert "dagster/data_version" not in of(dg, [plain], [plain])[0].tags


def test_the_resources_of_an_observation(dg):
    """The function takes resources as parameters or by its context, its own or those of the definitions."""

    class Size(dg.ConfigurableResource):
        value: int = 1

    own = {"own": dg.ResourceDefinition.hardcoded_resource(4)}

    @dg.observable_source_asset(required_resource_keys={"own"}, resource_defs=own)
    def by_context(context):
        return dg.DataVersion(str(context.resources.own))

    @dg.observable_source_asset
    def source(size: Size):
        return dg.DataVersion(str(size.value))

    assert of(dg, [by_context], [by_context])[0].data_version == "4"
    assert of(dg, [source], [source], {"size": Size(value=5)})[0].data_version == "5"
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        of(dg, [source], [source])


def test_attributes_of_an_observable_asset(dg):
    """The decorator has the attributes of a SourceAsset; key and name are given as for an asset."""

    def look():
        """Not the asset's description."""

    decorate = dg.observable_source_asset
    made = decorate(group_name="g", metadata={"m": 1}, tags={"a": "b"}, io_manager_key="io", op_tags={"t": "u"})(look)
    assert (made.key, made.group_name, made.description) == (dg.AssetKey("look"), "g", None)
    assert (made.tags, made.get_io_manager_key(), made.op.tags["t"]) == ({"a": "b"}, "io", "u")
    assert (made.is_observable, made.is_executable, made.observe_fn) == (True, True, look)
    assert decorate(key=["a", "b"])(look).key == dg.AssetKey(["a", "b"])
    assert decorate(key_prefix="p", name="n")(look).key == dg.AssetKey(["p", "n"])
    plain = dg.SourceAsset("s")
    assert (plain.is_observable, plain.is_executable) == (False, False)


def test_the_io_manager_of_a_source_asset(dg):
    """`io_manager_def` of a SourceAsset is the IO manager of its own, or None."""
    assert dg.SourceAsset("s", io_manager_def=dg.InMemoryIOManager()).io_manager_def is not None
    assert dg.SourceAsset("s").io_manager_def is None


def test_observable_assets_of_a_graph(dg, source, down):
    """A graph of assets lists those that a run can look at; they are executable, and made elsewhere."""
    graph = dg.Definitions([source, down, dg.AssetSpec("other")]).resolve_asset_graph()
    assert graph.observable_asset_keys == {source.key}
    assert graph.executable_asset_keys == {source.key, down.key}
    assert graph.unexecutable_asset_keys == {dg.AssetKey("other")}


@pytest.mark.parametrize("wrong", ["text", "nothing", "other asset"])
def test_results_that_are_no_observations(dg, wrong):
    """The function returns a version or an ObserveResult of its own asset; anything else fails the step."""

    @dg.observable_source_asset
    def source():
        found = {"text": "v1", "nothing": None, "other asset": dg.ObserveResult("other")}
        return found[wrong]

    with pytest.raises(Exception, match=r"[oO]bserv|looks at|not found"):
        of(dg, [source], [source])


def test_an_observable_asset_takes_another_prefix(dg, source):
    """A prefix for source assets moves its key, and that of its observations."""
    module = types.ModuleType("with_source")
    module.source = source
    [moved] = dg.load_assets_from_modules([module], source_key_prefix="p", key_prefix="p")
    assert of(dg, [moved], [moved])[0].asset_key == moved.key == dg.AssetKey(["p", "source"])
