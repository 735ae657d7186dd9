"""One command to run the site, one to test it: needs only Python 3.11 or later.

python3 run.py                  make an environment, prepare everything and serve the site
python3 run.py test             check the code and run all tests
python3 run.py test PATH ...    run some tests
python3 run.py COMMAND ...      any other command of `minsheng`, such as `journal verify`
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCKS = {"runtime": ROOT / "locks" / "runtime.txt", "development": ROOT / "locks" / "development.txt"}
CHECKS = [
    ["ruff", "check"],
    ["ruff", "format", "--check"],
    ["mypy"],
    ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    ["deptry", "site", "search", "translations"],
    ["djlint", "site", "--lint", "--quiet"],
]


def main(arguments: list[str]) -> int:
    """Prepare the environment, then do what the arguments ask for; return the exit code."""
    if sys.version_info < (3, 11):
        print("Minsheng needs Python 3.11 or later; this is", sys.version.split()[0], file=sys.stderr)
        return 2
    if arguments[:1] == ["test"]:
        prepare("development")
        return test(arguments[1:])
    prepare("runtime")
    return call(["website", *(arguments or ["serve"])])


def prepare(lock: str) -> None:
    """Make the environment and install the locked packages, unless that is done already."""
    digest = hashlib.sha256(LOCKS[lock].read_bytes() + sys.version.encode()).hexdigest()[:16]
    stamp = ENVIRONMENT / f"{lock}-{digest}"
    if PYTHON.exists() and stamp.exists():
        return
    if not PYTHON.exists():
        print("Making an environment in .venv …", flush=True)
        try:
            venv.create(ENVIRONMENT, with_pip=True, clear=True)
        except subprocess.CalledProcessError:
            shutil.rmtree(ENVIRONMENT, ignore_errors=True)
            sys.exit("Python's venv module is incomplete here. On Debian and Ubuntu: apt install python3-venv")
    print(f"Installing the locked {lock} packages …", flush=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--require-hashes", "--requirement", str(LOCKS[lock])], check=True)
    stamp.touch()


def test(arguments: list[str]) -> int:
    """Run every check and all tests; with arguments only pytest, on them."""
    if arguments:
        return call(["pytest", *arguments])
    for check in CHECKS:
        print("==", *check, flush=True)
        if code := call(check):
            return code
    print("== pytest", flush=True)
    return call(["pytest", "--quiet", "--numprocesses", "2", "--dist", "loadfile"])


def call(module: list[str]) -> int:
    """Run a module (or ``-c`` code) of the environment with our sources on its path."""
    path = os.pathsep.join([str(ROOT / "site"), str(ROOT)])
    command = module if module[0] == "-c" else ["-m", *module]
    try:
        return subprocess.run(
            [str(PYTHON), *command], cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, check=False
        ).returncode
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
