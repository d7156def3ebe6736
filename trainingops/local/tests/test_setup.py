"""Issue 2, "two commands": the set-up does each step once, and says in one line what it cannot do."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from trainingops.local import setup


def test_missing_packages_stop_an_ordinary_user_with_the_one_apt_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup.os, "geteuid", lambda: 1000)
    wanted = {"libpango-1.0-0": lambda: False, "fontconfig": lambda: True, "openssl": lambda: False}
    with pytest.raises(SystemExit) as stop:
        setup.install_packages(wanted)
    assert "  sudo apt-get install -y --no-install-recommends libpango-1.0-0 openssl\n" in str(stop.value)


def test_root_installs_what_is_missing_and_only_that(monkeypatch: pytest.MonkeyPatch) -> None:
    present = {"openssl": False, "fontconfig": True}
    commands = []

    def run(title: str, command: list[str], *more: object) -> None:
        commands.append(command)
        present.update(openssl=True)

    monkeypatch.setattr(setup.os, "geteuid", lambda: 0)
    monkeypatch.setattr(setup, "_run", run)
    setup._apt_update.cache_clear()
    setup.install_packages({name: lambda name=name: present[name] for name in present})
    assert [command[3] for command in commands] == ["update", "install"]
    assert commands[1][-1] == "openssl"
    assert "fontconfig" not in commands[1]


def test_a_browser_that_cannot_be_installed_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(packages: list[str]) -> None:
        raise SystemExit("apt-get failed")

    monkeypatch.setattr(setup.shutil, "which", lambda name: None if name == "chromium" else f"/usr/bin/{name}")
    monkeypatch.setattr(setup.os, "geteuid", lambda: 0)
    monkeypatch.setattr(setup, "_apt_install", fail)
    setup.install_browser()
    assert "The browser tests are skipped." in capsys.readouterr().out


def test_a_step_is_done_once_for_the_same_parts(tmp_path: Path) -> None:
    done = []
    for parts in ([b"a"], [b"a"], [b"b"]):
        setup._once(tmp_path / "stamp", parts, lambda: done.append(1))
    assert len(done) == 2


def test_a_step_that_fails_leaves_no_stamp_and_shows_the_end_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "LOCAL", tmp_path)

    def work() -> None:
        setup._run("Trying", ["sh", "-c", "echo no space left; exit 3"], "try")

    with pytest.raises(SystemExit, match=r"(?s)Trying failed \(exit code 3\).*no space left"):
        setup._once(tmp_path / "stamp", [b"a"], work)
    assert not (tmp_path / "stamp").exists()


def test_the_set_up_and_clean_need_no_package_of_ours() -> None:
    """They run before ``.venv`` exists: by path, with the standard library."""
    root = Path(setup.__file__).parent
    for name in ("setup.py", "clean.py", "fresh.py", "guard.py", "places.py"):
        assert "import trainingops" not in (root / name).read_text()
        assert "from trainingops" not in (root / name).read_text()
    assert isinstance(runpy.run_path(str(root / "places.py")), dict)
