"""Things tests need from the machine: a throw-away PostgreSQL and a Chromium, or a reason why not."""

import contextlib
import glob
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NEED_EVERYTHING = os.environ.get("MINSHENG_TESTS_NEED_EVERYTHING") == "1"
"""Set in continuous integration: there a missing server or browser is a failure, not a reason to skip."""


def missing(reason: str) -> None:
    """Skip the test with a reason, or fail it where everything must be there."""
    if NEED_EVERYTHING:
        pytest.fail(reason)
    pytest.skip(reason)


def find_chromium() -> str | None:
    """Return the path of a Chromium on this machine, or None."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def find_postgresql() -> Path | None:
    """Return the folder of PostgreSQL's server binaries, the newest found, or None."""
    on_path = shutil.which("pg_ctl")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += [Path(found) for found in sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)]  # noqa: PTH207 - an absolute pattern
    return next((folder for folder in candidates if os.access(folder / "initdb", os.X_OK)), None)


@contextlib.contextmanager
def throwaway_postgresql(binaries: Path) -> Iterator[str]:
    """Start a PostgreSQL that listens on a socket in a temporary folder only; yield the address of its server."""
    folder = tempfile.mkdtemp(prefix="minsheng-pg-")
    options: dict[str, Any] = {"cwd": "/", "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = next(entry for entry in pwd.getpwall() if entry.pw_name in {"postgres", "nobody"})
        os.chown(folder, user.pw_uid, user.pw_gid)
        options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    control = [str(binaries / "pg_ctl"), "-D", f"{folder}/data", "-w"]
    settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c synchronous_commit=off"
    try:
        subprocess.run(
            [str(binaries / "initdb"), "-D", f"{folder}/data", "-U", "test", "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True,
            **options,
        )
        subprocess.run([*control, "-l", f"{folder}/log", "-o", settings, "start"], check=True, **options)
        yield f"postgresql+psycopg://test@/postgres?host={folder}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, **options)
        shutil.rmtree(folder, ignore_errors=True)
