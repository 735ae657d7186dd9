"""The numbers that belong to a person, as people write them: one pattern each, and what tells them from other numbers.

Hotlines that begin with 400 or 800 and short public numbers (12345, 96300) are desks of offices and firms, and stay: a
complaint that nobody answers there means nothing without them. So do the codes of companies and offices; that of a
one-person shop (it begins with 92) leads to its owner.
"""

import datetime as dt
import enum
import re
from collections.abc import Callable


class PersonalKind(enum.StrEnum):
    """What was found. Names and addresses are only ever highlighted, never masked by rule."""

    EMAIL = "email"
    ID_NUMBER = "id_number"
    BANK_CARD = "bank_card"
    MOBILE = "mobile"
    LANDLINE = "landline"
    PLATE = "plate"
    ACCOUNT = "account"
    SHOP_CODE = "shop_code"
    REFERENCE = "reference"
    NUMBER_END = "number_end"
    NAME = "name"
    ADDRESS = "address"


SPOKEN_DIGITS = str.maketrans("〇零○Ool一壹幺二贰两三叁四肆五伍六陆七柒八捌九玖", "00000111122233445566778899")
MAY_BE_SPOKEN = frozenset(
    {
        PersonalKind.MOBILE,
        PersonalKind.LANDLINE,
        PersonalKind.ID_NUMBER,
        PersonalKind.BANK_CARD,
        PersonalKind.PLATE,
        PersonalKind.NUMBER_END,
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
    r"(?P<it>[a-z0-9._%+-]{1,64}\sat\s[a-z0-9-]{1,63}(?:(?:\sdot\s[a-z0-9-]{1,63}){1,4}|\s?点\s?(?:com|cn|net|org))"
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
# Several without a gap, also behind an ID number, and those of which the writer left digits out.
_MOBILES_IN_A_ROW = re.compile(rf"{_NO_DIGIT_BEFORE}(?P<it>(?:1[3-9]\d{{9}}){{2,3}})(?!\d){_NO_AMOUNT}")
_ID_AND_MOBILE = re.compile(r"(?<![0-9A-Za-z-])(?P<it>[1-8]\d{16}[\dXx]1[3-9]\d{9})(?!\d)")
_LEFT_OUT = r"[*xX×#?]"
_PART_OF_MOBILE = re.compile(
    rf"{_NO_DIGIT_BEFORE}(?P<it>1[3-9]\d{_LEFT_OUT}{{4}}\d{{4}}|1[3-9]\d{{5}}{_LEFT_OUT}{{4}})(?![*0-9A-Za-z])"
)
_PART_OF_ID_NUMBER = re.compile(
    rf"{_NO_DIGIT_BEFORE}(?P<it>[1-8]\d{{5}}(?:(?:18|19|20)\d{{6}}{_LEFT_OUT}{{4}}|{_LEFT_OUT}{{8}}\d{{3}}[\dXx]))(?![*0-9A-Za-z])"
)
# "The last four digits": with a surname, the call list of any office leads from them to the person.
_NUMBER_END = re.compile(
    r"(?:尾号|尾数|(?:最后|[后末尾])[两三四五六2-6][个位](?:数字|号码|数|码|号)?)(?:分别|是|为|[\s:(\"'“”‘])*"
    r"(?P<it>(?=[A-Z]*\d)[0-9A-Z]{3,8})(?![0-9A-Za-z]|[年月日时点户人元个名座路栋幢届级平米公亩])",
    re.IGNORECASE,
)
_ENDING = re.compile(r"(?<![0-9A-Za-z.])(?P<it>(?!(?:19|20)\d\d\D)\d{3,6})(?:结尾|收尾)")
_EXTENSION = r"(?:\s?[(]?(?:转|分机|#)[)]?号?[:\s]{0,2}\d{1,6}|-\d{1,6})?"
_LANDLINE = re.compile(
    rf"{_NO_DIGIT_BEFORE}(?P<it>(?:(?:(?:\+|00)86[\s-]?)?\(?0|(?:\+|00)86[\s-]?\(?)(?:10|2\d|[3-9]\d\d)\)?"
    rf"{_GAP}[2-9](?:{_GAP}\d){{6,7}}"
    rf"{_EXTENSION})(?!\d){_NO_AMOUNT}"
)
_LABELLED_LANDLINE = re.compile(
    r"(?:电话|座机|固话|热线|传真|致电|拨打|联系方式|電話|(?<![a-z])tel)"
    rf"{_LABEL_GAP}(?P<it>(?![48]00[\s-]?\d{{3,4}}[\s-]?\d{{3}})[2-9]\d{{2,3}}[\s-]?\d{{4}}{_EXTENSION})(?!\d){_NO_AMOUNT}",
    re.IGNORECASE,
)
_FOREIGN_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z])(?P<it>(?:\+|00)(?!86)[1-9]\d{{0,2}}[\s-]?\d(?:[\s-]?\d){{7,11}})(?!\d){_NO_AMOUNT}"
)
_ID_NUMBER = re.compile(
    r"(?<![0-9A-Za-z-])(?P<it>[1-8]\d(?:[\s.·-]?\d){15}[\s.·-]?[\dXx]|[1-8]\d{5}[\s-]?\d{6}[\s-]?\d{3}[Xx]?)"
    r"(?![0-9A-Za-z])"
)
# Said to be one, whatever its digits: a slip of the finger, or made up, is told from a real one by nobody.
_LABELLED_ID_NUMBER = re.compile(
    r"(?:身份证|身分證|公民身份号码)(?:号码|号|件|為|为|是|[\s:,])*(?P<it>[1-9](?:[\s.·-]?\d){13,16}[\s.·-]?[\dXx])(?![0-9A-Za-z])"
)
_TRAVEL_DOCUMENT = re.compile(
    r"(?:护照|通行证|台胞证|回乡证|居留证|護照)(?:号码|号|为|是|[\s:,])*(?P<it>(?:[A-Z][\s-]?){0,2}\d(?:\s?\d){6,17})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_SERVICE_CARD = re.compile(
    r"(?:军官|士兵|文职|警官|退役|优待|残疾|低保|老年)证(?:号码|号|为|是|[\s:,])*(?P<it>[\u4e00-\u9fff]?字?第?\d{6,20}[A-Z]?号?)"
    r"(?![0-9A-Za-z]|[张人本名件])",
    re.IGNORECASE,
)
_HONG_KONG_CARD = re.compile(r"(?<![0-9A-Za-z])(?P<it>[A-Z]{1,2}\d{6}\s?\([0-9A]\))", re.IGNORECASE)
_SHOP_CODE = re.compile(
    r"(?<![0-9A-Za-z])(?P<it>92[\s-]?\d{6}[\s-]?[0-9A-HJ-NP-RTUW-Y]{9}[\s-]?[0-9A-HJ-NP-RTUW-Y])(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"(?:户号|表号|[医社]保卡号?|社保编号|社会保障号码?|学籍号|学号|准考证号?|考号|车架号|发动机号|病历号|住院号|门诊号|驾驶证号?|缴费编号|客户编号"
    r"|用户编号|不动产权(?:证书?号?)?|房产证号?)(?:为|是|第|[\s:,])*(?P<it>(?=[A-Z]*\d)[0-9A-Z]{6,20})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_BANK_CARD = re.compile(rf"(?<![0-9A-Za-z.-])(?P<it>[3-69]\d{{3}}(?:[\s.-]?\d){{10,15}})(?!\d){_NO_AMOUNT}")
_LABELLED_CARD = re.compile(
    rf"(?:卡号|账号|帐号|账户|帐户|银行卡|存折|卡號|賬號){_LABEL_GAP}(?P<it>\d(?:[\s-]?\d){{11,20}})(?!\d){_NO_AMOUNT}"
)
_PLATE = re.compile(
    r"(?P<it>[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]牌?[\s【\[]?[A-HJ-Z]"
    r"[\s·•・.:_\-\u2010-\u2015】\]]{0,3}"
    r"(?:(?:\d\s?){5}[A-HJK]|[A-HJK][\s·•.-]{0,2}[A-HJ-NP-Z0-9](?:\s?\d){4}"  # new energy: six places
    r"|(?:[A-HJ-NP-Z0-9]\s?){4}[A-HJ-NP-Z0-9挂学警港澳领使超]))(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_OFFICIAL_PLATE = re.compile(
    r"(?<![0-9A-Za-z])(?P<it>使\s?\d{6}|UAS\d{8}|[A-Z]{2}[·.\s-]?\d{5}(?=\s?军[牌车])|(?:WJ|武警)\s?[\u4e00-\u9fff]?[·.\s-]?\d{4}[A-Z0-9]|[军空海][A-Z][·.\s-]?\d{5})"
    r"(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_LABELLED_PLATE = re.compile(
    r"(?:车牌|牌照|号牌|车号|军牌)(?:号码|号|为|是|[\s:])*[\u4e00-\u9fff]{0,3}"
    r"(?P<it>(?=[A-Z·.\s]*\d)[A-Z0-9]{1,2}[·.\s-]?[A-Z0-9]{4,7})(?![0-9A-Za-z]|[年月日辆])",
    re.IGNORECASE,
)
_BARE_ACCOUNT = re.compile(
    r"(?:(?<![a-z0-9])[vq]\s*:|[加+]\s?[我个下]?\s?[vq](?![a-z]))[\s:]*(?P<it>[a-z][a-z0-9_-]{5,19}|\d{6,12})(?![a-z0-9_@-])",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"(?:微\s?信|威信|薇信|v信|wechat|weixin|(?<![a-z])[vw]x|(?<![a-z])q\s?q|扣扣|企鹅|抖音|快手|小红书|微博|钉钉|飞书|支付宝|telegram)(?!公众|小程序|支付)"
    r"(?:号码|号|群|账号|帐号|id|为|是|加|[\s:,@])*"
    rf"(?P<it>[a-z][a-z0-9_-]{{5,19}}|\d{{5,12}})(?![a-z0-9_@-]){_NO_AMOUNT}",
    re.IGNORECASE,
)
# Written to get past filters: 微❤️abc123, ➕微abc123, and 卫星, which sounds like 微信.
_DISGUISED_ACCOUNT = re.compile(
    r"(?:[加+➕]\s?个?\s?[微薇威]信?|微[^\w\s,。;:!?]{1,3}信?|(?<![0-9A-Za-z])V[^\w\s,。;:!?.-]{1,3}|[卫衛]星号?(?!\d))[^\w。;]{0,4}"
    r"(?P<it>(?=[a-z_-]*\d)[a-z][a-z0-9_-]{5,19}|\d{6,12})(?![a-z0-9_@-])",
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


def _is_shop_code(match: re.Match[str]) -> bool:
    """Whether the region after 92, the sign of one-person businesses (GB 32100-2015), lies in a province."""
    return bool(_PROVINCES.match(re.sub(r"[\s-]", "", match["it"])[2:]))


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


NUMBERS: tuple[tuple[PersonalKind, re.Pattern[str], Callable[[re.Match[str]], bool]], ...] = (
    (PersonalKind.EMAIL, _EMAIL, bool),
    (PersonalKind.EMAIL, _OTHER_EMAIL, bool),
    (PersonalKind.SHOP_CODE, _SHOP_CODE, _is_shop_code),
    (PersonalKind.ID_NUMBER, _ID_NUMBER, _is_id_number),
    (PersonalKind.ID_NUMBER, _LABELLED_ID_NUMBER, bool),
    (PersonalKind.ID_NUMBER, _PART_OF_ID_NUMBER, bool),
    (PersonalKind.ID_NUMBER, _ID_AND_MOBILE, bool),
    (PersonalKind.ID_NUMBER, _TRAVEL_DOCUMENT, bool),
    (PersonalKind.ID_NUMBER, _SERVICE_CARD, bool),
    (PersonalKind.ID_NUMBER, _HONG_KONG_CARD, bool),
    (PersonalKind.BANK_CARD, _LABELLED_CARD, bool),
    (PersonalKind.BANK_CARD, _BANK_CARD, _is_bank_card),
    (PersonalKind.MOBILE, _MOBILE, _is_mobile),
    (PersonalKind.MOBILE, _GROUPED_MOBILE, _is_mobile),
    (PersonalKind.MOBILE, _LABELLED_MOBILE, bool),
    (PersonalKind.MOBILE, _MOBILES_IN_A_ROW, _is_mobile),
    (PersonalKind.MOBILE, _PART_OF_MOBILE, bool),
    (PersonalKind.MOBILE, _FOREIGN_NUMBER, _is_no_code),
    (PersonalKind.LANDLINE, _LANDLINE, _is_no_code),
    (PersonalKind.LANDLINE, _LABELLED_LANDLINE, bool),
    (PersonalKind.PLATE, _PLATE, bool),
    (PersonalKind.PLATE, _OFFICIAL_PLATE, bool),
    (PersonalKind.PLATE, _LABELLED_PLATE, bool),
    (PersonalKind.ACCOUNT, _ACCOUNT, bool),
    (PersonalKind.ACCOUNT, _BARE_ACCOUNT, bool),
    (PersonalKind.ACCOUNT, _DISGUISED_ACCOUNT, bool),
    (PersonalKind.REFERENCE, _REFERENCE, bool),
    (PersonalKind.NUMBER_END, _NUMBER_END, bool),
    (PersonalKind.NUMBER_END, _ENDING, bool),
)
