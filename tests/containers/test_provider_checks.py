"""Faults of a container are found before anything opens, all at once, by whatever entry point."""

import itertools
from typing import ClassVar

import pytest
from dependency_injector import containers, providers
from pydantic import BaseModel
from pydantic_settings import BaseSettings

from dagwire import (
    ConfigurableResource,
    Definitions,
    EnvVar,
    ResourceParam,
    ResourceProvider,
    SettingsProvider,
    asset,
    build_resources,
    materialize,
)
from dagwire.definitions.check_definitions import all_faults
from dagwire.errors import (
    FaultsError,
    InvalidDefinitionError,
    InvalidProviderError,
    MissingResourceError,
    ResourceTypeError,
    SettingsError,
    UnknownNameError,
)


class Warehouse(BaseModel):
    path: str = "p"


class Settings(BaseSettings):
    db: str = "d"
    warehouse: Warehouse = Warehouse()
    sizes: ClassVar[dict] = {"a": 1}
    options: dict[str, int] = {"a": 1}

    def url(self):
        return self.db


class Db:
    def __init__(self, url, *, timeout_s=1):
        self.url = url


class Port:
    pass


class Base(containers.DeclarativeContainer):
    settings = SettingsProvider(Settings)
    config = providers.Configuration()
    provided = settings.provided


def declared_with(provider):
    """A container with `user`, which is made of what is wrong, far down."""
    container = Base()
    nested = providers.List(providers.Dict(inner=providers.Callable(lambda value: value, provider(container))))
    container.user = providers.Factory(dict, nested=nested)
    container.config.from_dict({"kind": "three", "db": {"url": "u"}})
    return container


WRONG = {
    "a misspelt setting": (lambda c: c.settings.provided.dbb, r"Settings has no 'dbb'\. Did you mean 'db'\?"),
    "one in a nested model": (lambda c: c.settings.provided.warehouse.pth, r"Warehouse has no 'pth'.*'path'"),
    "an item that is not there": (lambda c: c.settings.provided.options["b"], r"a dict has no item 'b'"),
    "a method that is not there": (lambda c: c.settings.provided.uri.call(), r"Settings has no 'uri'.*'url'"),
    "an attribute of a plain object": (lambda _: providers.Object(Db("u")).provided.urll, r"Db has no 'urll'"),
    "an argument that is not taken": (lambda _: providers.Singleton(Db, urll=1), r"Db takes no argument 'urll'.*'url'"),
    "an argument that is missing": (lambda _: providers.Factory(Db), r"Db cannot be called.*'url'"),
    "an undefined dependency": (lambda _: providers.Dependency(instance_of=Port), r"it is a Dependency of Port that"),
    "an unfilled container": (
        lambda _: providers.DependenciesContainer().db,
        r"nothing fills its DependenciesContainer",
    ),
    "an abstract factory": (lambda _: providers.AbstractFactory(Port), r"AbstractFactory that nothing overrides"),
    "an option that nobody set": (
        lambda c: c.config.db.uri,
        r"option config\.db\.uri is not set\. Did you mean 'url'\?",
    ),
    "a typed one": (lambda c: c.config.size.as_int(), r"option config\.size is not set"),
    "a required one": (lambda c: c.config.size.required(), r"option config\.size is not set"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_it_is_found_by_every_entry_point(wrong):
    """The message describes the fault, under the key that is made of it, with the nearest name and who asks."""
    provider, message = WRONG[wrong]
    container = declared_with(provider)

    @asset(required_resource_keys={"user"})
    def report(context):
        raise AssertionError

    for attempt in (
        lambda: build_resources(container, required_resource_keys=["user"]).__enter__(),
        lambda: materialize([report], resources=container),
    ):
        with pytest.raises(InvalidProviderError, match=f"(?s)^Provider 'user'.*{message}"):
            attempt()
    (fault,) = all_faults(Definitions(assets=[report], resources=container))
    assert fault.required_by == ("asset 'report'",)


@pytest.mark.parametrize("wrong", [name for name in WRONG if name != "an item that is not there"])
def test_definitions_are_validated_without_the_environment(wrong):
    """`validate_loadable` finds it, too, as far as no settings are read."""
    container = declared_with(WRONG[wrong][0])

    @asset(required_resource_keys={"user"})
    def report(context): ...

    if wrong == "an attribute of a plain object":
        Definitions.validate_loadable(Definitions(assets=[report], resources=container))
        return
    with pytest.raises(InvalidProviderError, match="needed by asset 'report'"):
        Definitions.validate_loadable(Definitions(assets=[report], resources=container))


def test_what_works_is_not_reported():
    """Existing values, methods, defaults and anything known only when it is called are not faults."""

    class Fine(Base):
        settings = SettingsProvider(Settings)
        config = providers.Configuration(default={"unset": None})
        dependency = providers.Dependency(default="d")
        made = providers.Factory(Db, settings.provided.url.call(), timeout_s=settings.provided.options["a"])
        url = providers.Factory(str, made.provided.url)
        none = providers.List(config.unset, dependency)
        make = providers.Factory(dict, db=providers.Factory(Db).provider, kept=providers.DelegatedFactory(Db))

    with build_resources(Fine()) as resources:
        assert resources.url == "d"
        assert resources.none == [None, "d"]
    assert all_faults(Definitions(resources=Fine())) == []


def test_a_factory_that_nobody_asks_for_may_be_called_with_more():
    """`check` lets a factory lack arguments that only its callers have; a scope that opens it does not."""

    class Application(containers.DeclarativeContainer):
        make = providers.Factory(Db)
        user = providers.Factory(dict, make=make.provider)

    assert all_faults(Definitions(resources=Application())) == []
    with pytest.raises(InvalidProviderError, match="'make'"):
        build_resources(Application()).__enter__()


def test_a_configuration_that_nobody_filled():
    """`build_resources` lets options of an empty Configuration be None; a definition that asks for one does not."""

    class Application(containers.DeclarativeContainer):
        config = providers.Configuration()
        user = providers.Factory(dict, url=config.url)

    @asset
    def report(user: ResourceParam[dict]): ...

    with build_resources(Application(), required_resource_keys=["user"]) as resources:
        assert resources.user == {"url": None}
    with pytest.raises(InvalidProviderError, match=r"asset 'report': option config\.url is not set"):
        materialize([report], resources=Application())


def test_a_strict_configuration():
    """A strict Configuration stays one in a private copy, and when it is overridden."""

    class Application(containers.DeclarativeContainer):
        config = providers.Configuration(strict=True)
        db = ResourceProvider(lambda: "db")
        user = providers.Factory(dict, url=config.url, db=db)

    application = Application()
    application.config.from_dict({"url": "u"})
    with build_resources(application, required_resource_keys=["user"]):
        pass
    replacements = {"config": {"other": 1}}
    with pytest.raises(InvalidProviderError, match=r"option config\.url"):
        build_resources(application, required_resource_keys=["user"], replacements=replacements).__enter__()


# -- Selectors ---------------------------------------------------------------------------------------------------------


def test_a_selector_that_cannot_choose():
    """A missing branch is reported with the nearest one; an unset option is reported as not set."""
    container = Base()
    container.store = providers.Selector(container.config.store.kind, one=providers.Object(1), two=providers.Object(2))
    with pytest.raises(InvalidProviderError, match=r"config\.store\.kind is not set"):
        build_resources(container, required_resource_keys=["store"]).__enter__()
    container.config.from_dict({"store": {"kind": "tow"}})
    with pytest.raises(UnknownNameError, match=r"no branch 'tow' of Selector 'store'\. Did you mean 'two'"):
        build_resources(container, required_resource_keys=["store"]).__enter__()


def test_only_the_chosen_branch_is_checked():
    """A fault of a branch that is not chosen is not reported."""
    container = Base()
    container.store = providers.Selector(lambda: "one", one=providers.Object(1), two=providers.Dependency())
    with build_resources(container, required_resource_keys=["store"]) as resources:
        assert resources.store == 1
    assert all_faults(Definitions(resources=container)) == []


def test_a_selector_is_asked_once_a_scope():
    """Dependents of a Selector get the branch of one answer, which was opened; the next scope asks anew."""
    answers = itertools.cycle(["old", "new"])
    asked = []

    class Rollout(containers.DeclarativeContainer):
        old = ResourceProvider(lambda: "old")
        new = providers.Factory(str, "new")
        client = providers.Selector(lambda: asked.append(1) or next(answers), old=old, new=new)
        service = providers.Factory(dict, client=client, again=providers.List(client))

    rollout, seen = Rollout(), []
    for _ in range(4):
        with build_resources(rollout, required_resource_keys=["client", "service"]) as resources:
            seen.append((resources.client, resources.service["client"], *resources.service["again"]))
    assert seen == [("old",) * 3, ("new",) * 3] * 2
    assert len(asked) == 4


# -- types of what overrides -------------------------------------------------------------------------------------------


class Typed(containers.DeclarativeContainer):
    size = providers.Dependency(instance_of=int, default=1)
    port = providers.AbstractFactory(Port)
    db = ResourceProvider(lambda: "db")
    user = providers.Factory(dict, size=size, port=port, db=db)


class Adapter(Port):
    pass


def test_an_override_is_of_the_declared_type():
    """A replacement of a Dependency or an abstract provider is held to the declared type, before it opens."""
    fine = {"size": 2, "port": providers.Factory(Adapter)}
    with build_resources(Typed(), required_resource_keys=["user"], replacements=fine) as resources:
        assert resources.user["size"] == 2
    fake = Adapter()
    with build_resources(Typed(), required_resource_keys=["user"], replacements={"port": fake}) as resources:
        assert resources.user["port"] is fake
    for wrong, message in (
        ({"size": "many"}, "takes an int; a str"),
        ({"port": providers.Factory(dict)}, "makes a Port"),
    ):
        with pytest.raises(ResourceTypeError, match=message):
            build_resources(Typed(), required_resource_keys=["user"], replacements={**fine, **wrong}).__enter__()


# -- all at once -------------------------------------------------------------------------------------------------------


def test_all_faults_at_once(monkeypatch):
    """A missing key hides neither an unset variable nor settings that cannot be read, nor a provider's fault."""
    monkeypatch.delenv("NEVER_SET", raising=False)

    class Required(BaseSettings):
        never_set_either: str

    class Api(ConfigurableResource):
        token: str

    class Application(containers.DeclarativeContainer):
        settings = SettingsProvider(Required)
        api = ResourceProvider(Api, token=EnvVar("NEVER_SET"))
        typo = providers.Factory(dict, x=settings.provided.nothing)
        late = providers.Factory(dict, providers.Dependency())

    @asset(required_resource_keys={"api", "typo", "late", "absent"})
    def report(context): ...

    with pytest.raises(FaultsError) as caught:
        materialize([report], resources=Application())
    text = str(caught.value)
    assert all(word in text for word in ("'absent'", "NEVER_SET", "never_set_either", "'nothing'", "Dependency"))
    kinds = {type(fault) for fault in caught.value.faults}
    assert {MissingResourceError, SettingsError, InvalidProviderError} <= kinds


def test_arguments_of_a_resource_that_do_not_fit():
    """A function's wrong arguments are refused where the resource is declared, with what it takes."""

    def connect(url): ...

    with pytest.raises(InvalidDefinitionError, match=r"connect cannot be called.*It takes: url\."):
        ResourceProvider(connect, urll=1)
