"""Galleries of photos, and one photo on a page of its own."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.database import db
from minsheng.pictures.photos import Photo, PhotoPhase
from minsheng.records.projects import Project
from tests.factories import Make
from tests.public.conftest import Reader

AddPhoto = Callable[..., Photo]


@pytest.fixture
def add_photo(session: Session) -> AddPhoto:
    def add(project: Project, caption: str, month: int, phase: PhotoPhase = PhotoPhase.DURING) -> Photo:
        photo = Photo(
            project=project,
            key="a" * 64,
            phase=phase,
            taken_on=dt.date(2026, month, 3),
            caption=caption,
            alt_text="路面",
            width=800,
            height=600,
        )
        session.add(photo)
        session.flush()
        return photo

    return add


def test_galleries_say_what_will_be_here(make: Make, read: Reader) -> None:
    project = make.project()
    for address in ("/photos", f"/projects/{project.slug}/photos"):
        assert "还没有照片" in read(address).one("main").text


def test_a_gallery_of_a_month_or_phase_holds_only_those(make: Make, read: Reader, add_photo: AddPhoto) -> None:
    project = make.project()
    add_photo(project, "四月的路", 4)
    add_photo(project, "五月的路", 5, PhotoPhase.AFTER)
    for address in ("/photos?month=2026-05", f"/projects/{project.slug}/photos?phase=after"):
        text = read(address).one("main").text
        assert "五月的路" in text
        assert "四月的路" not in text
    assert "四月的路" in read("/photos?month=2026-13&phase=never&page=99").one("main").text


def test_a_gallery_of_a_place_holds_the_photos_of_its_projects(make: Make, read: Reader, add_photo: AddPhoto) -> None:
    project = make.project()
    add_photo(project, "四月的路", 4)
    assert project.division
    assert "四月的路" in read(f"/places/{project.division.code}/photos").one("main").text


def test_a_photo_leads_to_its_neighbours_in_the_project(make: Make, read: Reader, add_photo: AddPhoto) -> None:
    project = make.project()
    photos = [add_photo(project, f"{month} 月", month) for month in (3, 4, 5)]
    add_photo(make.project(), "别处", 4)
    page = read(f"/photos/{photos[1].id}")
    ways = {link.get("rel"): link["href"] for link in page.every("a") if link.get("rel") in {"prev", "next"}}
    assert ways == {"prev": f"/photos/{photos[2].id}", "next": f"/photos/{photos[0].id}"}


def test_what_is_not_public_has_no_page(make: Make, client: FlaskClient, add_photo: AddPhoto) -> None:
    project = make.project(published=False)
    photo = add_photo(project, "四月的路", 4)
    db.session.commit()
    assert client.get(f"/photos/{photo.id}").status_code == 404
    assert client.get(f"/projects/{project.slug}/photos").status_code == 404
    assert "四月的路" not in client.get("/photos").text
