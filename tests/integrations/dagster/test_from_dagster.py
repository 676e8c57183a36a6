"""Dagster's own resources in a container: opened and closed as Dagster does it, with fields from settings."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster
import pytest
from dependency_injector import containers, providers
from pydantic import SecretStr

import dagwire as dg
from dagwire.errors import InvalidDefinitionError
from dagwire.integrations.dagster import from_dagster, resources_for_dagster

journal: list[str] = []


@pytest.fixture(autouse=True)
def _empty_journal() -> Iterator[None]:
    journal.clear()
    yield
    journal.clear()


class Inner(dagster.ConfigurableResource):  # type: ignore[type-arg]  # of itself
    size: int = 1

    def setup_for_execution(self, context: Any) -> None:
        journal.append("open inner")

    def teardown_after_execution(self, context: Any) -> None:
        journal.append("close inner")


class Outer(dagster.ConfigurableResource):  # type: ignore[type-arg]  # of itself
    inner: Inner
    word: dagster.ResourceDependency[str]
    token: str

    def setup_for_execution(self, context: Any) -> None:
        journal.append(f"open outer {self.inner.size} {self.word} {self.token}")

    def teardown_after_execution(self, context: Any) -> None:
        journal.append("close outer")


class Application(containers.DeclarativeContainer):
    config = providers.Configuration(default={"size": 4})
    inner = from_dagster(Inner, size=config.size)
    outer = from_dagster(Outer, inner=inner, word="w", token=dagster.EnvVar("OUTER_TOKEN"))


def test_an_open_resource_in_a_field_is_opened_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resource in a container is the very object in another's field; variables and settings are read."""
    monkeypatch.setenv("OUTER_TOKEN", "t")
    with dg.build_resources(Application()) as resources:
        assert resources.outer.inner is resources.inner
    assert journal == ["open inner", "open outer 4 w t", "close outer", "close inner"]


@pytest.mark.filterwarnings("ignore:InitResourceContext.dagster_run is deprecated")  # Dagster's own use of it
def test_an_object_with_nested_resources() -> None:
    """An object of Dagster's is opened with its own nested resources; fields given beside it are stronger."""
    declared = Outer(inner=Inner(size=8), word="x", token="y")
    with dg.build_resources({"outer": from_dagster(declared, token="z")}) as resources:
        assert resources.outer.inner.size == 8
    assert journal == ["open inner", "open outer 8 x z", "close outer", "close inner"]


def test_an_unknown_field_is_refused_when_it_is_declared() -> None:
    """The message has the nearest name and all fields."""
    with pytest.raises(
        InvalidDefinitionError, match=r"^Inner has no field 'sise'\. Did you mean 'size'\? Its fields: 'size'\.$"
    ):
        from_dagster(Inner, sise=1)


def test_what_is_no_resource_of_dagsters_is_refused() -> None:
    """A class of another kind cannot be opened."""
    with pytest.raises(InvalidDefinitionError, match=r"^from_dagster takes a resource of Dagster's, not Path\.$"):
        from_dagster(Path)


@dagster.resource(
    config_schema={"rows": int, "name": dagster.Field(str, default_value="n")}, required_resource_keys={"inner"}
)
def by_function(context: Any) -> Iterator[Any]:
    yield context.resource_config, context.resources.inner.size
    journal.append("close function")


def test_a_resource_function() -> None:
    """A definition gets its config, checked and with defaults, and the resources that it requires."""
    provider = from_dagster(by_function, rows=2, inner=Inner(size=3))
    with dg.build_resources({"it": provider}) as resources:
        assert resources["it"] == ({"rows": 2, "name": "n"}, 3)
    assert journal[-1] == "close function"
    with dg.build_resources({"it": from_dagster(dagster.ResourceDefinition.hardcoded_resource(7))}) as resources:
        assert resources["it"] == 7


def test_a_close_gets_no_failure() -> None:
    """Dagster raises no failure in a resource, so one without `try` is closed all the same."""
    provider = from_dagster(by_function, rows=2, inner=Inner(size=3))
    with pytest.raises(ZeroDivisionError), dg.build_resources({"it": provider}):
        raise ZeroDivisionError
    assert journal[-1] == "close function"


daily = dg.DailyPartitionsDefinition("2024-01-01")


@dg.asset(io_manager_key="files", partitions_def=daily)
def first() -> int:
    return 5


@dg.asset(io_manager_key="files", partitions_def=daily)
def second(first: int) -> int:
    return first + 1


def test_an_io_manager_of_dagsters_stores_and_loads(tmp_path: Path) -> None:
    """Values are stored where Dagster would store them, and its metadata is the asset's."""
    files = from_dagster(dagster.FilesystemIOManager, base_dir=str(tmp_path))
    result = dg.materialize([first, second], resources={"files": files}, partition_key="2024-01-05")
    assert result.asset_value("second") == 6
    path = result.asset_materializations_for_node("first")[0].metadata["path"].value
    assert path == str(tmp_path / "first" / "2024-01-05")


@dg.asset(io_manager_key="files")
def plain() -> int:
    return 7


def test_an_io_manager_of_dagsters_without_partitions(tmp_path: Path) -> None:
    """A value without partitions and its type reach the IO manager, too."""

    class Typed(dagster.ConfigurableIOManager):
        table: str = "t"  # Dagster itself warns of a class without fields

        def handle_output(self, context: dagster.OutputContext, obj: Any) -> None:
            journal.append(f"{context.asset_key.to_user_string()} {context.dagster_type.typing_type.__name__}")

        def load_input(self, context: dagster.InputContext) -> Any:
            raise NotImplementedError

    assert dg.materialize([plain], resources={"files": from_dagster(Typed())}).success
    assert journal == ["plain int"]


def test_there_and_back(tmp_path: Path) -> None:
    """A resource of Dagster's in a container is Dagster's again in a project of its own."""

    @dagster.asset(io_manager_key="files")
    def made(inner: dagster.ResourceParam[Inner]) -> int:
        return inner.size

    container = {
        "inner": from_dagster(Inner, size=2),
        "files": from_dagster(dagster.FilesystemIOManager, base_dir=str(tmp_path)),
    }
    result = dagster.materialize([made], resources=resources_for_dagster(container))
    assert result.output_for_node("made") == 2
    assert (tmp_path / "made").exists()


def test_a_secret_is_given_as_text() -> None:
    """A `SecretStr` fills a field of Dagster's, which takes text, and is masked where values are explained."""

    class Client(dagster.ConfigurableResource):  # type: ignore[type-arg]  # as its users write it
        token: str

    provider = from_dagster(Client, token=SecretStr("canary"))
    with dg.build_resources({"client": provider}) as resources:
        assert resources.client.token == "canary"
