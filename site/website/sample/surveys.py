"""The yearly survey: last year's wave, closed, with its drawn sample; and this year's, open to everybody."""

import datetime as dt
import random
import uuid
from functools import partial
from typing import Any

from minsheng import journal
from minsheng.editorial import publishing
from minsheng.journal import Act
from minsheng.opinion.scheme_reading import shipped
from minsheng.records.places import Division, DivisionLevel
from minsheng.surveying import assessment_schemes, quality_rules, surveys, wave_results
from minsheng.surveying.population import PopulationMargin
from minsheng.surveying.question_library import standard_questions
from minsheng.surveying.questionnaire_editing import question_of
from minsheng.surveying.questionnaires import Questionnaire, QuestionnaireVersion
from minsheng.surveying.surveys import DRAWN_CHANNELS, Channel, Wave
from website.sample.calendar import moment
from website.sample.content import content
from website.sample.paper import plan_paper
from website.sample.phone import plan_phone
from website.sample.world import OFFICE, World

CLOSED_ANSWERS = {Channel.PHONE: 436, Channel.WEB: 112, Channel.QR: 58}
OPEN_ANSWERS = {Channel.WEB: 88, Channel.QR: 36}
COUNTY_TOWN = "990121101"
SCHEME = "anhui-2010"
DAYS_OPEN_BEFORE = 24
DAYS_OPEN_AFTER = 30
PROPOSED = {
    rule: quality_rules.THRESHOLDS[rule].proposed if rule in quality_rules.THRESHOLDS else 0.0
    for rule in quality_rules.QualityRule
}
"""All rules of quality with the thresholds that the site proposes."""
TICKETS = uuid.UUID("99012100-0000-4000-8000-000000000001")


def plan_surveys(world: World) -> None:
    """Put both waves and every answer into the story."""
    version = _questionnaire(world)
    year, as_of = world.calendar.year, world.calendar.as_of
    closed = _wave(world, version, "last", dt.date(year - 1, 12, 1), dt.date(year - 1, 12, 24))
    opened = as_of - dt.timedelta(days=DAYS_OPEN_BEFORE)
    current = _wave(world, version, "this", opened, as_of + dt.timedelta(days=DAYS_OPEN_AFTER))
    for wave, counts in ((closed, CLOSED_ANSWERS), (current, OPEN_ANSWERS)):
        for channel, count in counts.items():
            respondents = _Respondents(world, wave, channel, "closed" if wave is closed else "open")
            for number in range(count):
                respondents.plan_answer(number)
    on_paper = _Respondents(world, current, Channel.PAPER_SAMPLE, "open")
    plan_paper(world, current, lambda: on_paper.typed("rural"))
    plan_phone(world, current, _Respondents(world, current, Channel.PHONE, "open").typed)
    world.story.at(
        moment(closed.closes_on + dt.timedelta(days=1), 0, 5),
        lambda at: _close(world, closed, at),
    )


def _close(world: World, wave: Wave, at: dt.datetime) -> None:
    """Let a wave's last day have passed: its results are computed against the county's invented population."""
    publishing.record_wave(world.session, wave, "wave_closed", OFFICE, at)
    given = content("questionnaire")["population"]
    people = world.county.population or 0
    for variable in ("area", "age_band"):
        for value, share in given[variable].items():
            world.session.add(
                PopulationMargin(
                    division=world.county,
                    variable=variable,
                    value=value,
                    count=people * share // 100,
                    source=given["source"],
                )
            )
    wave_results.settle(world.session, wave, OFFICE, at)


def _questionnaire(world: World) -> QuestionnaireVersion:
    """Add the questionnaire in its first version, of the library's questions in all three languages."""
    given = content("questionnaire")
    questionnaire = Questionnaire(slug="shili-satisfaction", title=given["title"]["zh"], division=world.county)
    version = QuestionnaireVersion(
        questionnaire=questionnaire,
        number=1,
        introduction=given["introduction"]["zh"],
        translations=_translations(given["introduction"]),
    )
    library = standard_questions()
    version.questions = [question_of(library[key].question, place) for place, key in enumerate(given["questions"])]
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
        quality_rules=quality_rules.checked(PROPOSED),
    )
    world.session.add(wave)
    world.story.at(moment(opens, 8), lambda at: _publish(world, wave, at))
    return wave


def _publish(world: World, wave: Wave, at: dt.datetime) -> None:
    """Publish a wave with a scheme of satisfaction and awareness: the county took no suggestions yet last year."""
    wave.scheme = assessment_schemes.locked(world.session, shipped(SCHEME), at, OFFICE)
    publishing.record_wave(world.session, wave, "wave_published", OFFICE, at)
    extra = {"rules": dict(wave.quality_rules), "sha256": quality_rules.rules_hash(wave)}
    journal.record(world.session, Act("quality_rules_registered", f"wave:{wave.slug}", OFFICE, extra=extra), at)


class _Respondents:
    """People who answer through one channel: who they are decides what they tend to say."""

    def __init__(self, world: World, wave: Wave, channel: Channel, seed: str) -> None:
        self._world = world
        self._wave = wave
        self._channel = channel
        self._random = random.Random(f"{seed} {channel.value}")  # noqa: S311 - the same people every time
        self._given = content("questionnaire")
        self._townships = [place for place in world.places.values() if place.level is DivisionLevel.TOWNSHIP]

    def plan_answer(self, number: int) -> None:
        """Put one person's answers into the story."""
        township = self._random.choices(self._townships, [place.population or 0 for place in self._townships])[0]
        typed = self.typed("urban" if township.code == COUNTY_TOWN else "rural")
        ticket = uuid.uuid5(TICKETS, f"{self._wave.slug} {self._channel.value} {number}").hex
        # Only those who were drawn are known to live in a certain township.
        division = township if self._channel in DRAWN_CHANNELS else None
        self._world.story.at(self._moment(), partial(self._answer, typed, ticket, division))

    def _answer(self, typed: dict[str, list[str]], ticket: str, division: Division | None, at: dt.datetime) -> None:
        surveys.respond(
            self._world.session, self._wave, typed, ticket=ticket, channel=self._channel, at=at, division=division
        )

    def _moment(self) -> dt.datetime:
        """Return a moment while the wave was open, before the day of loading."""
        last = min(self._wave.closes_on, self._world.calendar.yesterday)
        days = (last - self._wave.opens_on).days
        return moment(
            self._wave.opens_on + dt.timedelta(days=self._random.randint(0, days)), 9 + self._random.randint(0, 10)
        )

    def typed(self, home: str) -> dict[str, list[str]]:
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
        for field, mood_of_field in chances["mood_of_field"].items():
            typed[field] = [self._scale(mood + mood_of_field)]
        typed["used"] = [self._choose(chances["used"])]
        typed["told"] = [self._choose(chances["told"])]
        if self._random.random() < (0.18 if drawn else 0.34):
            typed["words"] = [self._random.choice(self._given["words"]["words"])]
        return typed

    def _scale(self, mood: int) -> str:
        """Return an answer on the five-point scale: the better the mood, the further up."""
        base = self._given["chances"]["scale"]
        up, down = 1 + max(mood, -60) / 100, 1 - min(mood, 60) / 100
        tilt = {"very_satisfied": up, "satisfied": up, "dissatisfied": down, "very_dissatisfied": down}
        weights = [chance * tilt.get(key, 1) for key, chance in base.items()]
        return str(self._random.choices(list(base), weights)[0])

    def _choose(self, chances: dict[str, int]) -> str:
        return self._random.choices(list(chances), list(chances.values()))[0]

    def _several(self, chances: dict[str, int]) -> list[str]:
        """Return every option that came true; the last one, which stands alone, where no other did."""
        *others, none_of_them = [(key, self._random.randrange(100) < percent) for key, percent in chances.items()]
        return [key for key, came_true in others if came_true] or [none_of_them[0]]
