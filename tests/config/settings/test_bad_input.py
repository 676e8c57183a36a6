"""Bad input: each kind is one clear message that names variable or file, and nothing is opened."""

from typing import Annotated, Any, Literal

import pytest
from dependency_injector import containers
from pydantic import AliasChoices, BaseModel, Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    JsonConfigSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
    YamlConfigSettingsSource,
)

from dagwire import ConfigurableResource, ResourceProvider, SettingsProvider, build_resources
from dagwire.errors import InvalidDefinitionError, SettingsError

CANARY = "c4n4ry-do-not-show"


class Store(ConfigurableResource):
    url: str = "data"
    pages: list[int] = []


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_", env_nested_delimiter="__", env_file=".env", extra="ignore")

    region: str = "eu"
    store: Store = Store()


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(settings, **arguments):
    """The problems for which reading is refused; none shows any text of the sources."""
    opened = []

    class Opened(ConfigurableResource):
        settings: Any

        def setup_for_execution(self, context):
            opened.append(self)

    container = containers.DynamicContainer()
    container.settings = SettingsProvider(settings, **arguments)
    container.opened = ResourceProvider(Opened, settings=container.settings)
    with pytest.raises(SettingsError) as caught, build_resources(container):
        pass
    assert CANARY not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"
    assert not opened
    return "\n".join(caught.value.problems)


SOURCES = {"toml": TomlConfigSettingsSource, "yaml": YamlConfigSettingsSource, "json": JsonConfigSettingsSource}


def from_file(kind, path):
    """Settings that are read from one file."""
    source = {"toml": TomlConfigSettingsSource, "yaml": YamlConfigSettingsSource, "json": JsonConfigSettingsSource}[
        kind
    ]

    class FromFile(Settings):
        @classmethod
        def settings_customise_sources(cls, settings_cls, **known):
            return (*known.values(), source(settings_cls, path))

    return FromFile


# -- files -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("toml", f'region = "us"\nkey = {CANARY} {CANARY}\n', "a.toml, line 2: it is not valid TOML"),
        ("toml", f'region = "{CANARY}\n', "a.toml, line 1: it is not valid TOML"),
        ("yaml", f"region: us\n  key: {CANARY}\n", "a.yaml, line 2: it is not valid YAML"),
        ("yaml", f"region: [{CANARY}\n", "a.yaml, line 2: it is not valid YAML"),
        ("json", f'{{"region":\n "{CANARY}"', "a.json, line 2: it is not valid JSON"),
    ],
)
def test_a_broken_file_is_told_by_name_and_line(folder, kind, text, told):
    """A broken file is reported by name and line, without its text."""
    (folder / f"a.{kind}").write_text(text)
    assert told in refused(from_file(kind, f"a.{kind}"))


@pytest.mark.parametrize("name", [".env", "a.toml", "a.yaml", "a.json"])
def test_text_that_is_not_utf_8(folder, name):
    """File and line, wherever it is in a long file."""
    (folder / name).write_bytes(b"# \n" * 5000 + b"region = '\xff'\n")
    settings = Settings if name == ".env" else from_file(name[2:], name)
    assert refused(settings) == f"{name}, line 5001: it is not encoded in UTF-8"


@pytest.mark.parametrize("name", [".env", "a.toml", "a.yaml", "a.json"])
def test_a_file_that_cannot_be_read(folder, name):
    """The system's reason is reported."""
    (folder / name).symlink_to("/proc/self/mem")  # a file that nobody can read from its beginning, not even root
    settings = Settings if name == ".env" else from_file(name[2:], name)
    assert refused(settings) == f"{name}: it cannot be read (Input/output error)"


@pytest.mark.parametrize("option", ["env_file", "toml_file", "yaml_file", "json_file"])
def test_a_directory_in_place_of_a_file(folder, option):
    """Pydantic-settings would pass over it."""
    (folder / "a").mkdir()

    class Declared(Settings):
        model_config = SettingsConfigDict(**{option: "a"})

        @classmethod
        def settings_customise_sources(cls, settings_cls, **known):
            kinds = {"toml_file": TomlConfigSettingsSource, "yaml_file": YamlConfigSettingsSource}
            more = kinds.get(option, JsonConfigSettingsSource)(settings_cls)
            return (*known.values(), more)

    assert refused(Declared) == "a: it is a directory, not a file"


def test_a_line_of_dotenv_that_is_none(folder):
    """Python-dotenv would log it and go on."""
    (folder / ".env").write_text(f"SHOP_REGION=us\n\n='{CANARY}\nSHOP_STORE__URL=x\n")
    assert refused(Settings) == ".env, line 3: it is not of the form NAME=value"


def test_variables_of_dotenv_that_name_one_another(folder):
    """A cycle of references ends: each is what it was before."""
    (folder / ".env").write_text("SHOP_REGION=${SHOP_STORE__URL}\nSHOP_STORE__URL=${SHOP_REGION}\n")
    assert SettingsProvider(Settings)().region == ""


# -- variables ---------------------------------------------------------------------------------------------------------


def test_a_variable_set_twice_in_different_case(monkeypatch):
    """A variable that is set twice in different case is refused, because chance would pick one."""
    monkeypatch.setenv("SHOP_REGION", CANARY)
    monkeypatch.setenv("shop_region", "us")
    assert refused(Settings) == "SHOP_REGION and shop_region are one variable, set twice. Keep one of them."


def test_a_variable_set_twice_in_dotenv(folder):
    """There too."""
    (folder / ".env").write_text(f"SHOP_REGION={CANARY}\nShop_Region=us\n")
    assert refused(Settings) == "SHOP_REGION and Shop_Region are one variable, set twice in .env. Keep one of them."


def test_what_is_not_of_the_settings_may_be_set_twice(monkeypatch):
    """Other programs' variables are theirs."""
    monkeypatch.setenv("http_proxy", "a")
    monkeypatch.setenv("HTTP_PROXY", "b")
    assert SettingsProvider(Settings)().region == "eu"


def test_where_case_counts_they_are_two(monkeypatch):
    """Case-sensitive settings may have two variables that differ in case only."""

    class Exact(Settings):
        model_config = SettingsConfigDict(case_sensitive=True)

    monkeypatch.setenv("SHOP_region", "us")
    monkeypatch.setenv("SHOP_REGION", "asia")
    assert SettingsProvider(Exact)().region == "us"


@pytest.mark.parametrize(
    ("name", "path"),
    [("SHOP_STORE", "store"), ("SHOP_STORE__PAGES", "store.pages"), ("Shop_Store__Pages", "store.pages")],
)
def test_json_that_is_cut(monkeypatch, name, path):
    """The variable is named, and where it broke off; its text is not shown."""
    text = f'["{CANARY}", '
    monkeypatch.setenv(name, text)
    assert refused(Settings).startswith(f"{name} ({path}): it is not valid JSON: ")
    assert refused(Settings).endswith(f"at character {len(text) + 1} of {len(text)}")


def test_json_that_is_cut_in_dotenv(folder):
    """The file is named too."""
    (folder / ".env").write_text(f"SHOP_STORE='[{CANARY}'\n")
    assert refused(Settings).startswith("SHOP_STORE (store) in .env: it is not valid JSON")


def test_two_fields_that_claim_one_variable():
    """Refused where the settings are declared for a container, before anything is read."""

    class Clashing(BaseSettings):
        model_config = SettingsConfigDict(env_nested_delimiter="__")
        store__url: str = ""
        store: Store = Store()
        region: str = ""
        place: str = Field("", validation_alias=AliasChoices("PLACE", "REGION"))

    with pytest.raises(InvalidDefinitionError) as caught:
        SettingsProvider(Clashing)
    assert "REGION would set 'place' and 'region'" in str(caught.value)
    assert "STORE__URL would set 'store.url' and 'store__url'" in str(caught.value)


def test_classes_of_a_union_may_share_a_name():
    """Classes of a union may share a field name: it is one setting, whichever class is in use."""

    class Cat(BaseModel):
        kind: Literal["cat"] = "cat"
        name: str = ""

    class Dog(BaseModel):
        kind: Literal["dog"] = "dog"
        name: str = ""

    class Pets(BaseSettings):
        model_config = SettingsConfigDict(env_nested_delimiter="__")
        pet: Annotated[Cat | Dog, Field(discriminator="kind")] = Cat()

    assert SettingsProvider(Pets)().pet == Cat()


# -- values ------------------------------------------------------------------------------------------------------------


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    tricks: int


class Zoo(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ZOO_", env_nested_delimiter="__", env_file=".env", extra="ignore")

    pet: Annotated[Cat | Dog, Field(discriminator="kind")] = Cat()
    others: list[Cat] = []
    by_name: dict[str, Cat] = {}
    maybe: Cat | int | None = None
    url: str = Field("", validation_alias=AliasChoices("DATABASE_URL", "DB_URL"), max_length=3)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("ZOO_PET__LIVES", CANARY, "ZOO_PET__LIVES (pet.lives of Cat): Input should be a valid integer"),
        ("ZOO_PET__KIND", "dog", "ZOO_PET__TRICKS (pet.tricks of Dog): Field required, of type int"),
        ("ZOO_PET__KIND", CANARY, "ZOO_PET__KIND (pet.kind of Cat): Input tag '...' found using 'kind'"),
        (
            "ZOO_PET__KIND",
            "dgo",
            "found using 'kind' does not match any of the expected tags: 'cat', 'dog'. Did you mean 'dog'?",
        ),
        ("ZOO_OTHERS", '[{"lives": "x"}]', "ZOO_OTHERS (others.0.lives of Cat): Input should be a valid integer"),
        ("ZOO_BY_NAME__TOM__LIVES", "x", "ZOO_BY_NAME__TOM__LIVES (by_name.tom.lives of Cat): Input should be"),
        ("ZOO_MAYBE__LIVES", "x", "ZOO_MAYBE__LIVES (maybe.lives of Cat): Input should be a valid integer"),
        (
            "DB_URL",
            CANARY,
            "DATABASE_URL (url): String should have at most 3 characters. It was read from environment variable DB_URL",
        ),
    ],
)
def test_the_variable_is_named_wherever_the_fault_lies(monkeypatch, name, value, told):
    """The message names the variable, and its path leaves out pydantic's tags and types."""
    if name.endswith("LIVES"):
        monkeypatch.setenv("ZOO_PET__KIND", "cat")
    monkeypatch.setenv(name, value)
    assert told in refused(Zoo)


def test_without_a_delimiter_the_variable_holds_the_whole_as_json(monkeypatch):
    """Without a delimiter, only the variable of the whole can set a nested value."""

    class Whole(BaseSettings):
        pet: Cat = Cat()

    monkeypatch.setenv("PET", f'{{"lives": "{CANARY}"}}')
    assert "PET (pet.lives of Cat): Input should be a valid integer" in refused(Whole)


def test_where_a_wrong_value_was_read(folder):
    """The message ends with the file and the line of a wrong value."""
    (folder / ".env").write_text(f"\n\nZOO_PET__KIND=cat\nZOO_PET__LIVES={CANARY}\n")
    assert refused(Zoo).endswith("It was read from .env, line 4")


def test_where_was_looked(folder, monkeypatch):
    """The message lists all places in order, and marks the missing ones."""

    class Demanding(BaseSettings):
        model_config = SettingsConfigDict(env_file=[".env", ".env.local"], toml_file="a.toml", extra="ignore")
        region: str

        @classmethod
        def settings_customise_sources(cls, settings_cls, **known):
            return (*known.values(), TomlConfigSettingsSource(settings_cls))

    (folder / ".env").write_text("OTHER=1\n")
    with pytest.raises(SettingsError) as caught:
        SettingsProvider(Demanding)()
    assert caught.value.looked_in == (
        "the environment",
        ".env",
        ".env.local (does not exist)",
        "a.toml (does not exist)",
    )
    assert str(caught.value).endswith(
        "Looked in: the environment, .env, .env.local (does not exist), a.toml (does not exist)."
    )


@pytest.mark.parametrize("place", ["variable", "dotenv"])
def test_the_nearest_variable_that_is_set(monkeypatch, folder, place):
    """A misspelt name, prefix included, in the environment or in `.env`."""

    class Warehouse(BaseModel):
        path: str

    class Demanding(BaseSettings):
        model_config = SettingsConfigDict(env_prefix="APP_", env_nested_delimiter="__", env_file=".env", extra="ignore")
        warehouse: Warehouse

    if place == "variable":
        monkeypatch.setenv("APP_WAREHOSE__PATH", CANARY)
    else:
        (folder / ".env").write_text(f"APP_WAREHOSE__PATH={CANARY}\n")
    assert "'APP_WAREHOSE__PATH' is set; was it meant?" in refused(Demanding)


def test_a_validator_s_words_do_not_repeat_a_secret(monkeypatch):
    """Neither the value it was given, nor one of the whole."""

    class Login(BaseSettings):
        user: str = ""
        password: SecretStr = SecretStr("")

        @field_validator("user")
        @classmethod
        def _refused(cls, user):
            if user:
                raise ValueError(f"no user {user}")
            return user

        @model_validator(mode="after")
        def _whole(self):
            if self.password.get_secret_value():
                raise ValueError(f"no password {self.password.get_secret_value()}")
            return self

    monkeypatch.setenv("USER", CANARY)
    assert "USER (user): no user ..." in refused(Login)
    monkeypatch.setenv("USER", "")
    monkeypatch.setenv("PASSWORD", CANARY)
    assert refused(Login) == "no password ..."


def test_a_source_that_fails_is_told(monkeypatch):
    """A secret manager's own error, with its kind; it is chained."""

    class Vault(JsonConfigSettingsSource):
        def __call__(self):
            raise ConnectionError("no route to the vault")

    class FromVault(BaseSettings):
        region: str = ""

        @classmethod
        def settings_customise_sources(cls, settings_cls, **known):
            return (Vault(settings_cls, None),)

    with pytest.raises(SettingsError, match="ConnectionError: no route to the vault") as caught:
        SettingsProvider(FromVault)()
    assert isinstance(caught.value.__cause__, ConnectionError)


def test_a_union_that_is_missing(monkeypatch):
    """The variable that chooses the class is named."""

    class Demanding(BaseSettings):
        model_config = SettingsConfigDict(env_nested_delimiter="__")
        pet: Annotated[Cat | Dog, Field(discriminator="kind")]
        dog: Dog

    problems = refused(Demanding)
    assert "PET__KIND (pet.kind of Cat): Field required, of type 'cat' | 'dog'" in problems
    assert "DOG__TRICKS (dog.tricks of Dog): Field required, of type int" in problems


def test_the_command_line_is_a_place_to_look():
    """Settings that read the command line list it first."""

    class Demanding(BaseSettings):
        model_config = SettingsConfigDict(cli_parse_args=[])
        region: str

    with pytest.raises(SettingsError) as caught:
        SettingsProvider(Demanding)()
    assert caught.value.looked_in == ("the command line", "the environment")


def test_a_source_of_one_s_own_is_a_place_to_look():
    """A user's source is listed by the name of its class."""

    class Vault(JsonConfigSettingsSource):
        def __init__(self, settings_cls):
            super().__init__(settings_cls, None)

    class Demanding(BaseSettings):
        region: str

        @classmethod
        def settings_customise_sources(cls, settings_cls, **known):
            return (Vault(settings_cls),)

    with pytest.raises(SettingsError) as caught:
        SettingsProvider(Demanding)()
    assert caught.value.looked_in == ("Vault",)


def test_spellings_that_agree(monkeypatch):
    """A variable set twice in different case to one value is not a fault."""
    monkeypatch.setenv("zoo_name", "x")
    monkeypatch.setenv("ZOO_NAME", "x")

    class Named(BaseSettings):
        model_config = SettingsConfigDict(env_prefix="ZOO_")
        name: str

    assert SettingsProvider(Named)().name == "x"


def test_a_union_of_models_without_a_tag_that_is_missing():
    """A required union without a discriminator is named by its own variable."""

    class Red(BaseModel):
        red: int

    class Blue(BaseModel):
        blue: int

    class Demanding(BaseSettings):
        model_config = SettingsConfigDict(env_nested_delimiter="__")
        colour: Red | Blue

    assert "COLOUR (colour): Field required" in refused(Demanding)


def test_json_that_is_cut_in_a_secrets_file(folder):
    """Broken JSON in a file of secrets is named by its field, and not shown."""

    class Whole(BaseSettings):
        model_config = SettingsConfigDict(secrets_dir=folder)
        dog: Dog

    (folder / "dog").write_text(f'{{"tricks": {CANARY}')
    assert "dog" in refused(Whole)
