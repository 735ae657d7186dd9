"""The job that tells senders by mail that their case has moved, with links to judge an answer without a code."""

import datetime as dt
from collections.abc import Callable, Sequence

from minsheng.casework import sender_notices
from minsheng.casework.case_events import CaseEvent
from minsheng.casework.cases import CaseEventKind, CaseState
from minsheng.casework.sender_notices import LINK_FOR, SenderNotice
from minsheng.casework.suggestions import Suggestion
from minsheng.database import db
from minsheng.mailing import mail
from pages.addresses import for_mail
from pages.case_dates import moved_dates, problem_words
from pages.formats import date
from pages.language import gettext as _
from pages.language import html_lang, ngettext, speaking
from pages.services import services
from pages.words import word
from public.casework.judging_links import LinkPurpose, token
from public.casework.suggestion_sending import code_of
from public.mailing import mail_texts
from public.mailing.mail_texts import Entry, Letter

BATCH = 500
"""Cases in one run; the rest follow at the next."""


def tell_senders(clock: Callable[[], dt.datetime]) -> int:
    """Put mail in line for every sender whose case has moved; return how many were told.

    The last event told moves in the transaction that queues the mail, and the mail's key names that event: two runs
    at once tell nothing twice, and nothing is passed over.
    """
    at = clock()
    numbers = sender_notices.waiting(db.session(), BATCH)
    db.session.commit()
    return sum(_tell(number, at) for number in numbers)


def _tell(number: int, at: dt.datetime) -> bool:
    """Tell one sender; commits. Returns whether a mail was queued."""
    notice = db.session.get(SenderNotice, number, populate_existing=True)
    case = notice.suggestion if notice else None
    if notice is None or case is None:
        db.session.commit()
        return False
    events = sender_notices.to_tell(notice, case)
    address = sender_notices.open_address(case, services().contacts)
    is_told = False
    if events and sender_notices.advance(db.session(), notice, events[-1].id) and address is not None:
        with speaking(notice.language):
            message = moved(address, case, events)
        key = f"case:{case.id}:{events[-1].id}"
        is_told = mail.queue(db.session(), services().contacts, key, message, at, case.subject)
    db.session.commit()
    return is_told


def moved(address: str, case: Suggestion, events: Sequence[CaseEvent]) -> mail.Mail:
    """Return the mail that tells what happened to a case, the latest event last."""
    language = html_lang()
    own_page = for_mail("public.suggestions.followed", code=code_of(case.ticket), lang=language)
    entries = [
        Entry(_("%(date)s：%(step)s", date=date(event.at), step=word(event.kind)), _told(event), own_page)
        for event in events
    ]
    action, links = (_("看全部经过"), own_page), []
    if case.state in {CaseState.REPLIED, CaseState.FINALLY_REPLIED}:
        action = (_("评价这次答复"), _link(LinkPurpose.RATE, case))
        links.append((_("看全部经过"), own_page))
    if case.state is CaseState.REPLIED:
        links.append((_("没有解决，要求督办"), _link(LinkPurpose.DISPUTE, case)))
    closing = [_("您提交时留了这个邮箱，所以发这封信；只有这件来件有进展才会再发。")]
    if case.state in {CaseState.REPLIED, CaseState.FINALLY_REPLIED}:
        closing.insert(
            0,
            ngettext(
                "评价和督办的网址 %(num)s 天内有效，各用一次，请不要转发。",
                "评价和督办的网址 %(num)s 天内有效，各用一次，请不要转发。",
                LINK_FOR.days,
            ),
        )
    letter = Letter(
        greeting=_("您的来件有进展"),
        paragraphs=[_("您的来件（第 %(number)s 号）：", number=case.number)],
        entries=entries,
        action=action,
        closing=closing,
        links=links,
    )
    subject = _("您的来件有进展：%(step)s（第 %(number)s 号）", step=word(events[-1].kind), number=case.number)
    return mail_texts.written(address, subject, letter)


def _told(event: CaseEvent) -> Sequence[str]:
    """Return the public words of an event, line by line."""
    if event.kind is CaseEventKind.CLOSED:
        return [_("答复后没有收到您的评价，这件已经办结，记为“到期未评价”，不算满意。事情没有解决的，可以再提一件。")]
    if event.kind is CaseEventKind.RESCHEDULED:
        return moved_dates(event.public_text)
    if event.kind is CaseEventKind.MADE_PROBLEM:
        return [problem_words(event.public_text)]
    return event.public_text.splitlines()


def _link(purpose: LinkPurpose, case: Suggestion) -> str:
    name = f"public.suggestions.{purpose.value}_by_mail"
    return for_mail(name, token=token(services().secret, purpose, case), lang=html_lang())
