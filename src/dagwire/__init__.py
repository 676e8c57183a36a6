"""Dagster's resource system on a dependency-injector container, configured by pydantic-settings.

The public names are listed in `__init__.pyi`, which type checkers read, and from which each name is loaded with its own
module when it is first used: what needs resources alone does not wait for schedules.
"""

# lazy_loader has no types; `__init__.pyi` has those of the names.
# pyright: basic

import sys

import lazy_loader

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    """Load a public name. Any other is refused as by an ordinary module: so that Python names the nearest."""
    if name not in __all__:
        msg = f"module '{__name__}' has no attribute '{name}'"
        raise AttributeError(msg, name=name, obj=sys.modules[__name__])
    return _load(name)
