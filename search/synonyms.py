"""Synonyms: words that mean the same to a reader, applied when a query is read, never when a text is indexed.

The list is a text file that whoever runs the site may replace; a change takes effect with the next start.
"""

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from search import analysis

DEFAULT_FILE = Path(__file__).with_name("synonyms.txt")


class SynonymError(ValueError):
    """A line of the list that cannot be used; the message names the line and says why."""


@dataclass(frozen=True)
class Synonyms:
    """Sets of words that mean the same. ``sets`` maps each folded member to the other members of its sets."""

    sets: Mapping[str, tuple[str, ...]]

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

    def of(self, word: str) -> tuple[str, ...]:
        """Return the synonyms of a folded Latin word, or of its stem."""
        return self.sets.get(word) or self.sets.get(analysis.word_token(word), ())


NONE = Synonyms({})


def read(lines: Iterable[str]) -> Synonyms:
    """Read a list. Raises ``SynonymError`` for a line that is not two or more single words joined by ``=``."""
    sets: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        members = [analysis.fold(member.strip()) for member in line.split("=")]
        for member in members:
            pieces = list(analysis.runs(member))
            if len(pieces) != 1 or pieces[0].text != member:
                raise SynonymError(f"line {number}: {member!r} is not one word")
        if len(members) < 2:
            raise SynonymError(f"line {number}: a word alone has no synonyms")
        for member in members:
            others = [other for other in members if other != member]
            sets[member] = tuple(dict.fromkeys((*sets.get(member, ()), *others)))
    return Synonyms(sets)


@functools.cache
def load(file: Path = DEFAULT_FILE) -> Synonyms:
    """Return the list in a file, read once per process."""
    return read(file.read_text(encoding="utf-8").splitlines())
