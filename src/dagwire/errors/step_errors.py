"""Errors of a step: its context, what it takes and gives back, how it fails."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dagwire.errors.dagwire_error import DagwireError, InvariantViolationError, UserCodeError
from dagwire.suggestions import quoted_list


class InvalidPropertyError(DagwireError):
    """An attribute of a context was read in a place where it has no value."""

    def __init__(self, name: str, reason: str) -> None:
        """`name` is the attribute; `reason` completes the sentence."""
        self.name = name
        super().__init__(f"`context.{name}` has no value here: {reason}.")


class UnexpectedResultError(InvariantViolationError):
    """A body returned what its definition does not declare."""

    def __init__(self, step: str, problem: str) -> None:
        """`step` is the definition whose body ran."""
        self.step = step
        super().__init__(f"{step} {problem}")


class MissingOutputError(UnexpectedResultError):
    """A body ended without a value for an output that is not optional."""

    def __init__(self, step: str, step_key: str, missing: Sequence[str], outputs: Iterable[str]) -> None:
        """`step` is the definition as messages name it, `step_key` its own name, `outputs` all that it declares."""
        self.step_key = step_key
        self.output_name: str = missing[0]
        super().__init__(
            step,
            f"gave no value for {quoted_list(missing)}. Its outputs: {quoted_list(outputs)}. If one may be left out, "
            f"declare it with `is_required=False`.",
        )


class MissingValueError(InvariantViolationError, FileNotFoundError):
    """A step takes the value of an asset that its run does not make, and nothing has stored it.

    It is a FileNotFoundError as in Dagster, whose default IO manager finds no file then.
    """

    def __init__(self, asset: str, partition_key: str | None) -> None:
        """Keep the asset and its partition; None for an asset without partitions."""
        self.asset = asset
        self.partition_key = partition_key
        partition = "" if partition_key is None else f", partition '{partition_key}'"
        super().__init__(
            f"There is no value of asset '{asset}'{partition}: the run does not make it, and no earlier run of its "
            f"instance did. Select it too, or provide an IO manager under 'io_manager' that keeps values between runs."
        )


class UnpicklableValueError(InvariantViolationError):
    """A value has no pickle, and its IO manager stores pickles. Nothing was stored."""

    def __init__(self, place: str, found: str, cause: BaseException) -> None:
        """`place` is the asset or output; the value itself is not shown, only its type `found`."""
        self.place = place
        super().__init__(
            f"{place}: a {found} is not picklable ({type(cause).__name__}); its IO manager stores pickles. "
            f"Give the output an IO manager that stores such values, or mem_io_manager, which keeps them in memory."
        )


class WrongTypeError(DagwireError, TypeError):
    """A step was given or gave a value of another type than it declares."""

    def __init__(self, step: str, place: str, name: str, dagster_type: Any, type_check: Any) -> None:
        """Name the place and the type.

        Args:
            step: The definition that takes or gives the value.
            place: "input" or "output".
            name: The name of the input or output.
            dagster_type: The declared type.
            type_check: The result of its check; its description is shown, the value is not.
        """
        self.step = step
        self.place = place
        self.name = name
        self.dagster_type = dagster_type
        self.type_check = type_check
        self.metadata: Mapping[str, object] = type_check.metadata
        found = f" {type_check.description.rstrip('.')}." if type_check.description else ""
        self.description: str = (
            f"{step}: {place} '{name}' is not of its declared type {dagster_type.display_name}.{found}"
        )
        super().__init__(f"{self.description} Change the declaration, or the value.")


class StepExecutionError(UserCodeError):
    """The body of a step raised an exception, which is chained; a run raises that exception itself."""

    def __init__(self, step: str, cause: BaseException) -> None:
        """`cause` is the exception of the body."""
        self.step = step
        super().__init__(f"Step '{step}' failed: {type(cause).__name__}: {cause}")


class StepExitError(UserCodeError):
    """The body of a step called `sys.exit()`, which fails the step whatever its code. The SystemExit is chained."""

    def __init__(self, step: str, code: object) -> None:
        """`code` is the argument of `sys.exit`."""
        self.step = step
        self.code = code
        super().__init__(
            f"{step} called sys.exit({'' if code is None else repr(code)}), which fails its step. To end a step early, "
            f"return; to fail it, raise an exception."
        )


class CheckFailedError(DagwireError):
    """A blocking asset check failed, so nothing downstream of its asset ran."""

    def __init__(self, check: str, asset: str, description: str | None) -> None:
        """`check` is the check's name, `asset` the asset key checked."""
        self.check = check
        self.asset = asset
        reason = f": {description.rstrip('.')}" if description else ""
        super().__init__(f"Blocking check '{check}' of asset '{asset}' failed{reason}.")
