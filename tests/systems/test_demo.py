"""The demo against other systems: they are started for it, and gone after it."""

from pathlib import Path

import psutil
import pytest

from tools.systems import demo


def test_the_demo_runs_against_other_systems(
    small_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It loads the months, shows what the warehouse holds, and leaves no server behind."""
    monkeypatch.setenv("APP_SERVER__DATABASE", str(small_database))
    monkeypatch.setenv("APP_DASHBOARD__PATH", str(tmp_path / "dashboard.html"))
    before = set(psutil.Process().children(recursive=True))
    assert demo.main(["--warehouse", "postgres", "--store", "s3", "--months", "2013-01...2013-02"]) == 0
    shown = capfd.readouterr().out
    assert "Warehouse: postgres. Store: s3." in shown
    assert "2013-01: 181 flights" in shown
    assert shown.endswith("\n348 flights\n")
    assert set(psutil.Process().children(recursive=True)) <= before


def test_a_failing_job_is_the_demo_s_failure(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The exit code is the job's, and nothing is counted."""
    assert demo.main(["--months", "2012-01...2012-02"]) != 0
    assert "flights\n" not in capfd.readouterr().out
