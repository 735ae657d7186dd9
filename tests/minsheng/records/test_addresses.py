"""Addresses that never break: renamed records are found under every slug they had, and nobody else gets one."""

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from minsheng.editorial import changelog, publishing
from minsheng.errors import AddressTakenError, InvalidAddressError
from minsheng.records import addresses, boards
from minsheng.records.addresses import AddressKind
from tests.factories import Make

ACTOR = "某县民生办"


def test_the_old_slug_leads_to_the_new_one_through_every_rename(session: Session, make: Make, at: dt.datetime) -> None:
    project = make.project(slug="first")
    for slug in ("second", "third"):
        addresses.rename(session, project, slug, actor=ACTOR, at=at)

    for old in ("first", "second"):
        assert addresses.present(session, AddressKind.PROJECT, old) == "third"
    assert addresses.present(session, AddressKind.PROJECT, "third") is None
    assert addresses.present(session, AddressKind.PROGRAMME, "first") is None
    assert addresses.all_slugs(session, project) == ["third", "first", "second"]


def test_nobody_gets_a_slug_that_another_has_or_had(session: Session, make: Make, at: dt.datetime) -> None:
    project, other = make.project(slug="mine"), make.project(slug="yours")
    addresses.rename(session, project, "new", actor=ACTOR, at=at)

    for taken in ("mine", "new"):
        with pytest.raises(AddressTakenError):
            addresses.rename(session, other, taken, actor=ACTOR, at=at)
    with pytest.raises(AddressTakenError):
        make.project(slug="mine")


def test_a_record_may_go_back_to_its_own_slug(session: Session, make: Make, at: dt.datetime) -> None:
    project = make.project(slug="good")
    addresses.rename(session, project, "mistaken", actor=ACTOR, at=at)
    addresses.rename(session, project, "good", actor=ACTOR, at=at)

    assert project.slug == "good"
    assert addresses.present(session, AddressKind.PROJECT, "mistaken") == "good"
    assert addresses.present(session, AddressKind.PROJECT, "good") is None


@pytest.mark.parametrize("slug", ["", "-a", "a-", "a b", "a/b", "../x", "路", "a" * 81, "a\n", "a?b", "a--"])
def test_only_what_can_stand_in_an_address_is_taken(session: Session, make: Make, at: dt.datetime, slug: str) -> None:
    project = make.project(slug="plain")
    with pytest.raises(InvalidAddressError):
        addresses.rename(session, project, slug, actor=ACTOR, at=at)
    assert project.slug == "plain"


def test_the_journal_fits_the_records_after_renames(session: Session, make: Make, at: dt.datetime) -> None:
    agency = make.agency(slug="bureau")
    project = make.project(slug="old-road", agency=agency)
    make.published_report(project)
    boards.issue(session, project, "东门", secret="s", actor=ACTOR, at=at)
    addresses.rename(session, project, "new-road", actor=ACTOR, at=at, reason="名称改了")
    addresses.rename(session, project.programme, "list-of-2026", actor=ACTOR, at=at)
    addresses.rename(session, agency, "roads-bureau", actor=ACTOR, at=at)

    assert publishing.verify(session) == []
    entries = session.scalars(changelog.public_entries(about=addresses.all_slugs(session, project))).all()
    assert {"project_published", "report_published", "board_issued", "project_renamed"} <= {
        each.act for each in entries
    }
    assert set(changelog.titles(session, entries).values()) == {project.title}


def test_a_slug_changed_behind_the_journals_back_is_a_fault(session: Session, make: Make, at: dt.datetime) -> None:
    project = make.project(slug="honest")
    addresses.rename(session, project, "renamed", actor=ACTOR, at=at)
    project.slug = "forged"
    session.flush()

    assert {fault.kind for fault in publishing.verify(session)} == {"record_not_in_journal", "record_gone"}
