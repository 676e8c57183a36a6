"""Values between steps through IO managers: async, side by side, by scope, and with their messages."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dependency_injector import containers, providers

from dagwire import (
    AssetIn,
    ConfigurableIOManager,
    Definitions,
    FilesystemIOManager,
    InputContext,
    IOManager,
    OutputContext,
    ResourceProvider,
    SourceAsset,
    amaterialize,
    asset,
    asset_check,
    graph_asset,
    materialize,
    op,
    process_scope,
    with_resources,
)
from dagwire.definitions.specs.check_results import AssetCheckResult
from dagwire.errors import InvalidDefinitionError, MissingValueError, UnexpectedResultError


class Shelf(IOManager):
    """Keeps values by asset; several threads may use it."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self.values: dict[tuple[str, ...], Any] = {}
        self.threads: set[int] = set()

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Keep the value, and note the thread."""
        self.threads.add(threading.get_ident())
        self.values[tuple(context.get_asset_identifier())] = obj

    def load_input(self, context: InputContext) -> Any:
        """The value kept."""
        return self.values[tuple(context.get_asset_identifier())]


class WaitingShelf(Shelf):
    """A store of coroutine functions."""

    async def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Keep the value."""
        super().handle_output(context, obj)

    async def load_input(self, context: InputContext) -> Any:
        """The value kept."""
        return super().load_input(context)


class YieldingShelf(Shelf):
    """A store whose asynchronous generator yields its number of values."""

    async def handle_output(self, context: OutputContext, obj: Any) -> Any:  # type: ignore[override]  # what it yields
        """Keep the value."""
        super().handle_output(context, obj)
        yield {"kept": len(self.values)}


@asset
def one() -> int:
    """An asset."""
    return 1


@asset
def two(one: int) -> int:
    """Its child."""
    return one + 1


@pytest.mark.parametrize("kind", [Shelf, WaitingShelf, YieldingShelf])
def test_a_synchronous_run_waits_for_its_io_managers(kind: type[Shelf]) -> None:
    """Methods may be functions, coroutine functions or asynchronous generators."""
    shelf = kind()
    result = materialize([one, two], resources={"io_manager": shelf})
    assert result.asset_value("two") == 2
    assert shelf.values == {("one",): 1, ("two",): 2}


@pytest.mark.anyio
@pytest.mark.parametrize("kind", [Shelf, WaitingShelf, YieldingShelf])
async def test_an_asynchronous_run_waits_for_its_io_managers(kind: type[Shelf]) -> None:
    """Asynchronous IO managers work in the caller's event loop and with steps side by side."""
    shelf = kind()
    result = await amaterialize([one, two], resources={"io_manager": shelf}, max_concurrency=None)
    assert result.asset_value("two") == 2


def test_what_an_asynchronous_generator_says() -> None:
    """An asynchronous generator yields metadata, like a generator."""
    result = materialize([one], resources={"io_manager": YieldingShelf()})
    assert result.asset_materializations_for_node("one")[0].metadata["kept"].value == 1


def test_steps_side_by_side_store_side_by_side() -> None:
    """Each step of a threaded run stores its value in its own thread; every value arrives."""

    def make(number: int) -> Any:
        @asset(name=f"a{number}")
        def made() -> int:
            meeting.wait(timeout=10)
            return number

        return made

    meeting = threading.Barrier(4)
    assets = [make(number) for number in range(4)]
    shelf = Shelf()
    with ThreadPoolExecutor(4) as executor:
        materialize(assets, resources={"io_manager": shelf}, executor=executor)
    assert shelf.values == {(f"a{number}",): number for number in range(4)}
    assert len(shelf.threads) == 4


def test_files_last_from_run_to_run(tmp_path: Path) -> None:
    """A later run starts where an earlier one ended if a FilesystemIOManager stored its values."""
    given = {"io_manager": FilesystemIOManager(base_dir=str(tmp_path))}
    materialize([one, two], selection="one", resources=given)
    assert materialize([one, two], selection="two", resources=given).asset_value("two") == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


def test_io_managers_open_once_and_close_after_the_last_step() -> None:
    """An IO manager is a resource: open for the run, and closed at its end."""
    log: list[str] = []

    class Opened(ConfigurableIOManager):
        def setup_for_execution(self, context: Any) -> None:
            log.append("open")

        def teardown_after_execution(self, context: Any) -> None:
            log.append("close")

        def handle_output(self, context: OutputContext, obj: Any) -> None:
            log.append(f"store {context.step_key}")

        def load_input(self, context: InputContext) -> Any:
            return 1

    materialize([one, two], resources={"io_manager": Opened()})
    assert log == ["open", "store one", "store two", "close"]


def test_the_default_io_manager_is_not_opened_where_nothing_is_stored() -> None:
    """A run of assets annotated `-> None` does not open "io_manager"."""

    class Broken(ConfigurableIOManager):
        def setup_for_execution(self, context: Any) -> None:
            raise OSError

        def handle_output(self, context: OutputContext, obj: Any) -> None: ...

        def load_input(self, context: InputContext) -> Any: ...

    @asset
    def silent() -> None: ...

    assert materialize([silent], resources={"io_manager": Broken()}).success


def test_each_asset_has_what_it_was_bound_to() -> None:
    """Two assets of one run may store by different objects under one key; each value is loaded by its own."""
    upper, lower = Shelf(), Shelf()
    bound = [*with_resources([one], {"io_manager": upper}), *with_resources([two], {"io_manager": lower})]
    assert materialize(bound).asset_value("two") == 2
    assert (upper.values, lower.values) == ({("one",): 1}, {("two",): 2})


def test_what_is_loaded_from_elsewhere_has_its_own_binding() -> None:
    """An asset that does not run here is loaded by what it was bound to, not by what its child is bound to."""
    upper, lower = Shelf(), Shelf()
    bound = [*with_resources([one], {"io_manager": upper}), *with_resources([two], {"io_manager": lower})]
    materialize(bound, selection="one")
    assert materialize(bound, selection="two").asset_value("two") == 2


def test_a_run_s_io_manager_wins_over_a_bound_one() -> None:
    """Resources of `materialize` are stronger than those bound to an asset."""
    mine, bound = Shelf(), Shelf()
    materialize(with_resources([one], {"io_manager": bound}), resources={"io_manager": mine})
    assert (mine.values, bound.values) == ({("one",): 1}, {})


def test_a_graph_asset_takes_a_value_from_elsewhere() -> None:
    """A parameter of a graph asset is loaded if its asset is not part of the run."""

    @op
    def double(number: int) -> int:
        return number * 2

    @graph_asset
    def doubled(one: Any) -> Any:
        return double(one)

    shelf = Shelf()
    materialize([one], resources={"io_manager": shelf})

    class Anything(Shelf):
        def handle_output(self, context: OutputContext, obj: Any) -> None: ...

        def load_input(self, context: InputContext) -> Any:
            return shelf.load_input(context) if context.has_asset_key else 2

    result = materialize([one, doubled], selection="doubled", resources={"io_manager": Anything()})
    assert result.asset_value("doubled") == 2


def test_a_check_of_an_asset_from_elsewhere_takes_its_value() -> None:
    """A check loads the asset of another check if that asset is not part of the run."""

    @asset_check(asset=two, additional_ins={"one": AssetIn("one")})
    def grows(two: int, one: int) -> AssetCheckResult:
        return AssetCheckResult(passed=two > one)

    shelf = Shelf()
    materialize([one, two], resources={"io_manager": shelf})
    result = materialize([one, two, grows], selection="two", resources={"io_manager": shelf})
    assert [evaluation.passed for evaluation in result.get_asset_check_evaluations()] == [True]


def test_a_value_from_elsewhere_that_nothing_has_stored_is_named() -> None:
    """Without an IO manager, and without an earlier run of the instance, the error names the asset and the remedy."""
    with pytest.raises(MissingValueError) as raised:
        materialize([one, two], selection="two")
    assert str(raised.value) == (
        "There is no value of asset 'one': the run does not make it, and no earlier run of its instance did. "
        "Select it too, or provide an IO manager under 'io_manager' that keeps values between runs."
    )


def test_definitions_tell_what_no_io_manager_loads() -> None:
    """`validate_loadable` names a source asset's IO manager that is not provided, with the nearest name."""

    @asset
    def total(trips: int) -> int:
        return trips

    defs = Definitions([total, SourceAsset("trips", io_manager_key="stor")], resources={"store": Shelf()})
    with pytest.raises(InvalidDefinitionError, match=r"'stor'.*Did you mean 'store'"):
        Definitions.validate_loadable(defs)


def test_a_failure_says_what_was_being_stored() -> None:
    """The user's exception gets a note that names the IO manager, the output and the step."""

    class Full(Shelf):
        def handle_output(self, context: OutputContext, obj: Any) -> None:
            raise OSError

    with pytest.raises(OSError) as raised:  # noqa: PT011  # its note is what is looked at
        materialize([one], resources={"io_manager": Full()})
    assert raised.value.__notes__ == ["while IO manager 'io_manager' stored output 'result' of asset 'one'"]


def test_a_wrong_answer_of_an_io_manager_is_its_own() -> None:
    """The error names the IO manager, the type that it returned, and the types that it may return."""

    class Answering(Shelf):
        def handle_output(self, context: OutputContext, obj: Any) -> Any:
            return 5

    with pytest.raises(UnexpectedResultError, match=r"IO manager 'io_manager' returned int .*yields metadata"):
        materialize([one], resources={"io_manager": Answering()})


class Numbered(ConfigurableIOManager):
    """Keeps nothing; an output's config is the number that it writes."""

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Record the config of the output."""
        context.add_output_metadata({"config": str(context.config)})

    def load_input(self, context: InputContext) -> Any:
        """Nothing is loaded."""
        raise AssertionError

    @classmethod
    def output_config_schema(cls) -> object:
        """A number."""
        return int


def stored_config(**arguments: Any) -> object:
    """The config with which one asset's value was stored."""

    @asset
    def gold() -> int:
        return 1

    result = materialize([gold], run_config={"ops": {"gold": {"outputs": {"result": 7}}}}, **arguments)
    return next(event for event in result.all_events if event.is_handled_output).event_specific_data.metadata["config"]


def test_an_io_manager_from_settings_declares_its_config() -> None:
    """An IO manager that a provider gives has its own config schema, in runs inside a process scope too."""

    class Shop(containers.DeclarativeContainer):
        settings = providers.Object(SimpleNamespace(io=Numbered()))
        io_manager = ResourceProvider(settings.provided.io)

    assert stored_config(resources=Shop()).value == "7"
    Shop.io_manager.set_lifetime("process")
    shop = Shop()
    with process_scope(shop):
        assert stored_config(resources=shop).value == "7"


def test_a_default_io_manager_that_nobody_provides_declares_no_config() -> None:
    """An asset without an IO manager of its own runs beside one that names its own."""

    @asset
    def in_memory() -> int:
        return 1

    @asset(io_manager_key="own")
    def stored() -> int:
        return 2

    result = materialize(
        [in_memory, stored],
        resources={"own": Numbered()},
        run_config={"ops": {"stored": {"outputs": {"result": 7}}}},
    )
    assert result.output_for_node("in_memory") == 1
