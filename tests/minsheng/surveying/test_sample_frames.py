"""Frames: what is read, how it lies in the database, and when its contacts go."""

import datetime as dt

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from minsheng.encryption import CannotOpenError, ContactBox
from minsheng.errors import WrongStateError
from minsheng.installation import sealed_values
from minsheng.journal import JournalEntry
from minsheng.surveying import sample_frame_reading, sample_frames
from minsheng.surveying.sample_frame_reading import FaultyFrameError, FramePlan, plain_phone
from minsheng.surveying.sample_frames import FrameEntry, SampleFrame
from minsheng.surveying.surveys import Channel
from tests.factories import Make
from tests.minsheng.samples import BOX, SECRET, frame, number, rows, surveyor

NEW_BOX = ContactBox({1: b"k" * 32, 2: b"n" * 32})
KEPT = dt.timedelta(days=180)


def entries(session: Session) -> list[FrameEntry]:
    return list(session.scalars(sa.select(FrameEntry)))


def test_each_entry_opens_with_the_frames_key_only(session: Session, make: Make) -> None:
    wave = make.wave()
    made = frame(session, make, wave, rows(wave.division, {"城镇": 5}), surveyor(make))
    inner = made.box(BOX)
    assert {inner.open(one.sealed or b"", one.record) for one in entries(session)} == {
        number(place) for place in range(1, 6)
    }
    first, second = entries(session)[:2]
    with pytest.raises(CannotOpenError):
        inner.open(first.sealed or b"", second.record)
    with pytest.raises(CannotOpenError):
        BOX.open(first.sealed or b"", first.record)


def test_a_new_installation_key_takes_frames_along(session: Session, make: Make) -> None:
    wave = make.wave()
    made = frame(session, make, wave, rows(wave.division, {"城镇": 5}), surveyor(make))
    session.commit()
    assert sealed_values.rotate(session, NEW_BOX).moved == 1
    one = entries(session)[0]
    assert made.box(ContactBox({2: b"n" * 32})).open(one.sealed or b"", one.record).startswith("1000000")


def test_contacts_go_when_the_period_after_the_survey_is_over(session: Session, make: Make) -> None:
    wave = make.wave()
    made = frame(session, make, wave, rows(wave.division, {"城镇": 5}), surveyor(make))
    last = dt.datetime(2026, 6, 30, 4, tzinfo=dt.UTC)
    assert sample_frames.erase_due(session, last + KEPT, KEPT) == 0
    assert sample_frames.erase_due(session, last + KEPT + dt.timedelta(days=1), KEPT) == 1
    assert sample_frames.erase_due(session, last + KEPT + dt.timedelta(days=1), KEPT) == 0
    session.expire_all()
    assert {(one.sealed, one.fingerprint) for one in entries(session)} == {(None, None)}
    with pytest.raises(WrongStateError):
        made.box(BOX)
    acts = session.scalars(sa.select(JournalEntry.act)).all()
    assert acts.count("frame_erased") == 1


def test_a_survey_closed_early_counts_from_then(session: Session, make: Make) -> None:
    wave = make.wave()
    frame(session, make, wave, rows(wave.division, {"城镇": 5}), surveyor(make))
    wave.closed_at = make.at
    session.flush()
    assert sample_frames.erase_due(session, make.at + KEPT + dt.timedelta(hours=1), KEPT) == 1


def test_previews_that_nobody_confirms_go_after_a_day(session: Session, make: Make) -> None:
    wave, by = make.wave(), surveyor(make)
    planned = sample_frame_reading.plan(session, wave, Channel.PHONE, rows(wave.division, {"城镇": 5}), SECRET)
    keep, seal = sample_frame_reading.keep, BOX.seal
    keep(session, wave, Channel.PHONE, "名册", planned, seal=seal, secret=SECRET, by=by, at=make.at)
    assert sample_frame_reading.drop_previews(session, make.at + dt.timedelta(hours=23)) == 0
    assert sample_frame_reading.drop_previews(session, make.at + dt.timedelta(hours=25)) == 1
    assert entries(session) == []
    assert session.scalars(sa.select(SampleFrame)).all() == []


def test_faulty_or_late_frames_are_not_kept(session: Session, make: Make) -> None:
    wave, by = make.wave(), surveyor(make)
    keep, seal = sample_frame_reading.keep, BOX.seal
    empty = FramePlan((), (), 0)
    with pytest.raises(FaultyFrameError):
        keep(session, wave, Channel.PHONE, "名册", empty, seal=seal, secret=SECRET, by=by, at=make.at)
    late = make.at + dt.timedelta(days=60)
    with pytest.raises(WrongStateError, match="closed"):
        keep(session, wave, Channel.PHONE, "名册", empty, seal=seal, secret=SECRET, by=by, at=late)
    with pytest.raises(WrongStateError, match="not_drawn"):
        keep(session, wave, Channel.WEB, "名册", empty, seal=seal, secret=SECRET, by=by, at=make.at)
    wave.channels = [Channel.WEB.value]
    with pytest.raises(WrongStateError, match="not_drawn"):
        keep(session, wave, Channel.PHONE, "名册", empty, seal=seal, secret=SECRET, by=by, at=make.at)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("１３８ ００００ ００００", "13800000000"),
        ("+86 138-0000-0000", "13800000000"),
        ("0551-6260 0000", "0551-62600000"),
        ("(010)62600000", "010-62600000"),
        ("12345", None),
        ("138000000000", None),
        ("=1380000000", None),
        ("一三八", None),
        ("", None),
    ],
)
def test_numbers_are_read_as_people_write_them(typed: str, plain: str | None) -> None:
    assert plain_phone(typed) == plain


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_none(typed: str) -> None:
    plain = plain_phone(typed)
    assert plain is None or (plain.replace("-", "").isascii() and plain.replace("-", "").isdigit())
    assert plain is None or plain_phone(plain) == plain
