"""An override reaches whatever uses what is overridden, wherever that is nested; its precedence is one order."""

from operator import attrgetter
from typing import ClassVar

import pytest
from dependency_injector import containers, providers
from pydantic_settings import BaseSettings

from dagwire import Definitions, ResourceParam, SettingsProvider, asset, build_resources, override
from dagwire.config.environments.environment import environment
from dagwire.config.environments.profiles import Profiles
from dagwire.errors import InvalidConfigError, InvalidInvocationError, ResourceTypeError, UnknownNameError


class Core(containers.DeclarativeContainer):
    db = providers.Singleton(str, "real")
    described = providers.Factory(dict, db=db)


class Part(containers.DeclarativeContainer):
    core = providers.DependenciesContainer()
    service = providers.Factory(dict, db=core.db)


class Outer(containers.DeclarativeContainer):
    core = providers.Container(Core)
    part = providers.Container(Part, core=core)
    service = providers.Factory(dict, db=core.db, part=part.service)


def read(container, key="service"):
    with build_resources(container, required_resource_keys=[key]) as resources:
        return attrgetter(key)(resources)


FORMS = {
    "declared": Outer,
    "given": lambda: Outer(core=Core()),
    "given below": lambda: Outer(core=Core(), part=Part(core=Core())),
    "replaced by a part": lambda: Outer(part=Part(core=Core())),
}


@pytest.mark.parametrize("form", FORMS)
def test_below_a_nested_container(form):
    """A path is overridden in the container that is declared there, and in the one that was given in its place."""
    outer = FORMS[form]()
    with override(outer, {"core.db": "fake", "part.core.db": "below"}):
        service = read(outer)
        assert service == {"db": "fake", "part": {"db": "below"}}
        assert read(outer, "core.described") == {"db": "fake"}
    assert read(outer) == {"db": "real", "part": {"db": "real"}}


def test_of_a_shared_core():
    """An override of a container that others were given holds wherever they use it."""
    core = Core()
    part, single = Part(core=core), containers.DynamicContainer()
    single.user = providers.Factory(dict, db=core.db)
    with override(core, db="fake"):
        assert read(part) == {"db": "fake"}
        assert read(part, "core.described") == {"db": "fake"}
        assert read(single, "user") == {"db": "fake"}
        assert read(core, "described") == {"db": "fake"}
    assert read(part) == read(single, "user") == {"db": "real"}


def test_of_a_nested_container_itself():
    """A nested container is a target as any other."""
    outer = Outer()
    with override(outer.core, db="fake"):
        assert read(outer)["db"] == "fake"
    with override(outer.core.container, db="fake"):
        assert read(outer)["db"] == "fake"


def test_of_a_class():
    """An override of a container's class holds in each of its instances, and where one is nested."""

    class Special(Outer):
        pass

    with override(Outer, {"core.db": "fake"}):
        assert read(Outer())["db"] == read(Special())["db"] == "fake"
    with override(Core, db="fake"):
        assert read(Outer()) == {"db": "fake", "part": {"db": "fake"}}
        assert read(Core(), "described") == {"db": "fake"}
    with override(Special, {"core.db": "fake"}):
        assert read(Outer())["db"] == "real"


def test_what_holds_no_providers_is_no_target():
    """Anything else is refused, as is a key that the target does not have."""
    with pytest.raises(InvalidInvocationError, match="takes a container, or definitions that hold one, not int"):
        override(1, db="fake").__enter__()
    with pytest.raises(UnknownNameError, match=r"'bd'.*'db'"):
        override(Core, bd="fake").__enter__()


def test_the_innermost_wins():
    """The inner one of two overrides of a provider holds, by whatever path."""
    outer = Outer()
    with override(outer, {"core.db": "by path"}), override(outer.core, db="itself"):
        assert read(outer)["db"] == "itself"
    with override(outer.core, db="itself"), override(outer, {"core.db": "by path"}):
        assert read(outer)["db"] == "by path"


# -- single options ----------------------------------------------------------------------------------------------------


class Settings(BaseSettings):
    region: str = "eu"
    size: int = 1


class WithOptions(containers.DeclarativeContainer):
    config = providers.Configuration()
    settings = SettingsProvider(Settings)
    service = providers.Factory(
        dict, url=config.db.url, user=config.db.user, region=settings.provided.region, size=settings.provided.size
    )


@pytest.fixture
def with_options():
    container = WithOptions()
    container.config.from_dict({"db": {"url": "real", "user": "ann"}})
    return container


def test_one_option_is_overridden(with_options):
    """An option of a Configuration, or a value of settings, is replaced by its path; all others stay."""
    with override(with_options, {"config.db.url": "fake", "settings.region": "us"}):
        assert read(with_options) == {"url": "fake", "user": "ann", "region": "us", "size": 1}
        with override(with_options, {"settings.size": "2"}):
            assert read(with_options)["size"] == 2
            assert read(with_options)["region"] == "us"
    assert read(with_options)["region"] == "eu"


def test_the_whole_and_a_part(with_options):
    """A part lies over the whole that is overridden outside it; the whole inside takes the part's place."""
    with override(with_options, settings=Settings(region="whole")), override(with_options, {"settings.size": 7}):
        service = read(with_options)
        assert (service["region"], service["size"]) == ("whole", 7)
    with override(with_options, {"settings.size": 7}), override(with_options, settings=Settings(region="whole")):
        assert read(with_options)["size"] == 1


def test_an_option_that_does_not_fit(with_options):
    """A value of the wrong type, a field that is not there and a provider in a value's place are refused."""
    with override(with_options, {"settings.size": "many"}), pytest.raises(InvalidConfigError, match="size"):
        read(with_options)
    with pytest.raises(UnknownNameError, match=r"settings\.sise"):
        override(with_options, {"settings.sise": 1}).__enter__()
    with (
        override(with_options, {"config.db.url": providers.Factory(str)}),
        pytest.raises(ResourceTypeError, match="one option is replaced by a value"),
    ):
        read(with_options)


# -- precedence --------------------------------------------------------------------------------------------------------


def test_precedence(tmp_path):
    """A test's override wins over the run's resources, these over a binding, this over the profile and the rest."""
    for name in ("local", "production"):
        (tmp_path / f"{name}.toml").write_text("")

    class Profiled(BaseSettings):
        profiles: ClassVar = Profiles(tmp_path, default="local", overrides={"production": {"db": "profile"}})

    class Layered(containers.DeclarativeContainer):
        settings = SettingsProvider(Profiled)
        db = providers.Object("container")

    layered = Layered()

    def run(*, bound=None, to_run=None):
        @asset(resource_defs={"db": bound} if bound else None)
        def report(db: ResourceParam[str]):
            return db

        job = Definitions(assets=[report], resources=layered).resolve_implicit_global_asset_job_def()
        return job.execute_in_process(resources={"db": to_run} if to_run else None).asset_value("report")

    assert run() == "container"
    with environment("production"):
        assert run() == "profile"
        assert run(bound="binding") == "binding"
        assert run(bound="binding", to_run="run") == "run"
        with override(layered, db="test"):
            assert run(bound="binding", to_run="run") == "test"
