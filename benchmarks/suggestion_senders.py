"""Senders of letters for :mod:`benchmarks.suggestion_attack`: a browser, and processes full of attackers."""

import collections
import html
import http.client
import multiprocessing
import random
import re
import struct
import threading
import time
import urllib.parse
import zlib
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from minsheng.casework.proof_of_work import BITS, find

FORM = "/suggestions/new"
RUBBISH = "买买买，加微信领红包。"
CROWDED = "198.51.100.9"
"""The address that a twentieth of the attack comes from."""
PATIENCE = 60
"""Seconds after which a request counts as timed out."""
SYLLABLES = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面"

PLANS = {
    "plain": 40,
    "stubborn": 20,
    "copy": 8,
    "trap": 7,
    "forged": 7,
    "twice": 5,
    "replay": 5,
    "crowd": 5,
    "bomb": 2,
    "bare": 1,
}
"""What attackers do, and how many in a hundred do it (see ``Attacker``); ``worked`` comes on top."""
WORKED_EVERY = 400
"""One letter in so many is worked for as a browser would: it costs its sender what it costs a resident."""


class Answer(NamedTuple):
    """What the site said: a status, the tracking code where it led to a receipt, and the page."""

    status: int
    code: str
    page: str


class Sender:
    """One browser: its address, its cookie, and the form it has open."""

    def __init__(self, port: int, address: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.address = address
        self._cookie = ""
        self.fields: dict[str, str] = {}
        self.bits = BITS

    def open(self) -> int:
        """Open the form and read its hidden fields; return the status."""
        return self._ask("GET").status

    def send(self, words: str, **more: str) -> Answer:
        """Send the form once; what comes back is the form that is open now."""
        typed = {**self.fields, "kind": "complaint", "words": words, "place": "", **more}
        return self._ask("POST", urllib.parse.urlencode(typed).encode(), "application/x-www-form-urlencoded")

    def send_picture(self, words: str, picture: bytes) -> Answer:
        """Send the form with a picture."""
        typed = {**self.fields, "kind": "complaint", "words": words, "place": ""}
        lines = [
            f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in typed.items()
        ]
        head = b'--edge\r\nContent-Disposition: form-data; name="photos"; filename="a.png"\r\n\r\n'
        return self._ask(
            "POST", b"".join([*lines, head, picture, b"\r\n--edge--\r\n"]), "multipart/form-data; boundary=edge"
        )

    def send_like_a_person(self, words: str) -> Answer:
        """Send the form, and do what the page asks for until there is a receipt: work for it, or press again."""
        answer = self.send(words, proof=self.proof())
        for _turn in range(3):
            if answer.status not in {200, 422}:
                break
            answer = self.send(words, proof=self.proof())
        return answer

    def proof(self) -> str:
        """Return the work that the open form asks for, as its script would find it."""
        proof = self.fields.get("proof", "")
        return find(self.fields["ticket"], self.bits) if proof == "none" else proof

    def _ask(self, method: str, body: bytes = b"", kind: str = "") -> Answer:
        headers = {"X-Forwarded-For": self.address, "Cookie": self._cookie}
        if method == "POST":
            headers["Content-Type"] = kind
        answer, page = self._exchange(method, body or None, headers)
        if cookie := answer.getheader("Set-Cookie"):
            self._cookie = cookie.partition(";")[0]
        fields = dict(re.findall(r'<input name="([a-z_]+)" type="hidden" value="([^"]*)"', page))
        if asked := re.search(r'data-proof="([0-9]+)"', page):
            self.bits = int(asked[1])
        if "ticket" in fields:
            self.fields = {name: html.unescape(value) for name, value in fields.items()}
        code = re.search(r"/follow/([^/?]+)", answer.getheader("Location") or "")
        return Answer(answer.status, code[1] if code else "", page)

    def _exchange(
        self, method: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, str]:
        """Ask, and once more on a new connection where the old one was closed meanwhile, as browsers do."""
        for _turn in range(2):
            try:
                self._connection.request(method, FORM, body, headers)
                answer = self._connection.getresponse()
                return answer, answer.read().decode()
            except ConnectionError:
                self._connection.close()
            except (OSError, http.client.HTTPException):
                self._connection.close()
                raise
        raise ConnectionError


class Attacker:
    """One thread of the attack. Each plan is a method that sends one letter and returns its last answer."""

    def __init__(self, port: int, seed: int) -> None:
        self._sender = Sender(port, "")
        self._random = random.Random(seed)  # noqa: S311 - an attack that can be repeated
        self._spent: dict[str, str] = {}
        self._picture = bomb()

    def letter(self, plan: str, number: int) -> Answer:
        """Send letter ``number``, from an address of its own."""
        sender = self._sender
        sender.address = CROWDED if plan == "crowd" else f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        if plan != "bare":
            status = sender.open()
            if status != 200:
                return Answer(status, "", "")
        words = RUBBISH if plan == "copy" else f"第{number}封：{RUBBISH}{self._babble()}"
        steps = {
            "stubborn": self._stubborn,
            "trap": self._trap,
            "forged": self._forged,
            "twice": self._twice,
            "replay": self._replay,
            "bomb": self._bomb,
            "bare": self._bare,
            "worked": self._worked,
        }
        return steps.get(plan, sender.send)(words)

    def _babble(self) -> str:
        return "".join(self._random.choices(SYLLABLES, k=self._random.randint(20, 200)))

    def _stubborn(self, words: str) -> Answer:
        """Claim that no proof was found, as a browser without scripts does, and press again."""
        self._sender.send(words, proof="")
        return self._sender.send(words)

    def _trap(self, words: str) -> Answer:
        return self._sender.send(words, homepage="http://spam.invalid")

    def _forged(self, words: str) -> Answer:
        return self._sender.send(words, ticket="forged", proof="1")

    def _twice(self, words: str) -> Answer:
        self._sender.send(words)
        return self._sender.send(words)

    def _replay(self, words: str) -> Answer:
        """Work once, and use ticket and proof for other letters again and again."""
        fresh = dict(self._sender.fields)
        if not self._spent:
            self._spent = {"ticket": fresh["ticket"], "proof": find(fresh["ticket"], BITS)}
        return self._sender.send(words, **self._spent)

    def _bomb(self, words: str) -> Answer:
        return self._sender.send_picture(words, self._picture)

    def _bare(self, words: str) -> Answer:
        """Send without ever having opened a form."""
        self._sender.fields = {}
        return self._sender.send(words)

    def _worked(self, words: str) -> Answer:
        return self._sender.send_like_a_person(words)


def bomb(side: int = 20_000) -> bytes:
    """Return a PNG of 50 kB that unpacks to 400 million points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    packer, row = zlib.compressobj(9), bytes(side // 8 + 1)
    rows = b"".join([*(packer.compress(row) for _row in range(side)), packer.flush()])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@dataclass
class Tally:
    """What one process of the attack did: answers by plan, codes it was given by plan, requests asked."""

    answers: collections.Counter[tuple[str, str]] = field(default_factory=collections.Counter)
    codes: dict[str, list[str]] = field(default_factory=dict)

    def note(self, plan: str, answer: Answer) -> None:
        """Keep an answer."""
        self.answers[plan, str(answer.status)] += 1
        if answer.code:
            self.codes.setdefault(plan, []).append(answer.code)


class Shared(NamedTuple):
    """What the processes of the attack share: the moment they begin, the letters sent, and where tallies arrive."""

    ready: Any
    sent: Any
    told: Any


def plan_of(number: int) -> str:
    """Return what the attacker does who sends letter ``number``."""
    if number % WORKED_EVERY == WORKED_EVERY - 1:
        return "worked"
    # A step that shares no factor with a hundred mixes the plans.
    place = number * 37 % 100
    for plan, share in PLANS.items():
        place -= share
        if place < 0:
            return plan
    raise ValueError(PLANS)


def attack_process(port: int, numbers: range, threads: int, seconds: float, shared: Shared) -> None:
    """Send letters with these numbers from threads, until all are sent or the seconds are over."""
    tally, lock = Tally(), threading.Lock()
    shared.ready.wait()
    until = time.monotonic() + seconds

    def run(part: int) -> None:
        attacker = Attacker(port, part)
        for number in numbers[part::threads]:
            if time.monotonic() > until:
                return
            plan = plan_of(number)
            try:
                answer = attacker.letter(plan, number)
            except TimeoutError:
                answer = Answer(0, "", "timed out")
            except (OSError, http.client.HTTPException):
                answer = Answer(1, "", "broken off")
            with lock:
                tally.note(plan, answer)
            with shared.sent.get_lock():
                shared.sent.value += 1

    workers = [threading.Thread(target=run, args=(part,)) for part in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    shared.told.put(tally)


def begin(port: int, letters: int, processes: int, threads: int, seconds: float) -> tuple[list[Any], Shared]:
    """Return the processes of the attack, which begin together once ``ready`` is waited for, and what they share."""
    context = multiprocessing.get_context("spawn")
    shared = Shared(context.Barrier(processes + 1), context.Value("i", 0), context.Queue())
    made = [
        context.Process(target=attack_process, args=(port, range(part, letters, processes), threads, seconds, shared))
        for part in range(processes)
    ]
    for one in made:
        one.start()
    return made, shared
