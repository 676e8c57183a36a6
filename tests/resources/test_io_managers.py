"""IO managers where they do more than Dagster's: whole files or none, any file system."""

import asyncio
import sys
import threading
from pathlib import Path

import pytest

from dagwire import (
    DagsterInstance,
    FilesystemIOManager,
    InMemoryIOManager,
    PartitionKeyRange,
    StaticPartitionsDefinition,
    UPathIOManager,
    asset,
    build_input_context,
    build_output_context,
    build_resources,
    fs_io_manager,
    io_manager,
    materialize,
    resource,
)
from dagwire.errors import InvalidInvocationError, MissingExtraError, ResourceSetupError, UnpicklableValueError

TRIPS = "trips"


@pytest.fixture
def manager(tmp_path):
    """A FilesystemIOManager in a temporary folder."""
    return FilesystemIOManager(base_dir=str(tmp_path))


def stored(key=TRIPS):
    """A context whose asset has the key `key`."""
    return build_output_context(asset_key=key), build_input_context(asset_key=key)


def test_a_value_that_cannot_be_stored_leaves_the_one_before(manager, tmp_path):
    """A failing store changes nothing, and leaves no file behind."""
    output, asked = stored()
    manager.handle_output(output, 1)
    with pytest.raises(UnpicklableValueError, match="a lock is not picklable"):
        manager.handle_output(output, threading.Lock())
    assert manager.load_input(asked) == 1
    assert [path.name for path in tmp_path.iterdir()] == [TRIPS]


def test_a_reader_never_meets_half_a_file(manager):
    """A reader beside a writer gets one whole value or another."""
    output, asked = stored()
    values = [bytes([number]) * 1_000_000 for number in range(20)]
    manager.handle_output(output, values[0])
    writer = threading.Thread(target=lambda: [manager.handle_output(stored()[0], value) for value in values])
    writer.start()
    seen = []
    while writer.is_alive():
        seen.append(manager.load_input(asked))
    writer.join()
    assert all(value in values for value in seen)


def test_an_interrupted_store_leaves_no_part(manager, tmp_path, monkeypatch):
    """A failing or interrupted write leaves no file behind."""

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        manager.handle_output(stored()[0], 1)
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_fsspec_reaches():
    """A URL names the file system."""
    manager = FilesystemIOManager(base_dir="memory://dagwire-tests/values")
    output, asked = stored(["raw", TRIPS])
    manager.handle_output(output, {"rows": 3})
    assert manager.load_input(asked) == {"rows": 3}
    with pytest.raises(FileNotFoundError):
        manager.load_input(build_input_context(asset_key="other"))


def test_several_partitions_are_loaded_by_key_and_stored_one_by_one(manager):
    """A value of several partitions is loaded as a dict, and cannot be stored as one."""
    letters = StaticPartitionsDefinition(["p", "q"])
    for number, key in enumerate(["p", "q"]):
        manager.handle_output(build_output_context(asset_key=TRIPS, partition_key=key), number)
    both = {
        "asset_key": TRIPS,
        "asset_partitions_def": letters,
        "asset_partition_key_range": PartitionKeyRange("p", "q"),
    }
    assert manager.load_input(build_input_context(**both)) == {"p": 0, "q": 1}
    several = build_output_context(**both)
    with pytest.raises(InvalidInvocationError, match="one partition"):
        manager.handle_output(several, 1)
    with pytest.raises(InvalidInvocationError, match="2 partitions"):
        _ = several.asset_partition_key


def test_a_missing_extra_is_named(monkeypatch):
    """A URL without universal-pathlib is refused with the extra to install."""
    monkeypatch.setitem(sys.modules, "upath", None)
    with pytest.raises(MissingExtraError, match="files"):
        FilesystemIOManager(base_dir="s3://bucket").handle_output(stored()[0], 1)


def test_values_without_a_folder_lie_with_the_instance(tmp_path):
    """`FilesystemIOManager()` stores in the instance's folder; a temporary one is deleted with the instance."""

    @asset
    def trips():
        return 1

    with DagsterInstance.ephemeral() as instance:
        materialize([trips], resources={"io_manager": FilesystemIOManager()}, instance=instance)
        folder = Path(instance.storage_directory())
        assert (folder / TRIPS).is_file()
        context = build_input_context(asset_key=TRIPS, instance=instance)
        assert FilesystemIOManager().load_input(context) == 1
    assert not folder.exists()
    kept = DagsterInstance.ephemeral(tempdir=str(tmp_path))
    materialize([trips], resources={"io_manager": FilesystemIOManager()}, instance=kept)
    kept.dispose()
    assert (tmp_path / "storage" / TRIPS).is_file()


def test_the_definition_takes_its_folder_from_the_run(tmp_path):
    """`fs_io_manager` is configured by `base_dir`."""
    with build_resources(
        {"io": fs_io_manager}, resource_config={"io": {"config": {"base_dir": str(tmp_path)}}}
    ) as resources:
        assert resources.io == FilesystemIOManager(base_dir=str(tmp_path))


def test_credentials_of_a_store_are_not_shown():
    """`storage_options` are in no repr."""
    manager = FilesystemIOManager(base_dir="s3://bucket", storage_options={"secret": "s3cret"})
    assert "s3cret" not in repr(manager)


def test_what_a_function_returns_is_the_io_manager():
    """`@io_manager` of a function that fails is a resource that could not be opened."""

    @io_manager
    def broken():
        raise ConnectionError("no route")

    with pytest.raises(ResourceSetupError, match="broken"), build_resources({"broken": broken}):
        pass


def test_resources_of_a_context_are_open_in_its_with_block():
    """Resources with a life cycle are open only inside the `with` block."""
    log = []

    @resource
    def db():
        log.append("open")
        yield 3
        log.append("close")

    with build_output_context(asset_key=TRIPS, resources={"db": db}) as context:
        assert context.resources.db == 3
    assert log == ["open", "close"]
    with pytest.raises(InvalidInvocationError, match="with"):
        _ = build_input_context(resources={"db": db}).resources


def test_what_is_in_memory_is_told_by_the_partition():
    """Two partitions of one asset are two values."""
    manager = InMemoryIOManager()
    for key in ("p", "q"):
        manager.handle_output(build_output_context(asset_key=TRIPS, partition_key=key), key)
    assert manager.load_input(build_input_context(asset_key=TRIPS, partition_key="p")) == "p"


def test_a_value_of_an_op_that_cannot_be_stored_is_told_by_its_step(manager):
    """The error names output and step where there is no asset."""
    with pytest.raises(UnpicklableValueError, match="output 'result' of step 'made'"):
        manager.handle_output(build_output_context(step_key="made", name="result", run_id="run"), lambda: None)


class Texts(UPathIOManager):
    """Stores texts, and loads them in a coroutine."""

    def dump_to_path(self, context, obj, path):
        path.write_text(obj)

    async def load_from_path(self, context, path):
        return path.read_text()


def test_partitions_of_a_value_that_has_none(tmp_path):
    """`load_partitions` of a value without partitions raises, and names the class."""
    with pytest.raises(InvalidInvocationError, match="Texts was asked for partitions"):
        Texts(tmp_path).load_partitions(build_input_context(asset_key=TRIPS))


def test_the_file_system_of_a_plain_path(tmp_path):
    """`fs` of a folder on the disk is fsspec's local file system."""
    assert "file" in Texts(tmp_path).fs.protocol


def test_a_value_that_is_loaded_by_a_coroutine_inside_a_loop(tmp_path):
    """Inside an event loop `load_input` gives the coroutine of `load_from_path`, for the caller to await."""

    async def main():
        return await manager.load_input(stored()[1])

    manager = Texts(tmp_path)
    manager.handle_output(stored()[0], "value")
    assert asyncio.run(main()) == manager.load_input(stored()[1]) == "value"


def test_a_path_of_one_s_own_that_leads_out(tmp_path):
    """A relative path of an override stays in the folder, also if it is absolute."""

    class Elsewhere(Texts):
        def get_asset_relative_path(self, context):
            return Path("/", *context.asset_key.path)

    Elsewhere(tmp_path).handle_output(stored("etc")[0], "value")
    assert [path.name for path in tmp_path.iterdir()] == ["%2Fetc"]
