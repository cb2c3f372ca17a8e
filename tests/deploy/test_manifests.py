"""Every overlay renders, is valid Kubernetes, and starts only commands that exist."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from chspay_cli.main import COMMANDS
from chspay_grouper.engine.life import trusted_keys

ROOT = Path(__file__).resolve().parents[2]
OVERLAYS = ("dev", "staging", "prod")
SERVICES = (
    *tuple(sorted(path.name for path in (ROOT / "services").iterdir() if path.is_dir())),
    "gateway",
    "portal",
)

pytestmark = pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="kubectl is not installed: overlays cannot be rendered"
)


@cache
def rendered(overlay):
    done = subprocess.run(
        ["kubectl", "kustomize", str(ROOT / "k8s" / "overlays" / overlay)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return tuple(yaml.safe_load_all(done.stdout))


def _of_kind(overlay, *kinds):
    return [item for item in rendered(overlay) if item["kind"] in kinds]


def _containers(overlay):
    for item in _of_kind(overlay, "Deployment", "Job"):
        spec = item["spec"]["template"]["spec"]
        for container in spec["containers"]:
            yield item["metadata"]["name"], spec, container


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_manifests_are_valid(overlay):
    """A misspelt field is silently ignored by a cluster; the schema finds it here."""
    for item in rendered(overlay):
        kubernetes_validate.validate(item, "1.32", strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_service_is_deployed_with_its_company(overlay):
    """Each service has a Deployment, a Service and a disruption budget; the migration is a Job."""
    for kind in ("Deployment", "Service", "PodDisruptionBudget"):
        assert {item["metadata"]["name"] for item in _of_kind(overlay, kind)} == set(SERVICES), kind
    assert [item["metadata"]["name"] for item in _of_kind(overlay, "Job")] == ["migrate"]
    assert "deny-all" in {item["metadata"]["name"] for item in _of_kind(overlay, "NetworkPolicy")}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_containers_run_commands_that_exist(overlay):
    """`chspay serve X` of an unknown X would crash-loop."""
    names = {command.name for command in COMMANDS}
    seen = set()
    for _, _, container in _containers(overlay):
        command, argument = container["args"][0], container["args"][1]
        assert command in names
        if command == "serve":
            assert argument in SERVICES
            seen.add(argument)
    assert seen == set(SERVICES)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_containers_are_confined(overlay):
    """Not root, read-only image, no privileges, bounded resources, probes, no cluster token."""
    for name, pod, container in _containers(overlay):
        security = container["securityContext"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == 10001
        assert security["readOnlyRootFilesystem"] is True
        assert security["allowPrivilegeEscalation"] is False
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert pod["automountServiceAccountToken"] is False
        assert set(container["resources"]) == {"requests", "limits"}
        if name != "migrate":
            assert {"livenessProbe", "readinessProbe", "startupProbe"} <= set(container)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_grouper_reads_the_list_of_trusted_keys(overlay):
    """Without the list no scheme, catalogue or weight table could ever be sealed or published."""
    (deployment,) = [
        item for item in _of_kind(overlay, "Deployment") if item["metadata"]["name"] == "grouper"
    ]
    spec = deployment["spec"]["template"]["spec"]
    container = spec["containers"][0]
    env = {item["name"]: item.get("value") for item in container["env"]}
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
    (volume,) = [volume for volume in spec["volumes"] if volume["name"] == "scheme-keys"]
    lists = {item["metadata"]["name"]: item["data"] for item in _of_kind(overlay, "ConfigMap")}
    held = lists[volume["configMap"]["name"]]
    path = Path(env["CHSPAY_SCHEME_KEYS_FILE"])
    assert (str(path.parent), path.name in held) == (mounts["scheme-keys"]["mountPath"], True)
    assert mounts["scheme-keys"]["readOnly"] is True
    assert trusted_keys(held[path.name]) == frozenset()
    assert int(env["CHSPAY_UPLOAD_DAYS"]) > 0


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_portal_holds_no_secret_and_keeps_its_readers(overlay):
    """A page that is broken into must not sign claims; a reader must not be signed out at every click."""
    (pod,) = [spec for name, spec, _ in _containers(overlay) if name == "portal"]
    assert all("secret" not in volume for volume in pod["volumes"])
    mounts = {mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
    assert mounts == {volume["name"] for volume in pod["volumes"]} == {"state", "tmp"}
    assert not any("valueFrom" in item for item in pod["containers"][0]["env"])
    (service,) = [item for item in _of_kind(overlay, "Service") if item["metadata"]["name"] == "portal"]
    assert service["spec"]["sessionAffinity"] == "ClientIP"


def test_no_secret_is_in_the_repository():
    """Secrets come from the operator; only their names are here."""
    for overlay in OVERLAYS:
        assert _of_kind(overlay, "Secret") == []


def test_production_survives_the_loss_of_a_node():
    """At least two of every service stay while one is drained."""
    assert all(item["spec"]["replicas"] >= 3 for item in _of_kind("prod", "Deployment"))
    assert all(item["spec"]["minAvailable"] >= 2 for item in _of_kind("prod", "PodDisruptionBudget"))
