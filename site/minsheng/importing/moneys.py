"""What the printed label of an amount says: who pays, or that money was moved rather than planned."""

import enum
import re

from minsheng.records.funding import FundingSource

_MARKS = {
    FundingSource.CENTRAL: re.compile(r"中央"),
    FundingSource.PROVINCIAL: re.compile(r"省"),
    FundingSource.MUNICIPAL: re.compile(r"市"),
    FundingSource.COUNTY: re.compile(r"县|区(?!域)"),
    FundingSource.TOWNSHIP: re.compile(r"乡|镇(?!化)|街道"),
    FundingSource.BOND: re.compile(r"债"),
    FundingSource.SOCIAL_CAPITAL: re.compile(r"社会资本|企业"),
    FundingSource.SELF_RAISED: re.compile(r"(村民|居民|农民|群众|受益人)(自筹|筹资|筹劳|投资|投劳|集资)|筹资筹劳"),
}
_NOT_A_PAYER = re.compile(r"社区|小区|园区|城镇|乡村|城乡|城市|市场|市政")


class MovedTotal(enum.StrEnum):
    """Totals of money moved, or a label of which it is not clear what it totals."""

    ARRIVED = "arrived"
    DISBURSED = "disbursed"
    SPENT = "spent"
    UNCLEAR = "unclear"


_MOVED = re.compile(r"到位|拨付|下达|支出|支付")
_TOTALS = {
    MovedTotal.ARRIVED: re.compile(r"(累计|已|实际)*到位(资金)?(总额)?"),
    MovedTotal.DISBURSED: re.compile(r"(累计|已|实际)*拨付(资金)?(总额)?"),
    MovedTotal.SPENT: re.compile(r"(累计|已|实际)*(支出|支付)(资金)?(总额)?"),
}


def funding_source(label: str) -> FundingSource:
    """Return who pays by a printed label; several payers in one amount, or none named, are ``other``.

    >>> funding_source("省级福利彩票公益金"), funding_source("中央、省、市、县四级财政专项扶贫资金")
    (<FundingSource.PROVINCIAL: 'provincial'>, <FundingSource.OTHER: 'other'>)
    """
    payers = _NOT_A_PAYER.sub("", label.replace("自治区", "省"))
    named = [source for source, mark in _MARKS.items() if mark.search(payers)]
    return named[0] if len(named) == 1 else FundingSource.OTHER


def moved_total(label: str) -> MovedTotal | None:
    """Return which total of money moved a label names, or None where it names a planned source.

    >>> moved_total("累计拨付"), moved_total("已拨付中央补助"), moved_total("地方配套")
    (<MovedTotal.DISBURSED: 'disbursed'>, <MovedTotal.UNCLEAR: 'unclear'>, None)
    """
    for total, pattern in _TOTALS.items():
        if pattern.fullmatch(label):
            return total
    return MovedTotal.UNCLEAR if _MOVED.search(label) else None
