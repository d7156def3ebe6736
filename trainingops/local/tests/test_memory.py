"""Issue 2, "two commands": what runs beside a demo knows that it is one; never what runs for production."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from trainingops.local import serving
from trainingops.local.management.commands.demo import Command
from trainingops.local.memory import Memory, recall
from trainingops.local.supervisor import Supervisor
from trainingops.local.tests.conftest import until
from trainingops.local.tests.test_up import _free_port


@pytest.fixture
def local(tmp_path: Path) -> Path:
    demo = {"TRAININGOPS_MODE": "demo", "TRAININGOPS_PORT": "8123", "TRAININGOPS_BIND": "127.0.0.1"}
    Memory(environ=demo, printed=["http://localhost:8123"]).write(tmp_path)
    return tmp_path


def _recalled(local: Path, *arguments: str, **environ: str) -> dict[str, str]:
    known = {"TRAININGOPS_LOCAL_DIR": str(local), **environ}
    recall(known, arguments)
    return known


@pytest.mark.parametrize("command", ["doctor", "verify_journal", "reconcile", "up"])
def test_a_command_beside_a_demo_runs_in_its_mode_at_its_port(local: Path, command: str) -> None:
    known = _recalled(local, command)
    assert (known["TRAININGOPS_MODE"], known["TRAININGOPS_PORT"]) == ("demo", "8123")


@pytest.mark.parametrize(
    "environ",
    [
        {"TRAININGOPS_MODE": "production"},
        {"TRAININGOPS_MODE": "test"},
        {"TRAININGOPS_SECRET_KEY": "x" * 50},
        {"DATABASE_URL": "postgres://real@db/real"},
    ],
)
def test_nothing_is_remembered_for_production_or_tests(local: Path, environ: dict[str, str]) -> None:
    assert _recalled(local, "doctor", **environ) == {"TRAININGOPS_LOCAL_DIR": str(local), **environ}


def test_without_a_demo_nothing_is_assumed(tmp_path: Path) -> None:
    assert _recalled(tmp_path, "doctor") == {"TRAININGOPS_LOCAL_DIR": str(tmp_path)}


def test_the_demo_keeps_its_port_until_another_is_chosen(local: Path) -> None:
    assert _recalled(local, "demo")["TRAININGOPS_PORT"] == "8123"
    assert _recalled(local, "demo", "--port", "9000")["TRAININGOPS_PORT"] == "9000"
    assert _recalled(local, "demo", "--reset", "--port=9001")["TRAININGOPS_PORT"] == "9001"
    assert _recalled(local, "demo", TRAININGOPS_PORT="9002")["TRAININGOPS_PORT"] == "9002"


def test_an_address_for_others_is_remembered_with_its_port_only(local: Path) -> None:
    memory = Memory.read(local)
    memory.environ["TRAININGOPS_BASE_URL"] = "http://192.168.1.20:8123"
    memory.write(local)
    assert _recalled(local, "demo")["TRAININGOPS_BASE_URL"] == "http://192.168.1.20:8123"
    assert "TRAININGOPS_BASE_URL" not in _recalled(local, "demo", "--port", "9000")


def _manage(local: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    taken = ("TRAININGOPS_", "DATABASE_URL", "BROKER_URL", "EMAIL_URL")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(taken)}
    return subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments],
        env={**environ, "TRAININGOPS_LOCAL_DIR": str(local)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_doctor_just_works_in_the_folder_of_a_demo_and_nowhere_else(local: Path, tmp_path: Path) -> None:
    beside = _manage(local, "doctor")
    assert "translations" in beside.stdout, beside.stderr
    elsewhere = _manage(tmp_path / "nothing", "doctor")
    assert elsewhere.returncode == 1
    assert "TRAININGOPS_SECRET_KEY is empty" in elsewhere.stderr


def test_what_a_run_prints_is_remembered_and_a_reset_forgets_it(tmp_path: Path, settings) -> None:
    settings.LOCAL_DIR = tmp_path
    for base_url, reset, printed in (
        ("http://localhost:8000", False, ["http://localhost:8000"]),
        ("http://localhost:9000", False, ["http://localhost:8000", "http://localhost:9000"]),
        ("http://localhost:8000", False, ["http://localhost:9000", "http://localhost:8000"]),
        ("http://localhost:9100", True, ["http://localhost:9100"]),
    ):
        settings.BASE_URL = base_url
        Command()._remember(reset=reset)
        assert Memory.read(tmp_path).printed == printed


def test_an_address_printed_before_leads_to_the_present_one(tmp_path: Path, settings) -> None:
    old, told = _free_port(), []
    settings.BASE_URL = "http://127.0.0.1:9000"
    printed = [f"http://127.0.0.1:{old}", "http://192.0.2.7:8000", settings.BASE_URL]
    with Supervisor(tmp_path, told.append) as supervisor:
        serving.answer_printed(supervisor, printed)
        until(lambda: serving._listens("127.0.0.1", old))
        opener = urllib.request.build_opener(_Stay)
        answer = opener.open(f"http://127.0.0.1:{old}/v/ABCD-EFGH?x=1", timeout=5)
        assert answer.status == 307
        assert answer.headers["Location"] == "http://127.0.0.1:9000/v/ABCD-EFGH?x=1"
    assert f"Records made before name http://127.0.0.1:{old}; it leads to http://127.0.0.1:9000" in told[0]
    assert (
        'http://192.0.2.7:8000, which this demo does not answer. To make them again: make demo ARGS="--reset"'
        in (told[1])
    )


class _Stay(urllib.request.HTTPRedirectHandler):
    def http_error_307(self, _request, file, *_rest):
        file.status = 307
        return file


def test_the_table_of_log_ins_fits_a_terminal(db, settings, tmp_path, capsys) -> None:
    from django.utils import timezone

    from trainingops.local import demo

    settings.MEDIA_ROOT = tmp_path
    demo.load(timezone.now())
    Command()._tell()
    told = capsys.readouterr().out.splitlines()
    assert max(len(line) for line in told) <= 100
    assert any("Coba ini dulu" in line for line in told)
