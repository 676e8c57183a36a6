"""`execute_job` and `reconstructable`: a job that is named by the function that makes it, run in an instance."""

import importlib
import sys

import pytest

MODULE = """
import {side} as dg

@dg.op
def one():
    return 1

@dg.op(config_schema={{"size": int}})
def sized(context):
    return context.op_config["size"]

@dg.op
def broken():
    raise ValueError

@dg.job(executor_def=dg.in_process_executor)
def jobs_own():
    one()
    one.alias("again")()

def made():
    return jobs_own

def with_config():
    @dg.job(executor_def=dg.in_process_executor)
    def sizes():
        sized()
    return sizes

def failing():
    @dg.job(executor_def=dg.in_process_executor)
    def fails():
        broken()
    return fails

def number():
    return 5

def needs(name):
    return jobs_own

nested = with_config()
"""


@pytest.fixture
def jobs(dg, tmp_path, monkeypatch):
    """A module with jobs, and functions that make jobs."""
    name = f"jobs_of_{dg.__name__}"
    (tmp_path / f"{name}.py").write_text(MODULE.format(side=dg.__name__), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module(name)
    del sys.modules[name]


@pytest.fixture
def instance(dg):
    """An instance in memory."""
    return dg.DagsterInstance.ephemeral()


def test_reconstructable_names_a_job(dg, jobs):
    """`reconstructable` takes a job of a module, or a function of it that returns one."""
    assert dg.reconstructable(jobs.jobs_own).get_definition().name == "jobs_own"
    assert dg.reconstructable(jobs.with_config).get_definition().name == "sizes"


@pytest.mark.parametrize("wrong", ["lambda", "number", "needs", "nested", "text", "class"])
def test_reconstructable_refuses(dg, jobs, wrong):
    """What no module has under its name, takes arguments or returns something else is refused."""
    targets = {"lambda": lambda: jobs.jobs_own, "text": "jobs_own", "class": int}
    with pytest.raises(dg.DagsterInvariantViolationError):
        dg.reconstructable(targets.get(wrong) or getattr(jobs, wrong)).get_definition()


def test_execute_job_keeps_the_run(dg, jobs, instance):
    """`execute_job` runs the job in the instance, which keeps the run; tags and config are the run's."""
    config = {"ops": {"sized": {"config": {"size": 3}}}}
    with dg.execute_job(dg.reconstructable(jobs.with_config), instance, config, tags={"k": "v"}) as result:
        assert (result.success, result.output_for_node("sized"), type(result)) == (True, 3, dg.JobExecutionResult)
    kept = instance.get_run_by_id(result.run_id)
    assert (kept.status, kept.tags["k"]) == (dg.DagsterRunStatus.SUCCESS, "v")


def test_execute_job_selects_ops(dg, jobs, instance):
    """`op_selection` runs some steps alone."""
    result = dg.execute_job(dg.reconstructable(jobs.made), instance=instance, op_selection=["again"])
    assert [event.step_key for event in result.get_step_success_events()] == ["again"]


def test_execute_job_reports_failures(dg, jobs, instance):
    """A failing step is reported by the result, unless `raise_on_error` is set; wrong config is raised."""
    failing = dg.reconstructable(jobs.failing)
    assert not dg.execute_job(failing, instance).success
    with pytest.raises(ValueError, match=r"^$"):
        dg.execute_job(failing, instance, raise_on_error=True)
    with pytest.raises(dg.DagsterInvalidConfigError):
        dg.execute_job(dg.reconstructable(jobs.with_config), instance)


def test_values_of_execute_job(dg, jobs, instance, differs):
    """The values of a run are at hand at once; Dagster's are inside the `with` block of the result only."""
    result = dg.execute_job(dg.reconstructable(jobs.made), instance)
    differs(lambda: result.output_for_node("one"), dagster=dg.DagsterInvariantViolationError, dagwire=1)


@pytest.mark.parametrize("wrong", ["job", "instance"])
def test_execute_job_checks_its_arguments(dg, jobs, instance, wrong):
    """The job is made by `reconstructable`, and there is an instance."""
    right = {"job": dg.reconstructable(jobs.made), "instance": instance}
    with pytest.raises(Exception, match=wrong):
        dg.execute_job(**{**right, wrong: jobs.made if wrong == "job" else None})
