"""Run config from YAML, JSON and TOML files, and from text."""

from collections.abc import Iterable, Mapping, Sequence
from glob import glob
from importlib import resources
from pathlib import Path
from typing import Any

from dagwire.config.files.config_files import read_config_file, values_in
from dagwire.config.values.nested_values import merged_config
from dagwire.errors import ConfigFileError


def config_from_files(config_files: Sequence[str]) -> dict[str, Any]:
    """Run config from files, merged field by field; later ones win.

    Args:
        config_files: Paths, or patterns such as `config/*.yaml`, whose files are read in order of their names. The
            ending shows the format: YAML, JSON or TOML.

    Raises:
        ConfigFileError: A path or pattern finds no file, or a file cannot be read.
    """
    return _merged(read_config_file(path) for pattern in config_files for path in _files_of(pattern))


def config_from_yaml_strings(yaml_strings: Sequence[str]) -> dict[str, Any]:
    """Run config from YAML text, merged as files are.

    Raises:
        ConfigFileError: A text is not valid YAML, or does not hold names with values at its top.
    """
    return _merged(values_in(text, f"YAML text {place}", ".yaml") for place, text in enumerate(yaml_strings, 1))


def config_from_pkg_resources(pkg_resource_defs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Run config from files within packages, `(package, file)`, merged as files are.

    Raises:
        ConfigFileError: A file does not exist, or is not valid YAML.
    """
    return _merged(_from_package(package, file) for package, file in pkg_resource_defs)


def _merged(configs: Iterable[Mapping[str, object]]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for config in configs:
        merged = merged_config(merged, config)
    return merged


def _files_of(pattern: str) -> list[Path]:
    found = sorted(Path(path) for path in glob(pattern, recursive=True))  # noqa: PTH207  # absolute patterns too
    if not found:
        raise ConfigFileError(pattern, "there is no such file, and as a pattern it finds none")
    return found


def _from_package(package: str, file: str) -> dict[str, Any]:
    name = f"{file} of package {package}"
    try:
        text = resources.files(package).joinpath(file).read_text(encoding="utf-8")
    except (ImportError, OSError) as error:
        cause = error
    else:
        return values_in(text, name, ".yaml")
    raise ConfigFileError(name, "there is no such file") from cause
