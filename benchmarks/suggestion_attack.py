"""An attack on the letters of residents, genuine letters in the midst of it, and what became of each.

    PYTHONPATH=site:. python -m benchmarks.suggestion_attack [--workers 1 2] [--letters 10000] [--seconds 60]

For each number of server processes a new site with sample content is served as in production (``--site`` takes a
copy of a data folder instead). Several client
processes send letters from ever new addresses for a minute: in ever new words, copied, trapped, forged, sent twice,
with work done for another form, from one crowded network, with pictures that unpack to gigabytes, and some worked for.
Ten residents send theirs among them: one opened the form before, one has no scripts, one sits in the crowded network.
Before it, the same server answers a constant page, since clients and server share the machine.
"""

import argparse
import collections
import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.pages import rate_in_python, serving
from benchmarks.suggestion_senders import CROWDED, PLANS, Answer, Sender, Shared, Tally, begin
from minsheng.codes import code_hash

ROOT = Path(__file__).resolve().parents[1]
LOAD_AFTER = 400
"""Letters of the attack before the residents send theirs."""
APART = 3.0
"""Seconds between two residents."""

RESIDENTS = {
    "form opened before the attack": "东街小学门口的斑马线看不清了，请重新画一下。",
    "same network as the attack": "北关菜市场的公厕没有水，请修一修。",
    "no scripts": "南坪村卫生室星期天没有人，请安排值班。",
    "resident 4": "西河桥头的路灯晚上不亮，老人走路不方便。",
    "resident 5": "新华路 12 路公交车站没有雨棚，下雨天都淋着。",
    "resident 6": "柳林小区三号楼的水压太低，早上洗不了脸。",
    "resident 7": "镇中心小学食堂的饭菜凉，孩子回来说吃不饱。",
    "resident 8": "城西垃圾中转站气味大，夏天不敢开窗。",
    "resident 9": "幸福村口的路坑洼，骑电动车摔过好几个人。",
    "resident 10": "文化广场的健身器材坏了两个多月，没有人修。",
}
"""Who sends what."""


class Sent(NamedTuple):
    """A resident's letter: its answer, seconds until the form was open, working, and until the receipt."""

    answer: Answer
    opening: float
    working: float
    sending: float


def main() -> None:
    """Attack and print what happened; end with an error where a resident's letter is not where it belongs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--letters", type=int, default=10_000, help="letters of the attack")
    parser.add_argument("--processes", type=int, default=3, help="client processes")
    parser.add_argument("--threads", type=int, default=6, help="senders at a time in each")
    parser.add_argument("--seconds", type=int, default=60, help="when the attack ends, whatever was sent")
    parser.add_argument("--workers", type=int, nargs="+", default=[1], help="server processes")
    parser.add_argument("--site", type=Path, help="a data folder to attack a copy of")
    given = parser.parse_args()
    lost = 0
    with tempfile.TemporaryDirectory() as root:
        fresh = Path(root) / "fresh"
        if given.site:
            shutil.copytree(given.site, fresh)
        with server(fresh, free_port(), 1):
            pass
        for workers in given.workers:
            folder = Path(root) / f"of {workers}"
            shutil.copytree(fresh, folder)
            os.environ["MINSHENG_WORKERS"] = str(workers)
            with serving("benchmarks.pages_constant:app", {}) as port:
                constant = rate_in_python(port, "/", {}, 3)
            port = free_port()
            with server(folder, port, workers) as process:
                print(f"\n{workers} server process(es); constant page: {constant:,.0f} requests a second")
                lost += fight(folder, port, given, process.pid)
            shutil.rmtree(folder)
    raise SystemExit(1 if lost else 0)


def fight(folder: Path, port: int, given: argparse.Namespace, pid: int) -> int:
    """Attack one server, print what became of everything, and return how many residents' letters were lost."""
    with database(folder) as connection:
        before = number(connection, "SELECT count(*) FROM suggestion")
    residents = {who: Sender(port, f"192.0.2.{place}") for place, who in enumerate(RESIDENTS, 7)}
    residents["same network as the attack"].address = CROWDED
    if residents["form opened before the attack"].open() != 200:
        raise SystemExit("the form does not open")
    attackers, shared = begin(port, given.letters, given.processes, given.threads, given.seconds)
    sent: dict[str, Sent] = {}
    people = threading.Thread(target=_send_residents, args=(residents, shared, given, sent))
    used = cpu_seconds(pid)
    shared.ready.wait()
    begun = time.monotonic()
    people.start()
    tallies: list[Tally] = [shared.told.get() for _one in attackers]
    seconds, used = time.monotonic() - begun, cpu_seconds(pid) - used
    for one in attackers:
        one.join()
    people.join()
    with database(folder) as connection:
        report_attack(connection, tallies, seconds, used)
        return report_residents(connection, sent, before)


def _send_residents(
    residents: dict[str, Sender], shared: Shared, given: argparse.Namespace, sent: dict[str, Sent]
) -> None:
    """Send the residents' letters one after another once the attack is felt."""
    deadline = time.monotonic() + given.seconds
    while shared.sent.value < min(LOAD_AFTER, given.letters) and time.monotonic() < deadline:
        time.sleep(0.05)
    for who, words in RESIDENTS.items():
        sent[who] = send_resident(residents[who], who, words)
        time.sleep(APART)


def send_resident(sender: Sender, who: str, words: str) -> Sent:
    """Open the form, work for it while writing where there are scripts, and send until there is a receipt."""
    start = time.monotonic()
    if who != "form opened before the attack":
        sender.open()
    opened = time.monotonic()
    if who == "no scripts":
        return Sent(sender.send(words), opened - start, 0, time.monotonic() - opened)
    proof = sender.proof()
    worked = time.monotonic()
    answer = sender.send(words, proof=proof)
    if answer.status in {200, 422}:
        answer = sender.send_like_a_person(words)
    return Sent(answer, opened - start, worked - opened, time.monotonic() - worked)


def report_attack(connection: sqlite3.Connection, tallies: list[Tally], seconds: float, used: float) -> None:
    """Print what became of the letters of the attack, by what the attackers did."""
    answers: collections.Counter[tuple[str, str]] = collections.Counter()
    codes: dict[str, list[str]] = {}
    for tally in tallies:
        answers.update(tally.answers)
        for plan, given in tally.codes.items():
            codes.setdefault(plan, []).extend(given)
    total = sum(answers.values())
    print(f"attack: {total:,} letters in {seconds:.0f} s, {total * 60 / seconds:,.0f} a minute")
    print(f"server: {used:.0f} s of processor time, {used * 1000 / total:.1f} ms a letter (two or three requests)")
    print("| attackers | letters | cases | held | sent back | over limit | no form token | failed | timed out |")
    print("|-----------|--------:|------:|-----:|----------:|-----------:|--------------:|-------:|----------:|")
    for plan in (*PLANS, "worked"):
        of_plan = {status: found for (name, status), found in answers.items() if name == plan}
        hashes = {code_hash(code) for code in codes.get(plan, [])}
        cases, held = (_with_hash(connection, table, hashes) for table in ("suggestion", "held_letter"))
        failed = sum(found for status, found in of_plan.items() if status.startswith("5") or status == "1")
        cells = (
            sum(of_plan.values()),
            cases,
            held,
            of_plan.get("422", 0) + of_plan.get("200", 0),
            of_plan.get("429", 0),
            of_plan.get("400", 0),
            failed,
            of_plan.get("0", 0),
        )
        print(f"| {plan:9} | " + " | ".join(f"{cell:,}" for cell in cells) + " |")


def report_residents(connection: sqlite3.Connection, sent: dict[str, Sent], before: int) -> int:
    """Print what became of the residents' letters and what reviewers see; return how many letters were lost."""
    print("| resident | answer | form open (s) | own work (s) | receipt (s) | in the queue | held |")
    print("|----------|-------:|--------------:|-------------:|------------:|-------------:|-----:|")
    lost = own = 0
    for who, words in RESIDENTS.items():
        cases = number(connection, "SELECT count(*) FROM suggestion WHERE words = ?", words)
        held = number(connection, "SELECT count(*) FROM held_letter WHERE words = ?", words)
        one = sent[who]
        print(
            f"| {who} | {one.answer.status} | {one.opening:.2f} | {one.working:.2f} | {one.sending:.2f}"
            f" | {cases} | {held} |"
        )
        is_in_place = cases + held == 1 if who in {"no scripts", "same network as the attack"} else cases == 1
        lost += not (is_in_place and one.answer.code)
        own += cases
    queue = number(connection, "SELECT count(*) FROM suggestion") - before
    print(f"reviewers' queue: {queue} new cases, {own} of them the residents'; {queue - own} of the attack's, unmarked")
    query = "SELECT reason, count(*), count(DISTINCT likeness) FROM held_letter GROUP BY reason ORDER BY reason"
    for reason, letters, groups in connection.execute(query):
        print(f"held apart, {reason}: {letters} letters in {groups} groups")
    print(f"residents' letters lost or not where they belong: {lost}")
    return lost


def _with_hash(connection: sqlite3.Connection, table: str, hashes: set[str]) -> int:
    """Return how many records of a table have one of these hashes of a code."""
    query = f"SELECT code_hash FROM {table}"  # noqa: S608 - one of two names of ours
    return sum(one in hashes for (one,) in connection.execute(query))


@contextlib.contextmanager
def server(folder: Path, port: int, workers: int) -> Iterator[subprocess.Popen[bytes]]:
    """Serve the site of a folder, believing one proxy about addresses, until done with."""
    environment = {
        **os.environ,
        "MINSHENG_DATA": str(folder),
        "MINSHENG_TRUSTED_PROXIES": "1",
        "MINSHENG_WORKERS": str(workers),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "site"), str(ROOT)]),
    }
    command = [sys.executable, "-m", "website", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield process
    finally:
        process.terminate()
        process.wait(20)


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process and its children took so far; 0 where the system does not tell."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(stat.parent.name) == pid or int(fields[1]) == pid:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


def database(folder: Path) -> contextlib.closing[sqlite3.Connection]:
    """Open a site's database."""
    return contextlib.closing(sqlite3.connect(folder / "minsheng.sqlite", timeout=30))


def number(connection: sqlite3.Connection, query: str, *values: str) -> int:
    """Return the one number that a query finds."""
    return int(connection.execute(query, values).fetchone()[0])


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the site answers."""
    deadline = time.monotonic() + 400
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the site did not come up")


if __name__ == "__main__":
    main()
