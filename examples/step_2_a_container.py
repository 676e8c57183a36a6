"""Step 2: a container declares what is made of what. It opens nothing; a scope opens what it is asked for."""

from collections.abc import Iterator

from dependency_injector import containers, providers

from dagwire import ResourceProvider, build_resources

from examples.step_1_a_resource import Ledger


def begin(ledger: Ledger) -> Iterator[Ledger]:
    """Give the ledger to one step: what the step notes is kept if it succeeds, and only then."""
    try:
        yield ledger
    except BaseException:
        ledger.forget()
        raise
    ledger.keep()


class Till:
    """A plain class, which knows nothing of containers."""

    def __init__(self, ledger: Ledger, price_by_product: dict[str, int]) -> None:
        """Sell at these prices, in cents."""
        self._ledger = ledger
        self._price_by_product = price_by_product

    def sell(self, product: str) -> int:
        """Note the sale; return the takings so far."""
        self._ledger.add(product, self._price_by_product[product])
        return self._ledger.total()


class Shop(containers.DeclarativeContainer):
    """The keys by which others ask for what they need."""

    prices = providers.Object({"bread": 420, "milk": 180})
    ledger = ResourceProvider(Ledger)
    transaction: ResourceProvider[Ledger] = ResourceProvider(begin, ledger).set_lifetime("step")
    till = providers.Factory(Till, ledger=transaction, price_by_product=prices)


def main() -> int:
    """Ask for the till alone: the ledger and the transaction below it are opened first, and closed in reverse."""
    with build_resources(Shop(), required_resource_keys=["till"]) as resources:
        till: Till = resources.till
        till.sell("bread")
        return till.sell("milk")


if __name__ == "__main__":
    print(main())
