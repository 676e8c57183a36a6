"""dagwire's IO managers where Dagster calls them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

import dagwire
from dagwire.integrations.dagster import resources_for_dagster

daily = dg.DailyPartitionsDefinition("2024-01-01")


@dg.asset(partitions_def=daily)
def first() -> int:
    return 5


@dg.asset(partitions_def=daily)
def second(first: int) -> int:
    return first + 1


def test_values_are_stored_by_ours(tmp_path: Path) -> None:
    """Partitioned values of Dagster's assets are stored and loaded by `FilesystemIOManager`."""
    resources = resources_for_dagster({"io_manager": dagwire.FilesystemIOManager(base_dir=str(tmp_path))})
    result = dg.materialize([first, second], resources=resources, partition_key="2024-01-05")
    assert result.output_for_node("second") == 6
    assert (tmp_path / "first" / "2024-01-05").exists()


class Generous(dagwire.ConfigurableIOManager):
    """Yields metadata and an event of another asset."""

    def handle_output(self, context: Any, obj: Any) -> Iterator[Any]:
        yield {"rows": 3, "where": dagwire.MetadataValue.path("/tables")}
        yield dagwire.AssetMaterialization("elsewhere", metadata={"rows": 4})

    def load_input(self, context: Any) -> Any:
        assert context.upstream_output.asset_key.path == ["one"]
        context.add_input_metadata({"read": 1})
        return 1


@dg.asset
def one() -> int:
    return 1


@dg.asset
def two(one: int) -> int:
    return one + 1


def test_metadata_and_events_become_dagsters() -> None:
    """What the IO manager yields is on the asset's event, in Dagster's own kinds."""
    result = dg.materialize([one, two], resources=resources_for_dagster({"io_manager": Generous()}))
    events = {e.asset_key.to_user_string(): e for e in result.get_asset_materialization_events() if e.asset_key}
    metadata = events["one"].materialization.metadata
    assert metadata["rows"] == dg.MetadataValue.int(3)
    assert metadata["where"] == dg.MetadataValue.path("/tables")
    assert events["elsewhere"].materialization.metadata["rows"] == dg.MetadataValue.int(4)
    assert result.output_for_node("two") == 2


class Slow(dagwire.ConfigurableIOManager):
    """Waits for its store."""

    stored: list[Any] = []

    async def handle_output(self, context: Any, obj: Any) -> None:
        self.stored.append(obj)

    async def load_input(self, context: Any) -> Any:
        return self.stored[0]


class SlowAndGenerous(Slow):
    """Yields while it waits."""

    async def handle_output(self, context: Any, obj: Any) -> Any:
        self.stored.append(obj)
        yield {"rows": 1}


@pytest.mark.parametrize("manager", [Slow(), SlowAndGenerous()], ids=["returns", "yields"])
def test_asynchronous_methods(manager: dagwire.ConfigurableIOManager) -> None:
    """An IO manager may wait in either method."""
    result = dg.materialize([one, two], resources=resources_for_dagster({"io_manager": manager}))
    assert result.output_for_node("two") == 2
