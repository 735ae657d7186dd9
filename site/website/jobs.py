"""Work done by the clock: the one list of jobs, and the thread that runs them beside the served pages."""

import dataclasses
import datetime as dt
import logging
import threading

from flask import Flask

from minsheng.accounts import passkeys, sign_in_refusals
from minsheng.casework import case_deadlines, case_import_drafts, case_reminders, quarantine, retention, spent_tickets
from minsheng.clock import local_date
from minsheng.database import db
from minsheng.desk import typed_forms
from minsheng.editorial import timed_publishing
from minsheng.exporting import record_files
from minsheng.installation import scheduling
from minsheng.installation.scheduling import Job, Outcome
from minsheng.mailing import mail, subscriptions
from minsheng.mailing.mail import Sender
from minsheng.pictures import media_sweeping
from minsheng.surveying import (
    answer_imports,
    answer_mixing,
    board_alarms,
    paper_batches,
    sample_frame_reading,
    sample_frames,
    wave_results,
)
from pages import tickets
from pages.installation import read_afresh, site_settings
from pages.services import services
from public.casework.case_mail import tell_senders
from public.mailing.news_mail import tell_news

log = logging.getLogger(__name__)

EVERY_TICK = dt.timedelta(0)
PAUSE_SECONDS = 30.0
"""Between two ticks of the thread; cron's shortest interval is a minute."""


def jobs() -> tuple[Job, ...]:
    """Return all jobs in the order they run: what makes mail comes before what sends it."""
    return (
        Job("publish_due", EVERY_TICK, _publish_due),
        Job("watch_cases", EVERY_TICK, _watch_cases),
        Job("settle_waves", EVERY_TICK, _settle_waves),
        Job("watch_boards", dt.timedelta(minutes=5), _watch_boards),
        Job("drop_unconfirmed", dt.timedelta(hours=1), _drop_unconfirmed),
        Job("tell_news", EVERY_TICK, lambda: tell_news(services().clock)),
        Job("tell_senders", EVERY_TICK, lambda: tell_senders(services().clock)),
        Job("send_mail", EVERY_TICK, _send_mail),
        Job("forget_mail", dt.timedelta(days=1), _forget_mail),
        Job("summarise_refusals", dt.timedelta(hours=1), _summarise_refusals),
        Job("erase_contacts", dt.timedelta(hours=6), _erase_contacts),
        Job("mix_answers", dt.timedelta(days=1), _mix_answers),
        Job("forget_letters", dt.timedelta(days=1), _forget_letters),
        Job("sweep_media", dt.timedelta(days=1), _sweep_media),
        Job("sweep_exports", dt.timedelta(minutes=15), _sweep_exports),
    )


def tick() -> list[Outcome]:
    """Run what is due; needs an application context."""
    return scheduling.tick(db.session(), jobs(), services().clock)


def run_in_background(app: Flask) -> threading.Thread:
    """Tick in a thread of this server process until the process ends; several processes share the work."""
    thread = threading.Thread(target=_keep_ticking, args=(app,), name="minsheng-jobs", daemon=True)
    thread.start()
    return thread


def _keep_ticking(app: Flask) -> None:
    pause = threading.Event()
    while not pause.wait(PAUSE_SECONDS):
        try:
            with app.app_context():
                tick()
        except Exception:
            # A database that is away for a moment must not end the thread.
            log.exception("jobs could not be run")


def _publish_due() -> int:
    """Publish the reports whose chosen time has come."""
    known = services()
    return timed_publishing.publish_due(db.session(), known.clock(), one_person_mode=known.one_person_mode)


def _watch_cases() -> int:
    """Count dates again that a new calendar settles; then remind, escalate and close by the clock of cases."""
    known = services()
    case_deadlines.recount(db.session(), known.case_clock, known.clock())
    return case_reminders.watch(db.session(), known.case_clock, known.clock())


def _settle_waves() -> int:
    """Compute the results of surveys that have closed, and of those that lost answers since, one commit each."""
    at, session = services().clock(), db.session()
    due = [(wave, wave_results.CLOCK) for wave in wave_results.unsettled(session, local_date(at))]
    due += wave_results.outdated(session)
    for wave, actor in due:
        wave_results.settle(session, wave, actor, at)
        session.commit()
    return len(due)


def _watch_boards() -> int:
    """Raise alarms for notice boards that bring in too many answers of an open survey, and forget old counts."""
    new = board_alarms.watch(db.session(), services().clock())
    db.session.commit()
    return new


def _drop_unconfirmed() -> int:
    dropped = subscriptions.drop_unconfirmed(db.session(), services().clock())
    db.session.commit()
    return dropped


def _send_mail() -> int:
    known = services()
    return mail.send_due(db.session(), known.contacts, known.mail_transport, _sender(), known.clock)


def _sender() -> Sender:
    """Return whose mail it is: the program's address, under the name the installation has by now."""
    known = services().mail_sender
    read_afresh()
    return dataclasses.replace(known, name=site_settings().site_name or known.name)


def _forget_mail() -> None:
    mail.forget(db.session(), services().clock())
    db.session.commit()


def _summarise_refusals() -> int:
    """Journal the refused sign-ins of past days, and forget challenges that nobody answered."""
    at = services().clock()
    days = sign_in_refusals.summarise(db.session(), at)
    passkeys.forget_challenges(db.session(), at)
    db.session.commit()
    return days


def _erase_contacts() -> int:
    """Erase contacts whose period is over, also those of frames, and files that nobody confirmed."""
    at, kept = services().clock(), dt.timedelta(days=site_settings().contact_days)
    answer_imports.drop_old(db.session(), at)
    paper_batches.forget_closed(db.session(), local_date(at))
    case_import_drafts.drop_old(db.session(), at)
    sample_frame_reading.drop_previews(db.session(), at)
    frames = sample_frames.erase_due(db.session(), at, kept)
    db.session.commit()
    return frames + retention.erase_due(db.session(), at, kept)


def _mix_answers() -> bool:
    """Keep the order of arrival of answers out of the database's files."""
    return answer_mixing.mix(db.session(), services().today())


def _forget_letters() -> int:
    """Forget used tickets that are too old to be taken again, letters discarded and forms left long ago."""
    at = services().clock()
    spent_tickets.forget(db.session(), at - dt.timedelta(seconds=2 * tickets.MAX_AGE_SECONDS))
    typed_forms.forget_old(db.session(), at)
    gone = quarantine.forget_discarded(db.session(), at)
    db.session.commit()
    return gone


def _sweep_exports() -> int:
    """Remove exported files whose time is over."""
    known = services()
    gone = record_files.sweep(db.session(), known.cache / "exports", known.clock())
    db.session.commit()
    return gone


def _sweep_media() -> int:
    gone = media_sweeping.sweep(db.session(), services().media, services().clock())
    db.session.commit()
    return gone
