"""The definitions of a project, by `module:attribute` or pyproject.toml, for command line and pytest plugin."""

import importlib
import sys
from pathlib import Path
from typing import cast

from pydantic import ValidationError

from dagwire.config.values.validation_messages import problems_of
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.loading.lazy_definitions import LazyDefinitions
from dagwire.definitions.loading.project_setting import PYPROJECT, named_target, project_folder
from dagwire.definitions.loading.user_frames import user_traceback
from dagwire.definitions.repository import RepositoryDefinition
from dagwire.errors import DagwireError, DefinitionsImportError, DefinitionsNotFoundError, InvalidConfigError
from dagwire.suggestions import nearest

DEFAULT_ATTRIBUTE = "defs"
_LOADED = (Definitions, LazyDefinitions, RepositoryDefinition)


def find_definitions(target: str | None, start: Path) -> Definitions:
    """Load the definitions that `target` names, or those of the nearest pyproject.toml at or above `start`.

    The project's folder (`start` if there is none) is put first on the import path, and its `src` before it if it has
    one, so that its packages are found wherever the command runs.

    Raises:
        DefinitionsNotFoundError: No target is set, or it does not exist. The cause is chained.
        InvalidConfigError: The module reads settings while it is imported, and they are invalid.
    """
    project = project_folder(start)
    if target is None:
        target = _configured_target(project, start)
    _check_form(target)
    _make_importable(project or start)
    module_name, _, attribute = target.partition(":")
    return _attribute_of(_module(module_name), attribute or DEFAULT_ATTRIBUTE)


def definitions_in_file(file: Path) -> Definitions:
    """Load the definitions of a file, whose folder is put first on the import path.

    Raises:
        DefinitionsNotFoundError: There is no such file, or no definitions are in it.
        DefinitionsImportError: It raises.
    """
    if not file.is_file():
        raise DefinitionsNotFoundError(f"There is no file {file}.")
    if not file.stem.isidentifier() or file.suffix != ".py":
        raise DefinitionsNotFoundError(f"{file} cannot be imported: its name is not that of a module, `name.py`.")
    sys.path.insert(0, str(file.parent))
    return _attribute_of(_module(file.stem), DEFAULT_ATTRIBUTE)


def _make_importable(folder: Path) -> None:
    """Put `folder`, and before it its `src`, on the import path."""
    for one in (folder, folder / "src"):
        if str(one) not in sys.path and one.is_dir():
            sys.path.insert(0, str(one))


def _configured_target(project: Path | None, start: Path) -> str:
    if project is None:
        raise DefinitionsNotFoundError(f"There is no {PYPROJECT} in {start} or above it.")
    target = named_target(project)
    if target is None:
        raise DefinitionsNotFoundError(f"{project / PYPROJECT} has no `definitions` in its table [tool.dagwire].")
    return target


def _check_form(target: str) -> None:
    """Refuse a target that cannot be `module:attribute`.

    Raises:
        DefinitionsNotFoundError: It is not written so. A path of a file is shown as the module that it would be.
    """
    file, _, attribute = target.partition(":")
    is_written_so = all(part.isidentifier() for name in target.split(":", 1) for part in name.split("."))
    if is_written_so and not file.endswith(".py"):
        return
    problem = f"'{target}' is not of the form module:attribute."
    if file.endswith(".py"):
        module = ".".join(Path(file).with_suffix("").parts)
        problem = f"'{file}' is a file, not a module; write '{module}{':' if attribute else ''}{attribute}'."
    raise DefinitionsNotFoundError(problem)


def _module(name: str) -> object:
    """Import the module.

    Raises:
        DefinitionsNotFoundError: There is no module of that name.
        InvalidConfigError: It reads settings or makes a resource that is not valid.
        DefinitionsImportError: It raises something else.
    """
    try:
        return importlib.import_module(name)
    except DagwireError:
        raise
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            raise DefinitionsNotFoundError(f"There is no module '{name}'.") from error
        raise DefinitionsImportError(name, user_traceback(error)) from error
    except ValidationError as error:
        model, problems = error.title, problems_of(error)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a module may even end the process
        raise DefinitionsImportError(name, user_traceback(error)) from error
    # Raised outside the handler: pydantic's error holds the whole input, secrets included, and would be chained.
    raise InvalidConfigError(f"module '{name}'", problems, f"Importing '{name}' makes a {model} that is not valid:")


def _attribute_of(module: object, path: str) -> Definitions:
    *outer, name = path.split(".")
    for part in outer:
        module = getattr(module, part, None)
    found = getattr(module, name, None)
    if isinstance(found, Definitions):
        return found
    if isinstance(found, LazyDefinitions):
        return found()
    if isinstance(found, RepositoryDefinition):
        return found.definitions
    names = cast("dict[str, object]", getattr(module, "__dict__", {}))
    candidates = [key for key, value in names.items() if isinstance(value, _LOADED)]
    guess = nearest(name, candidates) or next(iter(candidates), None)
    named = getattr(module, "__name__", type(module).__name__)
    hint = f" Did you mean '{named}:{guess}'?" if guess else ""
    problem = "is not there" if found is None else f"is a {type(found).__name__}, not Definitions"
    raise DefinitionsNotFoundError(f"'{named}:{name}' {problem}.{hint}")
