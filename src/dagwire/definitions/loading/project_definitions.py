"""The definitions of a project, by `module:attribute` or pyproject.toml, for command line and pytest plugin."""

import importlib
import sys
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from dagwire.config.values.validation_messages import problems_of
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.loading.lazy_definitions import LazyDefinitions
from dagwire.definitions.loading.project_setting import PYPROJECT, named_target, project_folder
from dagwire.errors import DefinitionsNotFoundError, InvalidConfigError, nearest

DEFAULT_ATTRIBUTE = "defs"


def find_definitions(target: str | None, start: Path) -> Definitions:
    """Load the definitions that `target` names, or those of the nearest pyproject.toml at or above `start`.

    The project's folder (`start` if there is none) is put first on the import path, so that its packages are found
    wherever the command runs.

    Raises:
        DefinitionsNotFoundError: No target is set, or it does not exist. The cause is chained.
        InvalidConfigError: The module reads settings while it is imported, and they are invalid.
    """
    project = project_folder(start)
    if target is None:
        target = _configured_target(project, start)
    importable = str(project or start)
    if importable not in sys.path:
        sys.path.insert(0, importable)
    module_name, _, attribute = target.partition(":")
    return _attribute_of(_module(module_name), attribute or DEFAULT_ATTRIBUTE)


def _configured_target(project: Path | None, start: Path) -> str:
    if project is None:
        raise DefinitionsNotFoundError(f"There is no {PYPROJECT} in {start} or above it.")
    target = named_target(project)
    if target is None:
        raise DefinitionsNotFoundError(f"{project / PYPROJECT} has no `definitions` in its table [tool.dagwire].")
    return target


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # Only the named module is reported here: an import that fails inside it is shown with the user's traceback.
        if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
            raise
        raise DefinitionsNotFoundError(f"There is no module '{name}'.") from error
    except ValidationError as error:
        model, problems = error.title, problems_of(error)
    # Raised outside the handler: pydantic's error holds the whole input, secrets included, and would be chained.
    raise InvalidConfigError(f"module '{name}'", problems, f"Importing '{name}' makes a {model} that is not valid:")


def _attribute_of(module: Any, name: str) -> Definitions:
    found = getattr(module, name, None)
    if isinstance(found, Definitions):
        return found
    if isinstance(found, LazyDefinitions):
        return found()
    names = cast("dict[str, object]", vars(module))
    candidates = [key for key, value in names.items() if isinstance(value, Definitions | LazyDefinitions)]
    guess = nearest(name, candidates) or next(iter(candidates), None)
    hint = f" Did you mean '{module.__name__}:{guess}'?" if guess else ""
    problem = "is not there" if found is None else f"is a {type(found).__name__}, not Definitions"
    raise DefinitionsNotFoundError(f"'{module.__name__}:{name}' {problem}.{hint}")
