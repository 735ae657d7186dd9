#!/usr/bin/env python3
"""Check a downloaded journal (journal.jsonl) by yourself. Needs Python 3.9 or later and nothing else.

核对下载的公开变更记录。只需要 Python 3.9 以上，不用安装别的东西，也不用联网。

    python3 verify.py journal.jsonl
    python3 verify.py journal.jsonl --head 1234:0a1b2c…    (a head you kept earlier 您以前抄下的尾码)

Every line is one act. Its digest is SHA-256(salt + content), its hash is SHA-256(previous hash + digest), all in
hexadecimal. Acts that are not public have a digest and a hash only, so the chain can be checked without them.

It ends with 0 where everything fits, with 1 where something does not, and with 2 where the file cannot be read.
"""

import argparse
import hashlib
import json
import pathlib
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

GENESIS = "0" * 64
HASH = re.compile(r"[0-9a-f]{64}")
HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")
LINK = {"sequence", "previous_hash", "digest", "hash"}
WHOLE = LINK | {"salt", "content"}
MOST_FAULTS = 20


class UnreadableError(Exception):
    """A line is not what a line of the journal is."""


def say(text: str) -> None:
    """Print one line."""
    sys.stdout.write(text + "\n")


def sha256(text: str) -> str:
    """Return SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def pairs_once(pairs: "list[tuple[str, Any]]") -> "dict[str, Any]":
    """Return an object of JSON, refusing a name that stands in it twice: readers could take either."""
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError("a name stands twice")
    return dict(pairs)


def read(line: bytes) -> "dict[str, Any]":
    """Return one line as a dictionary. Raises UnreadableError."""
    try:
        entry = json.loads(line.decode("utf-8"), object_pairs_hook=pairs_once)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(str(error)) from error
    if not isinstance(entry, dict) or set(entry) not in (LINK, WHOLE):
        raise UnreadableError("other names than those of the journal")
    if type(entry["sequence"]) is not int:
        raise UnreadableError("the sequence is no number")
    texts = [value for name, value in entry.items() if name != "sequence"]
    hashes = [entry[name] for name in ("previous_hash", "digest", "hash")]
    if not all(isinstance(value, str) for value in texts) or not all(HASH.fullmatch(value) for value in hashes):
        raise UnreadableError("a hash is not 64 hexadecimal digits")
    return entry


def own_faults(entry: "dict[str, Any]") -> Iterator[str]:
    """Yield what is wrong inside one entry."""
    if sha256(entry["previous_hash"] + entry["digest"]) != entry["hash"]:
        yield "the hash does not follow from what it covers 指纹对不上"
    if "content" not in entry:
        return
    if sha256(entry["salt"] + entry["content"]) != entry["digest"]:
        yield "the content was altered 内容被改动"
    try:
        content = json.loads(entry["content"], object_pairs_hook=pairs_once)
        fits = content["sequence"] == entry["sequence"] and content["is_public"] is True
    except (ValueError, KeyError, TypeError, RecursionError):
        fits = False
    if not fits:
        yield "the content belongs to another place 内容不是这一条的"


def check(lines: Iterable[bytes], kept: "tuple[int, str] | None") -> "tuple[list[str], int, int, str]":
    """Return (faults, how many entries, how many are public, head), for lines in bytes and a kept head or None."""
    faults: list[str] = []
    seen, public, previous, expected = 0, 0, GENESIS, 1
    kept_hash = GENESIS if kept and kept[0] == 0 else None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        entry = read(line)
        at = f"line {number}, entry {entry['sequence']}"
        if entry["sequence"] != expected:
            faults.append(f"{at}: entry {expected} was expected 缺少条目或顺序不对")
        if entry["previous_hash"] != previous:
            faults.append(f"{at}: does not follow the entry before it 和前一条接不上")
        faults.extend(f"{at}: {fault}" for fault in own_faults(entry))
        if kept and entry["sequence"] == kept[0]:
            kept_hash = entry["hash"]
        previous, expected = entry["hash"], entry["sequence"] + 1
        seen, public = seen + 1, public + ("content" in entry)
    if kept and kept_hash is None:
        faults.append(f"entry {kept[0]}, which you kept, is missing 找不到您抄下的那一条")
    elif kept and kept_hash != kept[1]:
        faults.append(f"entry {kept[0]} is not the one you kept 和您抄下的不一致")
    return faults, seen, public, f"{expected - 1}:{previous}"


def head(text: str) -> "tuple[int, str]":
    """Return sequence and hash of a head that was kept."""
    found = HEAD.fullmatch(text.strip().lower())
    if not found:
        raise argparse.ArgumentTypeError("a head is NUMBER:64 HEXADECIMAL DIGITS")
    return int(found.group(1)), found.group(2)


def main(arguments: "list[str] | None" = None) -> int:
    """Check the file named on the command line, say what was found, and return the status to exit with."""
    parser = argparse.ArgumentParser(description="Check a downloaded journal. 核对下载的公开变更记录。")
    parser.add_argument("file", help="journal.jsonl")
    parser.add_argument("--head", type=head, help="a head you kept earlier 您以前抄下的尾码")
    asked = parser.parse_args(arguments)
    try:
        with pathlib.Path(asked.file).open("rb") as file:
            faults, seen, public, present = check(file, asked.head)
    except (OSError, UnreadableError) as error:
        say(f"✗ the file cannot be read 文件读不懂: {error}")
        return 2
    for fault in faults[:MOST_FAULTS]:
        say(f"✗ {fault}")
    if len(faults) > MOST_FAULTS:
        say(f"✗ … {len(faults) - MOST_FAULTS} more")
    say(f"{seen} entries, {public} of them public 共 {seen} 条，公开 {public} 条")
    say(f"head 尾码: {present}")
    if faults:
        return 1
    say("✓ everything fits 全部对得上")
    if asked.head is None:
        say("  Compare the head with one kept elsewhere: a cut tail shows only there.")
        say("  请和别处存的尾码比，才能发现结尾被删。")
    return 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(main())
