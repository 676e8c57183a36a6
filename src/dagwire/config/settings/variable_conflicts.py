"""Which field of settings each variable sets; refused where two fields claim one."""

from functools import lru_cache

from pydantic_settings import BaseSettings

from dagwire.config.values.model_introspection import declared_fields
from dagwire.config.values.variable_names import is_set_alone, variables_of
from dagwire.errors import InvalidDefinitionError


def paths_by_variable(settings: type[BaseSettings]) -> dict[str, set[tuple[str, ...]]]:
    """`{variable: paths of the fields that it sets}`, those of models that are given whole, as JSON, included."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for declared in declared_fields(settings):
        for depth in range(1, len(declared.path) + 1):
            path = declared.path[:depth]
            if is_set_alone(settings, path):
                for variable in variables_of(settings, path):
                    found.setdefault(variable, set()).add(path)
    return found


@lru_cache(maxsize=256)
def check_claims(settings: type[BaseSettings]) -> None:
    """Go on where each variable sets one field.

    Raises:
        InvalidDefinitionError: One variable sets two; all such are named.
    """
    shared = {variable: paths for variable, paths in paths_by_variable(settings).items() if len(paths) > 1}
    if shared:
        told = [f"{variable} would set {_listed(paths)}" for variable, paths in sorted(shared.items())]
        msg = (
            f"Two fields of {settings.__name__} are set by one variable: {'; '.join(told)}. "
            f"Rename one, or give it an alias of its own."
        )
        raise InvalidDefinitionError(msg)


def _listed(paths: set[tuple[str, ...]]) -> str:
    return " and ".join(sorted(f"'{'.'.join(path)}'" for path in paths))
