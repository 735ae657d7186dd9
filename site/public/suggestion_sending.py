"""Sending a suggestion: the form, the similar cases offered, the proof of work under load, and the one letter made.

A form leads to one letter whatever happens to it on the way: its ticket is spent by the first sending that gets
through, and every other one of the same form is led to the same receipt.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as BaseResponse

from minsheng import codes, publishing, quarantine, spent_tickets, suggestions
from minsheng.boards import Board
from minsheng.case_photos import MOST_PHOTOS, CasePhoto
from minsheng.cases import SuggestionKind
from minsheng.database import db
from minsheng.held_letters import HeldLetter, HeldReason, fingerprint
from minsheng.places import Division, division_by_code
from minsheng.programmes import Programme
from minsheng.projects import Project
from minsheng.proof_of_work import BITS, is_proof
from minsheng.publication import Origin, Publication
from minsheng.quarantine import Handed
from minsheng.sender_notices import SenderNotice, written_contact
from minsheng.submission_meter import Reading, SubmissionMeter
from minsheng.suggestions import Letter, Suggestion
from pages import tickets
from pages.language import current_language
from pages.language import gettext as _
from pages.limits import caller, limiter
from pages.services import services
from public import boards, similar, suggestion_photos
from public.suggestion_forms import SuggestionForm
from public.suggestion_photos import Taken

PURPOSE = "suggestion"
PROOF_LASTS = 2 * 3600
"""Seconds after which work done for a form counts no more."""
ASKED = "none"
"""The proof in a form that asked for one and found none."""
MOST_UNLIMITED = 64 * 1024
"""Bytes of a form that may be read before the rate limit looks at it: all that can be typed, and no picture."""
METER = "minsheng.submissions"


@dataclass(frozen=True)
class About:
    """What the form was opened for."""

    project: Project | None
    board: Board | None
    places: list[Division]


def has_worked() -> bool:
    """Whether a letter without pictures comes with proof of work, so that its network's other senders do not stop it.

    A mobile network puts thousands of people behind one address. A proof sent again leads to the receipt it made.
    """
    if request.content_length is None or request.content_length > MOST_UNLIMITED:
        return False
    return _is_worked_for(request.form.get("ticket", ""), request.form.get("proof", ""))


@limiter.limit("120 per hour; 30 per minute", methods=["POST"], exempt_when=has_worked)
def new() -> str | BaseResponse | tuple[str, int]:
    """Show the form, or take it: to its receipt, or back with what is still missing."""
    form = SuggestionForm()
    if request.method != "POST":
        form.place.data = request.args.get("place", "")
        return _page(form, _about(form), Taken())
    has_proof = _has_proof(form)
    is_asked = meter().is_high(services().clock()) and not has_proof
    # Pictures first: no transaction is open yet that others would wait for. Under attack nobody's are read unproved.
    uploads = [] if is_asked else form.photos.data or []
    taken = suggestion_photos.take(uploads, form.kept.data or "", request.form.getlist("unwanted"))
    return _taken(form, taken, has_proof=has_proof, drops_photos=is_asked and _has_uploads(form))


def meter() -> SubmissionMeter:
    """Return the meter of this server process."""
    found: SubmissionMeter = current_app.extensions.setdefault(METER, SubmissionMeter())
    return found


def code_of(ticket: str) -> str:
    """Return the tracking code that belongs to a ticket."""
    return codes.tracking_code(services().secret, PURPOSE, ticket)


def _taken(
    form: SuggestionForm, taken: Taken, *, has_proof: bool, drops_photos: bool
) -> BaseResponse | tuple[str, int]:
    """Go one step on with a form that was sent."""
    about = _about(form)
    is_valid = form.validate()
    form.photos.errors = [*form.photos.errors, *taken.errors]
    if drops_photos:
        form.photos.errors.append(_("现在提交的人太多，照片没有收。请再选一次，或者先提交，在回执页补照片"))
    ticket = tickets.read(services().secret, PURPOSE, form.ticket.data or "")
    if not is_valid or taken.errors:
        return _page(form, about, taken, ticket), 422
    if ticket is None or _was_for_other_words(form, ticket):
        form.form_errors.append(_("这张表单放得太久了，请再按一次“提交”；您填写的内容都还在。"))
        return _page(form, about, taken), 422
    if _made(ticket) is not None:
        return _receipt(ticket)
    at = services().clock()
    reading = meter().note(at, caller(), fingerprint(form.words.data or ""))
    if reading.is_high and not has_proof:
        is_full = not quarantine.has_room(db.session(), form.words.data or "", at)
        if is_full or form.proof.data != ASKED or drops_photos:
            return _page(form, about, taken, ticket, step="full" if is_full else "proof"), 422
    if not reading.is_high and not form.checked.data:
        alike = similar.similar_to(form.words.data or "", about.project, _place(form))
        if alike:
            return _page(form, about, taken, ticket, step="similar", alike=alike), 200
    return _send_once(form, about, taken, ticket, _reason_to_hold(reading, has_proof=has_proof))


def _reason_to_hold(reading: Reading, *, has_proof: bool) -> HeldReason | None:
    """Return why a letter is to wait for a reviewer's look before it becomes a case, or None."""
    if reading.is_one_network:
        return HeldReason.ONE_NETWORK
    if reading.is_many_alike:
        return HeldReason.MANY_ALIKE
    return HeldReason.NO_PROOF if reading.is_high and not has_proof else None


def _send_once(
    form: SuggestionForm, about: About, taken: Taken, ticket: str, reason: HeldReason | None
) -> BaseResponse:
    """Lead to the receipt of the letter, whoever stored it: the same form may arrive twice at the same moment."""
    try:
        _send(form, about, taken, ticket, reason)
    except IntegrityError:
        db.session.rollback()
        if _made(ticket) is None:
            raise
    return _receipt(ticket)


def _send(form: SuggestionForm, about: About, taken: Taken, ticket: str, reason: HeldReason | None) -> None:
    """Store the letter, as a case or in the quarantine, in one commit."""
    known, session = services(), db.session()
    at, code = known.clock(), code_of(ticket)
    contact = written_contact(form.contact.data or "", form.email.data or "")
    seal = (lambda record: known.contacts.seal(contact, record)) if contact else None
    photos = [CasePhoto.of_stored(one) for one in taken.stored]
    letter = _letter(form, about)
    spent_tickets.spend(session, ticket, at)
    if reason is not None:
        handed = Handed(ticket, codes.code_hash(code), current_language(), photos, seal)
        quarantine.hold(session, letter, handed, reason, at)
    else:
        case = suggestions.submit(session, letter, ticket=ticket, code=code, at=at, clock=known.case_clock, seal=seal)
        case.photos.extend(photos)
        if (form.email.data or "").strip():
            session.add(SenderNotice(suggestion_id=case.id, language=current_language(), told_upto=0))
        publishing.record_suggestion(session, case, "suggestion_received", "", at)
    session.commit()


def _letter(form: SuggestionForm, about: About) -> Letter:
    latitude, longitude = form.point or (None, None)
    return Letter(
        kind=SuggestionKind(form.kind.data),
        words=form.words.data or "",
        consent_to_publish=bool(form.consent_to_publish.data),
        project=about.project,
        board=about.board,
        division=_place(form),
        place_words=form.place_words.data or "",
        latitude=latitude,
        longitude=longitude,
        consent_to_call=bool(form.consent_to_call.data),
    )


def _made(ticket: str) -> Suggestion | HeldLetter | None:
    """Return the case or held letter that a ticket has made, or None."""
    code = code_of(ticket)
    return suggestions.by_code(db.session(), code) or quarantine.by_code_hash(db.session(), codes.code_hash(code))


def _was_for_other_words(form: SuggestionForm, ticket: str) -> bool:
    """Whether the ticket has made a case of other words: somebody went back, wrote anew and sent again.

    To take that for the same letter would lose it, and show whoever wrote it another's receipt.
    """
    made = _made(ticket)
    return made is not None and made.words != (form.words.data or "").strip()


def _receipt(ticket: str) -> BaseResponse:
    return redirect(url_for(".followed", code=code_of(ticket), sent=1))


def _has_proof(form: SuggestionForm) -> bool:
    """Whether the browser has worked on this form's ticket, and not too long ago."""
    return _is_worked_for(form.ticket.data or "", form.proof.data or "")


def _is_worked_for(signed: str, proof: str) -> bool:
    is_fresh = tickets.read(services().secret, PURPOSE, signed, PROOF_LASTS) is not None
    return is_fresh and is_proof(signed, proof)


def _has_uploads(form: SuggestionForm) -> bool:
    return any(getattr(one, "filename", "") for one in form.photos.data or [])


def _about(form: SuggestionForm) -> About:
    """Return what the letter is about, and write it into the form's hidden fields."""
    project = _project(form.project.data if request.method == "POST" else request.args.get("project", ""))
    board = boards.arrived_at(project) if project or not form.project.data else None
    project = project or (board.project if board else None)
    form.project.data = project.slug if project else ""
    form.board.data = board.code if board else ""
    about = About(project, board, _places())
    form.offer(about.places)
    return about


def _page(
    form: SuggestionForm,
    about: About,
    taken: Taken,
    ticket: str | None = None,
    *,
    step: str = "",
    alike: Sequence[Suggestion] = (),
) -> str:
    """Render the form; ``step`` says what stands above it, ``ticket`` is the number of the one it holds already."""
    known = services()
    if ticket is None:
        form.ticket.data = tickets.issue(known.secret, PURPOSE)
    is_high = meter().is_high(known.clock())
    if is_high and not _has_proof(form):
        form.proof.data = ASKED
    form.checked.data = "yes" if step == "similar" else form.checked.data or ""
    form.kept.data = taken.signed
    return render_template(
        "public/suggestions/new.html",
        form=form,
        project=about.project,
        board=about.board,
        kept=taken.stored,
        most_photos=MOST_PHOTOS,
        proof_bits=BITS if is_high and form.proof.data == ASKED else 0,
        step=step,
        alike=alike,
        tiles=known.map_tiles,
        today=known.today(),
        shows_invented=any(place.is_invented for place in about.places),
    )


def _place(form: SuggestionForm) -> Division | None:
    return division_by_code(db.session(), form.place.data) if form.place.data else None


def _project(slug: str | None) -> Project | None:
    """Return the project a suggestion may be about, or None."""
    if not slug:
        return None
    project = db.session.scalar(Project.visible_to_residents().where(Project.slug == slug))
    return project if project is not None and project.takes_suggestions else None


def _places() -> list[Division]:
    """Return the places of this installation's own programmes and their townships."""
    own = (
        sa.select(Programme.division_id)
        .where(Programme.origin == Origin.OWN, Programme.publication == Publication.PUBLISHED)
        .distinct()
    )
    query = sa.select(Division).where(sa.or_(Division.id.in_(own), Division.parent_id.in_(own)))
    return list(db.session.scalars(query.order_by(Division.code)))
