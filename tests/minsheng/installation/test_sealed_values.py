"""Moving everything sealed to a new key: nothing forgotten, nothing lost when stopped, nothing written over."""

import base64
import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts import second_factors
from minsheng.accounts.staff import Role
from minsheng.casework import case_import_drafts, letters
from minsheng.casework.cases import CaseClock, SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.database import Base
from minsheng.encryption import CannotOpenError, ContactBox
from minsheng.installation import sealed_values
from minsheng.installation.sealed_values import SEALED, Rotation
from minsheng.mailing import mail
from minsheng.mailing.mail import Mail
from minsheng.workdays import WorkCalendar
from tests.factories import Make

KEYS = [f"{number}:{base64.b64encode(bytes([number]) * 32).decode()}" for number in range(3)]
CLOCK = CaseClock(WorkCalendar.load())
OLD = ContactBox.from_text(KEYS[1])
BOTH = ContactBox.from_text(f"{KEYS[2]},{KEYS[1]}")
NEW = ContactBox.from_text(KEYS[2])


def case(session: Session, at: dt.datetime, number: int, box: ContactBox = OLD) -> Suggestion:
    return letters.submit(
        session,
        Letter(SuggestionKind.QUESTION, "什么时候修路？", consent_to_publish=False),
        ticket=f"t{number}",
        code=f"C{number}",
        at=at,
        clock=CLOCK,
        seal=lambda record: box.seal(f"1380013800{number}", record),
    )


def test_every_sealed_column_is_known() -> None:
    named = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if "sealed" in column.name
    }
    # An entry of a frame is sealed with the frame's own key, which is sealed itself and moves with all the rest.
    with_own_key = {("frame_entry", "sealed")}
    assert {(one.model.__tablename__, one.column.key) for one in SEALED} == named - with_own_key


def test_everything_opens_with_the_new_key_alone(session: Session, make: Make, at: dt.datetime) -> None:
    cases = [case(session, at, number) for number in range(5)]
    member = make.staff(Role.CASE_REVIEWER)
    mail.queue(session, OLD, "k", Mail("a@example.cn", "题", "文"), at)
    draft = case_import_drafts.keep(session, OLD, "x.csv", [["甲"]], member, at)
    secret = second_factors.begin_app(session, OLD, member, at)
    session.commit()
    assert sealed_values.keys_in_use(session) == {1: 8}

    assert sealed_values.rotate(session, BOTH, at_once=2) == Rotation(moved=8, unreadable=0)

    assert sealed_values.keys_in_use(session) == {2: 8}
    assert [NEW.open(one.contact_sealed or b"", one.subject) for one in cases] == [
        f"1380013800{number}" for number in range(5)
    ]
    assert draft.rows(NEW) == [["甲"]]
    assert second_factors.waiting_secret(session, NEW, member) == secret
    assert sealed_values.rotate(session, BOTH) == Rotation(moved=0, unreadable=0)


def test_stopped_in_the_middle_everything_stays_readable(
    session: Session, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [case(session, at, number) for number in range(6)]
    session.commit()
    reseal = ContactBox.reseal
    done: list[str] = []

    def stop_after_three(box: ContactBox, sealed: bytes, record: str) -> bytes:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(record)
        return reseal(box, sealed, record)

    with monkeypatch.context() as patched:
        patched.setattr(ContactBox, "reseal", stop_after_three)
        with pytest.raises(KeyboardInterrupt):
            sealed_values.rotate(session, BOTH, at_once=2)
    session.rollback()

    # Two were committed; the third went back with its unfinished lot.
    assert sealed_values.keys_in_use(session) == {2: 2, 1: 4}
    assert all(BOTH.open(one.contact_sealed or b"", one.subject) for one in cases)
    assert sealed_values.rotate(session, BOTH, at_once=2).moved == 4


def test_what_changes_meanwhile_is_not_written_over(
    session: Session, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = case(session, at, 1)
    session.commit()
    number, reseal = one.id, ContactBox.reseal

    def erase_meanwhile(box: ContactBox, sealed: bytes, record: str) -> bytes:
        session.execute(sa.update(Suggestion).where(Suggestion.id == number).values(contact_sealed=None))
        return reseal(box, sealed, record)

    monkeypatch.setattr(ContactBox, "reseal", erase_meanwhile)

    assert sealed_values.rotate(session, BOTH).moved == 0
    assert session.scalar(sa.select(Suggestion.contact_sealed).where(Suggestion.id == number)) is None


def test_a_lost_key_is_counted_and_stops_nothing(session: Session, at: dt.datetime) -> None:
    lost = case(session, at, 1, ContactBox.from_text(KEYS[0]))
    case(session, at, 2)
    session.commit()

    assert sealed_values.rotate(session, BOTH) == Rotation(moved=1, unreadable=1)
    with pytest.raises(CannotOpenError):
        BOTH.open(lost.contact_sealed or b"", lost.subject)
