"""The county's places, agencies and staff."""

import datetime as dt

from minsheng.accounts.staff import Role, RoleGrant, StaffMember
from minsheng.outbox import RecordKind, touch
from minsheng.progress import outlines
from minsheng.records.places import Agency, Division, DivisionLevel
from website.sample.calendar import moment
from website.sample.content import FOLDER, content
from website.sample.translations import english, english_name
from website.sample.world import COUNTY, OFFICE, World


def add_places(world: World) -> None:
    """Add the province, the city, the county, its townships and villages."""
    for entry in content("places")["division"]:
        place = Division.under(
            world.places.get(entry.get("parent", "")),
            entry["code"],
            entry["name"],
            DivisionLevel(entry["level"]),
            population=entry.get("population"),
            is_invented=True,
        )
        place.translations = english_name("place", place.code)
        world.places[place.code] = place
        world.session.add(place)
        for number, (name, population) in enumerate(entry.get("villages", ()), start=1):
            code = f"{place.code}{number:03d}"
            world.places[code] = Division.under(place, code, name, DivisionLevel.VILLAGE, population=population)
            world.places[code].translations = english_name("village", name)
            world.session.add(world.places[code])
    world.session.flush()
    for place in world.places.values():
        touch(world.session, RecordKind.DIVISION, place.id)


def add_outlines(world: World) -> None:
    """Put in the invented outlines of the county and its townships, before anything is published."""
    features = outlines.read_features((FOLDER / "outlines.geojson").read_bytes())

    def take(at: dt.datetime) -> None:
        outlines.take(world.session, features, actor=OFFICE, at=at)

    world.story.at(moment(world.calendar.published_on(world.calendar.year - 1), 8), take)


def add_agencies(world: World) -> None:
    """Add the agencies; all stand beside the supervising office, below the county."""
    for number, entry in enumerate(content("agencies")["agency"], start=1):
        agency = Agency(
            slug=f"sample-{entry['slug']}",
            name=entry["name"],
            division=world.places[COUNTY],
            is_supervising=entry.get("is_supervising", False),
            duties=entry["duties"],
            desk_phone=f"000-0000 {number:04d}",
            desk_address=entry["desk"],
            translations=english("agency", entry["slug"]),
        )
        world.agencies[entry["slug"]] = agency
        world.session.add(agency)
    world.session.flush()
    for agency in world.agencies.values():
        touch(world.session, RecordKind.AGENCY, agency.id)


def add_staff(world: World, password_hash: str) -> list[StaffMember]:
    """Add one account per role, all with the same password."""
    created = moment(world.calendar.published_on(world.calendar.year - 1))
    for entry in content("staff")["staff"]:
        agency = world.agencies[entry["agency"]] if "agency" in entry else None
        member = StaffMember(
            username=entry["username"],
            display_name=entry["display_name"],
            post=entry["post"],
            password_hash=password_hash,
            created_at=created,
            is_sample=True,
            grants=[
                RoleGrant(role=Role(role), division=None if entry.get("everywhere") else world.county, agency=agency)
                for role in entry["roles"]
            ],
        )
        world.staff[member.username] = member
        world.session.add(member)
    world.session.flush()
    return list(world.staff.values())
