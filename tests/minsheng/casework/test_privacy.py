"""What is masked, what must survive, and what a reviewer is shown."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.casework.personal_numbers import PersonalKind
from minsheng.casework.privacy import Span, find_numbers, likely_addresses, likely_names, mask

MOBILES = [
    "13800138000",
    "我的手机是13800138000，谢谢",
    "138 0013 8000",
    "138-0013-8000",
    "138—0013—8000",
    "138.0013.8000",
    "138·0013·8000",
    "1 3 8 0 0 1 3 8 0 0 0",
    "１３８００１３８０００",
    "１３８－００１３－８０００",
    "+86 13800138000",
    "+86-138-0013-8000",
    "008613800138000",
    "(86)13800138000",
    "1380013 8000",
    "一三八零零一三八零零零",
    "幺三八〇〇幺三八〇〇〇",
    "壹叁捌零零壹叁捌零零零",
    "138零零138零零零",
    "138OO138OOO",
    "1\ufe0f\u20e33\ufe0f\u20e38\ufe0f\u20e300138000",
    "138\u200b0013\u200b8000",
    "电话:19912345678转告",
    "微信同号13800138000",
    "tel13800138000",
    "Mobile: 138 0013 8000",
    "编号2的住户电话13800138000",
    "13800138000万一打不通",
]
LANDLINES = [
    "0564-3612345",
    "0564 3612345",
    "(0564)3612345",
    "（０５６４）３６１２３４５",
    "05643612345",
    "010-62345678",
    "021 6234 5678",
    "0551—62345678转801",
    "+86 0551-62345678",
    "电话3612345",
    "联系方式：62345678",
    "Tel: 6234 5678",
    "傳真、電話:62345678",
    "0564-3612345-801",
    "0564-3612345 转 8012",
    "０５６４－３６１２３４５（转）８０１２",
    "座机3612345转801",
    "电话 3612345-8012",
    "0564-3612345分机801",
]
ID_NUMBERS = [
    "34240119900307761X",
    "34240119900307761x",
    "身份证号342401199003077615。",
    "342401 19900307 7615",
    "342401-19900307-7615",
    "３４２４０１１９９００３０７７６１５",
    "342401900307761",
    "342401900307761x",
    "护照号码 EA1234567",
    "通行证号：H12345678",
    "三四二四零一一九九零零三零七七六一五",
]
PLATES = [
    "皖N12345",
    "皖N·12345",
    "皖 N 12345",
    "皖n1234a",
    "京A8D88学",
    "皖AD12345",
    "皖AF12345",
    "沪A12345D",
    "粤B·D12345",
    "车牌浙FAB123的车",
    "皖Ｎ１２３４５",
    "WJ皖1234A",
    "使014578",
    "军A12345",
]
CARDS = ["6222021001116245702", "6222 0210 0111 6245 702", "4111 1111 1111 1111", "卡号：34150012345678901"]
EMAILS = [
    "wang.ming@example.cn",
    "请发到ming_2020@mail.example.com.cn谢谢",
    "ｍｉｎｇ＠example.cn",
    "12345678@qq.com",
    "王小明@163.com",
    "wang@例子.中国",
    "wang at example dot com",
]
ACCOUNTS = [
    "微信号：abc_123456",
    "加我vx abc123456",
    "QQ:12345678",
    "qq群 123456789",
    "WeChat ID: minsheng-88",
    "扣扣12345678",
    "微 信 号：abc123456",
    "V：abc_12345",
    "加V abc123456",
    "+v abc12345",
    "Q：123456789",
    "Q Q：1234567",
    "抖音号abc123456",
]

HARMLESS = [
    "皖政办秘〔2010〕72号",
    "国办发明电〔2025〕7号",
    "完成投资157.3亿元，占年度计划的47.6%",
    "13800138000元",
    "投资13800138000.00元",
    "1,380,013,800元",
    "13800138000万元",
    "总投资一百五十七亿三千万元",
    "2010年6月3日至2010年12月31日",
    "2020-05-19 2020-05-26",
    "1949-2019年，100个村",
    "20250101-20251231",
    "项目代码2017-341500-48-01-012345",
    "统一社会信用代码11341500003172650K",
    "统一社会信用代码91341500MA2NXXXX1X",
    "项目编号：13412345678",
    "合同编号 341500201912310",
    "批准文号为05643612345",
    "拨打12345热线",
    "110、119、120、95598",
    "行政区划代码341500000000",
    "341502",
    "G312国道K123+456至K130+789",
    "皖C2标段",
    "京G6高速",
    "新A座3楼",
    "川A1区",
    "3200米、24171.71平方米、5232户",
    "2606个行政村完成2585个",
    "微信公众号 minsheng2020",
    "微信支付12345元",
    "QQ群已建好",
    "220V:电压不稳",
    "加Q235钢板12块",
    "抖音上看到的消息",
    "海拔1234567毫米的村",
    "转8012人次",
    "@所有人",
    "办理编号MS-2025-000123",
    "13.8亿、0.0138亿",
    "电话3612345元",
    "座机费用约2000-3000元",
    "二〇一〇年六月三日",
    "",
]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *((PersonalKind.MOBILE, text) for text in MOBILES),
        *((PersonalKind.LANDLINE, text) for text in LANDLINES),
        *((PersonalKind.ID_NUMBER, text) for text in ID_NUMBERS),
        *((PersonalKind.PLATE, text) for text in PLATES),
        *((PersonalKind.BANK_CARD, text) for text in CARDS),
        *((PersonalKind.EMAIL, text) for text in EMAILS),
        *((PersonalKind.ACCOUNT, text) for text in ACCOUNTS),
    ],
)
def test_personal_numbers_are_masked_whole(kind: PersonalKind, text: str) -> None:
    masked = mask(text)
    assert [span.kind for span in masked.spans] == [kind]
    assert len(masked.text) == len(text)
    span = masked.spans[0]
    hidden = masked.text[span.start : span.end]
    assert not any(character.isalnum() for character in hidden)
    assert masked.text[: span.start] == text[: span.start]
    assert masked.text[span.end :] == text[span.end :]
    assert sum(character.isdecimal() for character in masked.text) <= 1  # 编号2


@pytest.mark.parametrize("text", HARMLESS)
def test_other_numbers_survive(text: str) -> None:
    assert mask(text).text == text


def test_a_letter_with_everything_in_it() -> None:
    text = (
        "我是幸福村村民王建国，电话138 0013 8000，身份证34240119900307761X。2024年3月1日下午，皖N·12345货车在312国道"
        "压坏路面约200平方米，按皖政办秘〔2010〕72号应由责任单位修复，预算1,200万元。邮箱wjg@example.cn，微信同手机。"
    )
    masked = mask(text)
    assert [span.kind for span in masked.spans] == [
        PersonalKind.MOBILE,
        PersonalKind.ID_NUMBER,
        PersonalKind.PLATE,
        PersonalKind.EMAIL,
    ]
    assert "2024年3月1日下午" in masked.text
    assert "皖政办秘〔2010〕72号" in masked.text
    assert "1,200万元" in masked.text
    assert "电话*** **** ****，身份证******************。" in masked.text


def test_many_numbers_in_one_text_are_all_found() -> None:
    text = "13800138000、13900139000/0564-3612345;皖N12345"
    assert [span.kind for span in find_numbers(text)] == [
        PersonalKind.MOBILE,
        PersonalKind.MOBILE,
        PersonalKind.LANDLINE,
        PersonalKind.PLATE,
    ]


@given(st.text(alphabet=string.digits + "abX@.-— ·+()京皖A微信电话一三八零年元万", max_size=60))
def test_masking_is_stable(text: str) -> None:
    masked = mask(text)
    assert len(masked.text) == len(text)
    assert mask(masked.text).text == masked.text
    ends = [0, *(end for span in masked.spans for end in (span.start, span.end))]
    assert ends == sorted(ends)


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(["", " ", "-", "—", ".", "　", "－"]),
    st.sampled_from(["", "电话", "请回复", "（", "我："]),
    st.sampled_from(["", "。", "谢谢", "）", " 张"]),
)
def test_any_mobile_in_three_groups_is_masked(number: str, gap: str, before: str, after: str) -> None:
    text = f"{before}{number[:3]}{gap}{number[3:7]}{gap}{number[7:]}{after}"
    assert not any(character.isdecimal() for character in mask(text).text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("村民王建国反映路灯不亮", ["王建国"]),
        ("联系人：李强，电话见附件", ["李强"]),
        ("我叫欧阳晓明", ["欧阳晓明"]),
        ("居民张丽说水压太低", ["张丽"]),
        ("找过刘主任和陈建军局长", ["刘主任", "陈建军局长"]),
        ("負責人為陳建國", ["陳建國"]),
        ("業主陳建國反映", ["陳建國"]),
        ("路一直没有修好。\n赵小兰", ["赵小兰"]),
        ("村民王某和张某某", []),
        ("居民高兴，村民方便", []),
        ("项目负责人应当公开进度", []),
        ("请尽快修复路面，谢谢", []),
        ("安徽省六安市裕安区", []),
    ],
)
def test_likely_names_for_the_reviewer(text: str, names: list[str]) -> None:
    assert [text[span.start : span.end] for span in likely_names(text)] == names
    assert all(span.kind is PersonalKind.NAME for span in likely_names(text))


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("住在幸福路18号", ["幸福路18号"]),
        ("阳光小区3号楼2单元501室漏水", ["3号楼2单元501室"]),
        ("１２栋３０２", ["１２栋３０２"]),
        ("2单元402", ["2单元402"]),
        ("皖政办秘〔2010〕72号", []),
        ("312国道与105省道交叉口", []),
        ("改造12栋楼、302户", []),
    ],
)
def test_likely_addresses_for_the_reviewer(text: str, addresses: list[str]) -> None:
    found = [text[span.start : span.end] for span in likely_addresses(text)]
    assert [one[-len(wanted) :] for one, wanted in zip(found, addresses, strict=True)] == addresses


def test_names_are_never_masked() -> None:
    text = "村民王建国反映"
    assert mask(text).text == text
    assert likely_names(text) == (Span(2, 5, PersonalKind.NAME),)
