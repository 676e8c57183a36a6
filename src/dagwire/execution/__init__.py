"""A plan, a run, a result. Importing this lets jobs be run."""

from dagwire.definitions.running import provide_runner
from dagwire.execution.run import run_job

provide_runner(run_job)
