"""The steps of `examples/`; pytest collects the last one, which is made of tests, by itself."""

import importlib

import pytest


@pytest.mark.parametrize(
    ("step", "result"),
    [
        ("step_1_a_resource", 600),
        ("step_2_a_container", 600),
        (
            "step_3_settings",
            [
                "settings.ledger_path = :memory: (default)",
                "settings.prices.bread = 420 (default)",
                "settings.prices.milk = 180 (default)",
                "ledger.path = :memory: (default)",
                "transaction.ledger = None (provider ledger)",
                "transaction.lifetime = step (container transaction)",
            ],
        ),
        ("step_4_an_application", "10.20 euros"),
    ],
)
def test_each_step_runs(step, result):
    """A step gives what it is written for."""
    assert importlib.import_module(f"examples.{step}").main() == result
