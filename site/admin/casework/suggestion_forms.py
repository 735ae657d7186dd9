"""The forms of a case: review, hand-over, extension, replies; and the second look at personal data in them."""

import hashlib
import hmac
from collections.abc import Callable, Iterable
from typing import Any

from markupsafe import Markup, escape
from wtforms import BooleanField, HiddenField, MultipleFileField, RadioField, SelectField, StringField, TextAreaField

from minsheng.casework import privacy, reply_leaks
from minsheng.casework.case_additions import own_words
from minsheng.casework.cases import Prominence, RefusalReason
from minsheng.casework.personal_numbers import PersonalKind
from minsheng.casework.privacy import Span
from minsheng.casework.suggestions import Suggestion
from minsheng.encryption import CannotOpenError
from minsheng.records.places import Agency
from pages.forms import Form, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import plain_record_text
from pages.services import services
from pages.words import word

MOST_WORDS = 4000
Finder = Callable[[str], tuple[Span, ...]]
TITLE_LENGTH = 30


class CheckedForm(Form):
    """A form whose text becomes public: numbers and names found in it must be confirmed before it is sent."""

    confirm = BooleanField(_l("我看过了，这些可以公开"))
    seen = HiddenField()
    checked: tuple[str, ...] = ("text",)
    finders: tuple[Finder, ...] = (privacy.find_numbers, privacy.likely_names)
    found: tuple[str, ...] = ()

    def is_clean_or_confirmed(self) -> bool:
        """Whether nothing personal was found or it was confirmed; else say what was found, and ask."""
        texts = [self[name].data or "" for name in self.checked]
        self.found = tuple(dict.fromkeys(one for text in texts for one in personal_data(text, self.finders)))
        return self.is_confirmed()

    def is_confirmed(self) -> bool:
        """Whether exactly what was found has been shown and confirmed: what is typed in later is asked about again."""
        digest = hashlib.sha256("\0".join(self.found).encode()).hexdigest() if self.found else ""
        is_same = hmac.compare_digest(self.seen.data or "", digest)
        self.seen.data = digest
        if self.found and not (self.confirm.data and is_same):
            listed = _("、").join(self.found)
            self.confirm.data = False
            self.confirm.errors = [_("“%(found)s”像是个人信息，请改掉；确实要公开的，再勾选", found=listed)]
            return False
        return True


class ReviewForm(CheckedForm):
    """Who may see the case, with title and words as the public reads them."""

    checked = ("title", "words")
    # A reply may well name a place; in a resident's own words it is likely a home.
    finders = (privacy.find_numbers, privacy.likely_names, privacy.likely_addresses)
    prominence = RadioField(_l("公开吗"), validators=[required(_l("请选公开还是不公开"))])
    title = StringField(_l("公开的标题"), validators=[length(most=120)])
    words = TextAreaField(_l("公开的内容"), validators=[length(most=MOST_WORDS)])

    def __init__(self, case: Suggestion, **kwargs: Any) -> None:
        if not case.public_words:
            masked = privacy.mask(case.words).text
            proposal = {"title": first_words(masked), "words": masked}
        else:
            proposal = {"title": case.public_title, "words": case.public_words}
        decided = case.prominence is not Prominence.UNREVIEWED
        chosen = case.prominence.value if decided else None if case.consent_to_publish else Prominence.INTERNAL.value
        super().__init__(data={**proposal, "prominence": chosen}, **kwargs)
        allowed = [Prominence.PUBLIC, Prominence.INTERNAL] if case.consent_to_publish else [Prominence.INTERNAL]
        self.prominence.choices = [(one.value, word(one)) for one in allowed]

    @property
    def is_public(self) -> bool:
        """Whether everybody is to read the case."""
        return bool(self.prominence.data == Prominence.PUBLIC)

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for title and words only of what becomes public."""
        if not super().validate(extra_validators):
            return False
        if not self.is_public:
            return True
        if not (self.title.data or "").strip():
            self.title.errors = [_("请写一个标题")]
        if not (self.words.data or "").strip():
            self.words.errors = [_("请写公开的内容")]
        return not self.errors and self.is_clean_or_confirmed()


class RefuseForm(Form):
    """Why a case is not taken on."""

    reason = SelectField(_l("不受理的理由"))
    refusal_words = TextAreaField(_l("向来件人说明"), validators=[required(_l("请用一两句话说明")), length(most=1000)])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.reason.choices = [(reason.value, word(reason)) for reason in RefusalReason]


class HandOverForm(Form):
    """Which agency answers."""

    agency = SelectField(_l("承办单位"), validators=[required(_l("请选承办单位"))])
    note = TextAreaField(_l("交办意见"), validators=[length(most=1000)])

    def __init__(self, agencies: list[Agency], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        listed = [(str(agency.id), plain_record_text(agency.name)) for agency in agencies]
        self.agency.choices = [("", _("请选择")), *listed]


class ExtendForm(Form):
    """Why more time is needed, for the sender to read."""

    extension_reason = TextAreaField(_l("为什么延期"), validators=[required(_l("请写明延期的理由")), length(most=500)])


class ReplyForm(CheckedForm):
    """The answer to the sender, looked through for what gives the sender away."""

    text = TextAreaField(_l("答复"), validators=[required(_l("请写答复")), length(most=MOST_WORDS)])

    def __init__(self, case: Suggestion, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._case = case

    def validate(self, extra_validators: Any = None) -> bool:
        """Look for personal data once the text is complete."""
        return super().validate(extra_validators) and self.is_clean_or_confirmed()

    def is_clean_or_confirmed(self) -> bool:
        """Whether the reply gives nobody away or that was confirmed; else say where each passage stands."""
        leaks = reply_leaks.find(self.text.data or "", own_words(self._case), _contact(self._case))
        self.found = tuple(dict.fromkeys(_placed(leak) for leak in leaks))
        return self.is_confirmed()


class AnswerForm(ReplyForm):
    """The handling agency's answer, with pictures that show the result."""

    evidence = MultipleFileField(_l("照片"))
    evidence_words = StringField(_l("照片里看得到什么"), validators=[length(most=200)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for words where there are pictures: those who cannot see them read these."""
        has_pictures = any(getattr(one, "filename", "") for one in self.evidence.data or [])
        is_valid = super().validate(extra_validators)
        if has_pictures and not (self.evidence_words.data or "").strip():
            self.evidence_words.errors = [_("请用一句话写明照片里看得到什么")]
            return False
        return is_valid


class StepForm(Form):
    """A step that needs nothing but a press of its button."""


def _contact(case: Suggestion) -> str:
    """Return the sender's contact to compare a reply with; it is shown to nobody."""
    if case.contact_sealed is None:
        return ""
    try:
        return services().contacts.open(case.contact_sealed, case.subject)
    except CannotOpenError:
        return ""


def _placed(leak: reply_leaks.Leak) -> str:
    """Return a passage with the words around it, its line, and whose it is."""
    if leak.is_senders:
        return _(
            "第 %(line)s 行“%(around)s”，是来件人的%(kind)s", line=leak.line, around=leak.around, kind=word(leak.kind)
        )
    return _("第 %(line)s 行“%(around)s”，%(kind)s", line=leak.line, around=leak.around, kind=word(leak.kind))


def personal_data(text: str, finders: Iterable[Finder]) -> list[str]:
    """Return the passages of a text that look like somebody's number, name or home, in their order."""
    spans = sorted((span for find in finders for span in find(text)), key=lambda span: span.start)
    return [text[span.start : span.end] for span in spans]


def first_words(text: str) -> str:
    """Return a proposal for a title: the first sentence, cut short."""
    sentence = text.strip().splitlines()[0] if text.strip() else ""
    for end in "。！？!?；;":
        sentence = sentence.split(end)[0]
    return sentence[:TITLE_LENGTH]


def gist(case: Suggestion) -> str:
    """Return what a case is about in a line of a list: its public title, else its first words, masked."""
    return case.public_title or privacy.mask(case.words).text


def marked(text: str) -> Markup:
    """Return a sender's words with numbers that are masked, and likely names and addresses, marked."""
    spans = [
        *privacy.find_numbers(text),
        *privacy.likely_names(text),
        *privacy.likely_addresses(text),
    ]
    shown, position = Markup(), 0
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        if span.start < position:
            continue
        shown += escape(text[position : span.start])
        shown += _mark(text, span)
        position = span.end
    return shown + escape(text[position:])


def _mark(text: str, span: Span) -> Markup:
    to_look_at = span.kind in {PersonalKind.NAME, PersonalKind.ADDRESS}
    style = "likely-name" if to_look_at else "masked"
    return Markup('<mark class="{}" title="{}">{}</mark>').format(style, word(span.kind), text[span.start : span.end])
