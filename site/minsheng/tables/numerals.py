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
    total = section = digit = 0
    last_small, last_large = 10**4, 10**16
    has_digit = False
    for sign in text:
        if sign in _DIGITS:
            if has_digit and digit:
                return None
            digit, has_digit = _DIGITS[sign], True
        elif sign in _SMALL:
            place = _SMALL[sign]
            size = 10 if sign in "廿卅" else place
            if size >= last_small or (sign in "廿卅" and has_digit and digit):
                return None
            if sign in "廿卅":
                section += place
            else:
                section += (digit if has_digit and digit else 1) * place
            digit, has_digit, last_small = 0, False, size
        else:
            size = _LARGE[sign]
            section += digit
            if sign in "亿億":
                total = (total + section) * size if total + section else -1
            else:
                total += section * size
            if not section and sign not in "亿億":
                return None
            if total < 0 or (size == last_large == 10**4):
                return None
            section, digit, has_digit, last_small, last_large = 0, 0, False, 10**4, size
    # 一千二, 三万五: the last digit stands one place below the last sign.
    if digit and text[-1] in _DIGITS and len(text) > 1 and "零" not in text[-2] and "〇" not in text[-2]:
        above = _SMALL.get(text[-2]) or _LARGE.get(text[-2], 1)
        if above > 10 and text[-2] not in "廿卅":
            digit *= above // 10
    return total + section + digit
