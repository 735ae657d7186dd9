"""Public documents: given out as files that run nowhere, under names that lead to them."""

import dataclasses
import io
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role
from minsheng.editorial import document_publishing
from minsheng.editorial.document_publishing import Description
from minsheng.records.documents import Document, DocumentKind
from minsheng.records.projects import Project
from minsheng.records.publication import Publication
from pages.attachments import file_size
from pages.services import EXTENSION
from tests.factories import Make
from tests.office_files import pdf

EVIL = pdf("批复", extra=b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>")


def document_address(document: Document) -> str:
    return f"/documents/{document.id}/{quote(document.file_name)}"


@pytest.fixture
def project(make: Make) -> Project:
    return make.project()


@pytest.fixture
def document(app: Flask, session: Session, make: Make, project: Project) -> Document:
    stored = app.extensions[EXTENSION].documents.add(io.BytesIO(EVIL))
    author, publisher = make.staff(Role.REPORTER), make.staff(Role.PUBLISHER)
    added = document_publishing.add(
        session, project, stored, Description("关于/初步设计的“批复”", DocumentKind.APPROVAL), author, make.at
    )
    document_publishing.publish(session, added, publisher, make.at)
    session.commit()
    return added


def test_a_file_is_sent_for_saving_and_can_run_nothing(client: FlaskClient, document: Document) -> None:
    page = client.get(f"/documents/{document.id}").get_data(as_text=True)
    assert document.file_name == "关于-初步设计的-批复.pdf"
    answer = client.get(f"/documents/{document.id}/{document.file_name}")
    assert answer.data == EVIL
    headers = answer.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"]
    assert document.key in page
    assert client.get(f"/documents/{document.id}/x").location == document_address(document)


def test_an_unchanged_file_is_not_sent_twice(client: FlaskClient, document: Document) -> None:
    address = f"/documents/{document.id}/{document.file_name}"
    etag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304


def test_a_file_of_a_record_that_is_not_public_is_not_there(
    client: FlaskClient, session: Session, project: Project, document: Document
) -> None:
    project.publication, project.withdrawn_reason = Publication.WITHDRAWN, "重复登记"
    session.commit()
    assert client.get(f"/documents/{document.id}").status_code == 404
    assert client.get(f"/documents/{document.id}/{document.file_name}").status_code == 404


def test_drafts_are_nowhere(client: FlaskClient, session: Session, make: Make, project: Project) -> None:
    draft = make.document(project, publication=Publication.DRAFT, title="还没审的合同")
    session.commit()
    assert client.get(f"/documents/{draft.id}").status_code == 404
    assert client.get(f"/documents/{draft.id}/{draft.file_name}").status_code == 404
    assert "还没审的合同" not in client.get(f"/projects/{project.slug}").get_data(as_text=True)
    assert f"/documents/{draft.id}" not in client.get("/search/?q=还没审的合同").get_data(as_text=True)


def test_a_file_that_the_store_lost_is_not_there(
    app: Flask, client: FlaskClient, session: Session, document: Document
) -> None:
    app.extensions[EXTENSION] = dataclasses.replace(app.extensions[EXTENSION])
    app.extensions[EXTENSION].documents.path(document.key).unlink()
    assert client.get(f"/documents/{document.id}/{document.file_name}").status_code == 404


def test_sizes_read_as_people_say_them() -> None:
    assert [file_size(octets) for octets in (1, 12_400, 999_999, 1_250_000)] == ["1 KB", "12 KB", "1000 KB", "1.2 MB"]
