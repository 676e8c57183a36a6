"""`LoggerDefinition` and `@logger`: loggers that a run's config turns on and configures."""

import copy
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import signature
from typing import Any, Self, overload

from dagwire.config.schema.config_schema import validated_config
from dagwire.config.schema.config_type import ConfigType
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError

LoggerFunction = Callable[["InitLoggerContext"], logging.Logger]

EPHEMERAL_RUN_ID = "__EPHEMERAL_RUN_ID"


@dataclass(frozen=True, slots=True)
class InitLoggerContext:
    """The facts that a logger's function gets; lives as long as the call."""

    logger_config: Any = field(default=None, repr=False)
    """The config of the logger, checked and with defaults."""
    logger_def: "LoggerDefinition | None" = None
    """The definition of the logger."""
    job_def: Any = None
    """The job that runs."""
    run_id: str | None = EPHEMERAL_RUN_ID
    """The run's id."""


def build_init_logger_context(logger_config: object = None, job_def: object = None) -> InitLoggerContext:
    """Build a context to call a logger definition with, as a test does.

    Args:
        logger_config: The config of the logger; the call checks it.
        job_def: The job that the logger serves.
    """
    return InitLoggerContext(logger_config, None, job_def)


class LoggerDefinition:
    """A logger as a function of its config; `@logger` makes one. A run uses it if its config names it.

    Example:
        >>> import logging
        >>> from dagwire import build_init_logger_context, logger
        >>> @logger(config_schema={"level": str})
        ... def audit(context):
        ...     audited = logging.getLogger("audit")
        ...     audited.setLevel(context.logger_config["level"])
        ...     return audited
        >>> audit(build_init_logger_context({"level": "ERROR"})).level == logging.ERROR
        True
    """

    def __init__(self, logger_fn: LoggerFunction, config_schema: object = None, description: str | None = None) -> None:
        """`logger_fn` takes an `InitLoggerContext` and returns a logger of the standard library."""
        self.logger_fn = logger_fn
        self.config_schema = config_schema
        self.description = description
        self._config: object = None

    @property
    def _owner(self) -> str:
        return f"logger '{getattr(self.logger_fn, '__name__', type(self.logger_fn).__name__)}'"

    def config_from(self, given: object, owner: str) -> Any:
        """Return the checked config of a run.

        Raises:
            InvalidConfigError: It does not fit; `owner` names the logger.
        """
        return validated_config(self.config_schema, self._config if given is None else given, owner)

    def configured(self, config_or_config_fn: object, description: str | None = None) -> Self:
        """Return this definition with config of its own.

        Args:
            config_or_config_fn: The config.
            description: For people.
        """
        changed = copy.copy(self)
        changed._config = config_or_config_fn  # of a copy of this object
        changed.description = description or self.description
        return changed

    def make(self, config: object, job_def: object, run_id: str) -> logging.Logger:
        """Make the logger of a run; `config` was checked."""
        return self.logger_fn(InitLoggerContext(config, self, job_def, run_id))

    def __call__(self, *args: object, **kwargs: object) -> logging.Logger:
        """Call the function with a context of `build_init_logger_context`, or None, as a test does.

        Raises:
            InvalidInvocationError: No context was passed.
            InvalidConfigError: The context's config does not fit.
        """
        contexts = [*args, *kwargs.values()]
        names = {next(iter(signature(self.logger_fn).parameters), "")}
        if len(contexts) != 1 or not kwargs.keys() <= names:
            raise InvalidInvocationError(self._owner, "takes one argument: its context, or None.")
        context = InitLoggerContext() if contexts[0] is None else contexts[0]
        if not isinstance(context, InitLoggerContext):
            raise InvalidInvocationError(self._owner, "takes a context; make one with build_init_logger_context.")
        config = self.config_from(context.logger_config, self._owner)
        return self.logger_fn(InitLoggerContext(config, self, context.job_def, context.run_id))


@overload
def logger(config_schema: LoggerFunction) -> LoggerDefinition: ...
@overload
def logger(
    config_schema: Mapping[str, object] | type | ConfigType | None = None, description: str | None = None
) -> Callable[[LoggerFunction], LoggerDefinition]: ...
def logger(
    config_schema: object = None, description: str | None = None
) -> LoggerDefinition | Callable[[LoggerFunction], LoggerDefinition]:
    """Make a logger definition of a function that takes an `InitLoggerContext` and returns a logger.

    Args:
        config_schema: The schema of its config; or the function, if the decorator is used without arguments.
        description: For people.
    """
    if callable(config_schema) and not isinstance(config_schema, type):
        function: Any = config_schema
        return LoggerDefinition(function)
    return lambda logger_fn: LoggerDefinition(logger_fn, config_schema, description)


def checked_loggers(owner: str, loggers: Mapping[str, Any] | None) -> dict[str, LoggerDefinition]:
    """Return the loggers of a definition.

    Raises:
        InvalidDefinitionError: One is not a LoggerDefinition.
    """
    for name, definition in (loggers or {}).items():
        if not isinstance(definition, LoggerDefinition):
            msg = f"{owner}: logger '{name}' is {type(definition).__name__}. Make a LoggerDefinition of it by @logger."
            raise InvalidDefinitionError(msg)
    return dict(loggers or {})
