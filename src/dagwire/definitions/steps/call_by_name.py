"""`call_directly`: the call from a definition to the layer below that calls its body outside a run.

Data flows from definitions to execution, so a definition cannot import the module that builds contexts. It knows the
module's name, and loads it with the first call.
"""

import importlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class CallDirectly(Protocol):
    """Calls the body of a step outside a run."""

    def __call__(self, definition: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Call the body of `definition`."""
        ...


def call_directly(definition: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Call the body of an asset, an op or a check with these arguments."""
    call: CallDirectly = importlib.import_module("dagwire.execution.direct_calls").call_directly
    return call(definition, args, kwargs)
