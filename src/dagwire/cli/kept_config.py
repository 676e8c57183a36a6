"""Run config as JSON and back, for the run that goes on with an earlier one."""

from dagwire.config.values.launch_form import UntypedText
from dagwire.config.values.type_guards import is_collection, is_mapping
from dagwire.history.recorded_runs import TEXT_MARK


def kept(config: object) -> object:
    """`config` in plain values that JSON holds."""
    if isinstance(config, UntypedText):
        return {TEXT_MARK: str(config)}
    if is_mapping(config):
        return {name: kept(value) for name, value in config.items()}
    return [kept(item) for item in config] if is_collection(config) else config


def restored(config: object) -> object:
    """The config that `kept` has made."""
    if is_mapping(config):
        if set(config) == {TEXT_MARK}:
            return UntypedText(config[TEXT_MARK])
        return {name: restored(value) for name, value in config.items()}
    return [restored(item) for item in config] if is_collection(config) else config
