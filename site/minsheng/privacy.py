"""Personal data in free text: numbers that are masked before anyone reviews it, and likely names to look at.

Masking errs towards too much: a person reviews the text afterwards, and a number hidden in vain can be put back,
one published cannot. Amounts, dates and the numbers of documents and projects are left alone. Masked text has the
length of the original, so that positions mean the same in both.
"""

import datetime as dt
import enum
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

WORDS = Path(__file__).parent / "data" / "names.toml"


class PersonalKind(enum.StrEnum):
    """What was found. Names and addresses are only ever highlighted, never masked by rule."""

    EMAIL = "email"
    ID_NUMBER = "id_number"
    BANK_CARD = "bank_card"
    MOBILE = "mobile"
    LANDLINE = "landline"
    PLATE = "plate"
    ACCOUNT = "account"
    NAME = "name"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` up to, not including, ``end`` of the text."""

    start: int
    end: int
    kind: PersonalKind


@dataclass(frozen=True, slots=True)
class Masked:
    """Text with letters and digits of the spans replaced by asterisks; the same length as the original."""

    text: str
    spans: tuple[Span, ...]


def mask(text: str) -> Masked:
    """Hide phone numbers, ID numbers, plates, bank cards, e-mail addresses and labelled WeChat or QQ accounts."""
    spans = find_numbers(text)
    characters = list(text)
    for span in spans:
        for position in range(span.start, span.end):
            if characters[position].isalnum() or characters[position] == "○":
                characters[position] = "*"
    return Masked("".join(characters), spans)


def find_numbers(text: str) -> tuple[Span, ...]:
    """Return what :func:`mask` hides, in order and without overlaps; staff replies are checked with it too."""
    plain = _one_to_one(text)
    spoken = plain.translate(_SPOKEN_DIGITS)
    return _without_overlaps(
        Span(match.start("it"), match.end("it"), kind)
        for kind, pattern, is_real in _NUMBERS
        for source in ((plain, spoken) if kind in _MAY_BE_SPOKEN else (plain,))
        for match in pattern.finditer(source)
        if is_real(match)
    )


def likely_names(text: str) -> tuple[Span, ...]:
    """Return the spans that read like a person's name, for a reviewer to confirm or dismiss.

    A surname with a given name after a word such as 村民 or 联系人, before a form of address, or alone in the last
    line as a signature. Names without such a neighbour are not recognised; 王某 is hidden already and no name.
    """
    patterns, not_names = _name_patterns()
    return _without_overlaps(
        Span(match.start("it"), match.end("it"), PersonalKind.NAME)
        for pattern in patterns
        for match in pattern.finditer(text)
        if not match["it"].startswith(not_names) and "某" not in match["it"]
    )


def likely_addresses(text: str) -> tuple[Span, ...]:
    """Return the spans that read like a house or a flat (幸福路18号, 3号楼2单元501室), for a reviewer."""
    plain = _one_to_one(text)
    return _without_overlaps(
        Span(match.start(), match.end(), PersonalKind.ADDRESS)
        for pattern in _ADDRESSES
        for match in pattern.finditer(plain)
    )


def with_plain_digits(text: str) -> str:
    """Return the text with digits that are spoken or written in any width as plain ones, without moving a position."""
    return _one_to_one(text).translate(_SPOKEN_DIGITS)


def _one_to_one(text: str) -> str:
    """Turn full-width and other compatible forms into plain ones without moving any position."""
    normal = (unicodedata.normalize("NFKC", character) for character in text)
    return "".join(form if len(form) == 1 else original for form, original in zip(normal, text, strict=True))


def _without_overlaps(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Join spans that overlap, in the order of the text; the one found first names the whole."""
    joined: list[tuple[int, Span]] = []
    for rank, span in sorted(enumerate(spans), key=lambda ranked: (ranked[1].start, ranked[0])):
        if joined and span.start < joined[-1][1].end:
            (other_rank, other) = joined.pop()
            kind = span.kind if rank < other_rank else other.kind
            joined.append((min(rank, other_rank), Span(other.start, max(span.end, other.end), kind)))
        else:
            joined.append((rank, span))
    return tuple(span for _, span in joined)


_SPOKEN_DIGITS = str.maketrans("〇零○Ool一壹幺二贰两三叁四肆五伍六陆七柒八捌九玖", "00000111122233445566778899")
_MAY_BE_SPOKEN = frozenset(
    {
        PersonalKind.MOBILE,
        PersonalKind.LANDLINE,
        PersonalKind.ID_NUMBER,
        PersonalKind.BANK_CARD,
        PersonalKind.PLATE,
    }
)

# What people put between digits, also to get past filters: spaces, dashes, dots, marks of no width, keycaps.
_GAP = r"[\s\-\u2010-\u2015\u2212_.·•・\u200b-\u200d\ufeff\ufe0f\u20e3]{0,3}"
_NO_DIGIT_BEFORE = r"(?<![0-9A-Za-z])"
_NO_AMOUNT = r"(?!(?:\.\d{1,2})?\s*(?:元(?!旦)|万[元人户平公]|亿|%|平方|立方|公里|吨))"
_LABEL_GAP = r"[^\d,。;\n]{0,8}"

_EMAIL = re.compile(
    r"(?P<it>[A-Za-z0-9._%+-]{1,64}(?:\s?@\s?|\s?[(\[]\s?(?:at|@)\s?[)\]]\s?|艾特|#)"
    r"[A-Za-z0-9-]{1,63}(?:\s?(?:[.。点]|[(\[]\s?dot\s?[)\]])\s?[A-Za-z0-9-]{1,63}){1,4})",
    re.IGNORECASE,
)
# Written out, or with a name in Chinese before or after the sign.
_OTHER_EMAIL = re.compile(
    r"(?P<it>[a-z0-9._%+-]{1,64}\sat\s[a-z0-9-]{1,63}(?:\sdot\s[a-z0-9-]{1,63}){1,4}"
    r"|[\u4e00-\u9fff]{1,6}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}"
    r"|[a-z0-9._%+-]{1,64}@[\u4e00-\u9fffa-z0-9-]{1,20}\.(?:中国|公司|网络|网址))",
    re.IGNORECASE,
)
_MOBILE = re.compile(
    rf"{_NO_DIGIT_BEFORE}(?P<it>(?:(?:\+|00)?\(?86\)?{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}})(?!\d){_NO_AMOUNT}"
)
_LABELLED_MOBILE = re.compile(
    rf"(?<![a-z])(?:tel|phone|mob|mobile|cell)[.:\s]*(?P<it>1{_GAP}[3-9](?:{_GAP}\d){{9}})(?!\d)", re.IGNORECASE
)
# With signs and words that also stand between figures, only in the groups that people speak a telephone number in.
_OTHER_GAP = r"\s?(?:[,、/|~*+=()]|空格?|格|杠|横杠?){1,2}\s?"
_MOBILE_GROUPS = ((1, 4, 4), (2, 3, 4), (1, 3, 5), (2, 4, 3), (1, 8), (5, 4), (2, 7))
_GROUPED_MOBILE = re.compile(
    rf"{_NO_DIGIT_BEFORE}(?P<it>1[3-9](?:"
    + "|".join(_OTHER_GAP.join(rf"\d{{{count}}}" for count in groups) for groups in _MOBILE_GROUPS)
    + rf"))(?!\d){_NO_AMOUNT}"
)
_EXTENSION = r"(?:\s?[(]?(?:转|分机|#)[)]?号?[:\s]{0,2}\d{1,6}|-\d{1,6})?"
_LANDLINE = re.compile(
    rf"{_NO_DIGIT_BEFORE}(?P<it>(?:(?:\+|00)86[\s-]?)?\(?0(?:10|2\d|[3-9]\d\d)\)?{_GAP}[2-9](?:{_GAP}\d){{6,7}}"
    rf"{_EXTENSION})(?!\d){_NO_AMOUNT}"
)
_LABELLED_LANDLINE = re.compile(
    r"(?:电话|座机|固话|热线|传真|致电|拨打|联系方式|電話|(?<![a-z])tel)"
    rf"{_LABEL_GAP}(?P<it>[2-9]\d{{2,3}}[\s-]?\d{{4}}{_EXTENSION})(?!\d){_NO_AMOUNT}",
    re.IGNORECASE,
)
_ID_NUMBER = re.compile(
    r"(?<![0-9A-Za-z-])(?P<it>[1-8]\d(?:[\s.·-]?\d){15}[\s.·-]?[\dXx]|[1-8]\d{5}[\s-]?\d{6}[\s-]?\d{3}[Xx]?)"
    r"(?![0-9A-Za-z])"
)
_TRAVEL_DOCUMENT = re.compile(
    r"(?:护照|通行证|台胞证|回乡证|居留证|護照)(?:号码|号|为|是|[\s:,])*(?P<it>[A-Z]{0,2}\d{7,10})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_BANK_CARD = re.compile(rf"(?<![0-9A-Za-z.-])(?P<it>[3-69]\d{{3}}(?:[\s.-]?\d){{10,15}})(?!\d){_NO_AMOUNT}")
_LABELLED_CARD = re.compile(
    rf"(?:卡号|账号|帐号|账户|帐户|银行卡|存折|卡號|賬號){_LABEL_GAP}(?P<it>\d(?:[\s-]?\d){{11,20}})(?!\d){_NO_AMOUNT}"
)
_PLATE = re.compile(
    r"(?P<it>[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]牌?[\s【\[]?[A-HJ-NP-Z]"
    r"[\s·•・.:_\-\u2010-\u2015】\]]{0,2}"
    r"(?:(?:\d\s?){5}[A-HJK]|[A-HJK]\s?[A-HJ-NP-Z0-9](?:\s?\d){4}"  # new energy: six places
    r"|(?:[A-HJ-NP-Z0-9]\s?){4}[A-HJ-NP-Z0-9挂学警港澳领使超]))(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_OFFICIAL_PLATE = re.compile(
    r"(?<![0-9A-Za-z])(?P<it>使\s?\d{6}|(?:WJ|武警)\s?[\u4e00-\u9fff]?[·.\s-]?\d{4}[A-Z0-9]|[军空海][A-Z][·.\s-]?\d{5})"
    r"(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_BARE_ACCOUNT = re.compile(
    r"(?:(?<![a-z0-9])[vq]\s*:|[加+]\s?[vq](?![a-z]))[\s:]*(?P<it>[a-z][a-z0-9_-]{5,19}|\d{6,12})(?![a-z0-9_@-])",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"(?:微\s?信|威信|薇信|v信|wechat|weixin|(?<![a-z])[vw]x|(?<![a-z])q\s?q|扣扣|企鹅|抖音|快手|小红书|微博|telegram)(?!公众|小程序|支付)"
    r"(?:号码|号|群|账号|帐号|id|为|是|加|[\s:,@])*"
    rf"(?P<it>[a-z][a-z0-9_-]{{5,19}}|\d{{5,12}})(?![a-z0-9_@-]){_NO_AMOUNT}",
    re.IGNORECASE,
)
_CODE_BEFORE = re.compile(
    r"(?:编号|代码|编码|文号|批号|单号|序号|合同号|项目号|批次)[:\s为是]*(?:[A-Za-z0-9]{1,6}-){0,3}$"
)
_CODE_LENGTH = 28
_DATES_INSIDE = re.compile(
    r"(?:18|19|20)\d\d[-.](?:0?[1-9]|1[0-2])[-.][0-3]?\d|1[89]\d\d\s*[-\u2010-\u2015]\s*(?:19|20)\d\d"
)
_PROVINCES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_ADDRESSES = (
    re.compile(r"[\u4e00-\u9fffA-Za-z]{2,8}?(?:路|街|巷|弄|大道|胡同)\d{1,4}号(?:院)?(?!文|线)"),
    re.compile(r"\d{1,4}(?:号楼|栋|幢|座)(?:\d{1,2}单元)?\d{2,4}(?:室|户)?"),
    re.compile(r"\d{1,2}单元\d{2,4}(?:室|户)?"),
    re.compile(
        r"[\u4e00-\u9fff]{2,6}?(?:村|社区|庄|屯|寨)第?[\d一二三四五六七八九十]{1,3}(?:村民)?[组队](?:\d{1,4}号)?"
    ),
    re.compile(r"[\d一二三四五六七八九十]{1,3}(?:村民)?[组队]\d{1,4}号"),
    re.compile(r"[\u4e00-\u9fff]{2,8}?(?:小区|花园|公寓|家园|新村)\d{1,3}(?:号楼|栋|幢|座|号)"),
)


def _is_no_code(match: re.Match[str]) -> bool:
    """Whether the number is not introduced as the number of a document or a project."""
    return not _CODE_BEFORE.search(match.string[max(match.start("it") - _CODE_LENGTH, 0) : match.start("it")])


def _is_mobile(match: re.Match[str]) -> bool:
    """Whether the digits are a phone number rather than dates in a row or a code."""
    return _is_no_code(match) and not _DATES_INSIDE.search(match["it"])


def _is_id_number(match: re.Match[str]) -> bool:
    """Whether the digits hold a birth date, as an ID number does, or end in the right check digit.

    Not both are asked for: an ID number with a slip of the finger is still somebody's. The first two digits must be
    those of a province (GB 11643-1999; GB/T 2260).
    """
    digits = re.sub(r"[\s.·-]", "", match["it"]).upper()
    if not _PROVINCES.match(digits) or not _is_no_code(match):
        return False
    birth = digits[6:14] if len(digits) == 18 else f"19{digits[6:12]}"
    try:
        born = dt.date(int(birth[:4]), int(birth[4:6]), int(birth[6:]))
    except ValueError:
        return len(digits) == 18 and _check_digit(digits[:-1]) == digits[-1]
    return 1880 < born.year < 2100


def _check_digit(body: str) -> str:
    """Return the last character of an ID number from its first seventeen: ISO 7064, MOD 11-2."""
    total = sum(int(digit) * pow(2, 17 - position, 11) for position, digit in enumerate(body))
    return "10X98765432"[total % 11]


def _is_bank_card(match: re.Match[str]) -> bool:
    """Whether the check digit is right (Luhn), as on every bank card, and the groups are as long as people write them.

    Shorter groups are figures in a row.
    """
    groups = re.split(r"[\s.-]", match["it"])
    if any(len(group) < 4 for group in groups[:-1]):
        return False
    digits = [int(digit) for digit in reversed("".join(groups))]
    total = sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return total % 10 == 0 and _is_no_code(match)


_NUMBERS: tuple[tuple[PersonalKind, re.Pattern[str], Callable[[re.Match[str]], bool]], ...] = (
    (PersonalKind.EMAIL, _EMAIL, bool),
    (PersonalKind.EMAIL, _OTHER_EMAIL, bool),
    (PersonalKind.ID_NUMBER, _ID_NUMBER, _is_id_number),
    (PersonalKind.ID_NUMBER, _TRAVEL_DOCUMENT, bool),
    (PersonalKind.BANK_CARD, _LABELLED_CARD, bool),
    (PersonalKind.BANK_CARD, _BANK_CARD, _is_bank_card),
    (PersonalKind.MOBILE, _MOBILE, _is_mobile),
    (PersonalKind.MOBILE, _GROUPED_MOBILE, _is_mobile),
    (PersonalKind.MOBILE, _LABELLED_MOBILE, bool),
    (PersonalKind.LANDLINE, _LANDLINE, _is_no_code),
    (PersonalKind.LANDLINE, _LABELLED_LANDLINE, bool),
    (PersonalKind.PLATE, _PLATE, bool),
    (PersonalKind.PLATE, _OFFICIAL_PLATE, bool),
    (PersonalKind.ACCOUNT, _ACCOUNT, bool),
    (PersonalKind.ACCOUNT, _BARE_ACCOUNT, bool),
)


def may_be_bare_name(word: str) -> bool:
    """Whether a word of two or three characters (four with a double surname) begins as names of people do.

    Many ordinary words do too (安全, 马路): only for use where the word means nothing here anyway.
    """
    return bool(_bare_name().fullmatch(word))


@cache
def _bare_name() -> re.Pattern[str]:
    words = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    doubles, singles = "|".join(words["double_surnames"]), "".join(words["surnames"].split())
    return re.compile(rf"(?:{doubles}|[{singles}])[\u4e00-\u9fff]{{1,2}}")


@cache
def _name_patterns() -> tuple[Sequence[re.Pattern[str]], tuple[str, ...]]:
    """Return the patterns for names, made from the word lists, and the words that are no names."""
    words = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    surname = rf"(?:{'|'.join(words['double_surnames'])}|[{''.join(words['surnames'].split())}])"
    endings = "".join(words["no_given_endings"].split())
    name = rf"{surname}[\u4e00-\u9fff](?:(?![{endings}])[\u4e00-\u9fff])?"
    patterns = (
        re.compile(rf"(?:{'|'.join(words['cues'])})[:：\s,，为為是叫]{{0,3}}(?P<it>{name})"),
        re.compile(rf"(?P<it>{surname}[\u4e00-\u9fff]{{0,2}}?副?(?:{'|'.join(words['titles'])}))"),
        re.compile(rf"[\n。!！][ \t\u3000]*(?P<it>{name})\s*\Z"),
    )
    return patterns, tuple(words["not_names"])
