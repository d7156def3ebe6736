"""Issue 2, "two commands": a killed child starts again, nothing outlives the supervisor, stale files do not matter."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from trainingops.local import places as places_module
from trainingops.local.places import Places, StartFailed, others_can_enter
from trainingops.local.supervisor import Child, Lock, Supervisor
from trainingops.local.tests.conftest import child_of, of, until

SITE = Path(__file__).with_name("little_site.py")


def start(folder: Path, **options: object) -> subprocess.Popen[str]:
    site = subprocess.Popen(
        [sys.executable, str(SITE), str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # The supervisor honours an ignored SIGHUP, and these tests may themselves run under nohup.
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        **options,
    )
    lines = []
    for line in site.stdout:
        lines.append(line)
        if line == "up\n":
            return site
    raise AssertionError("".join(lines))


def query(folder: Path, statement: str) -> object:
    with psycopg.connect(Places(folder).database_url, autocommit=True) as connection:
        return connection.execute(statement).fetchone()


def answers(folder: Path) -> bool:
    try:
        return query(folder, "SELECT 1") == (1,)
    except psycopg.OperationalError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopping_leaves_no_process_and_ends_with_success(folder: Path, number: signal.Signals) -> None:
    site = start(folder)
    assert len(of(folder)) > 5
    site.send_signal(number)
    assert site.wait(60) == 0
    assert of(folder) == {}


def test_killing_the_supervisor_leaves_no_process_and_the_next_start_works(folder: Path) -> None:
    site = start(folder)
    site.kill()
    site.wait()
    again = start(folder)  # at once, while the first database still shuts down
    until(lambda: sum("little_site" in arguments for arguments in of(folder).values()) == 1)
    assert answers(folder)
    again.kill()
    again.wait()
    until(lambda: of(folder) == {})


def test_a_killed_child_starts_again_and_its_own_child_does_not_stay(folder: Path) -> None:
    site = start(folder)
    parent = child_of(folder, "subprocess.Popen")
    until(lambda: child_of(folder, "-c import time; time.sleep(998)"))
    orphan = child_of(folder, "-c import time; time.sleep(998)")
    os.kill(parent, signal.SIGKILL)
    until(lambda: child_of(folder, "subprocess.Popen") not in {0, parent})
    assert orphan not in of(folder)
    site.terminate()
    assert site.wait(60) == 0


@pytest.mark.parametrize("words", ["bin/postgres", "valkey-server"])
def test_a_killed_service_recovers_with_its_data(folder: Path, words: str) -> None:
    site = start(folder)
    with psycopg.connect(Places(folder).database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    old = child_of(folder, words)
    os.kill(old, signal.SIGKILL)
    until(lambda: child_of(folder, words) not in {0, old} and answers(folder))
    assert query(folder, "SELECT n FROM kept") == (7,)
    site.terminate()
    assert site.wait(60) == 0


def test_a_pid_file_whose_number_another_process_took_does_not_stop_the_start(folder: Path) -> None:
    site = start(folder)
    site.terminate()
    site.wait(60)
    sleeper = subprocess.Popen(["sleep", "60"], **({"user": "nobody"} if os.geteuid() == 0 else {}))
    try:
        data = Places(folder).postgres_data
        (data / "postmaster.pid").write_text(f"{sleeper.pid}\n{data}\n")
        again = start(folder)
        assert answers(folder)
        again.terminate()
        assert again.wait(60) == 0
    finally:
        sleeper.kill()
        sleeper.wait()


def test_the_role_of_the_application_is_no_superuser_and_has_btree_gist(folder: Path) -> None:
    site = start(folder)
    assert query(folder, "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user") == (False, True)
    assert query(folder, "SELECT count(*) FROM pg_extension WHERE extname = 'btree_gist'") == (1,)
    assert query(
        folder, "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
    ) == ("UTF8",)
    site.terminate()
    site.wait(60)


def test_a_start_that_fails_shows_the_end_of_the_log(tmp_path: Path) -> None:
    broken = Child(name="broken", command=[sys.executable, "-c", "raise SystemExit('no such disk')"])
    with (
        Supervisor(tmp_path, lambda line: None) as supervisor,
        pytest.raises(StartFailed, match=r"(?s)broken ended with code 1.*no such disk"),
    ):
        supervisor.start(broken, ready=lambda: False)


def test_a_lock_is_held_once_and_names_its_holder(tmp_path: Path) -> None:
    first, second = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    assert first.take()
    assert not second.take()
    assert second.holder() == str(os.getpid())
    first.release()
    assert second.take()
    second.release()


def test_a_long_path_gets_a_short_socket_and_a_copy_never_shares_it(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 60) / ("y" * 60)
    one, two = Places(deep / "a"), Places(deep / "b")
    assert len(str(one.valkey_socket)) < 107
    assert one.valkey_socket != two.valkey_socket


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root meets an account that cannot reach the project")


@needs_root
def test_under_a_home_of_its_owner_only_the_database_moves_and_no_permission_changes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folder.parent / "home"
    home.mkdir(mode=0o700)
    local = home / "trainingops" / ".local"
    local.parent.mkdir()
    assert not others_can_enter(local)
    site = start(local)
    try:
        assert Places(local).postgres_data.is_relative_to(places_module.CACHE_ROOT)
        assert answers(local)
        assert home.stat().st_mode & 0o777 == 0o700
        server = child_of(local, "bin/postgres")
        assert Path(f"/proc/{server}").stat().st_uid == pwd.getpwnam("nobody").pw_uid
    finally:
        site.terminate()
        site.wait(60)
        cache = Places(local).cache
        Places(local).remove()
    assert not cache.exists()


@needs_root
def test_an_ordinary_user_runs_everything_as_that_user(folder: Path) -> None:
    user = pwd.getpwnam("daemon")
    home = folder.parent / "home"
    home.mkdir(mode=0o700)
    os.chown(home, user.pw_uid, user.pw_gid)
    if not others_can_enter(SITE.parent) or not others_can_enter(Path(sys.executable).resolve()):
        pytest.skip("this checkout or its Python cannot be reached by another user")
    site = start(home / ".local", user=user.pw_uid, group=user.pw_gid, extra_groups=[], env={"PATH": "/usr/bin:/bin"})
    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in of(home / ".local")}
    site.terminate()
    assert site.wait(60) == 0
    assert owners == {user.pw_uid}
