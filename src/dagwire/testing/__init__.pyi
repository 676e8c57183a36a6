# The public names of dagwire.testing, and the module of each; `__init__.py` loads them by this list.

from .one_test import Override
from .open_resources import AsyncOpenResources, OpenResources
from .recorder import Call, Recorder
from .runs import AsyncRun, Run
from .stand_in import fake

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
