"""Storing the answers of many sheets in one go: a batch of paper, a file."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.clock import local_date, local_week
from minsheng.errors import NotOpenError
from minsheng.random_keys import random_key
from minsheng.records.places import Division
from minsheng.surveying import surveys
from minsheng.surveying.surveys import Answer, Channel, Design, Response, Wave


@dataclass(frozen=True)
class Sheet:
    """One person's answers by question key, with the random or keyed ticket they are stored under."""

    ticket: str
    typed: Mapping[str, Sequence[str]]
    channel: Channel
    division: Division
    design: Design


def store(session: Session, wave: Wave, sheets: Sequence[Sheet], at: dt.datetime) -> int:
    """Store sheets as ``surveys.respond`` would one by one, in the caller's transaction; return how many are new.

    A ticket that is known changes nothing. Raises ``NotOpenError`` outside the wave's period and for a channel it does
    not use, and ``InvalidAnswersError`` for answers that do not fit; then nothing is stored.
    """
    if not wave.is_open(local_date(at)) or not {sheet.channel.value for sheet in sheets} <= set(wave.channels):
        raise NotOpenError
    wave.version.freeze(at)
    session.flush()
    known = set(session.scalars(sa.select(Response.ticket).where(Response.wave_id == wave.id)))
    responses: list[dict[str, object]] = []
    answers: list[dict[str, object]] = []
    for sheet in sheets:
        if sheet.ticket in known:
            continue
        known.add(sheet.ticket)
        read = surveys.read_answers(wave.version, sheet.typed, may_lack=sheet.design.may_lack)
        key = random_key()
        responses.append(_response(wave, sheet, read, key, at))
        answers.extend(_answer(one, key) for one in read)
    for model, rows in ((Response, responses), (Answer, answers)):
        if rows:
            session.execute(sa.insert(model), rows)
    session.expire(wave, ["responses"])
    return len(responses)


def _response(wave: Wave, sheet: Sheet, read: Sequence[Answer], key: int, at: dt.datetime) -> dict[str, object]:
    design = sheet.design
    return {
        "id": key,
        "wave_id": wave.id,
        "version_id": wave.version_id,
        "ticket": sheet.ticket,
        "channel": sheet.channel,
        "division_id": sheet.division.id,
        "week": local_week(at),
        **surveys.about_respondent(read),
        "stratum": design.stratum,
        "psu": design.psu,
        "base_weight": design.base_weight,
        "batch": design.batch,
        "interviewer": design.interviewer,
        "flags": [],
    }


def _answer(one: Answer, response_id: int) -> dict[str, object]:
    return {
        "id": random_key(),
        "response_id": response_id,
        "question_id": one.question.id,
        "option_id": one.option.id if one.option is not None else None,
        "number": one.number,
        "text": one.text,
    }
