"""Dagster's names for the errors of dagwire: what an `except` clause written for Dagster names."""

from dagwire.errors import (
    ConfigMappingError,
    DagwireError,
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidInvocationError,
    InvalidPropertyError,
    InvalidSelectionError,
    InvariantViolationError,
    MissingOutputError,
    ResourceSetupError,
    StepExecutionError,
    UnknownNameError,
    UnknownPartitionError,
    UnknownResourceError,
    UserCodeError,
    WrongTypeError,
)

DagsterError = DagwireError
DagsterInvalidDefinitionError = InvalidDefinitionError
DagsterInvalidConfigError = InvalidConfigError
DagsterConfigMappingFunctionError = ConfigMappingError
DagsterInvalidInvocationError = InvalidInvocationError
DagsterUnknownResourceError = UnknownResourceError
DagsterResourceFunctionError = ResourceSetupError
DagsterInvariantViolationError = InvariantViolationError
DagsterInvalidPropertyError = InvalidPropertyError
DagsterUnknownPartitionError = UnknownPartitionError
DagsterTypeCheckDidNotPass = WrongTypeError
DagsterTypeCheckError = WrongTypeError
DagsterUserCodeExecutionError = UserCodeError
DagsterExecutionStepExecutionError = StepExecutionError
DagsterInvalidConfigDefinitionError = InvalidDefinitionError
DagsterInvalidSubsetError = InvalidSelectionError
DagsterExecutionStepNotFoundError = UnknownNameError
DagsterStepOutputNotFoundError = MissingOutputError
DagsterExecutionInterruptedError = KeyboardInterrupt  # which dagwire lets through as it is
