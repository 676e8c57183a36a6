"""`call_directly`: the call from a definition to the layer below that calls its function outside a run.

Data flows from definitions to execution, so a definition cannot import the module that builds contexts. It knows the
module's name, and loads it with the first call.
"""

import importlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from dagwire.definitions.steps.body import Body

_RUNNER = "dagwire.execution.direct_calls"


def call_directly(definition: object, args: Sequence[object], kwargs: Mapping[str, object]) -> object:
    """Call the body of an asset, an op or a check with these arguments."""
    return _runner().call_directly(definition, args, kwargs)


def call_hook_directly(hook: object, body: Body, args: Sequence[object], kwargs: Mapping[str, object]) -> object:
    """Call the function of a hook with these arguments."""
    return _runner().call_hook_directly(hook, body, args, kwargs)


@cache
def _runner() -> Any:
    return importlib.import_module(_RUNNER)
