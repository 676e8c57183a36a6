"""The manifests of the documentation are held to the schemas of Kubernetes, strictly: no unknown key, no wrong type."""

import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

DOCS = Path(__file__).parents[2] / "docs"
BLOCKS = re.compile(r"^```ya?ml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def manifests() -> Iterator[tuple[str, dict[str, object]]]:
    """All manifests on all pages, with the page of each."""
    for page in sorted(DOCS.rglob("*.md")):
        for block in BLOCKS.findall(page.read_text(encoding="utf-8")):
            documents = yaml.safe_load_all(block)
            yield from ((page.name, one) for one in documents if isinstance(one, dict) and "apiVersion" in one)


MANIFESTS = list(manifests())


def test_operations_has_a_cron_job() -> None:
    """The page for operators shows how Kubernetes calls the command."""
    assert ("operations.md", "CronJob") in [(page, manifest["kind"]) for page, manifest in MANIFESTS]


def fault_of(manifest: dict[str, object]) -> str | None:
    """The fault that the newest schemas find in a manifest."""
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):  # the package leaves its schemas open
        try:
            kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)
        except kubernetes_validate.ValidationError as error:
            return str(error.message)
    return None


@pytest.mark.parametrize(("page", "manifest"), MANIFESTS, ids=[f"{page}-{one['kind']}" for page, one in MANIFESTS])
def test_a_manifest_is_valid(page: str, manifest: dict[str, object]) -> None:
    """A manifest can be applied as it stands."""
    assert fault_of(manifest) is None, page


def test_a_wrong_manifest_is_found() -> None:
    """The schema knows where a key belongs."""
    _, manifest = next((page, one) for page, one in MANIFESTS if one["kind"] == "CronJob")
    wrong = {**manifest, "spec": {**manifest["spec"], "restartPolicy": "Never"}}  # type: ignore[dict-item]
    assert "restartPolicy" in str(fault_of(wrong))
