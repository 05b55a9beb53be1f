"""A case of each kind from the counter to its end, through a live session, by the hands of each role, in
Chromium. At every step what may not be done is tried, and refused by its rule.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Page

from hub.store.clock import SystemClock
from hub.units.local_day import local_day
from hub.units.working_days import vietnam
from tests.browser.case_papers import (
    Petition,
    Taken,
    act,
    attach,
    direct_act,
    directive_is,
    look_up,
    paper,
    refuses_all_else,
    refuses_all_other_direction,
    stands_at,
    take_in,
)
from tests.browser.screens import COARSE, DESK, console, opened, room, signed_in
from tests.browser.session_day import Plan, call, conclude, direct, in_session, note, plan_session
from tests.kit.chromium import chromium, holds, visit
from tests.kit.demo import DemoHub, demo_hub
from web.i18n import translate

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]

AUTOPLAY = "--autoplay-policy=no-user-gesture-required"
PHONE = {"width": 390, "height": 844}
COMMUNE = "Xã Đầm Vạc"
SLOW = 60.0
NOW_CLOSED = """() => {
    const {items, current} = window.__hub.state;
    return items.find(item => item.id === current)?.audience === 'closed';
}"""
PETITIONS = {
    kind: Petition(kind, field, title, name, address, phone, COMMUNE)
    for kind, field, title, name, address, phone in (
        ("complaint", "land", "Khiếu nại giá bồi thường của bài thử", "Lý Văn Một", "Thôn Một", "0900000001"),
        ("denunciation", "corruption", "Tố cáo cán bộ của bài thử", "Lý Thị Hai", "Thôn Hai", "0900000002"),
        ("recommendation", "policy", "Kiến nghị làm cầu của bài thử", "Lý Văn Ba", "Thôn Ba", "0900000003"),
        ("reflection", "environment", "Phản ánh bãi rác của bài thử", "Lý Thị Bốn", "Thôn Bốn", "0900000004"),
    )
}
ANSWER = {"how": "Gửi qua bưu điện", "text": "Đã xem xét và trả lời theo quy định"}


@dataclass
class Office:
    """Who works on the cases, each with a browser of their own."""

    hub: DemoHub
    browser: Browser
    reception: Page
    clerk: Page
    supervisor: Page
    technician: Page
    leader: Page
    citizen: Page


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoHub]:
    """A hub of its own: its session is ended, and another one planned."""
    with demo_hub(tmp_path_factory.mktemp("cases") / "data", points=2) as hub:
        yield hub


@asynccontextmanager
async def _office(hub: DemoHub) -> AsyncIterator[Office]:
    async with chromium(AUTOPLAY) as browser, AsyncExitStack() as stack:

        async def screen(login: str, size: dict[str, int] = DESK) -> Page:
            page = await stack.enter_async_context(opened(browser, size, f"cases-{login or 'citizen'}"))
            if login:
                await signed_in(page, hub, login)
            return page

        yield Office(
            hub,
            browser,
            reception=await screen("tiepdan"),
            clerk=await screen("thuky"),
            supervisor=await screen("giamsat"),
            technician=await screen("kythuat"),
            leader=await screen("lanhdaoxa"),
            citizen=await screen("", PHONE),
        )


async def test_a_case_of_each_kind_from_the_counter_to_its_end(province: DemoHub) -> None:
    async with _office(province) as office:
        cases = {
            kind: await take_in(office.reception, province, petition) for kind, petition in PETITIONS.items()
        }
        for kind, case in cases.items():
            await _read(office, kind, case)
            await _others_see(office, kind, case)
        await _heard(office, cases)
        for kind, case in cases.items():
            await _directed(office, kind, case)
            await _dealt_with(office, kind, case)
            await _closed(office, kind, case)


async def _read(office: Office, kind: str, case: Taken) -> None:
    """Classified, and found eligible; before each step everything else is refused."""
    page, hub = office.reception, office.hub
    refused = await refuses_all_else(page, hub, case.id)
    assert {"accept", "decide", "close", "reopen"} <= refused
    await act(page, hub, case.id, "classify", kind=kind, field=PETITIONS[kind].field)
    await stands_at(page, hub, case.id, "classified")
    assert "find_eligible" not in await refuses_all_else(page, hub, case.id)
    if kind != "reflection":  # that one will be sent on to whom it concerns
        await act(page, hub, case.id, "find_eligible")
        await paper(page, hub, case.id, "acceptance")
        await stands_at(page, hub, case.id, "accepted")
        await refuses_all_else(page, hub, case.id)


async def _others_see(office: Office, kind: str, case: Taken) -> None:
    """A supervisor reads all but denunciations, a technician nothing, and the citizen what concerns them."""
    hub = office.hub
    for page, there in ((office.supervisor, kind != "denunciation"), (office.technician, False)):
        answer = await visit(page, f"{hub.url}/cases/{case.id}")
        assert answer is not None
        assert answer.status == (200 if there else 404), kind
    told = await look_up(office.citizen, hub, case.code)
    petition = PETITIONS[kind]
    assert petition.name not in told
    if kind == "denunciation":
        assert translate("vi", "lookup.sealed") in told
        for secret in (petition.title, petition.unit, case.number):
            assert secret not in told
    else:
        assert case.number in told
        assert petition.unit in told


async def _heard(office: Office, cases: dict[str, Taken]) -> None:
    """One session hears all four: the chair calls, a clerk concludes, the commune's room takes part."""
    async with console(office.browser, office.hub, scale=COARSE) as chair:
        await chair.click('#bar [data-act="end"]')
        await chair.click('#ask-end button[value="yes"]')
        await holds(chair, "window.__hub.state.session.state === 'closed'")
    day = vietnam().after(local_day(SystemClock().now()), 3).isoformat()
    plan = Plan("Phiên tiếp của bài thử", day, tuple(PETITIONS[kind].title for kind in cases))
    hub = in_session(office.hub, await plan_session(office.clerk, office.hub, plan))
    async with (
        console(office.browser, hub, scale=COARSE) as chair,
        console(office.browser, hub, "thuky", scale=COARSE) as clerk,
        room(office.browser, hub, COMMUNE, scale=COARSE) as commune,
    ):
        await chair.click('#bar [data-act="go-live"]')
        await holds(commune, "window.__hub.state?.session?.state === 'live'", seconds=SLOW)
        for position, kind in enumerate(cases, 1):
            await _one_hearing(chair, clerk, commune, position, kind)
        await chair.click('#bar [data-act="end"]')
        await chair.click('#ask-end button[value="yes"]')
        await holds(commune, "window.__hub.state.session.state === 'closed'", seconds=SLOW)


async def _one_hearing(chair: Page, clerk: Page, commune: Page, position: int, kind: str) -> None:
    secret = kind == "denunciation"
    closed = await chair.evaluate(NOW_CLOSED)
    await call(chair, position, from_closed=closed)
    await holds(commune, "p => window.__hub.state.items[p - 1].state === 'hearing'", position, seconds=SLOW)
    await note(clerk, f"Ghi chép {kind}")
    text = f"Kết luận {kind}"
    await holds(clerk, "window.__hub.state.notes.length > 0", seconds=SLOW)
    await direct(clerk, COMMUNE)
    await conclude(clerk, text)
    for page in (chair, *(() if secret else (commune,))):
        await holds(
            page, "([p, text]) => window.__hub.state.items[p - 1].conclusion === text", [position, text]
        )
    known = await commune.evaluate("JSON.stringify(window.__hub.state)")
    assert (text in known) is not secret
    assert (PETITIONS[kind].title in known) is not secret
    assert PETITIONS[kind].name not in known or not secret


async def _directed(office: Office, kind: str, case: Taken) -> None:
    """The chair's directive, from the commune's hands back to the province's, and to the citizen."""
    hub, clerk, leader = office.hub, office.clerk, office.leader
    text = {"text": "Đã làm theo chỉ đạo"}
    if kind == "denunciation":  # no leader of a commune reads one: the office writes down what it was told
        answer = await visit(leader, f"{hub.url}/cases/{case.id}")
        assert answer is not None
        assert answer.status == 404
        await refuses_all_other_direction(clerk, hub, case.id)
        await direct_act(clerk, hub, case.id, "deliver", how="Văn bản", whom="Văn thư xã")
        await direct_act(clerk, hub, case.id, "acknowledge", how="Văn bản")
        await direct_act(clerk, hub, case.id, "report", how="Văn bản", **text)
        await direct_act(clerk, hub, case.id, "accept")
        await directive_is(clerk, hub, case.id, "accepted")
        return
    await visit(leader, f"{hub.url}/directives?board=unacknowledged")
    await leader.locator(f'a[href^="/cases/{case.id}"]').first.wait_for(timeout=60_000)
    await refuses_all_other_direction(leader, hub, case.id)
    await direct_act(leader, hub, case.id, "acknowledge")
    await directive_is(clerk, hub, case.id, "acknowledged")
    await refuses_all_other_direction(clerk, hub, case.id)
    await direct_act(leader, hub, case.id, "start")
    await direct_act(leader, hub, case.id, "report", number="03/BC-UBND", **text)
    await directive_is(clerk, hub, case.id, "reported")
    await direct_act(clerk, hub, case.id, "accept")
    await direct_act(clerk, hub, case.id, "reply", how="Gửi qua bưu điện", number="15/TB-UBND")
    await refuses_all_other_direction(clerk, hub, case.id)
    await direct_act(clerk, hub, case.id, "close")
    await directive_is(clerk, hub, case.id, "closed")


async def _dealt_with(office: Office, kind: str, case: Taken) -> None:
    """What follows the session, by the kind's own way, with a paper for each step that has one."""
    page, hub = office.clerk, office.hub
    if kind == "reflection":
        await paper(page, hub, case.id, "transfer", whereto="Sở Tài nguyên và Môi trường")
        await stands_at(page, hub, case.id, "transferred")
        assert "close_sent_away" in await refuses_all_else(page, hub, case.id), "the citizen is told first"
        await paper(page, hub, case.id, "answer", **ANSWER)
        return
    if kind in {"complaint", "denunciation"}:
        if kind == "denunciation":
            await act(page, hub, case.id, "notify_parties")
        await act(page, hub, case.id, "verify")
        await stands_at(page, hub, case.id, "verification")
        await attach(page, hub, case.id, "other")
        await refuses_all_else(page, hub, case.id)
        if kind == "complaint":
            await act(page, hub, case.id, "hold_dialogue")
            await refuses_all_else(page, hub, case.id)
        await act(page, hub, case.id, "decide", number="12/QĐ-UBND")
        await stands_at(page, hub, case.id, "decided")
        assert "close" in await refuses_all_else(page, hub, case.id), "no case ends without an answer"
        await act(page, hub, case.id, "enforce")
    await paper(page, hub, case.id, "answer", **ANSWER)
    await stands_at(page, hub, case.id, "replied")


async def _closed(office: Office, kind: str, case: Taken) -> None:
    page, hub = office.reception, office.hub
    await refuses_all_else(page, hub, case.id)
    await act(page, hub, case.id, "close_sent_away" if kind == "reflection" else "close")
    await stands_at(page, hub, case.id, "closed")
    refused = await refuses_all_else(page, hub, case.id)
    assert {"close", "accept", "decide", "verify"} <= refused
    told = await look_up(office.citizen, hub, case.code)
    assert PETITIONS[kind].name not in told
