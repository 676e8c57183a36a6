"""`dagwire job run` and `dagwire materialize`: what they print, and how they end."""

from pathlib import Path

from tests.cli.conftest import Run


def test_a_job_that_goes_well_ends_with_what_was_done_and_where(run: Run, project: Path) -> None:
    """The last lines say where the results are and what was done; the exit code is 0."""
    done = run("job", "run", "good")
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert lines[-2] == f"report file: {project / 'report.html'}"
    assert lines[-1].startswith("Done in ")
    assert lines[-1].endswith(": 4 of 4 steps done, 1 of 2 checks passed.")
    assert done.stderr == ""


def test_progress_is_plain_lines_where_there_is_no_terminal(run: Run) -> None:
    """Each step says when it starts and ends, and what it logs, a line each."""
    lines = run("job", "run", "good").stdout.splitlines()
    assert lines[0] == "report: running"
    assert lines[1] == "report: writing the report"
    assert lines[2].startswith("report: done  ")


def test_a_failing_step_is_told_in_one_message(run: Run) -> None:
    """The user's error is shown without a traceback, what does not depend on it runs, and the exit code is 1."""
    done = run("job", "run", "bad")
    assert done.returncode == 1
    assert done.stderr == "Step 'broken' failed: ValueError: the disk is on fire\n"
    assert "report: done" in done.stdout
    assert "after_broken: skipped" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("Failed in ")


def test_resources_are_closed_after_a_failure(run: Run, project: Path) -> None:
    """A failing step leaves nothing open."""
    run("job", "run", "bad")
    assert (project / "opened").exists()
    assert (project / "closed").exists()


def test_traceback_shows_where_the_step_failed(run: Run) -> None:
    """`--traceback` adds what a programmer wants to read."""
    done = run("job", "run", "bad", "--traceback")
    assert done.returncode == 1
    assert "in broken" in done.stderr


def test_a_failed_check_is_a_failure(run: Run) -> None:
    """A check of severity ERROR that does not pass is told, and the exit code is 1; a warning is not."""
    done = run("job", "run", "hollow")
    assert done.returncode == 1
    assert done.stderr == "Check 'empty_has_rows' of asset 'empty' did not pass: there are no rows\n"


def test_an_unknown_job_names_the_nearest(run: Run) -> None:
    """A misspelt job ends with the nearest name, and nothing was opened."""
    done = run("job", "run", "goood")
    assert done.returncode == 1
    assert "There is no job 'goood'. Did you mean 'good'?" in done.stderr
    assert "Traceback" not in done.stderr


def test_materialize_makes_what_is_selected(run: Run) -> None:
    """`--select` takes names and what is upstream of them."""
    done = run("materialize", "--select", "+mailed")
    assert done.returncode == 0, done.stderr
    assert "mailed: done" in done.stdout
    assert "broken" not in done.stdout


def test_a_selection_of_no_asset_names_the_nearest(run: Run) -> None:
    """A misspelt asset ends with the nearest name."""
    done = run("materialize", "--select", "reprot")
    assert done.returncode == 1
    assert "There is no asset 'reprot'. Did you mean 'report'?" in done.stderr


def test_a_partitioned_job_wants_a_partition(run: Run) -> None:
    """Without one it is not started, and the message shows how to say which."""
    done = run("job", "run", "regions")
    assert done.returncode == 1
    assert "--partition asia, or --partition-range eu...asia" in done.stderr


def test_a_partition_is_handed_on(run: Run) -> None:
    """`--partition` makes one."""
    assert "region: regions: us\n" in run("job", "run", "regions", "--partition", "us").stdout


def test_a_range_of_partitions_is_one_run(run: Run) -> None:
    """`--partition-range` makes all from the first to the last, both included."""
    assert "region: regions: eu,us\n" in run("job", "run", "regions", "--partition-range", "eu...us").stdout


def test_an_unknown_partition_names_the_nearest(run: Run) -> None:
    """A misspelt partition stops the run before it starts."""
    done = run("job", "run", "regions", "--partition", "aisa")
    assert done.returncode == 1
    assert "There is no partition 'aisa'. Did you mean 'asia'?" in done.stderr


def test_a_malformed_range_is_misuse(run: Run) -> None:
    """The exit code of misuse is 2, and the message shows the form."""
    done = run("job", "run", "regions", "--partition-range", "eu-us")
    assert done.returncode == 2
    assert "write FIRST...LAST" in done.stderr


def test_no_secret_is_printed(run: Run) -> None:
    """A secret of a resource is in no output, in success or failure."""
    for name in ("good", "bad"):
        done = run("job", "run", name)
        assert "canary-7f3a" not in done.stdout + done.stderr
