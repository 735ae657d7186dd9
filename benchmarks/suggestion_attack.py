"""An attack on the letters of residents, one genuine letter in the midst of it, and what became of each.

Starts a server of its own, sends letters from many addresses for a while, and one resident's with the work done.
Run: ``PYTHONPATH=site:. python benchmarks/suggestion_attack.py [letters] [threads]`` (10 000 and 16 by default).
"""

import collections
import html
import http.client
import os
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

from minsheng.proof_of_work import find

ROOT = Path(__file__).resolve().parents[1]
GENUINE = "东街小学门口的斑马线看不清了，请重新画一下。"


class Sender:
    """One browser: its address, its cookie, and the form it has opened."""

    def __init__(self, port: int, address: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = {"X-Forwarded-For": address}
        self.fields: dict[str, str] = {}

    def open(self) -> None:
        """Open the form and read its hidden fields."""
        self._connection.request("GET", "/suggestions/new", headers=self._headers)
        answer = self._connection.getresponse()
        page = answer.read().decode()
        cookie = answer.getheader("Set-Cookie")
        if cookie:
            self._headers["Cookie"] = cookie.partition(";")[0]
        found = re.findall(r'<input[^>]*name="([a-z_]+)"[^>]*type="hidden"[^>]*value="([^"]*)"', page)
        self.fields = {name: html.unescape(value) for name, value in found}

    def send(self, words: str, address: str, **more: str) -> int:
        """Send the form once; return the status."""
        typed = {**self.fields, "kind": "complaint", "words": words, "place": "", "checked": "yes", **more}
        headers = {
            **self._headers,
            "X-Forwarded-For": address,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._connection.request("POST", "/suggestions/new", urllib.parse.urlencode(typed), headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status


def attack(port: int, letters: int, part: int, parts: int, counts: collections.Counter[str]) -> None:
    """Send this thread's share: a new form for every letter, some twice, some with the trap filled in."""
    for number in range(part, letters, parts):
        address = f"10.{number % 250}.{number // 250 % 250}.{part + 1}"
        try:
            sender = Sender(port, address)
            sender.open()
            trap = {"homepage": "http://spam.invalid"} if number % 10 == 0 else {}
            status = sender.send(f"第{number}封：买买买，加微信。", address, **trap)
            if status == 302 and number % 7 == 0:
                status = sender.send(f"第{number}封：买买买，加微信。", address)
            counts[f"{'trap ' if trap else ''}{status}"] += 1
        except OSError as error:
            counts[type(error).__name__] += 1


def main() -> None:
    """Run the attack and print what happened."""
    letters, threads = (int(given) for given in [*sys.argv[1:], *("10000", "16")[len(sys.argv) - 1 :]][:2])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "MINSHENG_DATA": folder,
            "MINSHENG_TRUSTED_PROXIES": "1",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "site"), str(ROOT)]),
        }
        command = [sys.executable, "-m", "website", "serve", "--port", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            _wait(port)
            before = _count(Path(folder), "suggestion")
            _fight(port, letters, threads)
            print(f"cases made: {_count(Path(folder), 'suggestion') - before}")
            print(f"letters held for a reviewer's look: {_count(Path(folder), 'held_letter')}")
            with sqlite3.connect(Path(folder) / "minsheng.sqlite") as database:
                kept = database.execute("SELECT count(*) FROM suggestion WHERE words = ?", (GENUINE,)).fetchone()[0]
            print(f"the resident's letter: {kept} case")
        finally:
            server.terminate()
            server.wait(20)


def _fight(port: int, letters: int, threads: int) -> None:
    """Attack with all threads, send the genuine letter in the middle, print answers and times."""
    counts: collections.Counter[str] = collections.Counter()
    started = time.monotonic()
    attackers = [
        threading.Thread(target=attack, args=(port, letters, part, threads, counts)) for part in range(threads)
    ]
    for thread in attackers:
        thread.start()
    time.sleep(5)
    begun = time.monotonic()
    resident = Sender(port, "192.0.2.7")
    resident.open()
    opened = time.monotonic()
    proof = find(resident.fields["ticket"]) if resident.fields.get("proof") else ""
    worked = time.monotonic()
    status = resident.send(GENUINE, "192.0.2.7", proof=proof)
    print(
        f"resident: form after {opened - begun:.1f} s, work {worked - opened:.1f} s,"
        f" answered {status} after {time.monotonic() - worked:.1f} s"
    )
    for thread in attackers:
        thread.join()
    print(f"attack: {letters} letters in {time.monotonic() - started:.0f} s, answers {dict(counts)}")


def _wait(port: int) -> None:
    """Wait until the site answers."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the site did not come up")


def _count(folder: Path, table: str) -> int:
    with sqlite3.connect(folder / "minsheng.sqlite") as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - our own names


if __name__ == "__main__":
    main()
