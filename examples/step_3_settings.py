"""Step 3: settings are a typed object, read from variables, files and defaults before anything opens."""

from dependency_injector import containers, providers
from pydantic_settings import BaseSettings, SettingsConfigDict

from dagwire import ResourceProvider, SettingsProvider, explain

from examples.step_1_a_resource import Ledger
from examples.step_2_a_container import Till, begin


class Settings(BaseSettings):
    """The values that differ from one place to another; the variable SHOP_LEDGER_PATH sets the first of them."""

    model_config = SettingsConfigDict(env_prefix="SHOP_")

    ledger_path: str = ":memory:"
    prices: dict[str, int] = {"bread": 420, "milk": 180}


class ConfiguredShop(containers.DeclarativeContainer):
    """The shop, configured. mypy, pyright and `dagwire check` find a misspelt setting below."""

    settings = SettingsProvider(Settings)
    ledger = ResourceProvider(Ledger, path=settings.of(lambda s: s.ledger_path))
    transaction: ResourceProvider[Ledger] = ResourceProvider(begin, ledger).set_lifetime("step")
    till = providers.Factory(Till, ledger=transaction, price_by_product=settings.of(lambda s: s.prices))


def main() -> list[str]:
    """Show each value and its source. Nothing is opened, and no secret is shown."""
    return [f"{value.path} = {value.value} ({value.source})" for value in explain(ConfiguredShop())]


if __name__ == "__main__":
    print("\n".join(main()))
