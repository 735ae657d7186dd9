"""演示市: an invented city with sixteen counties, its people, and what they think; for ``minsheng opinion demo``."""

from dataclasses import dataclass
from random import Random

from sqlalchemy.orm import Session

from minsheng.outbox import RecordKind, touch
from minsheng.records.places import Agency, Division, DivisionLevel
from minsheng.surveying.population import PopulationMargin

CITY = "980100"
SOURCE = "演示用的虚构人口数，不是任何真实地方的普查资料"
OFFICE = "演示市民生工程办公室"
AREAS = ("urban", "rural")
AGES = ("18_29", "30_44", "45_59", "60_plus")
AGE_SHARES = (0.19, 0.27, 0.30, 0.24)

COUNTIES = (
    ("春水县", "Chunshui County"),
    ("夏木县", "Xiamu County"),
    ("秋山县", "Qiushan County"),
    ("冬雪县", "Dongxue County"),
    ("晨光县", "Chenguang County"),
    ("暮云县", "Muyun County"),
    ("青禾县", "Qinghe County"),
    ("白鹭县", "Bailu County"),
    ("红枫县", "Hongfeng County"),
    ("金稻县", "Jindao County"),
    ("银杏县", "Yinxing County"),
    ("玉泉湾县", "Yuquanwan County"),
    ("石桥头县", "Shiqiaotou County"),
    ("竹林口县", "Zhulinkou County"),
    ("松风岭县", "Songfengling County"),
    ("柳絮滩县", "Liuxutan County"),
)


@dataclass(frozen=True)
class County:
    """A county with its invented truth: moods (−1 to 1) by year, how many know the programmes, who lives there."""

    division: Division
    agency: Agency
    moods: dict[int, float]
    known: float
    people: dict[tuple[str, str], int]


def add_city(session: Session, years: tuple[int, int], random: Random) -> tuple[Division, list[County]]:
    """Add the city with its counties, their agencies and population counts; return the city and the counties."""
    province = Division.under(None, "980000", "演示省", DivisionLevel.PROVINCE, is_invented=True)
    city = Division.under(province, CITY, "演示市", DivisionLevel.CITY)
    province.translations, city.translations = {"en": {"name": "Demo Province"}}, {"en": {"name": "Demo City"}}
    session.add_all([province, city])
    counties = [_county(session, city, number, years, random) for number in range(len(COUNTIES))]
    session.flush()
    for division in (province, city, *(county.division for county in counties)):
        touch(session, RecordKind.DIVISION, division.id)
    for county in counties:
        touch(session, RecordKind.AGENCY, county.agency.id)
    session.refresh(city)
    return city, counties


def _county(session: Session, city: Division, number: int, years: tuple[int, int], random: Random) -> County:
    name, english = COUNTIES[number]
    code = f"9801{21 + number}"
    population = random.randrange(180, 900) * 1000
    urban = random.uniform(0.28, 0.62)
    people = {
        (area, age): round(population * (urban if area == "urban" else 1 - urban) * share)
        for area in AREAS
        for age, share in zip(AGES, AGE_SHARES, strict=True)
    }
    division = Division.under(city, code, name, DivisionLevel.COUNTY, population=sum(people.values()))
    division.translations = {"en": {"name": english}}
    agency = Agency(slug=f"demo-{code}", name=f"{name}民生工程办公室", division=division, duties="演示用的虚构单位")
    agency.translations = {"en": {"name": f"Livelihood projects office of {english}"}}
    session.add_all([division, agency])
    for variable, values in (("area", AREAS), ("age_band", AGES)):
        for value in values:
            count = sum(held for key, held in people.items() if value in key)
            session.add(PopulationMargin(division=division, variable=variable, value=value, count=count, source=SOURCE))
    # From the most to the least content in even steps, so that some neighbours can be told apart and some cannot.
    mood = 0.75 - 1.5 * number / (len(COUNTIES) - 1)
    moods = {years[0]: mood, years[1]: mood + random.uniform(-0.18, 0.28)}
    return County(division, agency, moods, random.uniform(0.45, 0.8), people)
