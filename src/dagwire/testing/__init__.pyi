# The public names of dagwire.testing, and the module of each; `__init__.py` loads them by this list.

from .fakes import fake
from .isolation import Override
from .open_resources import AsyncOpenResources, OpenResources
from .resource_spy import Call, Recorder
from .runner import AsyncRun, Run

__all__ = [
    "AsyncOpenResources",
    "AsyncRun",
    "Call",
    "OpenResources",
    "Override",
    "Recorder",
    "Run",
    "fake",
]
