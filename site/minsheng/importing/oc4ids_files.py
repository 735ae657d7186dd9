"""OC4IDS files as they come: a package, a list, one project, or one a line; read a project at a time.

The text is held once and each project's tree only while it is read, so a file of tens of megabytes takes little more
memory than itself.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from minsheng.errors import InvalidFileError
from minsheng.importing.oc4ids_nodes import LARGEST_EXPONENT, RepairCode, Repairs

MAX_BYTES = 60_000_000
MOST_PROJECTS = 1_000
LONGEST_NUMBER = 60
PACKAGE_LISTS = ("projects", "records", "releases", "data", "results")
"""Members under which a package may hold its projects: the standard's own first, then what programs wrote instead."""
_BLANK = " \t\r\n\ufeff\x00"


@dataclass(frozen=True, slots=True)
class Found:
    """One element of a file that may be a project, with its JSON path (empty where it is the whole file)."""

    value: object
    path: str


def _number(text: str) -> object:
    """Return a number exactly as written; one no amount can be stays a text, which the reader then refuses."""
    if len(text) > LONGEST_NUMBER:
        return text
    number = Decimal(text)
    return number if not number or abs(number.adjusted()) <= 2 * LARGEST_EXPONENT else text


def _whole(text: str) -> object:
    return int(text) if len(text) <= LONGEST_NUMBER else text


_DECODER = json.JSONDecoder(parse_float=_number, parse_int=_whole, parse_constant=str, strict=False)


def read_text(data: bytes, repairs: Repairs) -> str:
    """Return the text of a file. Raises ``InvalidFileError``: ``empty``, ``too_large``, ``not_text``."""
    if len(data) > MAX_BYTES:
        raise InvalidFileError("too_large")
    if not data.strip(b" \t\r\n\x00"):
        raise InvalidFileError("empty")
    is_wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if is_wide else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "utf-8-sig" or data.startswith(b"\xef\xbb\xbf"):
            repairs.note(RepairCode.ENCODING, "", "UTF-8 BOM" if encoding == "utf-8-sig" else encoding.upper())
        return text
    raise InvalidFileError("not_text")


def projects_in(text: str, repairs: Repairs) -> Iterator[Found]:
    """Yield every element of a file that may be a project.

    Raises ``InvalidFileError``: ``not_json``, ``too_deep``, ``too_many``, and ``no_projects`` for a file with none.
    """
    count = 0
    for found in _roots(text, repairs):
        count += 1
        if count > MOST_PROJECTS:
            raise InvalidFileError("too_many")
        yield found
    if not count:
        raise InvalidFileError("no_projects")


def _roots(text: str, repairs: Repairs) -> Iterator[Found]:
    """Yield the elements of each value that stands in the file; a well-formed one has one value."""
    position, number = _skip(text, 0), 0
    while position < len(text):
        if number == 1:
            repairs.note(RepairCode.SEVERAL_ROOTS, "")
        scan = _Scan(text, position, f"({number + 1})" if number else "")
        yield from scan.elements(repairs)
        position, number = _skip(text, scan.position), number + 1


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in _BLANK:
        position += 1
    return position


class _Scan:
    """Reads one value of a file step by step."""

    def __init__(self, text: str, position: int, root: str) -> None:
        self.text, self.position, self.root = text, position, root

    def elements(self, repairs: Repairs) -> Iterator[Found]:
        """Yield the projects of a package, the elements of a list, or the value itself."""
        sign = self._sign()
        if sign == "[":
            repairs.note(RepairCode.NOT_A_PACKAGE, self.root)
            yield from self._list(self.root)
        elif sign == "{":
            yield from self._object(repairs)
        else:
            yield Found(self._value(), self.root)

    def _object(self, repairs: Repairs) -> Iterator[Found]:
        members: dict[str, Any] = {}
        has_list = False
        self.position += 1
        while self._more("}"):
            name = self._value()
            if not isinstance(name, str) or self._sign() != ":":
                raise InvalidFileError("not_json")
            self.position += 1
            path = f"{self.root}.{name}" if self.root else name
            if name in PACKAGE_LISTS and "title" not in members and self._sign() == "[":
                has_list = True
                if name != PACKAGE_LISTS[0]:
                    repairs.note(RepairCode.NOT_A_PACKAGE, path)
                yield from self._list(path)
            else:
                members[name] = self._value()
        if not has_list:
            if isinstance(single := members.get("projects"), Mapping):
                repairs.note(RepairCode.WRAPPED, "projects")
                yield Found(single, "projects")
            elif members:
                repairs.note(RepairCode.NOT_A_PACKAGE, self.root)
                yield Found(members, self.root)

    def _list(self, path: str) -> Iterator[Found]:
        self.position += 1
        index = 0
        while self._more("]"):
            yield Found(self._value(), f"{path}[{index}]")
            index += 1

    def _more(self, end: str) -> bool:
        """Step over a comma; return whether another element follows, having stepped over the end where none does."""
        sign = self._sign()
        if sign == ",":
            self.position += 1
            sign = self._sign()
        if sign == end:
            self.position += 1
            return False
        if not sign:
            raise InvalidFileError("not_json")
        return True

    def _sign(self) -> str:
        self.position = _skip(self.text, self.position)
        return self.text[self.position : self.position + 1]

    def _value(self) -> object:
        self._sign()
        try:
            value, self.position = _DECODER.raw_decode(self.text, self.position)
        except RecursionError as error:
            raise InvalidFileError("too_deep") from error
        except ValueError as error:
            raise InvalidFileError("not_json") from error
        found: object = value
        return found
