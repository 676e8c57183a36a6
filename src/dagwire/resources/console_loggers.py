"""Loggers that write to the terminal, in lines or in JSON. Each run may turn one on by its config."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from dagwire.config.schema.config_types import Field
from dagwire.resources.default_console import LINE
from dagwire.resources.log_manager import level_number
from dagwire.resources.logger_definition import InitLoggerContext, LoggerDefinition

_SCHEMA = {
    "log_level": Field(str, default_value="INFO", description="The lowest level that is written."),
    "name": Field(str, default_value="dagster", description="The name of the logger."),
}


def _console_logger(context: InitLoggerContext, formatter: logging.Formatter) -> logging.Logger:
    # A logger of its own, outside the tree of loggers: its level is that of this run alone.
    level = level_number(context.logger_config["log_level"])
    console = logging.Logger(context.logger_config["name"], level)  # noqa: LOG001  # on purpose, see above
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    console.addHandler(handler)
    return console


class JsonLogFormatter(logging.Formatter):
    """Writes a record as one JSON object; facts that JSON cannot hold are written as text."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        facts: dict[str, Any] = {**vars(record), "message": record.getMessage()}
        if record.exc_info:
            facts["exc_info"] = self.formatException(record.exc_info)
        return json.dumps(facts, default=str)


colored_console_logger: LoggerDefinition = LoggerDefinition(
    lambda context: _console_logger(context, LINE), _SCHEMA, "Writes lines to the terminal."
)
"""Writes lines to the terminal; `console` in the config of a run whose job has no loggers of its own."""
json_console_logger: LoggerDefinition = LoggerDefinition(
    lambda context: _console_logger(context, JsonLogFormatter()), _SCHEMA, "Writes JSON to the terminal."
)
"""Writes one JSON object a line to the terminal."""


def default_loggers() -> Mapping[str, LoggerDefinition]:
    """Return the loggers that the config of a run may name if its job has none of its own: `console`."""
    return {"console": colored_console_logger}
