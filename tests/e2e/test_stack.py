"""All services as processes: up, healthy, killed, recovered, down, and nothing left behind."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from chspay_cli.stack import SERVICES, Stack, free_ports, ports_from
from chspay_core.errors import Fault
from chspay_kit.pg import EmbeddedPostgres
from chspay_kit.ports import is_free

CHSPAY = Path(sys.executable).with_name("chspay")


def test_everything_is_ready(stack) -> None:
    # Ready means ready: the gateway reaches every service, every service its database.
    answer = httpx.get(f"{stack.gateway_url}/readyz")
    assert answer.status_code == 200
    assert set(answer.json()["parts"]) >= set(SERVICES)
    assert all(answer.json()["parts"].values())


def test_a_killed_service_is_noticed_and_comes_back(stack) -> None:
    # The gateway says which part is missing; the rest goes on.
    stack.kill("settlement")
    answer = httpx.get(f"{stack.gateway_url}/readyz", timeout=10)
    assert answer.status_code == 503
    assert answer.json()["parts"]["settlement"] is False
    stack.restart("settlement")
    deadline = time.monotonic() + 30
    while httpx.get(f"{stack.gateway_url}/readyz", timeout=10).status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_secrets_stay_with_whom_they_concern(stack) -> None:
    # The grouper has no business with the identity key, nor with another service's database password.
    own = stack.stack.environment("grouper")
    assert "CHSPAY_IDENTITY_KEY_FILE" not in own
    assert "chspay_grouper:" in own["CHSPAY_DATABASE_URL"]
    for secret in (stack.stack.home.path / "secrets").iterdir():
        for log in (stack.stack.home.path / "logs").iterdir():
            assert secret.read_text() not in log.read_text(), (secret.name, log.name)


def test_one_home_has_one_stack(stack) -> None:
    # Two supervisors on one database would stop each other's server.
    second = Stack(stack.stack.home.path)
    with pytest.raises(Fault, match="STACK_RUNNING"):
        stack.run(second.start())
    assert httpx.get(f"{stack.gateway_url}/readyz").status_code == 200


async def test_a_taken_port_is_named(tmp_path: Path) -> None:
    # "Address already in use" in one of five logs helps nobody.
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]
        with pytest.raises(Fault, match=str(port)) as caught:
            await Stack(tmp_path, ports=free_ports() | {"budget": port}).start()
    assert caught.value.reason.code == "PORTS_TAKEN"


def start_up(home: Path, base: int) -> subprocess.Popen[str]:
    """``chspay up``, returned when it has said that everything runs."""
    command = [CHSPAY, "up", "--home", home, "--port-base", str(base)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    shown = ""
    while "Ctrl-C" not in shown:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        shown += line
    assert re.search(rf"http://127\.0\.0\.1:{base}\b", shown)
    assert httpx.get(f"http://127.0.0.1:{base}/readyz").status_code == 200
    return process


def wait_for_free_ports(base: int) -> None:
    deadline = time.monotonic() + 30
    while not all(is_free(port) for port in ports_from(base).values()):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_up_ends_with_ctrl_c(tmp_path: Path) -> None:
    # What a person does: chspay up, look, Ctrl-C. Nothing is left behind.
    base = free_ports()["gateway"]
    first = start_up(tmp_path, base)
    first.send_signal(signal.SIGINT)
    _, told = first.communicate(timeout=60)
    assert first.returncode == 0, told
    assert EmbeddedPostgres(tmp_path).pid() is None
    assert all(is_free(port) for port in ports_from(base).values())


@pytest.mark.prove
def test_up_goes_on_with_its_data_and_leaves_no_service_when_killed(tmp_path: Path) -> None:
    # Once more on the data that is there, and the worst end; of each part there is a test of its own.
    base = free_ports()["gateway"]
    first = start_up(tmp_path, base)
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=60)

    second = start_up(tmp_path, base)
    second.kill()
    second.communicate()
    wait_for_free_ports(base)
    left = EmbeddedPostgres(tmp_path)
    assert left.pid() is not None
    left.stop()
