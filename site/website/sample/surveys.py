"""The yearly survey: last year's wave, closed, with its drawn sample; and this year's, open to everybody."""

import datetime as dt
import random
import uuid
from collections.abc import Callable
from typing import Any

from minsheng import publishing, surveys
from minsheng.clock import local_date
from minsheng.questionnaires import Option, Question, Questionnaire, QuestionnaireVersion, QuestionRole, QuestionType
from minsheng.surveys import Channel, Wave
from website.sample.calendar import moment
from website.sample.content import content
from website.sample.world import OFFICE, World

DRAWN_ANSWERS = 436
OPT_IN_ANSWERS = {Channel.WEB: 112, Channel.QR: 58}
OPEN_ANSWERS = {Channel.WEB: 88, Channel.QR: 36}
DAYS_OPEN_BEFORE = 24
DAYS_OPEN_AFTER = 30
TICKETS = uuid.UUID("99012100-0000-4000-8000-000000000001")


def hold_surveys(world: World, progress: Callable[[int, int], None]) -> None:
    """Publish the questionnaire, hold both waves and take their answers."""
    version = _questionnaire(world)
    year, as_of = world.calendar.year, world.calendar.as_of
    closed = _wave(world, version, "last", dt.date(year - 1, 12, 1), dt.date(year - 1, 12, 24))
    opened = as_of - dt.timedelta(days=DAYS_OPEN_BEFORE)
    current = _wave(world, version, "this", opened, as_of + dt.timedelta(days=DAYS_OPEN_AFTER))
    rounds = [(closed, Channel.PHONE, DRAWN_ANSWERS)]
    rounds += [(closed, channel, count) for channel, count in OPT_IN_ANSWERS.items()]
    rounds += [(current, channel, count) for channel, count in OPEN_ANSWERS.items()]
    total = sum(count for _, _, count in rounds)
    done = 0
    for wave, channel, count in rounds:
        respondents = _Respondents(world, wave, channel)
        for number in range(count):
            respondents.answer(number)
            done += 1
            progress(done, total)
    publishing.record_wave(
        world.session, closed, "wave_closed", OFFICE, moment(closed.closes_on + dt.timedelta(days=1), 0, 5)
    )


def _questionnaire(world: World) -> QuestionnaireVersion:
    """Add the questionnaire in its first version, with the texts in all three languages."""
    given = content("questionnaire")
    questionnaire = Questionnaire(slug="shili-satisfaction", title=given["title"]["zh"])
    version = QuestionnaireVersion(
        questionnaire=questionnaire,
        number=1,
        introduction=given["introduction"]["zh"],
        translations=_translations(given["introduction"]),
    )
    for position, entry in enumerate(given["question"]):
        version.questions.append(
            Question(
                position=position,
                key=entry["key"],
                type=QuestionType(entry["type"]),
                role=QuestionRole(entry.get("role", "other")),
                matrix=entry.get("matrix", ""),
                text=entry["zh"],
                translations=_translations(entry),
                is_required=entry.get("required", True),
                options=[
                    Option(
                        position=place,
                        key=option["key"],
                        text=option["zh"],
                        translations=_translations(option),
                        is_substantive=option.get("substantive", True),
                    )
                    for place, option in enumerate(given["options"].get(entry.get("options", ""), ()))
                ],
            )
        )
    world.session.add(questionnaire)
    world.session.flush()
    return version


def _translations(texts: dict[str, Any]) -> dict[str, str]:
    return {language: texts[language] for language in ("en", "zh_Hant")}


def _wave(world: World, version: QuestionnaireVersion, which: str, opens: dt.date, closes: dt.date) -> Wave:
    """Add and publish a wave about a year's programme."""
    programme = world.programmes[which]
    year = programme.year or opens.year
    title = content("questionnaire")["wave"]
    wave = Wave(
        slug=f"shili-satisfaction-{year}",
        title=title["zh"].format(year=year),
        translations={language: title[language].format(year=year) for language in ("en", "zh_Hant")},
        year=year,
        version=version,
        division=world.county,
        programme=programme,
        opens_on=opens,
        closes_on=closes,
        is_published=True,
    )
    world.session.add(wave)
    publishing.record_wave(world.session, wave, "wave_published", OFFICE, moment(opens, 8))
    return wave


class _Respondents:
    """People who answer through one channel: who they are decides what they tend to say."""

    def __init__(self, world: World, wave: Wave, channel: Channel) -> None:
        self._world = world
        self._wave = wave
        self._channel = channel
        self._random = random.Random(f"{channel.value} {which_of(wave, world)}")  # noqa: S311 - the same people every time
        self._given = content("questionnaire")
        self._townships = [place for place in world.places.values() if len(place.code) == 9]

    def answer(self, number: int) -> None:
        """Give one person's answers."""
        township = self._random.choices(self._townships, [place.population or 0 for place in self._townships])[0]
        surveys.respond(
            self._world.session,
            self._wave,
            self._typed("urban" if township.code.endswith("101") else "rural"),
            ticket=uuid.uuid5(TICKETS, f"{self._wave.slug} {self._channel.value} {number}").hex,
            channel=self._channel,
            at=self._moment(),
            division=township if self._channel is Channel.PHONE else None,
        )

    def _moment(self) -> dt.datetime:
        """Return a moment while the wave was open, before the day of loading."""
        last = min(self._wave.closes_on, self._world.calendar.yesterday)
        days = (last - self._wave.opens_on).days
        return moment(
            self._wave.opens_on + dt.timedelta(days=self._random.randint(0, days)), 9 + self._random.randint(0, 10)
        )

    def _typed(self, home: str) -> dict[str, list[str]]:
        """Return the answers of one person: the old and the remote hear less and wait longer."""
        chances = self._given["chances"]
        drawn = self._channel is Channel.PHONE
        area = self._choose(chances["area_of"][home])
        age = self._choose(chances["age_drawn" if drawn else "age_opt_in"])
        mood = chances["mood_of_area"][area] + chances["mood_of_age"][age] + (0 if drawn else -6)
        aware = self._choose(chances["aware_of_age"][age])
        typed = {"aware": [aware], "area": [area], "age": [age], "sex": [self._choose(chances["sex"])]}
        typed["heard_from"] = self._several(chances["heard_from"][age])
        typed["overall"] = [self._scale(mood)]
        for question in self._given["question"]:
            if question.get("matrix"):
                typed[question["key"]] = [self._scale(mood + chances["mood_of_field"][question["key"]])]
        typed["used"] = [self._choose(chances["used"])]
        typed["told"] = [self._choose(chances["told"])]
        if self._random.random() < (0.18 if drawn else 0.34):
            typed["words"] = [self._random.choice(self._given["words"]["words"])]
        return typed

    def _scale(self, mood: int) -> str:
        """Return an answer on the five-point scale: the better the mood, the further up."""
        base = self._given["chances"]["scale"]
        up, down = 1 + max(mood, -60) / 100, 1 - min(mood, 60) / 100
        weights = [base["very"] * up, base["fairly"] * up, base["so_so"], base["not"] * down, base["not_at_all"] * down]
        return self._random.choices(
            ["very", "fairly", "so_so", "not", "not_at_all", "dont_know"], [*weights, base["dont_know"]]
        )[0]

    def _choose(self, chances: dict[str, int]) -> str:
        return self._random.choices(list(chances), list(chances.values()))[0]

    def _several(self, chances: dict[str, int]) -> list[str]:
        """Return every option that came true; the last one where none did."""
        chosen = [key for key, percent in chances.items() if self._random.randrange(100) < percent]
        return chosen or [list(chances)[-1]]


def which_of(wave: Wave, world: World) -> str:
    """Return whether a wave is of the last or of this programme, so that its people are the same in any year."""
    return "closed" if wave.closes_on < local_date(moment(world.calendar.as_of)) else "open"
