"""The definitions among the attributes of modules."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

from dagwire.config.values.type_guards import is_sequence
from dagwire.errors import InvalidInvocationError


def definitions_in(modules: Iterable[ModuleType], *kinds: type[Any]) -> list[Any]:
    """The attributes of `modules` that are of one of `kinds`, and lists of such; each once, in order."""
    values = (value for module in modules for value in vars(module).values())
    found = (item for value in values for item in _listed(value, kinds))
    return list({id(item): item for item in found}.values())


def _listed(value: object, kinds: tuple[type[Any], ...]) -> list[Any]:
    if isinstance(value, kinds):
        return [value]
    items = [*value] if is_sequence(value) else []
    return items if all(isinstance(item, kinds) for item in items) else []


def modules_of(package: ModuleType) -> Iterator[ModuleType]:
    """A package and all its modules, which are imported."""
    yield package
    for found in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{package.__name__}."):
        yield importlib.import_module(found.name)


def calling_module() -> ModuleType:
    """The first module up the stack that does not belong to this package.

    Raises:
        InvalidInvocationError: The caller is not a module: an interactive session's `exec`, for example.
    """
    frame = inspect.currentframe()
    while frame is not None and str(frame.f_globals.get("__name__")).startswith(_OWN):
        frame = frame.f_back
    module = inspect.getmodule(frame) if frame is not None else None
    if module is None:
        raise InvalidInvocationError("load_..._from_current_module", "was not called from a module.")
    return module


_OWN = f"{__name__.rpartition('.')[0]}."
