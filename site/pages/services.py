"""What the faces need besides the database: one typed object per application."""

import dataclasses
import datetime as dt
import typing
from pathlib import Path

from flask import current_app

from minsheng.casework.cases import CaseClock
from minsheng.clock import local_date
from minsheng.database import db, now
from minsheng.encryption import ContactBox
from minsheng.installation import calendars
from minsheng.mailing.mail import Sender
from minsheng.mailing.transports import FileTransport, Transport
from minsheng.pictures.media import MediaStore
from minsheng.progress.overview import OverviewKeeper
from minsheng.records.document_store import DocumentStore
from minsheng.workdays import WorkCalendar
from pages.installation import site_settings
from search.engine import SearchEngine
from search.tally import Tally

EXTENSION = "minsheng"


@dataclasses.dataclass(frozen=True)
class Services:
    """Made once by the application factory.

    ``secret`` keys tracking codes and form tickets. ``one_person_allowed`` is the operator's word that an
    author may publish own work. ``calendar`` is the one of the program; what the installation brought in comes on top.
    ``cache`` is a folder for files that can be made again at any time. ``public_address`` is the site's own address
    as printed on boards, such as ``https://example.org``, empty for whatever address a request came by;
    ``security_contact`` is where weaknesses are reported (``mailto:`` or ``https:``), empty for none.
    ``mail_address`` is the address that links in mail begin with, which no request can change; ``mail_transport``
    takes mail that ``mail_sender`` sends. ``map_tiles`` are the addresses of the map's tiles, one a layer, and
    ``map_attribution`` whom to name for them; none where the map is drawn without.
    """

    secret: str
    media: MediaStore
    documents: DocumentStore
    contacts: ContactBox
    calendar: WorkCalendar
    search: SearchEngine
    tally: Tally
    cache: Path
    one_person_allowed: bool = False
    public_address: str = ""
    security_contact: str = ""
    mail_address: str = "http://127.0.0.1:8000"
    mail_sender: Sender = dataclasses.field(default_factory=lambda: Sender("minsheng@localhost.invalid"))
    mail_transport: Transport = dataclasses.field(default_factory=lambda: FileTransport(Path("mail")))
    map_tiles: tuple[str, ...] = ()
    map_attribution: str = ""
    clock: typing.Callable[[], dt.datetime] = now
    overview: OverviewKeeper = dataclasses.field(default_factory=OverviewKeeper)

    @property
    def one_person_mode(self) -> bool:
        """Whether an author may publish own work, which the journal then says: by the operator or by the settings."""
        return self.one_person_allowed or site_settings().one_person_mode

    @property
    def report_due_day(self) -> int:
        """The day of the next month on which a monthly report is owed."""
        return site_settings().report_due_day

    @property
    def case_clock(self) -> CaseClock:
        """The periods of a case and the calendar they are counted on, as the installation has them now."""
        known = site_settings()
        return CaseClock(
            calendars.in_force(db.session(), self.calendar),
            accept_days=known.accept_days,
            reply_days=known.reply_days,
            extension_days=known.extension_days,
            rating_days=known.rating_days,
            final_reply_days=known.final_reply_days,
        )

    def today(self) -> dt.date:
        """Return the civil date in China."""
        return local_date(self.clock())


def services() -> Services:
    """Return the current application's services."""
    return typing.cast("Services", current_app.extensions[EXTENSION])
