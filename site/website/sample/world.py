"""What every chapter of the sample needs: the session, the calendar and the records made so far."""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from minsheng.accounts.staff import StaffMember
from minsheng.casework.cases import CaseClock
from minsheng.codes import tracking_code
from minsheng.encryption import ContactBox
from minsheng.pictures.media import MediaStore
from minsheng.records.document_store import DocumentStore
from minsheng.records.places import Agency, Division
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from website.sample.calendar import StoryCalendar
from website.sample.pictures import Gallery
from website.sample.story import Story

OFFICE = "示例县民生工作办公室"
COUNTY = "990121"
AUTHOR_OF_ALL = "yuebao"
PUBLISHER = "shenhe"


@dataclass(frozen=True)
class Installation:
    """What the sample takes from where it is loaded: stores, the secret that signs codes, the box for contacts."""

    media: MediaStore
    documents: DocumentStore
    secret: str
    contacts: ContactBox


@dataclass
class World:
    """The invented county while it is being told. Records are found by code, slug or username."""

    session: Session
    calendar: StoryCalendar
    story: Story
    gallery: Gallery
    clock: CaseClock
    installation: Installation
    places: dict[str, Division] = field(default_factory=dict)
    agencies: dict[str, Agency] = field(default_factory=dict)
    staff: dict[str, StaffMember] = field(default_factory=dict)
    programmes: dict[str, Programme] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)

    def code_of(self, ticket: str) -> str:
        """Return the tracking code of a form ticket."""
        return tracking_code(self.installation.secret, "suggestion", ticket)

    @property
    def county(self) -> Division:
        """The county itself."""
        return self.places[COUNTY]

    @property
    def publisher(self) -> StaffMember:
        """The one who signs second."""
        return self.staff[PUBLISHER]

    def author_for(self, project: Project) -> StaffMember:
        """Return who writes a project's reports: its agency's desk, or the office for agencies without one."""
        for member in self.staff.values():
            if any(grant.agency is not None and grant.agency is project.agency for grant in member.grants):
                return member if member.username in {"jiaotong", "jiaoyu", "shuili"} else self.staff[AUTHOR_OF_ALL]
        return self.staff[AUTHOR_OF_ALL]
