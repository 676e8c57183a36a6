"""IO managers: resources that store and load values, and the contexts that they get."""

import pytest


@pytest.fixture
def of_op(dg):
    """The context of an output of an op, built by hand."""
    return dg.build_output_context(step_key="step", name="result", run_id="run")


def test_an_output_is_told_by_run_step_and_name(of_op):
    """An op's value is identified by run, step and output; it has no asset key and no partition."""
    assert of_op.get_identifier() == ["run", "step", "result"]
    assert not of_op.has_asset_key
    assert not of_op.has_partition_key
    assert not of_op.has_asset_partitions


def test_an_asset_is_told_by_key_and_partition(dg):
    """An asset's value is identified by the parts of its key, then the partition's key."""
    context = dg.build_output_context(asset_key=["raw", "trips"], partition_key="p")
    assert context.get_asset_identifier() == ["raw", "trips", "p"]
    assert context.asset_key == dg.AssetKey(["raw", "trips"])
    assert context.asset_partition_keys == ["p"]
    assert (context.has_partition_key, context.partition_key, context.asset_partition_key) == (True, "p", "p")


def test_contexts_hold_what_is_given(dg):
    """Config, metadata and resources of a context are those it was built with; the rest is empty or None."""
    context = dg.build_output_context(
        config={"a": 1}, definition_metadata={"m": 1}, resource_config={"z": 1}, resources={"q": 3}
    )
    assert (context.config, context.definition_metadata, context.resource_config) == ({"a": 1}, {"m": 1}, {"z": 1})
    assert (context.metadata, context.output_metadata) == ({"m": 1}, {})
    assert context.resources.q == 3
    assert (context.version, context.mapping_key) == (None, None)


@pytest.mark.parametrize("attribute", ["step_key", "name", "asset_key", "op_def", "job_name", "step_context"])
def test_what_an_output_was_not_given_raises(dg, attribute):
    """Reading an attribute that was not given raises; it is never None."""
    with pytest.raises(dg.DagsterInvariantViolationError, match="OutputContext"):
        getattr(dg.build_output_context(), attribute)


@pytest.mark.parametrize("attribute", ["name", "asset_key", "op_def", "job_name", "instance"])
def test_what_an_input_was_not_given_raises(dg, attribute):
    """An attribute of an input context that was not given raises; only `upstream_output` is None."""
    context = dg.build_input_context()
    with pytest.raises(dg.DagsterInvariantViolationError):
        getattr(context, attribute)
    assert context.upstream_output is None
    with pytest.raises(dg.DagsterInvariantViolationError):
        context.get_identifier()


def test_an_input_is_told_by_its_upstream_output(dg, of_op):
    """The value to load is the one that the upstream output stored."""
    context = dg.build_input_context(name="i", upstream_output=of_op)
    assert context.get_identifier() == of_op.get_identifier()
    assert (context.name, context.has_input_name) == ("i", True)


def test_metadata_is_added_once(dg, of_op):
    """`add_output_metadata` adds names, and refuses one that was added."""
    of_op.add_output_metadata({"rows": 1})
    assert set(of_op.get_logged_metadata()) == {"rows"}
    with pytest.raises(dg.DagsterError):
        of_op.add_output_metadata({"rows": 2})


def test_the_one_in_memory(dg, of_op):
    """`InMemoryIOManager` hands back the very object; `mem_io_manager` makes one for each scope."""
    value = object()
    manager = dg.InMemoryIOManager()
    manager.handle_output(of_op, value)
    assert manager.load_input(dg.build_input_context(upstream_output=of_op)) is value
    assert manager.values == {("run", "step", "result"): value}
    with dg.build_resources({"io": dg.mem_io_manager}) as resources:
        assert isinstance(resources.io, dg.InMemoryIOManager)


def test_the_one_on_a_file_system(dg, tmp_path, of_op):
    """`FilesystemIOManager` stores a value in a file under its identifier, also None, and loads it again."""
    with dg.build_resources({"io": dg.FilesystemIOManager(base_dir=str(tmp_path))}) as resources:
        for key, value in (("trips", {"v": 1}), ("nothing", None)):
            resources.io.handle_output(dg.build_output_context(asset_key=["raw", key]), value)
            assert resources.io.load_input(dg.build_input_context(asset_key=["raw", key])) == value
        resources.io.handle_output(of_op, 3)
    files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert files == ["raw/nothing", "raw/trips", "run/step/result"]


def test_partitions_on_a_file_system(dg, tmp_path):
    """Each partition of an asset has a file of its own."""
    days = dg.StaticPartitionsDefinition(["p", "q"])
    with dg.build_resources({"io": dg.FilesystemIOManager(base_dir=str(tmp_path))}) as resources:
        for value, key in enumerate(["p", "q"]):
            context = dg.build_output_context(asset_key="a", partition_key=key, asset_partitions_def=days)
            resources.io.handle_output(context, value)
        context = dg.build_input_context(asset_key="a", partition_key="q", asset_partitions_def=days)
        assert resources.io.load_input(context) == 1
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["p", "q"]


def test_what_was_not_stored(dg, tmp_path):
    """Loading what was never stored is a FileNotFoundError."""
    with (
        dg.build_resources({"io": dg.FilesystemIOManager(base_dir=str(tmp_path))}) as resources,
        pytest.raises(FileNotFoundError),
    ):
        resources.io.load_input(dg.build_input_context(asset_key="a"))


@pytest.fixture
def stored_in_class(dg, log):
    """An IO manager of one field, which logs what it does."""

    class Logged(dg.ConfigurableIOManager):
        base: str = "x"

        def handle_output(self, context, obj):
            log.append((self.base, obj))

        def load_input(self, context):
            return self.base

    return Logged


def test_a_configurable_one_is_a_resource(dg, stored_in_class, of_op, log):
    """`ConfigurableIOManager` is an IO manager and a ConfigurableResource."""
    with dg.build_resources({"io": stored_in_class(base="b")}) as resources:
        resources.io.handle_output(of_op, 1)
    assert log == [("b", 1)]
    assert isinstance(stored_in_class(), dg.IOManager)


def test_a_factory_makes_one(dg, stored_in_class):
    """`ConfigurableIOManagerFactory.create_io_manager` makes the IO manager that is used."""

    class Factory(dg.ConfigurableIOManagerFactory):
        base: str

        def create_io_manager(self, context):
            return stored_in_class(base=self.base)

    with dg.build_resources({"io": Factory(base="f")}) as resources:
        assert resources.io.load_input(dg.build_input_context()) == "f"


def test_a_function_makes_one(dg, stored_in_class):
    """`@io_manager` makes an IOManagerDefinition, a resource definition; with or without arguments."""

    @dg.io_manager
    def plain():
        return stored_in_class(base="p")

    @dg.io_manager(config_schema={"base": str}, description="D", required_resource_keys={"z"})
    def told(context):
        return stored_in_class(base=context.resource_config["base"])

    assert isinstance(plain, dg.IOManagerDefinition)
    assert isinstance(plain, dg.ResourceDefinition)
    assert (told.description, set(told.required_resource_keys)) == ("D", {"z"})
    config = {"told": {"config": {"base": "t"}}}
    with dg.build_resources({"plain": plain, "told": told, "z": 1}, resource_config=config) as resources:
        assert (resources.plain.base, resources.told.base) == ("p", "t")


def test_both_methods_are_asked_for(dg):
    """An IO manager that lacks one of its methods cannot be made."""

    class Half(dg.IOManager):
        def handle_output(self, context, obj):
            pass

    with pytest.raises(TypeError, match="load_input"):
        Half()


def test_the_type_of_a_context_built_by_hand(dg, differs):
    """dagwire takes an annotation as `dagster_type`, as In and Out do; Dagster takes a DagsterType only."""
    differs(
        lambda: dg.build_input_context(dagster_type=int).dagster_type.typing_type,
        dagster=Exception,
        dagwire=int,
    )


def test_logged_metadata_is_consumed_once(dg, of_op):
    """`consume_logged_metadata` returns the metadata of an output once; a second call finds none."""
    of_op.add_output_metadata({"rows": 1})
    assert set(of_op.consume_logged_metadata()) == {"rows"}
    assert of_op.consume_logged_metadata() == {}


def test_events_of_a_context_by_hand_are_consumed_once(dg, of_op, differs):
    """`consume_events` of a context built by hand iterates over the new events; Dagster's leaves them out."""
    of_op.log_event(dg.AssetMaterialization("first"))
    differs(lambda: len(list(of_op.consume_events())), dagster=0, dagwire=1)
    of_op.log_event(dg.AssetObservation("second"))
    differs(lambda: [one.asset_key.path for one in of_op.consume_events()], dagster=[], dagwire=[["second"]])
    assert len(of_op.get_logged_events()) == 2


def test_an_output_logs_events_of_assets_only(dg, of_op):
    """`log_event` of an output context refuses an event that is not about an asset."""
    with pytest.raises(Exception, match="ExpectationResult"):
        of_op.log_event(dg.ExpectationResult(success=True))


def test_observations_of_a_context_by_hand_are_consumed_once(dg, differs):
    """`consume_events` of an input context by hand iterates over the new observations; Dagster's leaves them out."""
    context = dg.build_input_context(asset_key="trips")
    context.add_input_metadata({"rows": 1})
    differs(lambda: len(list(context.consume_events())), dagster=0, dagwire=1)
    assert list(context.consume_events()) == []


def test_metadata_of_an_op_s_input_is_no_observation(dg):
    """`add_input_metadata` without an asset observes nothing."""
    context = dg.build_input_context(name="i")
    context.add_input_metadata({"rows": 1})
    assert context.get_observations() == []


def test_an_output_with_a_version(dg):
    """A value with a version is found by the version in any run; a dynamic one must not have a version."""
    versioned = dg.build_output_context(step_key="step", name="result", run_id="run", version="v1")
    assert versioned.get_identifier() == ["versioned_outputs", "v1", "step", "result"]
    both = dg.build_output_context(step_key="step", name="result", run_id="run", version="v1", mapping_key="m")
    with pytest.raises(Exception, match="version"):
        both.get_identifier()
