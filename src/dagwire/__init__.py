"""Dagster's resource system on a dependency-injector container, configured by pydantic-settings.

The public names are listed in `__init__.pyi`, which type checkers read, and from which each name is loaded with its own
module when it is first used: what needs resources alone does not wait for schedules.
"""

# lazy_loader has no types; `__init__.pyi` has those of the names.
# pyright: basic

import sys
from importlib import import_module

import lazy_loader

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    """Load a public name. Refuse any other as an ordinary module does, so that Python names the nearest."""
    if name in __all__:
        return _load(name)
    if name == "__version__":
        return _version()
    msg = f"module '{__name__}' has no attribute '{name}'"
    reason = _reason_of_absence(name)
    if reason and _is_import_statement():
        raise ImportError(f"cannot import '{name}' from '{__name__}': {reason}.", name=__name__)
    raise AttributeError(f"{msg}: {reason}." if reason else msg, name=name, obj=sys.modules[__name__])


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415  # costs more than everything else that the import loads

    return version(__name__)


def _reason_of_absence(name: str) -> str | None:
    """Return why Dagster's public name is absent here; the list is loaded when it is needed."""
    if name.startswith("_"):
        return None
    return import_module(f"{__name__}.absent_names").reason_of_absence(name)


def _is_import_statement() -> bool:
    """Whether `__getattr__` was called for `from dagwire import ...`, which hides the text of an AttributeError."""
    return sys._getframe(2).f_globals.get("__name__") == "importlib._bootstrap"  # there is no other way to see it
