"""The parsers of TOML, YAML and JSON, with their faults in words that never repeat a value."""

import json
import re
import tomllib
from collections.abc import Callable, Iterable
from typing import Any

from dagwire.config.values.size_limits import SizeLimitError, check_size, measure
from dagwire.errors import MissingExtraError


def parsed(text: str, kind: str) -> object:
    """The value of a text of one kind, ".toml", ".json" or ".yaml".

    Raises:
        ValueError: The text is broken, or its value out of bounds; `fault_of` describes it.
        yaml.YAMLError: The text is not valid YAML.
        RecursionError: The text is nested more deeply than its parser can follow.
    """
    parsers: dict[str, Callable[[str], object]] = {".toml": tomllib.loads, ".json": _parsed_json}
    value = parsers.get(kind, _parsed_yaml)(text)
    check_size(value)
    return value


def parser_errors(*others: type[Exception]) -> tuple[type[Exception], ...]:
    """The exceptions of the parsers, and `others`."""
    return ValueError, RecursionError, _yaml_error(), *others


def fault_of(text: str, error: BaseException) -> tuple[str, int | None]:
    """The fault of a text and its line, from the exception of its parser; never a part of the text."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply", None
    if isinstance(error, SizeLimitError):
        return str(error), None
    if isinstance(error, json.JSONDecodeError):
        return f"it is not valid JSON: {error.msg}", error.lineno
    if isinstance(error, tomllib.TOMLDecodeError):
        message, _, place = str(error).partition(" (at ")
        line = re.match(r"line (\d+)", place)
        return f"it is not valid TOML: {message}", int(line[1]) if line else text.count("\n")
    if isinstance(error, _yaml_error()):
        mark = getattr(error, "problem_mark", None)
        return f"it is not valid YAML: {_yaml_problem(error)}", mark.line + 1 if mark else None
    too_long = "Exceeds the limit" in str(error)
    return "a number has more than 4,300 digits" if too_long else "a value is not of the type that its tag names", None


def _yaml_problem(error: Exception) -> str:
    """The problem that PyYAML found; it quotes a tag or an alias, which may be a secret without its quotes."""
    problem: str = getattr(error, "problem", None) or "it cannot be read"
    if "constructor for the tag" in problem or "tag handle" in problem:
        return "an unquoted value begins with '!', which makes a tag of it; write it in quotes"
    if "undefined alias" in problem:
        return "an unquoted value begins with '*', which makes an alias of it; write it in quotes"
    if problem == "second occurrence":
        return "an anchor is defined twice"
    # A quoted token, `<stream end>`, and a single character are not values.
    return re.sub(r"'(?!<)[^']{2,}'|\"[^\"]{2,}\"", "'...'", problem)


def _parsed_json(text: str) -> object:
    return json.loads(text) if text.strip() else {}


def _parsed_yaml(text: str) -> object:
    """The value of YAML; its nodes are measured first, since merge keys copy whatever their aliases name."""
    yaml = yaml_module()
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return {}
        measure(node, _nodes_below)
        return _constructed(loader, node) or {}
    finally:
        loader.dispose()


def _constructed(loader: Any, node: Any) -> object:
    try:
        return loader.construct_document(node)
    except (AttributeError, KeyError, TypeError):
        pass  # from PyYAML's own constructors, for a tag whose text does not fit
    raise ValueError("tag")


def _nodes_below(node: Any) -> Iterable[object]:
    if node.id == "mapping":
        return [one for pair in node.value for one in pair]
    return node.value if node.id == "sequence" else ()


def yaml_module() -> Any:
    """PyYAML.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        import yaml  # noqa: PLC0415  # an extra
    except ImportError:
        raise MissingExtraError("Reading YAML", "yaml") from None
    return yaml


def _yaml_error() -> type[Exception]:
    """The exception of PyYAML; one that is never raised if PyYAML is not installed."""
    try:
        return yaml_module().YAMLError  # type: ignore[no-any-return]  # PyYAML is an extra
    except MissingExtraError:
        return UnicodeError
