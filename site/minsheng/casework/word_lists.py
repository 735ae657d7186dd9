"""Words that mark a letter for its reviewer: abuse, and what needs care. They mark and never refuse.

The lists are data of the installation, kept by staff. A word is found in any width and case, also with spaces or
signs set between its letters to get past a list.
"""

import datetime as dt
import enum
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.database import Base, Identity, enumeration
from minsheng.errors import DomainError
from minsheng.journal import Act

LONGEST_WORD = 40
SHORTEST_WORD = 2
MOST_WORDS = 3000


class WordList(enum.StrEnum):
    """Why a word is looked for."""

    ABUSE = "abuse"
    SENSITIVE = "sensitive"


class InvalidWordError(DomainError):
    """Not a word that can be looked for: too short without its spaces and signs, or too long."""

    code = "invalid_word"


class ListFullError(DomainError):
    """There are as many words as anyone keeps in order."""

    code = "list_full"


class ListedWord(Base):
    """One word of a list, as it is looked for: without width, case, spaces and signs."""

    __tablename__ = "listed_word"
    __table_args__ = (sa.UniqueConstraint("word_list", "word"),)

    id: Mapped[Identity]
    word_list: Mapped[WordList] = mapped_column(enumeration(WordList))
    word: Mapped[str] = mapped_column(sa.String(LONGEST_WORD))
    added_by_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)
    added_at: Mapped[dt.datetime]

    added_by: Mapped[StaffMember] = relationship()


@dataclass(frozen=True, slots=True)
class Hit:
    """A listed word in a text: characters ``start`` up to, not including, ``end``."""

    start: int
    end: int
    word_list: WordList


def plain_word(typed: str) -> str:
    """Return a word as it is looked for. Raises ``InvalidWordError``."""
    word = "".join(letter for letter, _ in _plain(typed))
    if not SHORTEST_WORD <= len(word) <= LONGEST_WORD:
        raise InvalidWordError
    return word


def words_of(session: Session) -> list[ListedWord]:
    """Return all words, by list and then as they were added."""
    return list(session.scalars(sa.select(ListedWord).order_by(ListedWord.word_list, ListedWord.id)))


def add(session: Session, word_list: WordList, typed: Iterable[str], by: StaffMember, at: dt.datetime) -> int:
    """Put words into a list and return how many are new. Raises ``InvalidWordError``, ``ListFullError``.

    The journal says how many were added to which list and by whom; the words are not repeated there, where a list of
    abuse would stand for ever.
    """
    wanted = dict.fromkeys(plain_word(one) for one in typed)
    known = set(session.scalars(sa.select(ListedWord.word).where(ListedWord.word_list == word_list)))
    new = [word for word in wanted if word not in known]
    if len(known) + len(new) > MOST_WORDS:
        raise ListFullError
    if new:
        session.add_all(ListedWord(word_list=word_list, word=word, added_by=by, added_at=at) for word in new)
        session.flush()
        _record(session, "case_words_added", word_list, len(new), by, at)
    return len(new)


def remove(session: Session, word: ListedWord, by: StaffMember, at: dt.datetime) -> None:
    """Take a word out of its list."""
    session.delete(word)
    session.flush()
    _record(session, "case_words_removed", word.word_list, 1, by, at)


def find(words: Iterable[ListedWord], text: str) -> tuple[Hit, ...]:
    """Return where listed words stand in a text, in its order; a word inside a longer one of its list counts once."""
    letters = _plain(text)
    plain = "".join(letter for letter, _ in letters)
    found: list[Hit] = []
    for one in words:
        at = plain.find(one.word)
        while at >= 0:
            found.append(Hit(letters[at][1], letters[at + len(one.word) - 1][1] + 1, one.word_list))
            at = plain.find(one.word, at + 1)
    found.sort(key=lambda hit: (hit.start, -hit.end))
    kept: list[Hit] = []
    for hit in found:
        if not any(other.start <= hit.start and hit.end <= other.end for other in kept):
            kept.append(hit)
    return tuple(kept)


def _plain(text: str) -> list[tuple[str, int]]:
    """Return the letters and digits of a text in plain form, each with its position in the text."""
    return [
        (letter, position)
        for position, character in enumerate(text)
        for letter in unicodedata.normalize("NFKC", character).casefold()
        if letter.isalnum()
    ]


def _record(session: Session, act: str, word_list: WordList, number: int, by: StaffMember, at: dt.datetime) -> None:
    extra = {"list": word_list.value, "count": number}
    journal.record(session, Act(act, "case_words", by.post, is_public=False, extra=extra), at)
