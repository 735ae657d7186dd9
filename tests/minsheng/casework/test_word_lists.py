"""Words that mark letters: found in any writing, never repeated in the journal."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role
from minsheng.casework import word_lists
from minsheng.casework.word_lists import InvalidWordError, ListFullError, WordList
from minsheng.journal import JournalEntry
from tests.factories import Make


@pytest.mark.parametrize("text", ["这帮坏蛋不管事", "这帮坏 蛋", "坏*蛋", "坏\u200b蛋", "坏—蛋"])
def test_a_word_is_found_however_it_is_spaced(session: Session, make: Make, at: dt.datetime, text: str) -> None:
    word_lists.add(session, WordList.ABUSE, ["坏蛋"], make.staff(Role.SUPERVISOR), at)

    (hit,) = word_lists.find(word_lists.words_of(session), text)

    found = text[hit.start : hit.end]
    assert (found[0], found[-1], hit.word_list) == ("坏", "蛋", WordList.ABUSE)


def test_widths_and_cases_are_one(session: Session, make: Make, at: dt.datetime) -> None:
    word_lists.add(session, WordList.SENSITIVE, ["ＡＢＣ工程"], make.staff(Role.SUPERVISOR), at)

    (hit,) = word_lists.find(word_lists.words_of(session), "说的是aBc 工程")

    assert "说的是aBc 工程"[hit.start : hit.end] == "aBc 工程"


def test_a_word_inside_a_longer_one_counts_once(session: Session, make: Make, at: dt.datetime) -> None:
    word_lists.add(session, WordList.ABUSE, ["坏蛋", "大坏蛋"], make.staff(Role.SUPERVISOR), at)

    hits = word_lists.find(word_lists.words_of(session), "大坏蛋，坏蛋")

    assert [(hit.start, hit.end) for hit in hits] == [(0, 3), (4, 6)]


def test_the_same_word_is_kept_once_and_the_journal_does_not_repeat_it(
    session: Session, make: Make, at: dt.datetime
) -> None:
    member = make.staff(Role.SUPERVISOR)

    assert word_lists.add(session, WordList.ABUSE, ["坏蛋", " 坏 蛋 "], member, at) == 1
    assert word_lists.add(session, WordList.ABUSE, ["坏蛋"], member, at) == 0
    word_lists.remove(session, word_lists.words_of(session)[0], member, at)

    entries = session.scalars(sa.select(JournalEntry).order_by(JournalEntry.sequence)).all()
    assert [(entry.act, entry.is_public) for entry in entries] == [
        ("case_words_added", False),
        ("case_words_removed", False),
    ]
    assert all("坏" not in entry.payload for entry in entries)
    assert word_lists.words_of(session) == []


@pytest.mark.parametrize("typed", ["", "坏", "—！—", "坏" * 41])
def test_what_cannot_be_looked_for_is_refused(session: Session, make: Make, at: dt.datetime, typed: str) -> None:
    with pytest.raises(InvalidWordError):
        word_lists.add(session, WordList.ABUSE, ["好词", typed], make.staff(Role.SUPERVISOR), at)
    assert word_lists.words_of(session) == []


def test_a_list_has_an_end(session: Session, make: Make, at: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_lists, "MOST_WORDS", 2)
    with pytest.raises(ListFullError):
        word_lists.add(session, WordList.ABUSE, ["一个", "两个", "三个"], make.staff(Role.SUPERVISOR), at)
