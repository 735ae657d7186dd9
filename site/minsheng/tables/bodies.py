"""Which words name a place or an agency."""

import re

from minsheng.tables.wording import squeezed

_AGENCY = re.compile(
    r"[\u3400-\u9fff·]{1,22}(?:局|委|委员会|厅|部|办|办公室|中心|联|总工会|妇联|残联|团委|公司|集团|政府|街道|管委会|院|处|站|社"
    r"|队|指挥部|协会|司|署|大队|支队|乡|镇|分局|工信委|党工委|组)(?:\(.{1,12}\))?"
)

_PLACE = re.compile(
    r"[\u3400-\u9fff]{1,10}(?:省|市|县|区|州|盟|旗|镇|乡|街道|村|新区|开发区|高新区|经开区|示范区|林区|苏木|农场|本级|片区|社区)"
)


_OFFICE = re.compile(
    r"(?:局|委|委员会|厅|部|办|办公室|总工会|妇联|残联|团委|公司|集团|政府|管委会|党工委|分局)(?:\(.{1,12}\))?$"
)


def is_place(text: str) -> bool:
    """Whether text reads as the name of one place: 东坡区, 市本级, 石桥镇."""
    return bool(_PLACE.fullmatch(squeezed(text)))


def is_agency(text: str) -> bool:
    """Whether text reads as one or several agencies: 市人力资源社会保障局, 教育局、公建中心."""
    parts = [part for part in re.split(r"[、,，;；/\s和及]+", squeezed(text)) if part]
    return bool(parts) and all(len(part) <= 24 and _AGENCY.fullmatch(part) for part in parts)


def is_office(text: str) -> bool:
    """Whether text reads as agencies and can hardly name what they build: 民政局, but not 养老服务站 or 文化中心."""
    return is_agency(text) and bool(_OFFICE.search(squeezed(text)))
