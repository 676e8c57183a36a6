"""`UPathIOManager`: values and partitions in files of one's own format."""

import json

import pytest
from upath import UPath


@pytest.fixture
def text(dg):
    """A UPathIOManager class that writes JSON."""

    class JsonFiles(dg.UPathIOManager):
        extension = ".json"

        def dump_to_path(self, context, obj, path):
            with path.open("w") as file:
                json.dump(obj, file)

        def load_from_path(self, context, path):
            with path.open("r") as file:
                return json.load(file)

        def get_metadata(self, context, obj):
            return {"size": len(str(obj))}

    return JsonFiles


@pytest.fixture
def days(dg):
    """Five days."""
    return dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-06")


def files(folder):
    """The files below a folder, sorted."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def run(dg, assets, manager, **options):
    """Materialize assets whose values `manager` stores."""
    return dg.materialize(assets, resources={"io_manager": manager}, **options)


def test_the_file_of_an_asset(dg, text, tmp_path):
    """An asset's file is at its key, with the extension."""

    @dg.asset(key_prefix=["raw", "v1.0"])
    def trips():
        return [3, 5]

    @dg.asset(ins={"trips": dg.AssetIn(key_prefix=["raw", "v1.0"])})
    def total(trips):
        return sum(trips)

    result = run(dg, [trips, total], text(UPath(tmp_path)))
    assert result.output_for_node("total") == 8
    assert files(tmp_path) == ["raw/v1.0/trips.json", "total.json"]


def test_an_op_s_value(dg, text, tmp_path):
    """An op's file is at run, step and output."""

    @dg.op
    def one():
        return 1

    @dg.job(resource_defs={"io_manager": dg.IOManagerDefinition.hardcoded_io_manager(text(UPath(tmp_path)))})
    def work():
        one()

    result = work.execute_in_process()
    assert files(tmp_path) == [f"{result.run_id}/one/result.json"]


def test_the_path_is_metadata(dg, text, tmp_path):
    """The path of a value and the metadata of `get_metadata` show; of None, no path."""

    @dg.asset
    def trips():
        return [3, 5]

    @dg.asset
    def nothing():
        return None

    result = run(dg, [trips, nothing], text(UPath(tmp_path)))

    def shown(name):
        return {key: kind.value for key, kind in result.asset_materializations_for_node(name)[0].metadata.items()}

    assert shown("trips") == {"path": str(tmp_path / "trips.json"), "size": 6}
    assert type(result.asset_materializations_for_node("trips")[0].metadata["path"]).__name__ == "PathMetadataValue"
    assert shown("nothing") == {"size": 4}


def test_partitions_have_files(dg, text, days, tmp_path):
    """Each partition has a file below the asset's folder; one that takes several gets them by key."""

    @dg.asset(partitions_def=days)
    def daily(context):
        return context.partition_key

    @dg.asset
    def all_of_them(daily):
        return daily

    manager = text(UPath(tmp_path))
    for key in ("2024-01-01", "2024-01-02"):
        run(dg, [daily], manager, partition_key=key)
    assert files(tmp_path) == ["daily/2024-01-01.json", "daily/2024-01-02.json"]
    with pytest.raises(FileNotFoundError):
        run(dg, [daily, all_of_them], manager, selection=[all_of_them])


def test_missing_partitions_may_be_skipped(dg, text, days, tmp_path):
    """An input with the metadata `allow_missing_partitions` gets the partitions that there are."""

    @dg.asset(partitions_def=days)
    def daily(context):
        return context.partition_key

    @dg.asset(ins={"daily": dg.AssetIn(metadata={"allow_missing_partitions": True})})
    def all_of_them(daily):
        return daily

    manager = text(UPath(tmp_path))
    run(dg, [daily], manager, partition_key="2024-01-02")
    result = run(dg, [daily, all_of_them], manager, selection=[all_of_them])
    assert result.output_for_node("all_of_them") == {"2024-01-02": "2024-01-02"}


def test_a_folder_for_each_dimension(dg, text, days, tmp_path):
    """A multi partition lies at the keys of its dimensions, in the order of their names; an older layout is read."""
    colours = dg.StaticPartitionsDefinition(["red", "blue"])

    @dg.asset(partitions_def=dg.MultiPartitionsDefinition({"day": days, "colour": colours}))
    def many(context):
        return str(context.partition_key)

    @dg.asset(partitions_def=many.partitions_def)
    def after(many):
        return many + "!"

    manager = text(UPath(tmp_path))
    result = run(dg, [many, after], manager, partition_key="red|2024-01-02")
    assert result.output_for_node("after") == "red|2024-01-02!"
    assert files(tmp_path / "many") == ["red/2024-01-02.json"]
    (tmp_path / "many" / "red" / "2024-01-02.json").rename(tmp_path / "many" / "red|2024-01-02.json")
    result = run(dg, [many, after], manager, partition_key="red|2024-01-02", selection=[after])
    assert result.output_for_node("after") == "red|2024-01-02!"


def test_keys_that_look_like_paths(dg, text, tmp_path):
    """A slash in a key makes a folder; a leading one is escaped."""
    manager = text(UPath(tmp_path))
    for key in ("2024/01", "/etc/passwd"):
        manager.handle_output(dg.build_output_context(asset_key="a", partition_key=key), key)
        assert manager.load_input(dg.build_input_context(asset_key="a", partition_key=key)) == key
    assert files(tmp_path) == ["a/%2Fetc/passwd.json", "a/2024/01.json"]


def test_an_asset_that_gets_partitions(dg, text, days, tmp_path):
    """The file of an asset that had no partitions makes way for the folder of its partitions."""
    plain = type("Plain", (text,), {"extension": None})(UPath(tmp_path))
    run(dg, [dg.asset(name="trips")(lambda: 1)], plain)
    run(dg, [dg.asset(name="trips", partitions_def=days)(lambda: 2)], plain, partition_key="2024-01-01")
    assert files(tmp_path) == ["trips/2024-01-01"]


def test_several_partitions_of_one_value_are_refused(dg, text, days, tmp_path):
    """A run of several partitions cannot store its one value in several files."""

    @dg.asset(partitions_def=days, backfill_policy=dg.BackfillPolicy.single_run())
    def daily():
        return 1

    tags = {"dagster/asset_partition_range_start": "2024-01-01", "dagster/asset_partition_range_end": "2024-01-02"}
    with pytest.raises(Exception, match="partition"):
        run(dg, [daily], text(UPath(tmp_path)), tags=tags)
    assert files(tmp_path) == []


def test_places_may_be_overridden(dg, text, days, tmp_path):
    """`get_path_for_partition`, `get_asset_relative_path` and `load_partitions` may be overridden."""

    class Flat(text):
        def get_asset_relative_path(self, context):
            return UPath("tables", *context.asset_key.path)

        def get_path_for_partition(self, context, path, partition):
            return path.parent / f"{path.name}-{partition}"

        def load_partitions(self, context):
            return sorted(context.asset_partition_keys)

    @dg.asset(partitions_def=days)
    def daily():
        return 1

    manager = Flat(UPath(tmp_path))
    run(dg, [daily], manager, partition_key="2024-01-02")
    assert files(tmp_path) == ["tables/daily-2024-01-02.json"]
    context = dg.build_input_context(
        asset_key="daily",
        asset_partitions_def=days,
        asset_partition_key_range=dg.PartitionKeyRange("2024-01-02", "2024-01-03"),
    )
    assert manager.load_input(context) == ["2024-01-02", "2024-01-03"]


def test_partitions_are_loaded_by_coroutines(dg, text, days, tmp_path):
    """A coroutine function loads one value, and several partitions by key; a failure is a RuntimeError."""

    class Later(text):
        async def load_from_path(self, context, path):
            return text.load_from_path(self, context, path)

    manager = Later(UPath(tmp_path))
    manager.handle_output(dg.build_output_context(asset_key="one"), 1)
    assert manager.load_input(dg.build_input_context(asset_key="one")) == 1
    for key in ("2024-01-01", "2024-01-02"):
        manager.handle_output(dg.build_output_context(asset_key="a", partition_key=key), key)
    asked = {"asset_key": "a", "asset_partitions_def": days}
    two = dg.PartitionKeyRange("2024-01-01", "2024-01-02")
    three = dg.PartitionKeyRange("2024-01-01", "2024-01-03")
    loaded = manager.load_input(dg.build_input_context(asset_partition_key_range=two, **asked))
    assert loaded == {"2024-01-01": "2024-01-01", "2024-01-02": "2024-01-02"}
    with pytest.raises(RuntimeError, match="could not be loaded"):
        manager.load_input(dg.build_input_context(asset_partition_key_range=three, **asked))
    metadata = {"allow_missing_partitions": True}
    context = dg.build_input_context(asset_partition_key_range=three, definition_metadata=metadata, **asked)
    assert manager.load_input(context) == loaded


def test_a_store_on_another_file_system(dg, text):
    """A base path of universal-pathlib may be anywhere; `fs` and `storage_options` are its own."""
    manager = text(UPath("memory://values"))
    manager.handle_output(dg.build_output_context(asset_key="a"), 1)
    assert manager.load_input(dg.build_input_context(asset_key="a")) == 1
    assert manager.fs.exists("/values/a.json")
    assert manager.storage_options == {}
    assert manager.has_output(dg.build_output_context(asset_key="a"))
    assert not manager.has_output(dg.build_output_context(asset_key="b"))


def test_a_configured_one(dg, text, tmp_path):
    """A `ConfigurableIOManagerFactory` makes one whose folder is config."""

    class Files(dg.ConfigurableIOManagerFactory):
        folder: str

        def create_io_manager(self, context):
            return text(UPath(self.folder))

    @dg.asset
    def trips():
        return 1

    run(dg, [trips], Files(folder=str(tmp_path)))
    assert files(tmp_path) == ["trips.json"]


def test_a_multi_partition_that_is_not_stored(dg, text, days, tmp_path):
    """A multi partition with a file in neither layout is a missing file."""
    colours = dg.StaticPartitionsDefinition(["red", "blue"])
    partitions = dg.MultiPartitionsDefinition({"day": days, "colour": colours})
    context = dg.build_input_context(asset_key="many", partition_key="red|2024-01-02", asset_partitions_def=partitions)
    with pytest.raises(FileNotFoundError):
        text(UPath(tmp_path)).load_input(context)


def test_the_file_system_of_a_store(dg, text, tmp_path):
    """`fs` is the fsspec file system of the base path."""
    assert text(UPath("memory://values")).fs.protocol == "memory"
    assert "file" in text(UPath(tmp_path)).fs.protocol
