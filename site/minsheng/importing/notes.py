"""What an import says about its rows: which record, which field, what is the matter."""

import enum
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

SHOWN = 80
"""A value is quoted up to this many characters."""


class NoteCode(enum.StrEnum):
    """Everything that can be the matter with a row; the first group refuses the record, the others keep it."""

    NOT_A_RECORD = "not_a_record"
    """The row is no object with fields."""
    NO_ID = "no_id"
    """The row has no usable ``id``, so a second import could not recognise it."""
    DUPLICATE_ID = "duplicate_id"
    """An earlier row of the file has the same ``id``."""
    ID_TAKEN = "id_taken"
    """A record that was not compiled already bears this ``id``."""
    NO_TITLE = "no_title"
    """A record needs a title, a project also the title of its programme."""
    NO_SOURCE = "no_source"
    """A compiled record is published only with the title of its source."""
    NO_LEVEL = "no_level"
    """Neither level nor place is known."""

    NO_PLACE = "no_place"
    """The record names no place at all."""
    PLACE_UNCERTAIN = "place_uncertain"
    """The printed names lead to no place, or to several."""
    PLACE_IN_PART = "place_in_part"
    """The place above is certain; the printed name below it is not in the list."""
    PLACE_RENAMED = "place_renamed"
    """The printed name is an earlier one; the record stands at today's place."""
    LEVEL_FROM_PLACE = "level_from_place"
    """The level is missing or unknown; the place's own level stands in."""
    UNKNOWN_CATEGORY = "unknown_category"
    """The category is missing or unknown; the record stands under "other"."""
    UNKNOWN_VALUE = "unknown_value"
    """The value is none of those the field may have; it is left out."""
    WRONG_TYPE = "wrong_type"
    """The value is of another kind than the field's (text, number, list, object); it is left out."""
    BAD_TEXT = "bad_text"
    """The text holds characters that no database keeps; it is left out."""
    TOO_LONG = "too_long"
    """The text is longer than the field; it is left out rather than cut."""
    NOT_A_NUMBER = "not_a_number"
    """The value is no number; it is left out."""
    NOT_WHOLE = "not_whole"
    """A whole number is needed; the value is left out rather than rounded."""
    TOO_PRECISE = "too_precise"
    """The number has more decimals than are kept; it is left out rather than rounded."""
    NEGATIVE = "negative"
    """The value is below zero where that cannot be; it is left out."""
    OUT_OF_RANGE = "out_of_range"
    """The number is beyond what the field can mean or hold; it is left out."""
    BAD_DATE = "bad_date"
    """The value is no year, month or day of the calendar; it is left out."""
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    """The finish lies before the start; both are kept as printed only."""
    BAD_LINK = "bad_link"
    """The address is no web address, or its source is not official; it is not linked."""
    INFERRED_LEFT_OUT = "inferred_left_out"
    """The compiler inferred this value; it was not published, so it is left out."""
    NO_BASIS = "no_basis"
    """The percentage does not say of what; it is kept as stated."""
    NO_NAME = "no_name"
    """A target or a part of one has no name; it is left out."""
    NOT_A_PLAN = "not_a_plan"
    """The amount is money moved, not money planned, and does not say which total; it is left out."""
    UNREADABLE_BREAKDOWN = "unreadable_breakdown"
    """The breakdown cannot be read so that its parts make the whole; it is left out."""

    @property
    def refuses(self) -> bool:
        """Whether the record is not imported at all."""
        return self in _REFUSING


_REFUSING = frozenset(
    {
        NoteCode.NOT_A_RECORD,
        NoteCode.NO_ID,
        NoteCode.DUPLICATE_ID,
        NoteCode.ID_TAKEN,
        NoteCode.NO_TITLE,
        NoteCode.NO_SOURCE,
        NoteCode.NO_LEVEL,
    }
)


class RowKind(enum.StrEnum):
    """The two lists an import reads."""

    PROGRAMME = "programme"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class RowNote:
    """One thing the matter with one row.

    ``row`` is the record's id, or ``#n`` (from 1) where it has none; ``field`` names the field, with the
    position in a list where there is one (``targets[2].done``); ``value`` quotes what stood there.
    """

    kind: RowKind
    row: str
    code: NoteCode
    field: str = ""
    value: str = ""

    @property
    def refuses(self) -> bool:
        """Whether the record is not imported at all."""
        return self.code.refuses


@dataclass(slots=True)
class RowNotes:
    """Collects the notes of one row."""

    kind: RowKind
    row: str
    notes: list[RowNote] = field(default_factory=list)

    def add(self, code: NoteCode, field_name: str = "", value: object = None) -> None:
        """Note one thing; ``value`` is quoted, shortened."""
        self.notes.append(RowNote(self.kind, self.row, code, field_name, "" if value is None else quoted(value)))

    @property
    def refused(self) -> bool:
        """Whether a note refuses the record."""
        return any(note.refuses for note in self.notes)


@dataclass(slots=True)
class Tally:
    """How many records of a kind were created, revised, left unchanged, refused."""

    created: int = 0
    revised: int = 0
    unchanged: int = 0
    refused: int = 0

    @property
    def total(self) -> int:
        """All rows together."""
        return self.created + self.revised + self.unchanged + self.refused


@dataclass(slots=True)
class ImportResult:
    """The outcome of an import, for printing: three tallies, places added, and every note in file order."""

    programmes: Tally = field(default_factory=Tally)
    projects: Tally = field(default_factory=Tally)
    reports: Tally = field(default_factory=Tally)
    divisions_created: int = 0
    without_place: int = 0
    notes: list[RowNote] = field(default_factory=list)

    @property
    def changed_nothing(self) -> bool:
        """Whether the database is as it was."""
        tallies = (self.programmes, self.projects, self.reports)
        return not self.divisions_created and not any(tally.created or tally.revised for tally in tallies)

    def counts(self) -> Counter[NoteCode]:
        """Return how often each thing was noted."""
        return Counter(note.code for note in self.notes)

    def refusals(self) -> Iterator[RowNote]:
        """Yield the notes of records that were not imported."""
        return (note for note in self.notes if note.refuses)


def quoted(value: object) -> str:
    """Return a value as short printable text."""
    try:
        text = value if isinstance(value, str) else repr(value)
    except ValueError:
        # Python refuses to write out whole numbers of more than some thousand digits.
        text = type(value).__name__
    text = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[: SHOWN + 1])
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
