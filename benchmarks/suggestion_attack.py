"""An attack on the letters of residents, genuine letters in the midst of it, and what became of each.

Starts a server with a data folder of its own, sends letters from many addresses, and four residents' letters among
them: one opened before the attack and sent in it, one opened and sent in it, one without scripts, one from the
network that sends most. Run: ``PYTHONPATH=site:. python benchmarks/suggestion_attack.py [--letters N] [--seconds N]``.
"""

import argparse
import collections
import contextlib
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
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from minsheng.proof_of_work import BITS, find

ROOT = Path(__file__).resolve().parents[1]
FORM = "/suggestions/new"
RUBBISH = "买买买，加微信领红包。"
CROWDED = "198.51.100.9"
"""The address that a tenth of the attack comes from."""
LOAD_AFTER = 500
"""Letters of the attack before the residents send theirs: the crowded address is well beyond its limit by then."""


class Answer(NamedTuple):
    """What the site said: a status, and the tracking code where it led to a receipt."""

    status: int
    code: str
    page: str


class Sender:
    """One browser: its address, its cookie, and the form it has open."""

    def __init__(self, port: int, address: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.address = address
        self._cookie = ""
        self.fields: dict[str, str] = {}
        self.bits = BITS

    def open(self) -> int:
        """Open the form and read its hidden fields; return the status."""
        return self._ask("GET").status

    def send(self, words: str, **more: str) -> Answer:
        """Send the form once; what comes back is the form that is open now."""
        return self._ask("POST", {**self.fields, "kind": "complaint", "words": words, "place": "", **more})

    def send_like_a_person(self, words: str) -> Answer:
        """Send the form, and do what the page asks for until there is a receipt: work for it, or press again."""
        answer = self.send(words, proof=self._proof())
        for _turn in range(3):
            if answer.status not in {200, 422}:
                break
            answer = self.send(words, proof=self._proof())
        return answer

    def _proof(self) -> str:
        """Return the work that the open form asks for, as its script would find it."""
        proof = self.fields.get("proof", "")
        return find(self.fields["ticket"], self.bits) if proof == "none" else proof

    def _ask(self, method: str, typed: dict[str, str] | None = None) -> Answer:
        headers = {"X-Forwarded-For": self.address, "Cookie": self._cookie}
        if typed is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self._connection.request(method, FORM, urllib.parse.urlencode(typed or {}), headers)
            answer = self._connection.getresponse()
            page = answer.read().decode()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
        if cookie := answer.getheader("Set-Cookie"):
            self._cookie = cookie.partition(";")[0]
        fields = dict(re.findall(r'<input name="([a-z_]+)" type="hidden" value="([^"]*)"', page))
        if asked := re.search(r'data-proof="([0-9]+)"', page):
            self.bits = int(asked[1])
        if "ticket" in fields:
            self.fields = {name: html.unescape(value) for name, value in fields.items()}
        code = re.search(r"/follow/([^/?]+)", answer.getheader("Location") or "")
        return Answer(answer.status, code[1] if code else "", page)


@dataclass
class Attack:
    """Letters from many addresses: most of other words each, some copied, trapped, forged, sent twice or worked for."""

    port: int
    letters: int
    until: float
    answers: collections.Counter[str] = field(default_factory=collections.Counter)
    is_seen: threading.Event = field(default_factory=threading.Event)
    sent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, part: int, parts: int) -> None:
        """Send one thread's share, until all is sent or the time is up."""
        sender = Sender(self.port, "")
        for number in range(part, self.letters, parts):
            if time.monotonic() > self.until:
                return
            sender.address = f"10.{number % 250}.{number // 250 % 250}.{part + 1}"
            kind = ("copy", "trap", "forged", "twice", "crowd")[number % 10] if number % 10 < 5 else "plain"
            kind = "worked" if number % 100 == 99 else kind
            try:
                status = str(self._letter(sender, kind, number))
            except (OSError, http.client.HTTPException) as error:
                status = type(error).__name__
            self._note(f"{kind} {status}")

    def _letter(self, sender: Sender, kind: str, number: int) -> int:
        sender.address = CROWDED if kind == "crowd" else sender.address
        words = RUBBISH if kind == "copy" else f"第{number}封：{RUBBISH}"
        opened = sender.open()
        if opened != 200:
            return opened
        if kind == "forged":
            return sender.send(words, ticket="forged", proof="1").status
        if kind == "worked":
            return sender.send_like_a_person(words).status
        answer = sender.send(words, **({"homepage": "http://spam.invalid"} if kind == "trap" else {}))
        return sender.send(words).status if kind == "twice" else answer.status

    def _note(self, what: str) -> None:
        with self._lock:
            self.answers[what] += 1
            self.sent += 1
            if self.sent >= min(LOAD_AFTER, self.letters):
                self.is_seen.set()


RESIDENTS = {
    "form opened before the attack": "东街小学门口的斑马线看不清了，请重新画一下。",
    "form opened in the attack": "西河桥头的路灯晚上不亮，老人走路不方便。",
    "no scripts": "南坪村卫生室星期天没有人，请安排值班。",
    "same network as the attack": "北关菜市场的公厕没有水，请修一修。",
}
"""Who sends what."""


def fight(port: int, letters: int, threads: int, seconds: int) -> dict[str, Answer]:
    """Attack with all threads, send the residents' letters in it, print answers and times; return the residents'."""
    early, _late, plain, crowded = RESIDENTS
    senders = {who: Sender(port, f"192.0.2.{number}") for number, who in enumerate(RESIDENTS, 7)}
    senders[crowded].address = CROWDED
    if senders[early].open() != 200:
        raise SystemExit("the form does not open")
    attack = Attack(port, letters, time.monotonic() + seconds)
    started = time.monotonic()
    attackers = [threading.Thread(target=attack.run, args=(part, threads)) for part in range(threads)]
    for thread in attackers:
        thread.start()
    attack.is_seen.wait(seconds)
    answers = {}
    for who, words in RESIDENTS.items():
        begun = time.monotonic()
        if who != early:
            senders[who].open()
        answers[who] = senders[who].send(words) if who == plain else senders[who].send_like_a_person(words)
        print(f"resident, {who}: {answers[who].status} after {time.monotonic() - begun:.1f} s")
    for thread in attackers:
        thread.join()
    print(f"attack: {attack.sent} of {letters} letters in {time.monotonic() - started:.0f} s")
    for what, count in sorted(attack.answers.items()):
        print(f"  {what}: {count}")
    return answers


@contextlib.contextmanager
def server(folder: str, port: int) -> Iterator[None]:
    """Serve a new site from a folder, believing one proxy about addresses, until done with."""
    environment = {
        **os.environ,
        "MINSHENG_DATA": folder,
        "MINSHENG_TRUSTED_PROXIES": "1",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "site"), str(ROOT)]),
    }
    command = [sys.executable, "-m", "website", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        yield
    finally:
        process.terminate()
        process.wait(20)


def main() -> None:
    """Run the attack and print what happened; end with an error where a resident's letter is not where it belongs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=10_000, help="letters of the attack")
    parser.add_argument("--threads", type=int, default=16, help="senders at a time")
    parser.add_argument("--seconds", type=int, default=90, help="when the attack ends, whatever was sent")
    given = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder, server(folder, port):
        with _database(folder) as database:
            before = _number(database, "SELECT count(*) FROM suggestion")
        answers = fight(port, given.letters, given.threads, given.seconds)
        with _database(folder) as database:
            lost = report(database, before, answers)
    raise SystemExit(1 if lost else 0)


def report(database: sqlite3.Connection, before: int, answers: dict[str, Answer]) -> int:
    """Print what the database holds; return how many residents' letters are not there, or held with proof given."""
    cases = _number(database, "SELECT count(*) FROM suggestion")
    print(f"cases in the reviewers' queue: {cases - before}")
    held = database.execute(
        "SELECT reason, count(*), count(DISTINCT fingerprint) FROM held_letter GROUP BY reason ORDER BY reason"
    )
    for reason, count, kinds in held:
        print(f"held, {reason}: {count} letters of {kinds} wordings")
    lost = 0
    for who, words in RESIDENTS.items():
        cases = _number(database, "SELECT count(*) FROM suggestion WHERE words = ?", words)
        waiting = _number(database, "SELECT count(*) FROM held_letter WHERE words = ?", words)
        print(f"resident, {who}: {cases} in the queue, {waiting} held, code {answers[who].code or 'none'}")
        is_in_place = cases == 1 if "opened" in who else cases + waiting == 1
        lost += not (is_in_place and answers[who].code)
    return lost


def _database(folder: str) -> contextlib.closing[sqlite3.Connection]:
    return contextlib.closing(sqlite3.connect(Path(folder) / "minsheng.sqlite", timeout=30))


def _number(database: sqlite3.Connection, query: str, *values: str) -> int:
    return int(database.execute(query, values).fetchone()[0])


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


if __name__ == "__main__":
    main()
