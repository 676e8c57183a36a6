"""Dagster's resource system on a dependency-injector container, configured by pydantic-settings.

The public names are listed in `dagwire.public`. It is loaded when the first of them is used, so that what needs but a
module of dagwire, as `dagwire --help` does, waits for no other.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagwire.public import *  # noqa: F403  # all of them, as its `__all__` says
    from dagwire.public import __all__ as __all__
else:

    def __getattr__(name: str) -> object:
        """Load the public names, all at once; from then on they stand here as if imported."""
        public = importlib.import_module("dagwire.public")
        globals().update({known: getattr(public, known) for known in (*public.__all__, "__all__")})
        if name not in globals():
            msg = f"module '{__name__}' has no attribute '{name}'"
            raise AttributeError(msg)
        return globals()[name]

    def __dir__() -> list[str]:
        """The public names, loaded or not, and what every module has."""
        return sorted({*globals(), *importlib.import_module("dagwire.public").__all__})
