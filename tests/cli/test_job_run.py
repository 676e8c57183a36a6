"""`dagwire job run` and `dagwire materialize`: what they print, and how they end."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_a_job_that_goes_well_ends_with_what_was_done_and_where(run: Run, project: Path) -> None:
    """The last lines say where the results are and what was done; the exit code is 0."""
    done = run("job", "run", "good")
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert lines[-2] == f"report file: {project / 'report.html'}"
    assert lines[-1].startswith("Done in ")
    assert lines[-1].endswith(": 4 of 4 steps done, 1 of 2 checks passed.")


def test_progress_is_plain_lines_where_there_is_no_terminal(run: Run) -> None:
    """Each step logs a line when it starts, when it ends, and for each message; each has its time, level and run."""
    lines = run("job", "run", "good").stderr.splitlines()
    head = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d INFO    [0-9a-f]{8} "
    for line, text in zip(lines, ["running", "writing the report", r"done in \d+\.\d s"], strict=False):
        assert re.fullmatch(f"{head}report: {text}", line)


def test_a_failing_step_is_told_in_one_message(run: Run) -> None:
    """The user's error is the last line, with its place; what does not depend on it runs; the exit code is 1."""
    done = run("job", "run", "bad")
    assert done.returncode == 1
    message = done.stderr.splitlines()[-1]
    assert re.fullmatch(
        r"Step 'broken' failed: ValueError: the disk is on fire \(shop\.py, line \d+, in broken\)", message
    )
    assert "report: done" in done.stderr
    assert "after_broken: skipped" in done.stderr
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
    """A failed check of severity ERROR is reported, and the exit code is 1; a warning fails no run."""
    done = run("job", "run", "hollow")
    assert done.returncode == 1
    assert done.stderr.endswith("Check 'empty_has_rows' of asset 'empty' did not pass: there are no rows (rows: 0)\n")


def test_a_check_that_did_not_pass_is_shown_as_failed(run: Run) -> None:
    """Progress has its severity and its reason; a warning is in the summary, too, and the run is a success."""
    hollow = run("job", "run", "hollow").stderr
    assert "empty:empty_has_rows: failed (ERROR)" in hollow
    assert ": there are no rows (rows: 0)" in hollow
    good = run("job", "run", "good")
    assert "report:report_is_pretty: failed (WARN)" in good.stderr
    assert "Check 'report_is_pretty' of asset 'report' warns\n" in good.stdout
    assert good.returncode == 0


def test_an_unknown_job_names_the_nearest(run: Run) -> None:
    """A misspelt job ends with the nearest name, and nothing was opened."""
    done = run("job", "run", "goood")
    assert done.returncode == 2
    assert "There is no job 'goood'. Did you mean 'good'?" in done.stderr
    assert "Traceback" not in done.stderr


def test_materialize_makes_what_is_selected(run: Run) -> None:
    """`--select` takes names and what is upstream of them."""
    done = run("materialize", "--select", "+mailed")
    assert done.returncode == 0, done.stderr
    assert "mailed: done" in done.stderr
    assert "broken" not in done.stderr


def test_a_selection_of_no_asset_names_the_nearest(run: Run) -> None:
    """A misspelt asset ends with the nearest name."""
    done = run("materialize", "--select", "reprot")
    assert done.returncode == 2
    assert "There is no asset 'reprot'. Did you mean 'report'?" in done.stderr


@pytest.mark.parametrize("selection", ["", "  ", "group:nowhere"])
def test_a_selection_of_nothing_is_refused(run: Run, selection: str) -> None:
    """The exit code is that of misuse: a run without steps would be a success at which nothing was made."""
    done = run("materialize", "--select", selection)
    assert done.returncode == 2
    assert "is empty" in done.stderr or "has nothing to run" in done.stderr
    assert "Done" not in done.stdout


def test_a_partitioned_job_wants_a_partition(run: Run) -> None:
    """Without one it is not started, and the message shows how to say which."""
    done = run("job", "run", "regions")
    assert done.returncode == 2
    assert "--partition asia, or --partition-range eu...asia" in done.stderr


def test_a_partition_is_handed_on(run: Run) -> None:
    """`--partition` makes one."""
    assert "region: regions: us\n" in run("job", "run", "regions", "--partition", "us").stderr


def test_a_range_of_partitions_is_one_run(run: Run) -> None:
    """`--partition-range` makes all from the first to the last, both included."""
    assert "region: regions: eu,us\n" in run("job", "run", "regions", "--partition-range", "eu...us").stderr


def test_a_range_for_a_body_that_reads_one_key_is_refused(run: Run) -> None:
    """Before anything starts: the body would fail in the midst of its work."""
    done = run("materialize", "--select", "one_region", "--partition-range", "eu...us")
    assert done.returncode == 2
    assert "asset 'one_region' reads `context.partition_key`" in done.stderr
    assert "running" not in done.stderr
    assert run("materialize", "--select", "one_region", "--partition", "eu").returncode == 0


def test_an_unknown_partition_names_the_nearest(run: Run) -> None:
    """A misspelt partition stops the run before it starts."""
    done = run("job", "run", "regions", "--partition", "aisa")
    assert done.returncode == 2
    assert "There is no partition 'aisa'. Did you mean 'asia'?" in done.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--partition", ""], "is empty"),
        (["--partition", "eu", "--partition", "us"], "is given 2 times (eu, us)"),
        (["--partition", "eu", "--partition-range", "eu...us"], "not both"),
        (["--partition-range", "eu...us", "--partition-range", "us...asia"], "is given 2 times"),
    ],
)
def test_a_partition_is_given_once(run: Run, options: list[str], told: str) -> None:
    """Options that would be ignored are refused with the exit code of misuse; nothing runs."""
    done = run("job", "run", "regions", *options)
    assert done.returncode == 2
    assert told in done.stderr
    assert "region: running" not in done.stderr


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


# -- as data -----------------------------------------------------------------------------------------------------------


def test_a_run_as_data(run: Run, project: Path) -> None:
    """`--json` prints steps, checks and what was made; progress goes to standard error."""
    done = run("job", "run", "good", "--json")
    report = json.loads(done.stdout)
    assert report["success"]
    assert report["steps"][0] == {"step": "report", "state": "done", "error": None}
    assert report["checks"][0]["check"] == "report_is_full"
    assert report["materializations"][0]["metadata"] == {"file": str(project / "report.html"), "rows": 3}
    assert "report: running" in done.stderr


def test_a_failed_run_as_data(run: Run) -> None:
    """The report lists failed and skipped steps; the exit code is 1."""
    done = run("materialize", "--select", "broken", "--select", "after_broken", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert not report["success"]
    states = {step["step"]: step for step in report["steps"]}
    assert states["broken"]["error"] == "ValueError: the disk is on fire"
    assert states["after_broken"]["state"] == "skipped"


# -- config ------------------------------------------------------------------------------------------------------------


def test_a_resource_is_configured_for_one_run(run: Run) -> None:
    """`--set key.field=value` is text for pydantic to read."""
    assert "wrote 5 copies" in run("materialize", "--select", "copies", "--set", "printer.copies=5").stderr


def test_a_step_is_configured_for_one_run(run: Run) -> None:
    """A step goes by its name; several are given by repeating the option."""
    said = run("materialize", "--select", "copies", "--set", "copies.paper=A3", "--set", "printer.copies=2").stderr
    assert "wrote 2 copies on A3" in said


def test_a_value_may_be_json(run: Run) -> None:
    """`:=` takes JSON: numbers, lists and dicts as they are."""
    assert "trays [1, 2]" in run("materialize", "--select", "copies", "--set", "printer.trays:=[1, 2]").stderr


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("run.yaml", "resources:\n  printer:\n    config: {copies: 7}\nops:\n  copies:\n    config: {paper: A5}\n"),
        (
            "run.json",
            '{"resources": {"printer": {"config": {"copies": 7}}}, "ops": {"copies": {"config": {"paper": "A5"}}}}',
        ),
        ("run.toml", "[resources.printer.config]\ncopies = 7\n[ops.copies.config]\npaper = 'A5'\n"),
    ],
)
def test_a_run_is_configured_by_files(run: Run, project: Path, name: str, text: str) -> None:
    """Run config in Dagster's form; `--set` goes over it, field by field."""
    (project / name).write_text(text)
    said = run("materialize", "--select", "copies", "--config", name, "--set", "printer.trays:=[1]").stderr
    assert "wrote 7 copies on A5, trays [1]" in said


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("report.rows=1", "ops.report: asset 'report' takes no config"),
        ("db.password=x", "resources.db: job 'printing' does not use it. It uses: printer"),
        ("printer.copiez=1", "copiez: There is no such field. Did you mean 'copies'?"),
        ("copies.papr=A5", "papr: There is no such field. Did you mean 'paper'?"),
    ],
)
def test_a_value_that_would_reach_nothing_is_refused(run: Run, value: str, told: str) -> None:
    """The exit code is that of misuse, the message names the nearest choice, and nothing runs."""
    command = ("materialize", "--select", "report") if value.startswith("report") else ("job", "run", "printing")
    done = run(*command, "--set", value)
    assert done.returncode == 2
    assert told in done.stderr
    assert "running" not in done.stderr


def test_config_of_a_file_that_would_reach_nothing_is_refused(run: Run, project: Path) -> None:
    """A resource that the job does not use is named, as `--set` names it."""
    (project / "run.json").write_text('{"resources": {"db": {"config": {"password": "canary-7f3a"}}}}')
    done = run("job", "run", "printing", "--config", "run.json")
    assert done.returncode == 2
    assert "resources.db: job 'printing' does not use it" in done.stderr
    assert "canary" not in done.stderr


def test_an_environment_that_no_settings_know_is_refused(run: Run) -> None:
    """Without profiles there is nothing to choose: a misspelt name would otherwise go unnoticed."""
    for arguments in (("--env", "prod", "job", "run", "good"), ("job", "run", "good", "--env", "prod")):
        done = run(*arguments)
        assert done.returncode == 2
        assert "no settings have profiles" in done.stderr


def test_output_of_bodies_is_not_in_the_data(run: Run) -> None:
    """With `--json`, standard output is one JSON document, whatever a body prints."""
    done = run("materialize", "--select", "loud", "--json")
    assert json.loads(done.stdout)["success"]
    assert "printed by a body" in done.stderr


def test_a_place_for_state_that_takes_nothing_is_found_first(run: Run, project: Path) -> None:
    """Before any work; the message names the option that chooses another place."""
    (project / "state").write_text("a file")
    done = run("job", "run", "good", "--state", "state")
    assert done.returncode == 1
    assert "state cannot be made (File exists)" in done.stderr
    assert "--state" in done.stderr
    assert not (project / "opened").exists()


def test_later_files_win(run: Run, project: Path) -> None:
    """Field by field."""
    (project / "a.json").write_text('{"resources": {"printer": {"config": {"copies": 7, "trays": [1]}}}}')
    (project / "b.json").write_text('{"resources": {"printer": {"config": {"copies": 8}}}}')
    done = run("job", "run", "printing", "--config", "a.json", "--config", "b.json")
    assert "wrote 8 copies on A4, trays [1]" in done.stderr


@pytest.mark.parametrize("text", ["{", "[]", "canary-7f3a"])
def test_a_file_that_cannot_be_read_is_named(run: Run, project: Path, text: str) -> None:
    """The message has its name and the reason, not its text; the exit code is 2, and nothing ran."""
    (project / "run.json").write_text(text)
    for file in ("run.json", "nowhere.json"):
        done = run("materialize", "--select", "copies", "--config", file)
        assert done.returncode == 2
        assert re.match(rf"ConfigFileError: \S*{file}", done.stderr)
        assert "canary" not in done.stderr


def test_config_for_nothing_names_the_nearest(run: Run) -> None:
    """All misspelt keys are reported at once, without their values."""
    done = run("materialize", "--select", "copies", "--set", "printr.copies=5", "--set", "zzz.secret=canary-7f3a")
    assert done.returncode == 2
    assert "printr.copies: there is no such resource or step. Did you mean 'printer.copies'?" in done.stderr
    assert "zzz.secret: there is no such resource or step\n" in done.stderr
    assert "canary" not in done.stderr


def test_a_value_that_does_not_fit_is_not_shown(run: Run) -> None:
    """The message names the field and what is expected; nothing ran."""
    done = run("materialize", "--select", "copies", "--set", "printer.copies=canary-7f3a")
    assert done.returncode == 2
    assert "copies" in done.stderr
    assert "canary" not in done.stderr + done.stdout


def test_a_name_of_both_a_resource_and_a_step_must_say_which(run: Run) -> None:
    """Both ways to write it are shown, and both work."""
    done = run("materialize", "--select", "spool", "--set", "spool.size=1")
    assert "both a resource and a step go by that name; write resources.spool.size or ops.spool.size" in done.stderr
    assert run("materialize", "--select", "spool", "--set", "ops.spool.size=1").returncode == 0


def test_config_that_is_not_written_so_is_misuse(run: Run) -> None:
    """Exit code 2, and the form."""
    for written in ("printer", "printer=1", "printer.copies", "printer.trays:=[1,"):
        done = run("materialize", "--select", "copies", "--set", written)
        assert done.returncode == 2, written
        assert "--set" in done.stderr
