"""Reading settings: what a provider of them adds to pydantic-settings."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, create_model
from pydantic_settings import BaseSettings, SettingsConfigDict

import dagwire

from benchmarks.measuring import Benchmark, Side, Timed

NESTED = 20
"""The number of models nested in the settings, of four values each; a variable sets one value of each."""


class Part(BaseModel):
    """A model nested in the settings."""

    url: str = "http://127.0.0.1"
    attempts: int = 1
    timeout_s: float = 5.0
    verbose: bool = False


@contextmanager
def reading_settings() -> Iterator[Benchmark]:
    """From the environment, with all the checks that make its errors and its explanations what they are."""
    names = [f"part_{number}" for number in range(NESTED)]
    variables = {f"BENCHMARK_{name.upper()}__ATTEMPTS": str(number) for number, name in enumerate(names)}
    settings = _settings_of(names)
    provider = dagwire.SettingsProvider(settings)
    expected = tuple(range(NESTED))

    def by_dagwire() -> object:
        provider.reset()
        return _attempts(provider(), names)

    def bare() -> object:
        return _attempts(settings(), names)

    os.environ.update(variables)
    try:
        yield Benchmark(
            f"reading {NESTED} nested settings",
            {Side.DAGWIRE: Timed(by_dagwire, expected), Side.BARE: Timed(bare, expected)},
            bare="pydantic-settings alone",
        )
    finally:
        for name in variables:
            del os.environ[name]


def _settings_of(names: list[str]) -> type[BaseSettings]:
    class Prefixed(BaseSettings):
        model_config = SettingsConfigDict(env_prefix="BENCHMARK_", env_nested_delimiter="__")

    fields: dict[str, Any] = dict.fromkeys(names, (Part, Part()))
    return create_model("Settings", __base__=Prefixed, **fields)


def _attempts(settings: Any, names: list[str]) -> tuple[int, ...]:
    return tuple(getattr(settings, name).attempts for name in names)
