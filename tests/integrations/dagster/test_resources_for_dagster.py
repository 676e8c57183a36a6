"""A container under a Dagster project: what is opened, with which values, for whom, and how it is closed."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from types import SimpleNamespace
from typing import Annotated, Any

import dagster as dg
import pytest
from dependency_injector import containers, providers
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from dagwire import (
    Config,
    ConfigurableResource,
    Field,
    ResourceDependency,
    ResourceProvider,
    SecretField,
    SettingsProvider,
    current_scope,
    override,
    resource,
)
from dagwire.errors import DagsterStepError, FaultsError, NotCarriedError
from dagwire.integrations.dagster import resources_for_dagster

journal: list[str] = []


@pytest.fixture(autouse=True)
def _empty_journal() -> Iterator[None]:
    journal.clear()
    yield
    journal.clear()


class ApiSettings(Config):
    url: str = "http://127.0.0.1"
    retries: int = 1
    token: SecretStr = SecretStr("canary")
    since: date = date(2013, 1, 1)


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_", env_nested_delimiter="__")
    api: ApiSettings = ApiSettings()


class Api(ConfigurableResource):
    """A client."""

    url: str
    retries: int
    token: SecretStr
    since: date

    def setup_for_execution(self, context: Any) -> None:
        journal.append("open api")

    def teardown_after_execution(self, context: Any) -> None:
        journal.append("close api")


class Loader(ConfigurableResource):
    api: ResourceDependency[Api]
    rows: int = 3

    def yield_for_execution(self, context: Any) -> Any:
        journal.append("open loader")
        try:
            yield self
        except BaseException as error:
            journal.append(f"loader gets {type(error).__name__}: {error}")
            raise
        finally:
            journal.append("close loader")


class Application(containers.DeclarativeContainer):
    settings = SettingsProvider(Settings)
    api = ResourceProvider(
        Api,
        url=settings.provided.api.url,
        retries=settings.provided.api.retries,
        token=settings.provided.api.token,
        since=settings.provided.api.since,
    )
    loader = ResourceProvider(Loader, api=api)
    clock = providers.Object("tick")


@dg.asset
def loaded(loader: dg.ResourceParam[Loader], api: dg.ResourceParam[Api], clock: dg.ResourceParam[str]) -> Any:
    return loader.api is api, loader.rows, api.retries, api.since, clock


@dg.asset
def broken(loader: dg.ResourceParam[Loader]) -> None:
    raise KeyError("no row")


def run(asset: Any, resources: Any, run_config: Any = None, *, raises: bool = True) -> dg.ExecuteInProcessResult:
    return dg.materialize([asset], resources=resources, run_config=run_config, raise_on_error=raises)


# -- one scope for a pass ----------------------------------------------------------------------------------------------


def test_one_scope_opens_all_resources_of_a_run() -> None:
    """Resources of one run share what they depend on, and are closed in reverse."""
    result = run(loaded, resources_for_dagster(Application()))
    assert result.output_for_node("loaded") == (True, 3, 1, date(2013, 1, 1), "tick")
    assert journal == ["open api", "open loader", "close loader", "close api"]


def test_a_failing_step_reaches_the_resources() -> None:
    """A resource gets an error with the text of the step's, which Dagster keeps from it."""
    run(broken, resources_for_dagster(Application()), raises=False)
    assert journal[2:] == ["loader gets DagsterStepError: Step 'broken' failed: KeyError: 'no row'", *CLOSED]


CLOSED = ["close loader", "close api"]


def test_a_failure_that_is_raised_reaches_the_resources() -> None:
    """A resource gets an error if the run raises, too; no earlier error that is being handled is taken for it."""
    with pytest.raises(KeyError):
        run(broken, resources_for_dagster(Application()))
    assert journal[2].startswith("loader gets")
    journal.clear()
    earlier = ValueError("being handled")
    try:
        raise earlier
    except ValueError:
        run(loaded, resources_for_dagster(Application()))
    assert journal == ["open api", "open loader", "close loader", "close api"]


class Alone(ConfigurableResource):
    """A resource that depends on nothing."""

    def setup_for_execution(self, context: Any) -> None:
        journal.append("open")

    def teardown_after_execution(self, context: Any) -> None:
        journal.append("close")


def test_passes_in_four_threads_do_not_meet() -> None:
    """Each pass has a scope of its own, in whatever thread it is, although all have the same definitions."""
    definitions = resources_for_dagster({"alone": Alone()})
    everybody = threading.Barrier(4, timeout=20)

    def one_pass() -> Alone:
        context = dg.InitResourceContext(
            resource_config={}, resources=SimpleNamespace(), resource_def=None, all_resource_defs=definitions
        )
        manager: Any = definitions["alone"].resource_fn(context)
        with manager as resource:
            everybody.wait()
            assert isinstance(resource, Alone)
            return resource

    with ThreadPoolExecutor(4) as threads:
        opened = [one.result() for one in [threads.submit(one_pass) for _ in range(4)]]
    assert len({id(resource) for resource in opened}) == 4
    assert sorted(journal) == sorted(["open", "close"] * 4)


def test_a_resource_that_cannot_be_opened_fails_the_run_and_closes_the_others() -> None:
    """What was open before is closed; the next run starts anew."""

    @resource
    def failing() -> None:
        raise ConnectionError("refused")

    @dg.asset
    def needs_both(api: dg.ResourceParam[Api], failing: dg.ResourceParam[Any]) -> None: ...

    resources = resources_for_dagster(
        {"api": Api(url="x", retries=1, token=SecretStr("t"), since=date.min), "failing": failing}
    )
    assert not run(needs_both, resources, raises=False).success
    assert journal in (["open api", "close api"], [])
    assert run(dg.asset(name="fine")(lambda: None), resources).success


def test_the_scope_is_the_current_one_in_a_body() -> None:
    """`current_scope` finds the scope of the run, which opens what nobody has asked for."""

    @dg.asset
    def asks(clock: dg.ResourceParam[str]) -> Any:
        scope = current_scope()
        assert scope is not None
        return scope.get("api").retries

    assert run(asks, resources_for_dagster(Application())).output_for_node("asks") == 1
    assert journal == ["open api", "close api"]


def test_resources_outside_a_run() -> None:
    """`build_resources` of Dagster's opens them, too; a body's own error reaches them as it is."""

    def body() -> None:
        with dg.build_resources(resources_for_dagster(Application())) as opened:
            assert opened.loader.api is opened.api
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        body()
    assert journal[2] == "loader gets ZeroDivisionError: "


@pytest.mark.filterwarnings("ignore:InitResourceContext.dagster_run is deprecated")  # Dagster's own use of it
def test_a_resource_of_ours_in_one_of_dagsters() -> None:
    """A definition that is nested in a resource of Dagster's joins the scope of its pass."""
    resources = resources_for_dagster(Application())

    class Outer(dg.ConfigurableResource):  # type: ignore[type-arg]  # of itself
        inner: dg.ResourceDependency[Loader]

    @dg.asset
    def nested(outer: Outer, loader: dg.ResourceParam[Loader]) -> bool:
        return outer.inner is loader

    result = run(nested, {**resources, "outer": Outer(inner=resources["loader"])})
    assert result.output_for_node("nested") is True


# -- overrides ---------------------------------------------------------------------------------------------------------


def test_an_override_holds_in_dagsters_runs() -> None:
    """`override` reaches a run that is started in its block, and what depends on the key."""
    container = Application()
    resources = resources_for_dagster(container)
    with override(container, api="fake"):
        result = run(loaded_api, resources)
    assert result.output_for_node("loaded_api") == "fake"
    assert journal == ["open loader", "close loader"]


@dg.asset
def loaded_api(loader: dg.ResourceParam[Loader]) -> Any:
    return loader.api


def test_a_replacement_in_dagsters_dict_reaches_what_depends_on_it() -> None:
    """A fake in the place of one of our resources is used by those of ours that depend on it."""
    resources = {**resources_for_dagster(Application()), "api": dg.ResourceDefinition.hardcoded_resource("fake")}
    assert run(loaded_api, resources).output_for_node("loaded_api") == "fake"


# -- config ------------------------------------------------------------------------------------------------------------


def config(**by_key: Any) -> dict[str, Any]:
    return {"resources": {key: {"config": given} for key, given in by_key.items()}}


def test_a_runs_config_is_merged_over_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a run gives counts, as dagwire's own runs merge it; the rest is from the settings."""
    monkeypatch.setenv("APP_API__RETRIES", "5")
    given = config(api={"since": "2014-02-03"}, loader={"rows": 7})
    result = run(loaded, resources_for_dagster(Application()), given)
    assert result.output_for_node("loaded") == (True, 7, 5, date(2014, 2, 3), "tick")


def test_config_reaches_a_dependency_that_dagster_does_not_open() -> None:
    """A key behind a Selector takes its config from the run, although Dagster opens only the Selector's key."""

    class Chosen(containers.DeclarativeContainer):
        loader = ResourceProvider(Loader, api=None)
        kind = providers.Object("first")
        chosen = providers.Selector(kind, first=loader)

    @dg.asset
    def asked(chosen: dg.ResourceParam[Loader]) -> int:
        return chosen.rows

    definitions = resources_for_dagster(Chosen())
    assert definitions["chosen"].required_resource_keys == set()
    result = run(asked, definitions, config(loader={"rows": 9}))
    assert result.output_for_node("asked") == 9


@pytest.mark.parametrize("mask", ["********", "**********"])
def test_a_mask_is_not_a_value(mask: str) -> None:
    """The launchpad's default config holds masks; they change nothing."""

    @dg.asset
    def token(api: dg.ResourceParam[Api]) -> str:
        return api.token.get_secret_value()

    result = run(token, resources_for_dagster(Application()), config(api={"token": mask}))
    assert result.output_for_node("token") == "canary"


def test_a_secret_is_given_by_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """`{"env": NAME}` gives a secret at launch; plain text is refused, since Dagster keeps and shows it."""

    @dg.asset
    def token(api: dg.ResourceParam[Api]) -> str:
        return api.token.get_secret_value()

    monkeypatch.setenv("OTHER_TOKEN", "from the variable")
    resources = resources_for_dagster(Application())
    result = run(token, resources, config(api={"token": {"env": "OTHER_TOKEN"}}))
    assert result.output_for_node("token") == "from the variable"
    with pytest.raises(dg.DagsterResourceFunctionError) as caught:
        run(token, resources, config(api={"token": "typed"}))
    assert 'token: is secret, and Dagster keeps and shows the config of a run. Give {"env": "NAME"}.' in str(
        caught.value.__cause__
    )
    assert "typed" not in str(caught.value.__cause__)


def test_a_definition_with_a_schema() -> None:
    """A resource function gets its config, defaults included, as Dagster checks it."""

    @resource(config_schema={"size": int, "name": Field(str, default_value="x")})
    def sized(context: Any) -> Any:
        return context.resource_config

    @dg.asset
    def seen(sized: dg.ResourceParam[Any]) -> Any:
        return sized

    resources = resources_for_dagster({"sized": sized})
    assert run(seen, resources, config(sized={"size": 3})).output_for_node("seen") == {"size": 3, "name": "x"}
    with pytest.raises(dg.DagsterInvalidConfigError):
        run(seen, resources, config(sized={"size": "three"}))


# -- what Dagster is shown ---------------------------------------------------------------------------------------------


def shown(definition: dg.ResourceDefinition, field: str) -> dg.Field:
    found: dg.Field = definition.config_schema.config_type.fields[field]  # type: ignore[union-attr]  # a dict of fields
    return found


def test_fields_are_shown_with_values_and_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each field has a type, a value and its source; a variable is shown as one, a secret is masked."""
    monkeypatch.setenv("APP_API__RETRIES", "5")
    api = resources_for_dagster(Application())["api"]
    assert shown(api, "url").default_value == "http://127.0.0.1"
    assert shown(api, "url").description == "From default, setting settings.api.url."
    assert shown(api, "retries").default_value == {"env": "APP_API__RETRIES"}
    assert shown(api, "retries").description == (
        "Now 5. From environment variable APP_API__RETRIES, setting settings.api.retries."
    )
    assert shown(api, "since").config_type.key == "date"
    assert shown(api, "since").default_value == "2013-01-01"
    assert shown(api, "token").is_secret
    assert shown(api, "token").default_value == "**********"
    assert api.description == "A client."


def connected(url: str, token: SecretStr) -> Iterator[str]:
    """A connection."""
    yield f"{url} by {len(token.get_secret_value())}"


def test_values_of_a_function_are_shown_in_its_description(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resource that a function makes has no fields in Dagster, so that its description lists values and sources."""
    monkeypatch.setenv("APP_API__URL", "http://env")

    class Holder(containers.DeclarativeContainer):
        settings = SettingsProvider(Settings)
        connection = ResourceProvider(connected, settings.provided.api.url, token=settings.provided.api.token)

    description = resources_for_dagster(Holder())["connection"].description
    assert description is not None
    assert description.startswith("A connection.")
    assert "| url | str | http://env | environment variable APP_API__URL |" in description
    assert "canary" not in description


class Small(ConfigurableResource):
    """A small resource."""

    size: int = 1


class Large(ConfigurableResource):
    size: int = 1_000


class Either(BaseSettings):
    one: Small = Small()
    several: Small | Large = Large()


def test_the_class_of_a_resource_in_settings_is_its_type() -> None:
    """Dagster's page names the class that the settings declare, or the one that they hold where they allow several."""

    class Holder(containers.DeclarativeContainer):
        settings = SettingsProvider(Either)
        one = ResourceProvider(settings.of(lambda s: s.one))
        several = ResourceProvider(settings.of(lambda s: s.several))

    resources = resources_for_dagster(Holder())
    assert [resources[name].resource_fn.__name__ for name in ("one", "several")] == ["Small", "Large"]
    assert resources["one"].description == "A small resource."


def test_a_missing_setting_is_shown_as_not_set() -> None:
    """Definitions load without it; the run reports it."""

    class Needy(BaseSettings):
        password: str

    class Holder(ConfigurableResource):
        password: str

    class Lacking(containers.DeclarativeContainer):
        settings = SettingsProvider(Needy)
        holder = ResourceProvider(Holder, password=settings.provided.password)

    resources = resources_for_dagster(Lacking())
    assert shown(resources["holder"], "password").default_value is None
    assert shown(resources["holder"], "password").description == "Not set."

    @dg.asset
    def asks(holder: dg.ResourceParam[Holder]) -> None: ...

    with pytest.raises(dg.DagsterResourceFunctionError) as caught:
        run(asks, resources)
    assert "PASSWORD" in str(caught.value.__cause__)


def test_settings_that_cannot_be_read_do_not_keep_definitions_from_loading(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The page opens, and the run reports the fault."""
    monkeypatch.setenv("APP_API", "{not json")
    resources = resources_for_dagster(Application())
    assert set(resources) == {"settings", "api", "loader", "clock"}
    with pytest.raises(dg.DagsterResourceFunctionError):
        run(loaded, resources)


class Pool(Config):
    size: int = 2
    pin: Annotated[str, SecretField()] = "canary"


class Everything(ConfigurableResource):
    pool: Pool = Pool()
    tags: list[str] = ["a"]
    limits: dict[str, int] = {"rows": 1}
    pools: list[Pool] = [Pool()]
    ratio: float = 0.5
    note: str | None = None


def test_values_of_every_shape_are_shown_and_merged() -> None:
    """Models, lists, dicts and None are shown; a run changes a part of them."""

    @dg.asset
    def seen(it: dg.ResourceParam[Everything]) -> Any:
        return it.pool.size, it.pool.pin, it.tags, it.limits, it.pools[0].pin, it.note

    resources = resources_for_dagster({"it": Everything()})
    assert shown(resources["it"], "pool").default_value == {"size": 2, "pin": "**********"}
    assert shown(resources["it"], "pools").default_value[0]["size"] == 2
    assert run(seen, resources).output_for_node("seen") == (2, "canary", ["a"], {"rows": 1}, "canary", None)
    given = config(it={"pool": {"size": 3}, "tags": ["b", "c"], "limits": {"rows": 4}, "note": "n"})
    assert run(seen, resources, given).output_for_node("seen") == (3, "canary", ["b", "c"], {"rows": 4}, "canary", "n")


def test_dependencies_are_shown_as_requirements() -> None:
    """A resource requires the keys that it depends on, so that Dagster opens these first and draws them."""
    resources = resources_for_dagster(Application())
    assert resources["loader"].required_resource_keys == {"api"}
    assert resources["api"].required_resource_keys == {"settings"}


# -- names -------------------------------------------------------------------------------------------------------------


def test_a_nested_container_has_names_with_two_underscores() -> None:
    """The key `gateways.clock` is `gateways__clock` in Dagster."""

    class Gateways(containers.DeclarativeContainer):
        clock = providers.Object("tick")

    class Outer(containers.DeclarativeContainer):
        gateways = providers.Container(Gateways)

    @dg.asset
    def asks(gateways__clock: dg.ResourceParam[str]) -> str:
        return gateways__clock

    resources = resources_for_dagster(Outer())
    assert list(resources) == ["gateways__clock"]
    assert run(asks, resources).output_for_node("asks") == "tick"


def test_names_that_dagster_does_not_have_are_refused_together() -> None:
    """Keys that begin with an underscore or are keywords, and two keys of one name."""

    class Inner(containers.DeclarativeContainer):
        b = providers.Object(1)

    class Outer(containers.DeclarativeContainer):
        a = providers.Container(Inner)
        a__b = providers.Object(2)

    with pytest.raises(
        NotCarriedError, match=r"^The keys 'a\.b' and 'a__b' would both be 'a__b' in Dagster\. Rename one\.$"
    ):
        resources_for_dagster(Outer())
    with pytest.raises(FaultsError) as caught:
        resources_for_dagster({"_pool": 1, "class": 2})
    assert str(caught.value.faults[0]).startswith(
        "The resource '_pool' has no name in Dagster: there, a name begins with"
    )


def test_errors_of_steps_know_their_step() -> None:
    """The error has the step and the text as attributes."""
    error = DagsterStepError("load", "KeyError: 'x'")
    assert (error.step, error.text, str(error)) == ("load", "KeyError: 'x'", "Step 'load' failed: KeyError: 'x'")
