"""Packages of vendors, imported when a resource first needs them: only who uses a system has to install its client."""

from importlib import import_module
from types import ModuleType

from resources.errors import MissingPackageError


def vendor_package(name: str, extra: str) -> ModuleType:
    """Import `name`, which `pip install 'dagwire[extra]'` brings.

    Raises:
        MissingPackageError: It, or a package that it needs, is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        missing = error.name or name
        raise MissingPackageError(
            where=name,
            problem=f"the package {missing} is not installed",
            advice=f"Install the client by pip install 'dagwire[{extra}]'",
        ) from error
