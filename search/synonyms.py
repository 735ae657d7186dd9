"""Synonyms: words that mean the same to a reader, applied when a query is read, never when a text is indexed.

The list comes with the program as a text file; lines of the installation's own are kept in its database, and every
process reads them anew when they have changed.
"""

import contextlib
import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from search import analysis, pinyin

DEFAULT_FILE = Path(__file__).with_name("synonyms.txt")
_MAX_READINGS = 8
_LEAST_INITIALS = 3
"""Two letters stand for the initials of too many words."""


class SynonymError(ValueError):
    """A line of the list that cannot be used; the message names the line and says why."""


@dataclass(frozen=True)
class Synonyms:
    """Words that answer for each other. ``sets`` maps a folded word to those that are looked for besides it.

    ``version`` tells the state of the installation's own lines that are in it, ``shipped`` is the list without them.
    """

    sets: Mapping[str, tuple[str, ...]]
    version: tuple[int, int] = (0, 0)
    shipped: "Synonyms | None" = None

    def extended(self, lines: Iterable[str], version: tuple[int, int]) -> "Synonyms":
        """Return the shipped list with these lines; a line that can no longer be used is left out."""
        shipped = self.shipped or self
        sets = dict(shipped.sets)
        for line in lines:
            with contextlib.suppress(SynonymError):
                for member, others in read([line]).sets.items():
                    sets[member] = tuple(dict.fromkeys((*sets.get(member, ()), *others)))
        return Synonyms(sets, version, shipped)

    @functools.cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        """Finds the Chinese members in a run, the longest first."""
        members = sorted((member for member in self.sets if not member.isascii()), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, members))) if members else None

    def split(self, han: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the pieces of a run of folded Chinese: members with their synonyms, the rest with none."""
        at = 0
        for match in self._pattern.finditer(han) if self._pattern else ():
            if match.start() > at:
                yield han[at : match.start()], ()
            yield match.group(), self.sets[match.group()]
            at = match.end()
        if at < len(han):
            yield han[at:], ()

    @functools.cached_property
    def _by_sound(self) -> Mapping[str, tuple[str, ...]]:
        """The Chinese members by their pinyin, and those of three characters or more by their initials."""
        found: dict[str, tuple[str, ...]] = {}
        for member in self.sets:
            read = [pinyin.readings(character) for character in member]
            if member.isascii() or not all(read):
                continue
            ways = list(itertools.islice(itertools.product(*read), _MAX_READINGS))
            heard = ["".join(way) for way in ways]
            if len(member) >= _LEAST_INITIALS:
                heard += ["".join(syllable[0] for syllable in way) for way in ways]
            for letters in dict.fromkeys(heard):
                found[letters] = (*found.get(letters, ()), member)
        return found

    def heard(self, letters: str) -> tuple[str, ...]:
        """Return the Chinese members that folded letters are the pinyin or initials of, each with its synonyms."""
        members = self._by_sound.get(letters, ())
        return tuple(dict.fromkeys(word for member in members for word in (member, *self.sets[member])))

    def of(self, word: str) -> tuple[str, ...]:
        """Return the synonyms of a folded Latin word, or of its stem."""
        return self.sets.get(word) or self.sets.get(analysis.word_token(word), ())


NONE = Synonyms({})


def read(lines: Iterable[str]) -> Synonyms:
    """Read a list: ``a = b = c`` are looked for in each other's stead, ``a > b = c`` looks for b and c with a only.

    Raises ``SynonymError`` for a line that is neither, or whose members are not single words.
    """
    sets: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        broader, sign, rest = unicodedata.normalize("NFKC", line).rpartition(">")
        members = [_member(member, number) for member in rest.split("=")]
        if sign:
            pairs = [(_member(broader, number), members)]
        elif len(members) < 2:
            raise SynonymError(f"line {number}: a word alone has no synonyms")
        else:
            pairs = [(member, [other for other in members if other != member]) for member in members]
        for member, others in pairs:
            sets[member] = tuple(dict.fromkeys((*sets.get(member, ()), *others)))
    return Synonyms(sets)


def tidy(line: str) -> str:
    """Return a line as it is kept. Raises ``SynonymError`` for one that says nothing or too much.

    A single Chinese character stands in half of all records; it is no word to look for.
    """
    plain = re.sub(r"\s*([=>])\s*", r" \1 ", " ".join(unicodedata.normalize("NFKC", line).split())).strip()
    sets = read([plain]).sets
    if not sets or any(len(member) < 2 for words in sets.items() for member in (words[0], *words[1])):
        raise SynonymError(f"{plain!r} is not a line of synonyms")
    return plain


def _member(written: str, line: int) -> str:
    """Return a member folded. Raises ``SynonymError`` unless it is one word."""
    member = analysis.fold(written.strip())
    pieces = list(analysis.runs(member))
    if len(pieces) != 1 or pieces[0].text != member:
        raise SynonymError(f"line {line}: {member!r} is not one word")
    return member


@functools.cache
def load(file: Path = DEFAULT_FILE) -> Synonyms:
    """Return the list in a file, read once per process."""
    return read(file.read_text(encoding="utf-8").splitlines())
