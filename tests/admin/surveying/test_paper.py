"""Paper in the staff's hands: printed with serials, entered, entered blind by somebody else, settled, counted."""

import io
import re
from collections.abc import Sequence
from decimal import Decimal

import pypdfium2
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from admin.surveying import paper_pdf
from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial import publishing
from minsheng.journal import JournalEntry
from minsheng.opinion.dispositions import Disposition
from minsheng.surveying import paper_sheets, serials
from minsheng.surveying.dispositions import DispositionCount
from minsheng.surveying.paper_differences import PaperDifference
from minsheng.surveying.paper_entry import PaperEntry
from minsheng.surveying.paper_sheets import BatchState, PaperBatch, PlannedBatch, PlannedRun
from minsheng.surveying.surveys import Channel, Response, Wave
from tests.admin.conftest import AT, Browser, Clock
from tests.admin.surveying.test_surveys import SignIn
from tests.factories import Make
from tests.qr_reading import digits_of

GOOD = {"q-aware": "1", "q-satisfied": "2", "q-words": "路修得好"}


@pytest.fixture
def wave(make: Make) -> Wave:
    return make.wave()


@pytest.fixture
def surveyor(make: Make, wave: Wave) -> StaffMember:
    return make.staff(Role.SURVEYOR, division=wave.division, display_name="组织的人")


@pytest.fixture
def clerk(make: Make, wave: Wave) -> StaffMember:
    return make.staff(Role.CLERK, division=wave.division, display_name="第一个人")


@pytest.fixture
def other(make: Make, wave: Wave) -> StaffMember:
    return make.staff(Role.CLERK, division=wave.division, display_name="第二个人")


@pytest.fixture
def batch(session: Session, wave: Wave, surveyor: StaffMember) -> PaperBatch:
    """Four sheets for one village."""
    planned = PlannedRun(
        Channel.PAPER_SAMPLE,
        "zh_Hans",
        [PlannedBatch(wave.division, 4, "rural", "石桥村", Decimal("12.5"))],
        Decimal(5),
        why="抽样方案第3号",
    )
    return paper_sheets.make_run(session, wave, planned, surveyor, AT).batches[0]


def test_before_counting_nothing_is_known_of_the_sheets(session: Session, batch: PaperBatch) -> None:
    (row,) = session.scalars(sa.select(DispositionCount))
    assert (row.disposition, row.count, row.channel) == (Disposition.UNKNOWN_HOUSEHOLD, 4, Channel.PAPER_SAMPLE)


def page_of(wave: Wave) -> str:
    return f"/admin/surveys/{wave.slug}/paper/"


def sheet_of(batch: PaperBatch, place: int) -> str:
    return f"{page_of(batch.run.wave)}sheets/{serials.serial_of(batch.numbers[place])}"


def of_batch(batch: PaperBatch) -> str:
    return f"{page_of(batch.run.wave)}batches/{batch.name}/"


def test_a_printing_gives_out_serials_and_freezes_the_questions(
    session: Session, wave: Wave, surveyor: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(surveyor)
    typed = {
        "channel": "paper_sample",
        "language": "zh_Hans",
        "sample": "",
        "most_errors": "1",
        "batches-0-division": wave.division.code,
        "batches-0-stratum": "rural",
        "batches-0-psu": "石桥村",
        "batches-0-sheet_count": "3",
        "batches-0-base_weight": "12.5",
    }
    address = f"{page_of(wave)}new"

    unexplained = browser.post(address, typed)
    assert unexplained.status_code == 422
    assert "请写明张数和权数从哪里来" in unexplained.get_data(as_text=True)
    assert 'value="石桥村"' in unexplained.get_data(as_text=True)
    more = browser.post(address, {**typed, "more": "y"})
    assert "batches-7-psu" in more.get_data(as_text=True)
    assert session.scalars(sa.select(PaperBatch)).all() == []
    made = browser.post(address, {**typed, "why": "抽样方案第3号"})

    assert made.status_code == 302
    (batch,) = session.scalars(sa.select(PaperBatch))
    assert (batch.name, batch.sheet_count, batch.base_weight) == ("P1-1", 3, Decimal("12.5"))
    assert wave.version.frozen_at is not None
    assert batch.run.content_hash == wave.version.content_hash
    page = browser.get(page_of(wave)).get_data(as_text=True)
    assert "P1-1" in page
    assert "抽样方案第3号" in page
    entry = session.scalar(sa.select(JournalEntry).where(JournalEntry.act == "paper_run_made"))
    assert entry is not None
    assert entry.details["batches"] == [["P1-1", wave.division.code, "rural", "石桥村", "12.5", 1000001, 3]]
    assert publishing.verify(session) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"batches-0-sheet_count": "-1"},
        {"batches-0-sheet_count": "2001"},
        {"most_errors": "0"},
        {"batches-0-division": "999999"},
        {"batches-0-base_weight": "-1"},
        {"channel": "web"},
        {"batches-0-sheet_count": ""},
    ],
)
def test_impossible_printings_are_refused_beside_the_field(
    session: Session, wave: Wave, surveyor: StaffMember, browser_of: SignIn, wrong: dict[str, str]
) -> None:
    browser = browser_of(surveyor)
    typed = {
        "channel": "paper_sample",
        "language": "en",
        "sample": "",
        "most_errors": "1",
        "why": "试",
        "batches-0-division": wave.division.code,
        "batches-0-sheet_count": "3",
    }
    assert browser.post(f"{page_of(wave)}new", {**typed, **wrong}).status_code == 422
    assert session.scalars(sa.select(PaperBatch)).all() == []


def test_every_printed_page_carries_its_serial(batch: PaperBatch, surveyor: StaffMember, browser_of: SignIn) -> None:
    answer = browser_of(surveyor).get(f"{of_batch(batch)}sheets.pdf")
    assert answer.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(io.BytesIO(answer.data))
    texts = [re.sub(r"\s", "", page.get_textpage().get_text_bounded()) for page in document]
    assert len(texts) == 4
    for number, text in zip(batch.numbers, texts, strict=True):
        assert serials.serial_of(number) in text
        assert "您知道今年的民生实事吗" in text
        assert "转第3题" in text
    assert browser_of(surveyor).get(f"{of_batch(batch)}sheets.pdf?part=2").status_code == 404


def enter(browser: Browser, batch: PaperBatch, place: int, **typed: str) -> int:
    sent = {**GOOD, **{f"q-{key}": value for key, value in typed.items()}}
    return browser.post(sheet_of(batch, place), sent, on=f"{page_of(batch.run.wave)}enter").status_code


def are_the_sheets(responses: Sequence[Response]) -> None:
    """Whether these are the answers of the three sheets, with the design of their batch."""
    assert len(responses) == 3
    for response in responses:
        assert (response.batch, response.stratum, response.psu) == ("P1-1", "rural", "石桥村")
        assert (response.channel, response.base_weight) == (Channel.PAPER_SAMPLE, Decimal("12.5"))
        assert {answer.option.key for answer in response.answers if answer.option} == {"know_well", "dissatisfied"}


def test_from_the_first_entry_to_answers(
    session: Session,
    batch: PaperBatch,
    surveyor: StaffMember,
    clerk: StaffMember,
    other: StaffMember,
    browser_of: SignIn,
) -> None:
    first, second, chief = browser_of(clerk), browser_of(other), browser_of(surveyor)
    wave = batch.run.wave
    for place in range(3):
        assert enter(first, batch, place) == 302
    again = second.get(sheet_of(batch, 0))
    assert again.status_code == 409
    assert "已经录过了，是第一个人" in again.get_data(as_text=True)
    assert "路修得好" not in again.get_data(as_text=True)

    unbalanced = chief.post(f"{of_batch(batch)}finish", {"refusal": "0"}, on=of_batch(batch))
    assert unbalanced.status_code == 422
    assert "加起来要等于 1" in unbalanced.get_data(as_text=True)
    assert first.post(f"{of_batch(batch)}finish", {"refusal": "1"}, on=of_batch(batch)).status_code == 403
    assert chief.post(f"{of_batch(batch)}finish", {"refusal": "1"}, on=of_batch(batch)).status_code == 302
    session.refresh(batch)
    assert batch.state is BatchState.CHECKING
    (drawn,) = batch.drawn
    place = batch.numbers.index(drawn)
    assert "复录要换一个人" in first.get(sheet_of(batch, place)).get_data(as_text=True)
    blind = second.get(sheet_of(batch, place)).get_data(as_text=True)
    assert "路修得好" not in blind
    assert 'name="q-aware" value=""' in blind
    assert enter(second, batch, place, satisfied="1") == 302

    early = chief.post(f"{of_batch(batch)}count", on="/admin/")
    assert early.status_code == 409
    page = chief.get(f"{of_batch(batch)}reconcile").get_data(as_text=True)
    assert "2 不满意" in page
    assert "1 很满意" in page
    assert "很了解" not in page
    assert "路修得好" not in page
    (difference,) = session.scalars(sa.select(PaperDifference))
    settle = f"{of_batch(batch)}reconcile/{difference.id}"
    one_sided = first.post(settle, {"verdict": "second"}, on=f"{of_batch(batch)}reconcile")
    assert one_sided.status_code == 302
    session.refresh(difference)
    assert not difference.is_settled
    assert chief.post(settle, {"verdict": "first"}, on=f"{of_batch(batch)}reconcile").status_code == 302
    counted = chief.post(f"{of_batch(batch)}count", on=of_batch(batch))
    assert counted.status_code == 302

    are_the_sheets(session.scalars(sa.select(Response).where(Response.wave_id == wave.id)).all())
    counts = {row.disposition: row.count for row in session.scalars(sa.select(DispositionCount)) if row.count}
    assert counts == {Disposition.COMPLETE: 3, Disposition.REFUSAL: 1}
    assert all(entry.typed == {} for entry in session.scalars(sa.select(PaperEntry)))
    session.refresh(difference)
    assert (difference.first, difference.second, difference.settled) == ([], [], [])
    assert "已计入" in chief.get(of_batch(batch)).get_data(as_text=True)
    assert chief.post(f"{of_batch(batch)}count", on="/admin/").status_code == 409
    assert len(session.scalars(sa.select(Response)).all()) == 3
    assert publishing.verify(session) == []


def test_a_batch_with_too_many_errors_is_entered_anew_as_a_whole(
    session: Session,
    batch: PaperBatch,
    surveyor: StaffMember,
    clerk: StaffMember,
    other: StaffMember,
    browser_of: SignIn,
) -> None:
    first, second, chief = browser_of(clerk), browser_of(other), browser_of(surveyor)
    for place in range(4):
        enter(first, batch, place)
    chief.post(f"{of_batch(batch)}finish", on=of_batch(batch))
    session.refresh(batch)
    enter(second, batch, batch.numbers.index(batch.drawn[0]), satisfied="1")
    (difference,) = session.scalars(sa.select(PaperDifference))
    settle = f"{of_batch(batch)}reconcile/{difference.id}"
    assert chief.post(settle, {"verdict": "neither", "typed": "9"}, on=f"{of_batch(batch)}reconcile").status_code == 422
    chief.post(settle, {"verdict": "neither", "typed": "3"}, on=f"{of_batch(batch)}reconcile")

    page = chief.get(of_batch(batch)).get_data(as_text=True)
    assert "差错超过上限" in page
    assert chief.post(f"{of_batch(batch)}count", on="/admin/").status_code == 409
    assert session.scalars(sa.select(Response)).all() == []
    assert chief.post(f"{of_batch(batch)}anew", on=of_batch(batch)).status_code == 302
    session.refresh(batch)
    assert (batch.state, batch.attempt, batch.drawn) == (BatchState.ENTERING, 2, [])
    assert enter(first, batch, 0) == 302
    clerks = chief.get(page_of(batch.run.wave)).get_data(as_text=True)
    assert "第一个人" in clerks
    assert "1 处，共复录 2 处" in clerks


def test_the_serial_is_checked(batch: PaperBatch, make: Make, clerk: StaffMember, browser_of: SignIn) -> None:
    browser = browser_of(clerk)
    address = f"{page_of(batch.run.wave)}enter"
    right = serials.serial_of(batch.numbers[0])
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)

    assert "最后一位是校验位" in browser.post(address, {"serial": wrong}).get_data(as_text=True)
    assert "没有印过这个编号" in browser.post(address, {"serial": serials.serial_of(1_000_777)}).get_data(as_text=True)
    assert browser.post(address, {"serial": "'; DROP TABLE wave; --"}).status_code == 422
    found = browser.post(address, {"serial": f" {right[:4]} {right[4:]} "})
    assert found.status_code == 302
    assert found.location.endswith(f"/sheets/{right}")
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in right)
    assert browser.post(address, {"serial": full_width}).status_code == 302
    elsewhere = make.wave(division=batch.run.wave.division)
    assert "没有印过这个编号" in browser.post(f"{page_of(elsewhere)}enter", {"serial": right}).get_data(as_text=True)


def test_what_does_not_fit_is_named_and_nothing_typed_is_lost(
    session: Session, batch: PaperBatch, clerk: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(clerk)
    answer = browser.post(sheet_of(batch, 0), {"q-aware": "1", "q-satisfied": "7", "q-words": "<b>好</b>"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "没有这个选项" in page
    assert "&lt;b&gt;好&lt;/b&gt;" in page
    assert 'name="q-aware" value="1"' in page
    empty = browser.post(sheet_of(batch, 0), {"q-aware": "0", "q-satisfied": "", "q-words": ""})
    assert "白卷不用录" in empty.get_data(as_text=True)
    unseen = browser.post(sheet_of(batch, 0), {"q-aware": "", "q-satisfied": "", "q-words": ""})
    assert "还没有填" in unseen.get_data(as_text=True)
    assert session.scalars(sa.select(PaperEntry)).all() == []


def test_walk_in_sheets_become_answers_one_by_one(
    session: Session, wave: Wave, surveyor: StaffMember, clerk: StaffMember, browser_of: SignIn
) -> None:
    planned = PlannedRun(Channel.PAPER_WALK_IN, "en", [PlannedBatch(wave.division, 5, psu="政务大厅")])
    batch = paper_sheets.make_run(session, wave, planned, surveyor, AT).batches[0]
    browser = browser_of(clerk)

    assert enter(browser, batch, 1, aware="3", satisfied="") == 302
    assert enter(browser, batch, 1) == 409
    (response,) = session.scalars(sa.select(Response))
    assert (response.channel, response.batch, response.stratum, response.psu) == (
        Channel.PAPER_WALK_IN,
        "P1-1",
        "",
        "",
    )
    (entry,) = session.scalars(sa.select(PaperEntry))
    assert entry.typed == {}
    page = browser.get(of_batch(batch)).get_data(as_text=True)
    assert "录一份计一份" in page


def test_outside_the_period_nothing_is_entered(
    batch: PaperBatch, clerk: StaffMember, browser_of: SignIn, clock: Clock
) -> None:
    clock.forward(days=30)
    browser = browser_of(clerk)
    assert enter(browser, batch, 0) == 409
    assert "不在填写期内" in browser.get(sheet_of(batch, 0)).get_data(as_text=True)


def test_a_scan_leaves_its_hash_and_nothing_else(
    session: Session, batch: PaperBatch, clerk: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(clerk)
    for _time in range(2):
        sent = {"file": (io.BytesIO(b"%PDF-1.4 scanned"), "C:/scans/第一批.pdf")}
        assert browser.post(f"{of_batch(batch)}scans", sent, on=of_batch(batch)).status_code == 302
    session.refresh(batch)
    (scan,) = batch.scans
    assert (scan.file_name, scan.size) == ("第一批.pdf", 16)
    assert scan.digest in browser.get(of_batch(batch)).get_data(as_text=True)
    nothing = browser.post(f"{of_batch(batch)}scans", {"file": (io.BytesIO(b""), "leer.pdf")}, on=of_batch(batch))
    assert nothing.status_code == 422


def test_other_places_are_refused(batch: PaperBatch, make: Make, browser_of: SignIn) -> None:
    browser = browser_of(make.staff(Role.SURVEYOR, Role.CLERK, division=make.division()))
    wave = batch.run.wave
    for address in (
        "",
        "new",
        "enter",
        f"batches/{batch.name}/",
        f"batches/{batch.name}/reconcile",
        f"batches/{batch.name}/sheets.pdf",
    ):
        assert browser.get(f"{page_of(wave)}{address}").status_code == 403
    assert browser.get(sheet_of(batch, 0)).status_code == 403


@pytest.mark.parametrize("language", ["zh_Hans", "zh_Hant", "en"])
def test_the_code_on_every_page_is_the_serial(
    session: Session, wave: Wave, surveyor: StaffMember, browser_of: SignIn, language: str
) -> None:
    planned = PlannedRun(Channel.PAPER_WALK_IN, language, [PlannedBatch(wave.division, 2)])
    batch = paper_sheets.make_run(session, wave, planned, surveyor, AT).batches[0]
    document = pypdfium2.PdfDocument(browser_of(surveyor).get(f"{of_batch(batch)}sheets.pdf").data)
    scale = 4.0
    millimetre = 72 / 25.4 * scale
    left = paper_pdf.WIDTH - paper_pdf.MARGIN - paper_pdf.QR_SIDE
    corner = [value * millimetre for value in (left - 1.5, 7, left + paper_pdf.QR_SIDE + 1.5, 28)]
    found = [digits_of(page.render(scale=scale).to_pil().crop([round(value) for value in corner])) for page in document]
    assert found == [serials.serial_of(number) for number in batch.numbers]
    document.close()
