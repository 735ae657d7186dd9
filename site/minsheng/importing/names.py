"""Names of places as people write them: 万州 for 万州区, 文山州 for 文山壮族苗族自治州, 臺灣 for 台湾省."""

import functools
import re
import unicodedata

import opencc

from minsheng.records.places import DivisionLevel

_PEOPLES = (
    "阿昌|白|保安|布朗|布依|朝鲜|达斡尔|傣|德昂|东乡|侗|独龙|俄罗斯|鄂伦春|鄂温克|高山|仡佬|哈尼|哈萨克|赫哲|回|基诺|京|景颇|"
    "柯尔克孜|拉祜|黎|傈僳|珞巴|满|毛南|门巴|蒙古|苗|仫佬|纳西|怒|普米|羌|撒拉|畲|水|塔吉克|塔塔尔|土家|土|维吾尔|佤|"
    "乌孜别克|锡伯|瑶|彝|裕固|藏|壮|各"
)
_WRITTEN_WITHOUT_ZU = "维吾尔|蒙古|哈萨克|柯尔克孜|锡伯|塔吉克"
_AUTONOMY = re.compile(rf"(?:(?:{_PEOPLES})族|{_WRITTEN_WITHOUT_ZU})*(?:自治区|自治州|自治县|自治旗|民族乡|民族苏木)$")
_SUFFIXES = {
    DivisionLevel.PROVINCE: ("特别行政区", "自治区", "省", "市"),
    DivisionLevel.CITY: ("自治州", "地区", "市", "盟", "州"),
    DivisionLevel.COUNTY: ("自治县", "自治旗", "新区", "林区", "特区", "区", "县", "市", "旗"),
    DivisionLevel.TOWNSHIP: ("民族乡", "街道", "苏木", "镇", "乡"),
}
SHORTEST = 2
"""A name is never cut below two characters: 寿县 stays 寿县."""


@functools.cache
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@functools.lru_cache(maxsize=8192)
def tidy(name: str) -> str:
    """Return a name in one form for comparing: no full-width letters, no spaces, Simplified, 街道办事处 as 街道.

    Not for showing: it also turns 乾县 into 干县.
    """
    plain = "".join(unicodedata.normalize("NFKC", name).split())
    simplified: str = _to_simplified().convert(plain)
    return simplified.removesuffix("办事处") if simplified.endswith("街道办事处") else simplified


def stem(name: str, level: DivisionLevel) -> str:
    """Return what is left of a tidy name without the peoples' names and the word for its level.

    >>> stem("黔东南苗族侗族自治州", DivisionLevel.CITY), stem("黔东南州", DivisionLevel.CITY)
    ('黔东南', '黔东南')
    """
    bare = _AUTONOMY.sub("", name)
    if len(bare) >= SHORTEST and bare != name:
        return bare
    for suffix in _SUFFIXES.get(level, ()):
        if name.endswith(suffix) and len(name) - len(suffix) >= SHORTEST:
            return name.removesuffix(suffix).removesuffix("族")
    return name


def differs_in_kind(printed: str, current: str, level: DivisionLevel) -> bool:
    """Whether two names of one stem name different kinds of place: 射洪县 is not written 射洪市 for short."""
    return printed != stem(printed, level) and printed[-1] != current[-1]
