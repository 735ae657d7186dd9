"""How many requests a second the public pages answer, as ratios to the same server answering a constant page.

    PYTHONPATH=site:. python -m benchmarks.pages [--sizes 1000 50000] [--seconds 3] [--workers 1]

For each size a new SQLite database is filled with made-up projects of twelve reports each (without a search index)
and served with Granian as in production. *Cold* makes the page at every request; *warm* answers from the page
cache; *304* answers readers who hold the page already. Ratios are made inside one run, for readers who take Brotli.
Then one project changes, and the first page after it is timed, when its process must look at what changed.
wrk asks where it is installed; otherwise a client in Python, which slows the quick answers more than the slow ones.
"""

import argparse
import contextlib
import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import flask_migrate
from flask import Flask

from benchmarks import pages_records
from minsheng.database import db
from minsheng.records.projects import Project
from website.application import create_app
from website.config import Settings, load_or_make_secrets

PAGES = {"home": "/", "list": "/projects/", "project": "/projects/project-1"}
CONNECTIONS = 8
MADE_ANEW = "anew=1"
"""A parameter that no page knows: a page under it is never kept."""


class Reply(NamedTuple):
    """The status of an answer, its tag and the bytes of its body as sent."""

    status: int
    tag: str
    size: int


def main() -> None:
    """Print a table for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 50_000])
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--workers", type=int, default=1)
    chosen = parser.parse_args()
    os.environ["MINSHENG_WORKERS"] = str(chosen.workers)
    with serving("benchmarks.pages_constant:app", {}) as port:
        constant = rate(port, "/", {}, chosen.seconds)
    print(f"constant page: {constant:,.0f} requests a second, asked with {'wrk' if shutil.which('wrk') else 'Python'}")
    for size in chosen.sizes:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), size, chosen.seconds, constant)


def measure(folder: Path, size: int, seconds: float, constant: float) -> None:
    """Fill a database, serve it and print what it does."""
    environment = load_or_make_secrets(folder, {**os.environ, "MINSHENG_DATA": str(folder)})
    app = create_app(Settings.from_environment(environment))
    start = time.perf_counter()
    with app.app_context():
        flask_migrate.upgrade()
        pages_records.load(db.session(), size)
    print(f"\n{size:,} projects of {len(pages_records.MONTHS)} reports, loaded in {time.perf_counter() - start:.0f} s")
    with serving("website.wsgi:app", environment) as port:
        print(f"first page of the process: {timed(port, '/projects/'):.0f} ms")
        print("| page    | state | requests/s | × constant | bytes sent |")
        print("|---------|-------|-----------:|-----------:|-----------:|")
        for name, address in PAGES.items():
            held = ask(port, address)
            for state, asked, headers in (
                ("cold", f"{address}?{MADE_ANEW}", {}),
                ("warm", address, {}),
                ("304", address, {"If-None-Match": held.tag}),
            ):
                expected = 304 if headers else 200
                if (reply := ask(port, asked, headers)).status != expected:
                    raise SystemExit(f"{asked} answered {reply.status}")
                found = rate(port, asked, headers, seconds)
                print(f"| {name:7} | {state:5} | {found:10,.1f} | {found / constant:10.2g} | {reply.size:10,} |")
        for name, address in PAGES.items():
            change_one(app, size)
            print(f"{name} right after a publication: {timed(port, address):.0f} ms")


def change_one(app: Flask, size: int) -> None:
    """Publish a change of one project, as another process would."""
    with app.app_context():
        project = db.session.get_one(Project, size)
        project.planned_investment_fen = (project.planned_investment_fen or 0) + 1
        db.session.commit()


@contextlib.contextmanager
def serving(target: str, environment: dict[str, str]) -> Iterator[int]:
    """Serve an application as in production, in a process of its own; yield its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = f"from website.server import run_server; run_server('127.0.0.1', {port}, {target!r})"
    server = subprocess.Popen(
        [sys.executable, "-c", command],
        env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait()


def ask(port: int, address: str, headers: dict[str, str] | None = None) -> Reply:
    """Ask once."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", address, headers={"Accept-Encoding": "br", **(headers or {})})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return Reply(answer.status, answer.headers.get("ETag", ""), len(body))


def timed(port: int, address: str) -> float:
    """Return the milliseconds of one answer."""
    start = time.perf_counter()
    ask(port, address)
    return (time.perf_counter() - start) * 1000


def rate(port: int, address: str, headers: dict[str, str], seconds: float) -> float:
    """Return the requests a second that the server answers to several readers at once."""
    asked = {"Accept-Encoding": "br", **headers}
    program = shutil.which("wrk")
    if program is None:
        return rate_in_python(port, address, asked, seconds)
    lines = [part for name, value in asked.items() for part in ("-H", f"{name}: {value}")]
    url = f"http://127.0.0.1:{port}{address}"
    command = [program, "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "--timeout", "30s", *lines, url]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", report)
    if found is None:
        raise SystemExit(report)
    return float(found[1])


def rate_in_python(port: int, address: str, headers: dict[str, str], seconds: float) -> float:
    """Return the same, asked by threads of this process."""
    counts = [0] * CONNECTIONS
    end = time.perf_counter() + seconds

    def go(place: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        while time.perf_counter() < end:
            connection.request("GET", address, headers=headers)
            connection.getresponse().read()
            counts[place] += 1
        connection.close()

    threads = [threading.Thread(target=go, args=(place,)) for place in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


if __name__ == "__main__":
    main()
