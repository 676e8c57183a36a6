"""Values of assets that pass from run to run in an instance, for those that no IO manager stores."""

from dependency_injector import providers

from dagwire.containers.keys import Container, find_provider
from dagwire.definitions.jobs.job_steps import JobSteps
from dagwire.definitions.steps.output_handles import OutputHandle
from dagwire.execution.plan import Plan
from dagwire.execution.run_record import Record
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.instance_io_manager import InstanceIOManager
from dagwire.resources.io_manager import DEFAULT_IO_MANAGER, IOManager


def default_io_manager(
    steps: JobSteps, container: Container, instance: DagsterInstance
) -> dict[str, providers.Provider[IOManager]]:
    """The instance's own IO manager, if some step loads what the run does not make and nothing else is provided."""
    if not steps.loads_by_default or find_provider(container, DEFAULT_IO_MANAGER) is not None:
        return {}
    return {DEFAULT_IO_MANAGER: providers.Object(InstanceIOManager(instance))}


def keep_values(plan: Plan, record: Record, instance: DagsterInstance) -> None:
    """Leave the values of assets that passed in memory to the later runs of `instance`."""
    for node in plan.nodes:
        asset = None if record.is_reused(node.name) else node.asset
        for output, spec in asset.specs_by_output.items() if asset is not None else ():
            handle = OutputHandle(node.name, output)
            if asset is not None and record.has(handle) and output not in asset.io_manager_keys:
                for key in plan.partitions.keys if asset.partitions_def is not None else (None,):
                    instance.keep_value(spec.key, key, record.value(handle))
