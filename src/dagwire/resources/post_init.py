"""`run_if_resolved`: a user's `model_post_init`, which may need values that are there when the resource is opened."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from dagwire.config.schema.config import Config
from dagwire.errors import UnconfiguredFieldError, UnresolvedVariableError


def run_if_resolved(post_init: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Wrap `model_post_init`: on a recipe, it ends at the first value that is left to launch or to a variable.

    It runs again on the copy that is opened, in which all values are there.
    """

    @wraps(post_init)
    def run(resource: Any, context: object) -> None:
        try:
            post_init(resource, context)
        except (UnconfiguredFieldError, UnresolvedVariableError):
            if not (_is_incomplete(resource) or any(resource.variables())):
                raise

    return run


def _is_incomplete(resource: Config) -> bool:
    return not type(resource).model_fields.keys() <= vars(resource).keys()
