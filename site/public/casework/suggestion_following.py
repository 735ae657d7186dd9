"""Following one's own case by its code: every event, one's pictures, the judgement, a receipt to print."""

from flask import Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from minsheng import codes
from minsheng.casework import case_additions, quarantine, suggestions
from minsheng.casework.case_photos import MOST_PHOTOS, CasePhoto, PhotoSource
from minsheng.casework.cases import Rating
from minsheng.casework.held_letters import HeldLetter
from minsheng.casework.suggestions import Suggestion
from minsheng.clock import local_date
from minsheng.database import db
from minsheng.editorial import publishing
from minsheng.errors import WrongStateError
from minsheng.workdays import Deadline
from pages.forms import Form
from pages.language import gettext as _
from pages.limits import limiter
from pages.pictures import picture
from pages.services import services
from public.casework import suggestion_photos
from public.casework.suggestion_forms import AddedWordsForm, CodeForm, DisputeForm, PhotosForm, RatingForm
from public.casework.suggestion_sending import code_of
from public.records import boards


@limiter.limit("30 per hour; 10 per minute", methods=["POST"])
def follow() -> str | BaseResponse | tuple[str, int]:
    """Ask for the tracking code and lead to the case."""
    form = CodeForm()
    if not form.validate_on_submit():
        page = render_template("public/suggestions/follow.html", form=form)
        return (page, 422) if form.is_submitted() else page
    code = codes.normalise(form.code.data or "")
    if code is None or letter_of(code) is None:
        form.code.errors = [_("没有找到这个查询码。请对照回执再看一遍：不分大小写，没有 0、1、I、O、Z。")]
        return render_template("public/suggestions/follow.html", form=form), 422
    return redirect(url_for(".followed", code=code))


@limiter.limit("60 per hour; 20 per minute")
def followed(code: str) -> str:
    """Show the sender their letter: where it stands, what was answered, and how to judge the answer."""
    letter = letter_of(codes.normalise(code))
    if letter is None:
        abort(404)
    if isinstance(letter, HeldLetter):
        return _held_page(letter, code)
    return _case_page(letter, code)


@limiter.limit("60 per hour; 20 per minute")
def receipt(code: str) -> str:
    """Show what a sender may print or keep: the code, where to type it, and by when what happens."""
    normal = codes.normalise(code)
    letter = letter_of(normal)
    if letter is None or normal is None:
        abort(404)
    known = services()
    base = known.public_address or request.host_url.rstrip("/")
    return render_template(
        "public/suggestions/receipt.html",
        letter=letter,
        is_held=isinstance(letter, HeldLetter),
        code=normal,
        due=_due(letter),
        address=f"{base}{url_for('.follow')}",
        code_drawing=boards.code_drawing(f"{base}{url_for('.followed', code=normal)}"),
        shows_invented=False,
    )


@limiter.limit("60 per hour")
def rate(code: str) -> BaseResponse | tuple[str, int]:
    """Take the sender's judgement of the reply."""
    case = _case_of(code)
    form = RatingForm()
    if not form.validate_on_submit():
        return _case_page(case, code, rating_form=form), 422
    take_rating(case, form)
    return redirect(url_for(".followed", code=code))


@limiter.limit("60 per hour")
def dispute(code: str) -> BaseResponse | tuple[str, int]:
    """Take the sender's one objection, which reopens the case with the supervising office."""
    case = _case_of(code)
    form = DisputeForm()
    if not form.validate_on_submit():
        return _case_page(case, code, dispute_form=form), 422
    take_dispute(case, form)
    return redirect(url_for(".followed", code=code))


@limiter.limit("20 per hour; 6 per minute")
def add_words(code: str) -> BaseResponse | tuple[str, int]:
    """Take what the sender adds in words while an answer is still owed."""
    case = _case_of(code)
    form = AddedWordsForm()
    if not form.validate_on_submit():
        return _case_page(case, code, words_form=form), 422
    at = services().clock()
    try:
        is_new = case_additions.add(case, "\n".join((form.added.data or "").splitlines()), at)
    except WrongStateError:
        form.added.errors = [_("这一件已经有了答复，或者补充过几次了，不能再补充；有新的事请再写一件")]
        return _case_page(case, code, words_form=form), 422
    if is_new:
        publishing.record_suggestion(db.session(), case, "suggestion_added_words", "", at)
    db.session.commit()
    return redirect(url_for(".followed", code=code, _anchor="own-words"))


@limiter.limit("20 per hour; 6 per minute")
def add_photos(code: str) -> BaseResponse | tuple[str, int]:
    """Take pictures that the sender adds while an answer is still owed."""
    form = PhotosForm()
    # Before any transaction: others would wait for it while pictures are read.
    taken = suggestion_photos.take(form.photos.data or [])
    case = _case_of(code)
    room = room_for_photos(case)
    known = {photo.key for photo in case.photos}
    new = [one for one in taken.stored if one.key not in known]
    if not form.validate_on_submit() or taken.errors or not taken.stored or len(new) > room:
        form.photos.errors = [*form.photos.errors, *taken.errors]
        if not taken.stored and not taken.errors:
            form.photos.errors.append(_("请先选照片"))
        if len(new) > room:
            form.photos.errors.append(_("还能补 %(count)s 张", count=room))
        return _case_page(case, code, photos_form=form), 422
    case.photos.extend(CasePhoto.of_stored(one) for one in new)
    db.session.commit()
    return redirect(url_for(".followed", code=code, _anchor="case-photos"))


@limiter.limit("600 per hour; 120 per minute")
def photo(code: str, photo_id: int, width: int) -> Response:
    """Send the sender one of the pictures of their own letter."""
    letter = letter_of(codes.normalise(code))
    if letter is None:
        abort(404)
    return picture(next((one for one in letter.photos if one.id == photo_id), None), width)


def letter_of(code: str | None) -> Suggestion | HeldLetter | None:
    """Return the case or held letter with a code in its standard form, or None."""
    if code is None:
        return None
    session = db.session()
    return suggestions.by_code(session, code) or quarantine.by_code_hash(session, codes.code_hash(code))


def take_rating(case: Suggestion, form: RatingForm) -> None:
    """Store a judgement. Raises ``WrongStateError`` where none is asked for."""
    at = services().clock()
    case.rate(Rating(form.rating.data), form.words.data or "", at)
    publishing.record_suggestion(db.session(), case, "suggestion_rated", "", at)
    db.session.commit()


def take_dispute(case: Suggestion, form: DisputeForm) -> None:
    """Store an objection; of a duplicate it is one in the main case. Raises ``WrongStateError`` where none may be."""
    at = services().clock()
    case = case.judged_case
    db.session.refresh(case, with_for_update=True)
    case.dispute(form.dispute.data or "", at, services().case_clock)
    publishing.record_suggestion(db.session(), case, "suggestion_disputed", "", at)
    db.session.commit()


def room_for_photos(case: Suggestion) -> int:
    """Return how many pictures the sender may still add: none once nothing more is owed."""
    if not case.is_waiting_for_reply:
        return 0
    return max(MOST_PHOTOS - sum(one.source is PhotoSource.SENDER for one in case.photos), 0)


def is_invented(letter: Suggestion | HeldLetter) -> bool:
    """Whether the letter belongs to the invented sample county."""
    return letter.division is not None and letter.division.is_invented


def _case_of(code: str) -> Suggestion:
    """Return the case of a code, locked for the step that follows, or answer 404."""
    normal = codes.normalise(code)
    case = suggestions.by_code(db.session(), normal) if normal else None
    if case is None:
        abort(404)
    db.session.refresh(case, with_for_update=True)
    return case


def _due(letter: Suggestion | HeldLetter) -> tuple[Deadline, Deadline]:
    """Return the dates by which it is decided about and answered; those of a held letter run from its receipt too."""
    if isinstance(letter, Suggestion):
        return (
            Deadline(letter.accept_due, letter.accept_due_is_provisional),
            Deadline(letter.reply_due, letter.reply_due_is_provisional),
        )
    clock, received = services().case_clock, local_date(letter.received_at)
    return clock.calendar.add(received, clock.accept_days), clock.calendar.add(received, clock.reply_days)


def _held_page(letter: HeldLetter, code: str) -> str:
    return render_template(
        "public/suggestions/held.html",
        letter=letter,
        code=code,
        due=_due(letter),
        is_receipt="sent" in request.args,
        shows_invented=is_invented(letter),
    )


def _case_page(case: Suggestion, code: str, **sent: Form) -> str:
    """Render the sender's page; ``sent`` are the forms that could not be taken, by their names in the template."""
    forms: dict[str, Form] = {
        "rating_form": RatingForm(formdata=None),
        "dispute_form": DisputeForm(formdata=None),
        "photos_form": PhotosForm(formdata=None),
        "words_form": AddedWordsForm(formdata=None),
    }
    return render_template(
        "public/suggestions/followed.html",
        case=case,
        code=code,
        is_receipt="sent" in request.args,
        **{**forms, **sent},
        room=room_for_photos(case),
        room_for_words=case_additions.room(case),
        added=case_additions.additions(case),
        may_rate=case.may_be_rated(services().today()),
        split_codes={one.id: code_of(one.ticket) for one in case.split_off},
        today=services().today(),
        shows_invented=is_invented(case),
    )
