"""`load_from_defs_folder` and `load_defs`: the definitions of all files in the `defs` folder of a project."""

import importlib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import cast

from dagwire.config.values.type_guards import is_mapping
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.loading.lazy_definitions import LazyDefinitions
from dagwire.definitions.loading.load_definitions import load_definitions_from_module
from dagwire.definitions.loading.module_contents import definitions_in
from dagwire.definitions.specs.argument_types import check_type
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError

_COMPONENT_FILES = ("defs.yaml", "defs.yml", "component.yaml")


def load_from_defs_folder(*, path_within_project: Path | None = None, project_root: Path | None = None) -> Definitions:
    """Merge the definitions of all Python files in the `defs` folder of the project around a path.

    The project is the nearest folder, at or above the path, whose `pyproject.toml` has a table `[tool.dg]` or which has
    a `dg.toml`. Its `root_module` is the package that holds the folder; `defs_module` names another.

    A file gives the `Definitions` that it makes, or what its functions under `@definitions` return; without these, the
    assets, checks, jobs, schedules and sensors among its attributes.

    Args:
        path_within_project: A file or folder of the project.
        project_root: An older name of `path_within_project`.

    Raises:
        InvalidInvocationError: No path is given, or both are.
        InvalidDefinitionError: There is no such project, a folder holds components of Dagster's, or a file makes
            several `Definitions`.
        ModuleNotFoundError: The package of the project is not installed, or a file imports a module that is not.
        DuplicateDefinitionError: Two files define different assets of one key.
        MergeConflictError: Two files give different resources under one key.
    """
    if (path_within_project is None) == (project_root is None):
        raise InvalidInvocationError("load_from_defs_folder", "takes a path: give it as `path_within_project`.")
    path = path_within_project or cast("Path", project_root)
    check_type("load_from_defs_folder", "path_within_project", path, Path)
    module = importlib.import_module(_defs_module_of_project(path.absolute()))
    return _merged(module, ends_at_definitions=False)


def load_defs(
    defs_root: ModuleType,
    project_root: Path | None = None,  # noqa: ARG001  # Dagster's signature; only components look at the project
    terminate_autoloading_on_keyword_files: bool = True,
) -> Definitions:
    """Merge the definitions of all Python files below a package; see `load_from_defs_folder`.

    Args:
        defs_root: The package.
        project_root: The folder of the project. Nothing that is loaded here depends on it.
        terminate_autoloading_on_keyword_files: Whether a file `definitions.py` stands for the whole folder that it is
            in, so that nothing else there is loaded.

    Raises:
        ArgumentTypeError: `defs_root` is not a module.
        InvalidDefinitionError: A folder holds components of Dagster's, or a file makes several `Definitions`.
        DuplicateDefinitionError: Two files define different assets of one key.
        MergeConflictError: Two files give different resources under one key.
    """
    check_type("load_defs", "defs_root", defs_root, ModuleType)
    return _merged(defs_root, ends_at_definitions=terminate_autoloading_on_keyword_files)


def _defs_module_of_project(path: Path) -> str:
    """Return the name of the package that holds the definitions of the project around `path`.

    Raises:
        InvalidDefinitionError: No folder at or above `path` says what it is.
    """
    for folder in (path, *path.parents):
        table = _project_table(folder)
        if table is None:
            continue
        defs, root = table.get("defs_module"), table.get("root_module")
        if not (defs or root):
            problem = f"The project {folder} names neither `root_module` nor `defs_module` in [tool.dg.project]."
            raise InvalidDefinitionError(problem)
        return str(defs or f"{root}.defs")
    problem = f"There is no pyproject.toml with a table [tool.dg], and no dg.toml, in {path} or above it."
    raise InvalidDefinitionError(problem)


def _project_table(folder: Path) -> Mapping[str, object] | None:
    """Return the table of the project in the settings of `folder`; None if the folder has no such settings."""
    tool = _read(folder / "pyproject.toml").get("tool", {})
    settings = _read(folder / "dg.toml") or (tool.get("dg") if is_mapping(tool) else None)
    if not is_mapping(settings):
        return None
    project = settings.get("project", {})
    return project if is_mapping(project) else {}


def _read(file: Path) -> dict[str, object]:
    """Read a file of TOML; empty if there is none.

    Raises:
        InvalidDefinitionError: It is not TOML.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig")) if file.is_file() else {}
    except ValueError as error:
        raise InvalidDefinitionError(f"{file} cannot be read: {error}.") from None


def _merged(package: ModuleType, *, ends_at_definitions: bool) -> Definitions:
    found = (
        module
        for folder in getattr(package, "__path__", ())
        for module in _modules_below(package.__name__, Path(folder), ends_at_definitions=ends_at_definitions)
    )
    return Definitions.merge(*map(_definitions_of, found))


def _modules_below(name: str, folder: Path, *, ends_at_definitions: bool) -> Iterator[ModuleType]:
    """Import the files of `folder`, which is the package `name`, and of the folders in it, in order of their names.

    Raises:
        InvalidDefinitionError: The folder holds components of Dagster's.
    """
    entries = sorted(entry for entry in folder.iterdir() if entry.name[0] != "." and entry.name != "__pycache__")
    for entry in entries:
        if entry.name in _COMPONENT_FILES:
            problem = f"{entry} makes definitions of Dagster's components, which dagwire does not have."
            raise InvalidDefinitionError(f"{problem} Write them in Python, or load this folder with Dagster.")
    if ends_at_definitions and folder / "definitions.py" in entries:
        entries = [folder / "definitions.py"]
    for entry in entries:
        if entry.is_dir():
            yield from _modules_below(f"{name}.{entry.name}", entry, ends_at_definitions=ends_at_definitions)
        elif entry.suffix == ".py":
            yield importlib.import_module(name if entry.stem == "__init__" else f"{name}.{entry.stem}")


def _definitions_of(module: ModuleType) -> Definitions:
    """Return the definitions that a module makes.

    Raises:
        InvalidDefinitionError: It makes several `Definitions`, or some beside a function under `@definitions`.
        UnexpectedResultError: A function under `@definitions` returned something else.
    """
    made: list[Definitions] = definitions_in([module], Definitions)
    lazy: list[LazyDefinitions] = definitions_in([module], LazyDefinitions)
    if len(made) + bool(lazy) > 1:
        problem = f"Module '{module.__name__}' makes Definitions in {len(made) + len(lazy)} places."
        raise InvalidDefinitionError(f"{problem} Merge them into one by Definitions.merge.")
    if lazy:
        return Definitions.merge(*(function() for function in lazy))
    return made[0] if made else load_definitions_from_module(module)
