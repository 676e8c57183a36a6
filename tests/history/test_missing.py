"""The runs that make what is missing: in which order, and of which partitions."""

from collections.abc import Collection

from dagwire import (
    AssetKey,
    AssetSpec,
    DailyPartitionsDefinition,
    Definitions,
    PartitionsDefinition,
    StaticPartitionsDefinition,
    asset,
    multi_asset,
)
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.history.missing import missing_runs

TOWNS = StaticPartitionsDefinition(["linz", "graz"])
DAYS = DailyPartitionsDefinition("2026-01-01", end_date="2026-01-03")


def planned(
    assets: list[AssetsDefinition], made: dict[str, set[str | None]], chosen: Collection[str] = ()
) -> list[tuple[str, str | None]]:
    """The runs as `("a b", partition)`."""
    keys = [key for one in assets for key in one.keys if not chosen or key.to_user_string() in chosen]

    def keys_of(partitions: PartitionsDefinition) -> list[str]:
        return list(partitions.get_partition_keys())

    found = missing_runs(assets, keys, lambda key: made.get(key.to_user_string(), set()), keys_of)
    return [(" ".join(sorted(key.to_user_string() for key in run.keys)), run.partition) for run in found]


@asset
def raw():
    return 1


@asset(deps=[raw], partitions_def=TOWNS)
def town():
    return 1


@asset(deps=[town], partitions_def=TOWNS)
def mapped():
    return 1


@asset(deps=[raw], partitions_def=DAYS)
def day():
    return 1


@asset(deps=[mapped, day, "elsewhere"])
def report():
    return 1


ALL = [report, day, mapped, town, raw]


def test_each_partition_is_made_after_what_it_takes() -> None:
    """Assets that share partitions go together; those of other partitions wait for the ones that they take."""
    runs = planned(ALL, {})
    assert runs[0] == ("raw", None)
    assert runs[-1] == ("report", None)
    assert sorted(runs[1:-1], key=str) == [
        *(("day", "2026-01-01"), ("day", "2026-01-02"), ("mapped town", "graz"), ("mapped town", "linz"))
    ]


def test_what_is_made_is_not_made_again() -> None:
    """Only the partitions that are missing are run, and of those the assets that lack them."""
    made: dict[str, set[str | None]] = {
        "raw": {None},
        "town": {"linz"},
        "mapped": {"graz"},
        "day": {"2026-01-01", "2026-01-02"},
    }
    assert planned(ALL, made) == [("mapped", "linz"), ("town", "graz"), ("report", None)]
    assert planned(ALL, made, ["mapped", "raw"]) == [("mapped", "linz")]


def test_assets_that_are_made_together_are_made_whole() -> None:
    """A definition that makes all its assets or none is run for all if one is missing."""

    @multi_asset(specs=[AssetSpec("a"), AssetSpec("b")])
    def whole():
        yield

    @multi_asset(specs=[AssetSpec("c", skippable=True), AssetSpec("d", skippable=True)], can_subset=True)
    def parts():
        yield

    assert planned([whole, parts], {"a": {None}, "c": {None}}) == [("a b d", None)]
    assert Definitions([whole, parts]).resolve_asset_graph().get_all_asset_keys() >= {AssetKey("a")}
