"""Every value of settings can be explained: where it came from, and what that keeps from counting."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import AliasChoices, AliasPath, BaseModel, Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    JsonConfigSettingsSource,
    PyprojectTomlConfigSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
    YamlConfigSettingsSource,
)
from typing_extensions import TypeAliasType

from dagwire import ConfigurableResource, EnvVar, SettingsProvider, explain
from dagwire.config.explain.explained_values import SourceKind
from dagwire.errors import SettingsError, UnknownNameError

CANARY = "c4n4ry-do-not-show"


class Store(ConfigurableResource):
    url: str = "data"
    pages: int = 1


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_", env_nested_delimiter="__", env_file=".env")

    region: str = "eu"
    password: str = "none"
    store: Store = Store()
    labels: dict[str, str] = {}


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def by_path(target, **options):
    """`{path: explained value}`."""
    return {one.path: one for one in explain(target, **options)}


def told(one):
    """The texts of a value's source and of the sources that it shadows."""
    return [str(one.source), *(str(found.source) for found in one.shadowed)]


def test_each_value_is_there_with_its_default():
    """Without any source, each value is explained as a default, with its type and its variable."""
    found = by_path(Settings)
    assert list(found) == ["region", "password", "store.url", "store.pages", "labels"]
    assert {str(one.source) for one in found.values()} == {"default"}
    assert found["store.pages"].variables == ("SHOP_STORE__PAGES",)
    assert found["store.pages"].type == "int"


def test_the_items_of_a_dict_s_default():
    """An item of a dict that is a field's default is the default, too, at any depth."""

    class Shop(BaseSettings):
        prices: dict[str, int] = {"bread": 420}
        by_floor: dict[int, dict[str, int]] = Field(default_factory=lambda: {1: {"a": 2}})

    found = {one.path: one.source.kind for one in explain(Shop())}
    assert found == {"prices.bread": SourceKind.DEFAULT, "by_floor.1.a": SourceKind.DEFAULT}


def test_what_a_source_shadows_comes_in_the_order_in_which_it_would_count(monkeypatch, folder):
    """The variable counts, then `.env` with its line; each with the value that it has."""
    (folder / ".env").write_text("# comment\n\nSHOP_REGION=us\nexport SHOP_STORE__PAGES='3'\n")
    monkeypatch.setenv("SHOP_REGION", "asia")
    found = by_path(Settings)
    assert told(found["region"]) == ["environment variable SHOP_REGION", ".env, line 3"]
    assert found["region"].value == "asia"
    assert found["region"].shadowed[0].value == "us"
    assert told(found["store.pages"]) == [".env, line 4"]
    assert found["store.pages"].value == 3


def test_a_variable_s_own_spelling_is_told(monkeypatch):
    """Case does not matter to the settings; the message has the name that one can look for."""
    monkeypatch.setenv("shop_Region", "us")
    assert told(by_path(Settings)["region"]) == ["environment variable shop_Region"]


def test_json_in_a_variable_gives_way_to_a_variable_of_the_field(monkeypatch):
    """If a variable of the whole and one of a field give a value, both are listed."""
    monkeypatch.setenv("SHOP_STORE", json.dumps({"url": "a", "pages": 2}))
    monkeypatch.setenv("SHOP_STORE__URL", "b")
    found = by_path(Settings)
    assert told(found["store.url"]) == ["environment variable SHOP_STORE__URL", "environment variable SHOP_STORE"]
    assert told(found["store.pages"]) == ["environment variable SHOP_STORE"]


def test_keys_of_a_dict_are_values_of_their_own(monkeypatch):
    """Keys of a dict have a path and a source each."""
    monkeypatch.setenv("SHOP_LABELS__TEAM", "flights")
    assert told(by_path(Settings)["labels.team"]) == ["environment variable SHOP_LABELS__TEAM"]


def test_arguments_of_the_constructor():
    """Values that code passed have the source "constructor"."""
    found = by_path(Settings(region="x", store=Store(url="y")))
    assert told(found["region"]) == ["constructor"]
    assert told(found["store.url"]) == ["constructor"]
    assert told(found["store.pages"]) == ["default"]


def test_what_a_provider_s_arguments_shadow(monkeypatch):
    """A provider's arguments are known, so the variables that they shadow are listed too."""
    monkeypatch.setenv("SHOP_REGION", "us")
    found = by_path(SettingsProvider(Settings, region="x"))
    assert told(found["region"]) == ["constructor", "environment variable SHOP_REGION"]


FILES = {
    "toml": 'region = "us"\n\n[store]\nurl = """\nx"""\npages = 3\n',
    "yaml": "region: us\nstore:\n  url: |\n    x\n\n  pages: 3\n",
    "json": '{"region": "us",\n "other": {"pages": [1, {"pages": 2}]},\n\n "store": {\n "url": "x",\n "pages": 3}}\n',
}
SOURCES = {"toml": TomlConfigSettingsSource, "yaml": YamlConfigSettingsSource, "json": JsonConfigSettingsSource}


def settings_of(*sources):
    """Settings whose weakest sources are those made by `sources`."""

    class FromFiles(Settings):
        model_config = SettingsConfigDict(extra="ignore")

        @classmethod
        def settings_customise_sources(cls, settings_cls, **known):
            return (*known.values(), *(make(settings_cls) for make in sources))

    return FromFiles


@pytest.mark.parametrize("kind", FILES)
def test_values_of_files_have_lines(folder, kind):
    """The line on which the value begins, in every kind of file."""
    path = folder / f"settings.{kind}"
    path.write_text(FILES[kind])
    found = by_path(settings_of(lambda cls: SOURCES[kind](cls, path)))
    assert told(found["region"]) == [f"settings.{kind}, line 1"]
    assert told(found["store.pages"]) == [f"settings.{kind}, line 6"]
    assert found["store.pages"].value == 3


def test_the_last_of_several_files_counts_and_the_others_are_shadowed(folder):
    """Merged files are listed one by one."""
    (folder / "a.toml").write_text("[store]\npages = 2\nurl = 'a'\n")
    (folder / "b.toml").write_text("[store]\npages = 3\n")
    files = ["a.toml", "b.toml", "c.toml"]
    found = by_path(settings_of(lambda cls: TomlConfigSettingsSource(cls, files, deep_merge=True)))
    assert told(found["store.pages"]) == ["b.toml, line 2", "a.toml, line 2"]
    assert told(found["store.url"]) == ["a.toml, line 3"]


def test_a_table_of_pyproject(folder):
    """Settings in pyproject.toml are found in their table."""
    (folder / "pyproject.toml").write_text('[project]\nname = "x"\n[tool.pydantic-settings]\nregion = "us"\n')
    found = by_path(settings_of(PyprojectTomlConfigSettingsSource))
    assert told(found["region"]) == ["pyproject.toml, line 4"]


def test_secrets_files(folder):
    """A folder of secrets: the file is named, its value is not shown."""
    (folder / "secrets").mkdir()
    (folder / "secrets" / "SHOP_PASSWORD").write_text(CANARY)

    class WithSecrets(Settings):
        model_config = SettingsConfigDict(secrets_dir="secrets")

    one = by_path(WithSecrets)["password"]
    assert told(one) == ["secrets/SHOP_PASSWORD"]
    assert one.source.kind is SourceKind.SECRETS_FILE
    assert CANARY not in repr(one)


def test_the_command_line():
    """Arguments come before all else."""

    class FromCommandLine(Settings):
        model_config = SettingsConfigDict(cli_parse_args=["--store.pages", "5"])

    assert told(by_path(FromCommandLine)["store.pages"]) == ["command line --store.pages"]


def test_a_source_of_the_user_s_own_is_named_by_its_class():
    """Secret managers and the like."""

    class Vault(JsonConfigSettingsSource):
        def __init__(self, settings_cls):
            super().__init__(settings_cls, None)
            self.init_kwargs = {"password": CANARY}

    one = by_path(settings_of(Vault))["password"]
    assert told(one) == ["source Vault"]
    assert CANARY not in repr(one)


class Pond(BaseModel):
    kind: Literal["pond"] = "pond"
    depth: int = 1


class Lake(BaseModel):
    kind: Literal["lake"] = "lake"
    area: int


class Waters(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")

    water: Annotated[Pond | Lake, Field(discriminator="kind")] = Pond()


def test_a_union_is_explained_by_the_class_in_use(monkeypatch):
    """If a variable switches the class of a union, the fields of the new class are listed."""
    assert list(by_path(Waters)) == ["water.kind", "water.depth"]
    monkeypatch.setenv("WATER__KIND", "lake")
    monkeypatch.setenv("WATER__AREA", "9")
    assert by_path(Waters)["water.area"].value == 9


def test_settings_that_are_not_valid_are_explained_as_far_as_they_go(monkeypatch):
    """A missing value is explained as missing; a wrong one is shown as found, in the class that was meant."""
    monkeypatch.setenv("WATER__KIND", "lake")
    monkeypatch.setenv("WATER__DEPTH", "many")
    found = by_path(Waters)
    assert told(found["water.area"]) == ["missing"]
    assert told(found["water.kind"]) == ["environment variable WATER__KIND"]


def test_aliases_are_told_by_the_name_that_was_used(monkeypatch):
    """If a field has several aliases, the one that is set is listed."""

    class Aliased(BaseSettings):
        url: str = Field("x", validation_alias=AliasChoices("DATABASE_URL", "DB_URL"))

    monkeypatch.setenv("DB_URL", "y")
    one = by_path(Aliased)["url"]
    assert told(one) == ["environment variable DB_URL"]
    assert one.variables == ("DATABASE_URL", "DB_URL")


def test_a_value_that_a_validator_made_is_told_to_be_computed():
    """No source has it, and it is not the default."""

    class Computed(BaseSettings):
        name: str = "ann"

        @field_validator("name", mode="after")
        @classmethod
        def _greeted(cls, name):
            return f"hello {name}"

        model_config = SettingsConfigDict(validate_default=True)

    assert told(by_path(Computed)["name"]) == ["computed"]


def test_a_value_read_before_its_variable_changed(monkeypatch):
    """The value in use is explained, not the one that would be read now; its source is "computed"."""
    provider = SettingsProvider(Settings)
    monkeypatch.setenv("SHOP_REGION", "us")
    provider()
    monkeypatch.setenv("SHOP_REGION", "asia")
    one = by_path(provider)["region"]
    assert one.value == "us"
    assert told(one) == ["computed", "environment variable SHOP_REGION"]


def test_variables_that_wait_are_told_by_name(monkeypatch):
    """An EnvVar in a setting is explained by its variable."""
    monkeypatch.setenv("PAGES", "8")
    one = by_path(Settings(store=Store(pages=EnvVar("PAGES"))))["store.pages"]
    assert str(one.source) == "EnvVar PAGES"
    assert one.value == "8"


def test_secrets_are_masked_in_every_source(monkeypatch, folder):
    """In use, shadowed, in JSON, in lists: no value of a secret is among the data."""

    class Login(BaseModel):
        user: str
        pin: SecretStr

    class Secretive(Settings):
        logins: list[Login] = []
        by_name: dict[str, SecretStr] = {}

    (folder / ".env").write_text(f"SHOP_PASSWORD={CANARY}\nSHOP_BY_NAME__ANN={CANARY}\n")
    monkeypatch.setenv("SHOP_PASSWORD", CANARY)
    monkeypatch.setenv("SHOP_LOGINS", json.dumps([{"user": "ann", "pin": CANARY}]))
    found = by_path(Secretive)
    assert found["password"].is_secret
    assert found["logins.0.user"].value == "ann"
    assert CANARY not in repr(list(found.values()))


def test_one_path_alone():
    """A path picks a value and what lies below it; one that does not exist is refused with the nearest."""
    assert [one.path for one in explain(Settings, "store")] == ["store.url", "store.pages"]
    with pytest.raises(UnknownNameError, match=r"Did you mean 'store.pages'\?"):
        explain(Settings, "store.pagse")


def test_an_object_explains_what_it_holds_not_what_would_be_read(monkeypatch):
    """An object's own value is explained, whatever the environment holds by now."""
    settings = Settings(region="x")
    monkeypatch.setenv("SHOP_REGION", "us")
    one = by_path(settings)["region"]
    assert (one.value, *told(one)) == ("x", "constructor", "environment variable SHOP_REGION")


def test_files_elsewhere_are_named_in_full(tmp_path_factory):
    """Paths below the working folder are relative; any other path is absolute."""
    path = tmp_path_factory.mktemp("far") / "settings.toml"
    path.write_text('region = "us"\n')
    found = by_path(settings_of(lambda cls: TomlConfigSettingsSource(cls, path)))
    assert told(found["region"]) == [f"{path}, line 1"]
    assert Path(found["region"].source.name).is_absolute()


def test_what_an_object_was_given_in_place_of_what_is_missing(monkeypatch):
    """Sources that would not make valid settings by themselves do not confuse what code has given."""

    class Demanding(Settings):
        token: str

    monkeypatch.setenv("SHOP_REGION", "us")
    monkeypatch.setenv("SHOP_STORE__PAGES", "many")
    found = by_path(Demanding(region="x", token="abc", store=Store(pages=4)))
    assert told(found["region"]) == ["constructor", "environment variable SHOP_REGION"]
    assert told(found["token"]) == ["constructor"]
    assert (found["store.pages"].value, told(found["store.pages"])[0]) == (4, "constructor")


def test_extra_values_are_explained(monkeypatch):
    """Settings that keep what they do not know explain it like their fields."""

    class Open(BaseSettings):
        model_config = SettingsConfigDict(extra="allow")

    one = by_path(Open(region="us"))["region"]
    assert (one.value, *told(one)) == ("us", "constructor")


def test_the_section_of_a_yaml_file(folder):
    """Settings in a section of a YAML file are found below it, by its name or by the parts of its name."""
    (folder / "a.yaml").write_text("tool:\n  shop:\n    region: us\n")
    found = by_path(settings_of(lambda cls: YamlConfigSettingsSource(cls, "a.yaml", yaml_config_section="tool.shop")))
    assert told(found["region"]) == ["a.yaml, line 3"]


def test_a_line_of_dotenv_without_a_value(folder):
    """A line that has a name alone sets nothing."""
    (folder / ".env").write_text("SHOP_REGION\nSHOP_PASSWORD=x\n")
    assert told(by_path(Settings)["region"]) == ["default"]


def test_a_file_that_was_broken_since_it_was_read(folder):
    """A value of a file that cannot be read any more is explained by the file's source."""
    path = folder / "a.toml"
    path.write_text('region = "us"\n')
    kind = settings_of(lambda cls: BrokenLater(cls, path))
    assert told(by_path(kind)["region"]) == ["source BrokenLater"]


class BrokenLater(TomlConfigSettingsSource):
    """A file that somebody breaks as soon as it was read."""

    def __call__(self):
        self.toml_file_path.write_text("region = ")
        return super().__call__()


class Incomparable:
    """A value that refuses to be compared."""

    def __eq__(self, other):
        raise RuntimeError

    __hash__ = None


def test_a_value_that_cannot_be_compared():
    """A value whose `==` fails is explained like a value that its sources do not have."""

    class Odd(BaseSettings):
        thing: Any = None

        @model_validator(mode="after")
        def _make(self):
            vars(self)["thing"] = Incomparable()
            return self

    assert told(by_path(Odd())["thing"]) == ["constructor"]
    assert told(by_path(SettingsProvider(Odd))["thing"]) == ["computed"]


def test_an_alias_of_a_path(monkeypatch):
    """A field that reads an item of a variable's JSON has that variable as its source."""

    class Aliased(BaseSettings):
        first: str = Field("x", validation_alias=AliasPath("NAMES", 0))

    monkeypatch.setenv("NAMES", '["ann", "bob"]')
    one = by_path(Aliased)["first"]
    assert one.value == "ann"
    assert told(one) == ["environment variable NAMES"]


def test_sources_with_a_prefix_of_their_own(monkeypatch):
    """Variables that a source finds under a prefix of its own are explained by the source."""
    monkeypatch.setenv("OTHER_REGION", "us")
    found = by_path(settings_of(lambda cls: EnvSettingsSource(cls, env_prefix="OTHER_")))
    assert told(found["region"]) == ["source EnvSettingsSource"]


@pytest.mark.parametrize("failure", [ConnectionError("no route"), SettingsError("Other", ["NAME: Field required"], [])])
def test_a_source_that_fails_is_not_explained(failure):
    """A source that cannot be read is a fault of the settings; a fault of other settings stays itself."""

    class Vault(JsonConfigSettingsSource):
        def __call__(self):
            raise failure

    with pytest.raises(SettingsError, match=r"ConnectionError: no route|NAME: Field required"):
        explain(SettingsProvider(settings_of(lambda cls: Vault(cls, None))))


def test_types_are_spelled_as_one_would_write_them():
    """A type is spelled without its metadata, and by the type that an alias stands for."""

    class Typed(BaseSettings):
        size: Annotated[int, Field(gt=0)] | None = None
        names: dict[str, str] | str = {}
        rows: TypeAliasType("Count", int) = 0

    found = by_path(Typed)
    assert [found[name].type for name in ("size", "names", "rows")] == ["int | None", "dict[str, str] | str", "int"]


def test_a_key_of_what_may_be_a_text(monkeypatch):
    """A key of a field that may be a dict or a text has a variable of its own."""

    class Either(BaseSettings):
        model_config = SettingsConfigDict(env_nested_delimiter="__")
        names: dict[str, str] | str = {}

    monkeypatch.setenv("NAMES__ANN", "x")
    assert told(by_path(Either)["names.ann"]) == ["environment variable NAMES__ANN"]
