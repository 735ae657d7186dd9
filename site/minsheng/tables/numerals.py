"""Chinese numerals: 一千二百万, 壹佰贰拾, 二〇二六, 一点二亿."""

import re
from decimal import Decimal

_DIGITS = {
    sign: value
    for value, signs in enumerate(
        ("零〇○", "一壹弌", "二贰貳两兩", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
    )
    for sign in signs
}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "廿": 20, "卅": 30}
_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
SIGNS = "".join([*_DIGITS, *_SMALL, *_LARGE])
NUMERAL = re.compile(rf"[{SIGNS}]+(?:[点點][{''.join(_DIGITS)}]+[{''.join(_LARGE)}]{{0,2}})?")
_LONGEST = 40
_ZEROS = "".join(sign for sign, value in _DIGITS.items() if value == 0)
_ONES = "".join(sign for sign, value in _DIGITS.items() if value)
_PLACES = re.compile(
    rf"(?:(?P<qian>[{_ONES}]?)[千仟])?(?:[{_ZEROS}]?(?P<bai>[{_ONES}]?)[百佰])?"
    rf"(?:[{_ZEROS}]?(?:(?P<shi>[{_ONES}]?)(?=[十拾])|(?=[廿卅]))(?P<ten>[十拾廿卅]))?(?:(?P<zero>[{_ZEROS}])?(?P<one>[{_ONES}]))?"
)


def read_numeral(text: str) -> Decimal | None:
    """Return the value of a numeral, or None for text that is none, or not a well-formed one."""
    if not text or len(text) > _LONGEST or not NUMERAL.fullmatch(text):
        return None
    if "点" in text or "點" in text:
        return _with_decimals(*re.split("[点點]", text))
    if all(sign in _DIGITS for sign in text):
        return Decimal("".join(str(_DIGITS[sign]) for sign in text))
    whole = _whole(text)
    return None if whole is None else Decimal(whole)


def _with_decimals(before: str, after: str) -> Decimal | None:
    digits = after.rstrip("".join(_LARGE))
    scale = 1
    for sign in after[len(digits) :]:
        scale *= _LARGE[sign]
    whole = _DIGITS.get(before) if len(before) == 1 and before in _DIGITS else _whole(before)
    if whole is None:
        return None
    return (Decimal(whole) + Decimal("0." + "".join(str(_DIGITS[sign]) for sign in digits))) * scale


def _whole(text: str) -> int | None:
    """Return the value of a numeral with place signs; None where they stand in no order (百千)."""
    for signs, size in (("亿億", 10**8), ("万萬", 10**4)):
        last = max(text.rfind(sign) for sign in signs)
        if last >= 0:
            before, after = _whole(text[:last]), _behind(text[last + 1 :], size)
            return before * size + after if before and after is not None else None
    return _below_ten_thousand(text)


def _behind(text: str, size: int) -> int | None:
    """Return what stands behind 万 or 亿: in 三万五 the digit is one place below the sign."""
    if text in _DIGITS:
        return _DIGITS[text] * size // 10
    value = _whole(text.lstrip(_ZEROS)) if text else 0
    return value if value is not None and value < size else None


def _below_ten_thousand(text: str) -> int | None:
    found = _PLACES.fullmatch(text)
    if found is None or not text:
        return None
    thousands, hundreds = (_times(found[name], size) for name, size in (("qian", 1000), ("bai", 100)))
    tens = _SMALL[found["ten"]] * (_DIGITS[found["shi"]] if found["shi"] else 1) if found["ten"] else 0
    digit = _DIGITS[found["one"]] if found["one"] else 0
    if digit and not found["zero"] and not tens:
        # 一千二, 一百五: the last digit stands one place below the last sign.
        digit *= 10 if hundreds else 100 if thousands else 1
    return thousands + hundreds + tens + digit


def _times(digit: str | None, size: int) -> int:
    """Return a digit before a place sign as its value; a sign alone counts once, None is no sign."""
    return 0 if digit is None else size * (_DIGITS[digit] if digit else 1)
