"""All faults that were found, as one error."""

from collections.abc import Sequence

from dagwire.errors.config_errors import InvalidConfigError, MissingVariableError
from dagwire.errors.dagwire_error import DagwireError, InvalidDefinitionError


class ConfigFaultsError(InvalidConfigError):
    """The config of several owners does not fit; all faults are listed, and nothing was opened."""

    def __init__(self, faults: Sequence[InvalidConfigError]) -> None:
        """Keep every fault, in the order found."""
        self.faults: tuple[InvalidConfigError, ...] = tuple(faults)
        problems = [f"{fault.owner}: {problem}" for fault in self.faults for problem in fault.problems]
        super().__init__(", ".join(fault.owner for fault in self.faults), problems, "The config given is not valid:")


class FaultsError(InvalidDefinitionError):
    """Several things are wrong; all of them are listed, and nothing was opened."""

    def __init__(self, faults: Sequence[DagwireError]) -> None:
        """Keep every fault, in the order found."""
        self.faults: tuple[DagwireError, ...] = tuple(faults)
        numbered = "".join(f"\n{i}. {fault}" for i, fault in enumerate(self.faults, 1))
        super().__init__(f"{len(self.faults)} faults were found; nothing was opened.{numbered}")


def as_one_error(faults: Sequence[DagwireError]) -> DagwireError:
    """The one error to raise for `faults`, of which there is at least one."""
    if len(faults) == 1:
        return faults[0]
    configs = [fault for fault in faults if isinstance(fault, InvalidConfigError)]
    if len(configs) < len(faults):
        return FaultsError(faults)
    missing = [fault for fault in configs if isinstance(fault, MissingVariableError)]
    if len(missing) < len(faults):
        return ConfigFaultsError(configs)
    return MissingVariableError({name: asker for one in missing for name, asker in one.askers_by_variable.items()})
