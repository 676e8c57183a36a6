"""Servers of tests: each in its own environment, on a free port, and gone afterwards, whatever happens."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.app.outside import until
from tools.systems import environments
from tools.systems.environments import environment_of
from tools.systems.started import NotStartedError, free_port, is_listening, started

SERVE = "import http.server, sys; http.server.test(port=int(sys.argv[1]), bind='127.0.0.1')"


def server(port: int) -> list[str]:
    return [sys.executable, "-c", SERVE, str(port)]


def test_a_server_runs_for_the_block() -> None:
    """It answers from the first line of the block, and is gone after the last, also if the block fails."""
    port = free_port()
    answered: list[bool] = []

    def work() -> None:
        with started(server(port), lambda: is_listening(port)):
            answered.append(is_listening(port))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert (answered, is_listening(port)) == ([True], False)


def test_a_server_that_ends_at_once() -> None:
    """The error has the command, the exit code and the last lines that it printed."""
    ending = [sys.executable, "-c", "print('no room here', flush=True); exit(3)"]
    with (
        pytest.raises(NotStartedError, match=r"(?s)ended with 3:\nno room here") as caught,
        started(ending, lambda: False),
    ):
        pass
    assert sys.executable in str(caught.value)


def test_a_server_that_never_answers() -> None:
    """It is ended after `patience_s`."""
    port = free_port()
    with (
        pytest.raises(NotStartedError, match="did not answer in 0 s"),
        started(server(port), lambda: False, patience_s=0.2),
    ):
        pass
    assert not is_listening(port)


def test_nothing_is_left_behind_by_a_process_that_was_killed() -> None:
    """Even SIGKILL of the process that started a server ends the server, and what that has started."""
    port = free_port()
    program = f"""
import time
from tools.systems.started import is_listening, started
with started({server(port)!r}, lambda: is_listening({port})):
    print(flush=True)
    time.sleep(60)
"""
    starter = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert starter.stdout
    with starter.stdout:
        starter.stdout.readline()
    servers = psutil.Process(starter.pid).children(recursive=True)
    assert len(servers) == 2
    os.kill(starter.pid, signal.SIGKILL)
    starter.wait()
    until(lambda: not is_listening(port))
    until(lambda: not any(one.is_running() for one in servers))


def test_an_environment_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pins name it: the next call finds it, and one that was interrupted is made anew."""
    monkeypatch.setattr(environments, "KEPT_FOR_ALL", tmp_path / "kept")
    monkeypatch.setattr(environments, "REQUIREMENTS", tmp_path)
    (tmp_path / "tiny.txt").write_text("six==1.17.0\n")
    folder = environment_of("tiny")
    assert (folder / "bin" / "python").exists()
    assert list(folder.glob("lib/python*/site-packages/six.py"))
    made = (folder / ".ready").stat().st_mtime
    assert environment_of("tiny") == folder
    assert (folder / ".ready").stat().st_mtime == made
    (folder / ".ready").unlink()
    (folder / "left over").touch()
    assert not (environment_of("tiny") / "left over").exists()
    (tmp_path / "tiny.txt").write_text("six==1.16.0\n")
    assert environment_of("tiny") != folder


def test_packages_that_cannot_be_installed_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is skipped: what cannot be installed fails, and is tried again by the next call."""
    monkeypatch.setattr(environments, "KEPT_FOR_ALL", tmp_path / "kept")
    monkeypatch.setattr(environments, "REQUIREMENTS", tmp_path)
    (tmp_path / "tiny.txt").write_text("six==0.0.0.1\n")
    for _ in range(2):
        with pytest.raises(subprocess.CalledProcessError):
            environment_of("tiny")


def test_pins_are_exact_and_name_no_host() -> None:
    """Each line of the files of pins names one version, and no registry."""
    for pins in environments.REQUIREMENTS.glob("*.txt"):
        lines = pins.read_text().splitlines()
        assert lines
        assert not [line for line in lines if "==" not in line or "://" in line]
