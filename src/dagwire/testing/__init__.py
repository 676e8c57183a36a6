"""Testing: the pytest plugin, and what its fixtures give.

pytest loads the plugin at every start, so nothing else is imported before it is asked for.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagwire.testing.one_test import Override as Override
    from dagwire.testing.open_resources import AsyncOpenResources as AsyncOpenResources
    from dagwire.testing.open_resources import OpenResources as OpenResources
    from dagwire.testing.recorder import Call as Call
    from dagwire.testing.recorder import Recorder as Recorder
    from dagwire.testing.runs import AsyncRun as AsyncRun
    from dagwire.testing.runs import Run as Run
    from dagwire.testing.stand_in import fake as fake

_MODULE_BY_NAME = {
    "AsyncOpenResources": "open_resources",
    "AsyncRun": "runs",
    "Call": "recorder",
    "OpenResources": "open_resources",
    "Override": "one_test",
    "Recorder": "recorder",
    "Run": "runs",
    "fake": "stand_in",
}


def __getattr__(name: str) -> object:
    """Load the module of a public name."""
    if name not in _MODULE_BY_NAME:
        msg = f"module '{__name__}' has no attribute '{name}'"
        raise AttributeError(msg)
    return getattr(importlib.import_module(f"{__name__}.{_MODULE_BY_NAME[name]}"), name)


def __dir__() -> list[str]:
    """The public names, loaded or not, and what every module has."""
    return sorted({*globals(), *_MODULE_BY_NAME})
