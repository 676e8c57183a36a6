"""Run config as JSON and back, for the run that goes on with an earlier one."""

from dagwire.config.values.launch_form import UntypedText
from dagwire.config.values.type_guards import is_collection, is_mapping

_TEXT = "dagwire/text"
"""Marks text of the command line, which is read as the field's type asks for."""


def kept(config: object) -> object:
    """`config` in plain values that JSON holds."""
    if isinstance(config, UntypedText):
        return {_TEXT: str(config)}
    if is_mapping(config):
        return {name: kept(value) for name, value in config.items()}
    return [kept(item) for item in config] if is_collection(config) else config


def restored(config: object) -> object:
    """The config that `kept` has made."""
    if is_mapping(config):
        if set(config) == {_TEXT}:
            return UntypedText(config[_TEXT])
        return {name: restored(value) for name, value in config.items()}
    return [restored(item) for item in config] if is_collection(config) else config
