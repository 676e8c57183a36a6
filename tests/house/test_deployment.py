"""The files of a deployment name what is there, and agree with each other."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def test_an_image_is_made_of_what_is_there():
    """Everything that the Dockerfile copies exists, and is sent to the build."""
    copied = [
        word for line in re.findall(r"^COPY (.+)$", read("Dockerfile"), re.MULTILINE) for word in line.split()[:-1]
    ]
    assert copied
    assert [path for path in copied if not (ROOT / path).exists()] == []
    sent = {line.removeprefix("!") for line in read(".dockerignore").splitlines() if line.startswith("!")}
    assert sent == set(copied)


def test_compose_and_kubernetes_run_the_same_processes():
    """Both start a code server, a webserver and a daemon by the same commands, but for the address to listen on."""
    services = yaml.safe_load(read("compose.yaml"))["services"]
    deployment = next(yaml.safe_load_all(read("deploy/kubernetes.yaml")))
    containers = deployment["spec"]["template"]["spec"]["containers"]

    def commands(named):
        return {name: [word.replace("127.0.0.1", "0.0.0.0") for word in command] for name, command in named}  # noqa: S104  # compared, not bound

    composed = commands((name, service["command"]) for name, service in services.items())
    assert composed == commands((one["name"], one["command"]) for one in containers)
    assert list(composed) == ["code", "webserver", "daemon"]


def test_the_image_has_the_versions_that_are_tested():
    """The image is constrained by the versions of the environment in which the tests start Dagster."""
    assert "COPY tests/systems/requirements/dagster.txt versions.txt" in read("Dockerfile")
    assert "pip install --no-cache-dir -c versions.txt" in read("Dockerfile")
