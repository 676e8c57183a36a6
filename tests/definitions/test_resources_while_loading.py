"""Resources that are read while definitions are made, before any run."""

from typing import Annotated, ClassVar

import pytest
from dependency_injector import containers
from dependency_injector.wiring import Provide

import dagwire as dg
from dagwire.definitions.loading.project_definitions import find_definitions
from dagwire.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    MissingResourceError,
    ResourceSetupError,
    UnexpectedResultError,
)

log: list[str] = []


@pytest.fixture(autouse=True)
def _afresh():
    log.clear()
    Application.settings.reset()


class Settings(dg.ProfileSettings):
    profiles: ClassVar = dg.Profiles(
        "", default="local", overrides={"local": {}, "sandbox": {"catalogue": {"sandboxed": 0}}}
    )
    prefix: str = "t"


def catalogue(prefix):
    log.append("open")
    try:
        yield {f"{prefix}1": 1, f"{prefix}2": 2}
    except BaseException as error:
        log.append(f"failed: {type(error).__name__}")
        raise
    finally:
        log.append("close")


class Application(containers.DeclarativeContainer):
    settings = dg.SettingsProvider(Settings)
    catalogue = dg.ResourceProvider(catalogue, settings.of(lambda s: s.prefix))


def table(name):
    @dg.asset(name=name)
    def made(catalogue: dg.ResourceParam[dict]):
        return catalogue[name]

    return made


@dg.definitions(resources=Application)
def defs(catalogue: dg.ResourceParam[dict]) -> dg.Definitions:
    """One asset for each table of the catalogue."""
    return dg.Definitions(assets=[table(name) for name in catalogue], resources=Application())


def keys_of(made):
    return sorted(key.to_user_string() for key in made.resolve_all_asset_keys())


def test_a_resource_is_open_while_definitions_are_made():
    """It is opened before the function is called and closed after it; each load opens it anew."""
    assert defs.__doc__ == "One asset for each table of the catalogue."
    assert log == []
    made = defs()
    assert (keys_of(made), log) == (["t1", "t2"], ["open", "close"])
    assert made.resolve_implicit_global_asset_job_def().execute_in_process().asset_value("t2") == 2
    defs()
    assert log == ["open", "close"] * 3


def test_overrides_and_environment_hold(monkeypatch):
    """What overrides the resource for a run does so here, and settings come from the same environment."""
    monkeypatch.setenv("PREFIX", "prod_")
    assert keys_of(defs()) == ["prod_1", "prod_2"]
    log.clear()
    with dg.override(Application, catalogue={"fake": 0}):
        assert keys_of(defs()) == ["fake"]
    with dg.environment("sandbox"):
        assert keys_of(defs()) == ["sandboxed"]
    assert log == []


def test_a_failure_reaches_the_resource():
    """If the function fails, the close gets the failure, and the caller, too."""

    @dg.definitions(resources={"catalogue": dg.ResourceDefinition(lambda _: 0)})
    def never(catalogue: dg.ResourceParam[int]) -> dg.Definitions:
        raise LookupError(catalogue)

    @dg.definitions
    def fails(tables: Annotated[dict, Provide[Application.catalogue]]) -> dg.Definitions:
        raise LookupError(tables)

    with pytest.raises(LookupError):
        never()
    with pytest.raises(LookupError):
        fails()
    assert log == ["open", "failed: LookupError", "close"]


def test_a_resource_that_does_not_open():
    """A resource that fails to open, or that is missing, is reported as for a run."""

    def broken():
        raise ConnectionError("no such host")

    @dg.definitions(resources={"catalogue": dg.ResourceProvider(broken)})
    def one(catalogue: dg.ResourceParam[dict]) -> dg.Definitions:
        return dg.Definitions()

    @dg.definitions(resources={"catalog": 1})
    def two(catalogue: dg.ResourceParam[dict]) -> dg.Definitions:
        return dg.Definitions()

    with pytest.raises(ResourceSetupError, match="no such host"):
        one()
    with pytest.raises(MissingResourceError, match="'catalog'"):
        two()


def test_the_command_line_and_loaders_find_them(tmp_path, monkeypatch):
    """Whatever loads definitions opens the resources that they take."""
    (tmp_path / "catalogued.py").write_text(
        "import dagwire as dg\n"
        "@dg.definitions(resources={'names': ['one', 'two']})\n"
        "def defs(names: dg.ResourceParam[list]) -> dg.Definitions:\n"
        "    return dg.Definitions(assets=[dg.AssetSpec(name) for name in names])\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert keys_of(find_definitions("catalogued", tmp_path)) == ["one", "two"]


def test_parameters_that_nothing_fills():
    """A parameter that is not a resource is refused, and resources that nobody takes."""
    with pytest.raises(InvalidInvocationError, match=r"takes number\. Such a function takes resources"):

        @dg.definitions
        def one(number: int) -> dg.Definitions:
            return dg.Definitions()

    with pytest.raises(InvalidDefinitionError, match=r"No parameter of .*two asks for a resource"):

        @dg.definitions(resources=Application)
        def two() -> dg.Definitions:
            return dg.Definitions()


def test_partitioned_config():
    """A function that makes config for a partition, or lists partitions, reads a resource by `inject`."""

    @dg.inject(resources=Application)
    def names(now=None, *, catalogue: dg.ResourceParam[dict]):
        return list(catalogue)

    @dg.dynamic_partitioned_config(partition_fn=names)
    @dg.inject(resources=Application)
    def by_table(key: str, catalogue: dg.ResourceParam[dict]):
        return {"ops": {"load": {"config": {"rows": catalogue[key]}}}}

    @dg.op(config_schema={"rows": int})
    def load(context):
        return context.op_config["rows"]

    @dg.job(config=by_table)
    def loading():
        load()

    assert by_table.get_partition_keys() == ["t1", "t2"]
    assert loading.execute_in_process(partition_key="t2").output_for_node("load") == 2
    assert log.count("open") == log.count("close") > 1
    with dg.override(Application, catalogue={"fake": 5}):
        assert by_table.get_partition_keys() == ["fake"]
        assert loading.execute_in_process(partition_key="fake").output_for_node("load") == 5


def test_what_the_function_must_return():
    """Anything but definitions is refused, with the name of the function."""

    @dg.definitions
    def wrong():
        return {}

    assert repr(wrong) == "LazyDefinitions(wrong)"
    with pytest.raises(UnexpectedResultError, match=r"'wrong'.*returned dict; return Definitions"):
        wrong()
