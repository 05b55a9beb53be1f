"""A whole session's people: how each opens a screen, and what each presses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from urllib.parse import quote

from playwright.async_api import Browser, Page, WebSocketRoute

from tests.browser.screens import COARSE, DESK, TV, opened, signed_in
from tests.kit.chromium import holds, visit
from tests.kit.demo import DemoHub


@dataclass(frozen=True)
class Plan:
    """A session planned in forms: what a planner types and picks. `cases` by number or title, in order."""

    title: str
    day: str
    cases: tuple[str, ...]


async def plan_session(page: Page, hub: DemoHub, plan: Plan) -> str:
    """From an empty form to a published notice, as a planner does it; the session's id."""
    await visit(page, f"{hub.url}/sessions/new")
    for name, value in (("title", plan.title), ("chair", "Ông Lê Quang Thượng"), ("date", plan.day)):
        await page.fill(f"#{name}", value)
    await page.check('input[name="audience"][value="all"]')
    await page.click('#plan-form button.main:not([name="check"])')
    await page.wait_for_url(lambda url: "done=saved" in url, wait_until="commit")
    session = page.url.split("/")[4]
    await visit(page, f"{hub.url}/sessions/{session}/plan/points")
    await page.click('button[name="add"][value="all"]')
    for case in plan.cases:
        await visit(page, f"{hub.url}/sessions/{session}/plan/agenda?q={quote(case)}")
        await page.locator("tr", has_text=case).locator(".plan-add button").click()
        await page.wait_for_load_state("domcontentloaded")
    for act in ("schedule", "publish"):
        await visit(page, f"{hub.url}/sessions/{session}/plan")
        await page.click(f'form[action$="/plan/{act}"] button')
        await page.wait_for_url(lambda url, act=act: f"done={act}" in url, wait_until="commit")
    return session


def in_session(hub: DemoHub, session: str) -> DemoHub:
    """The same hub, for screens of another session than the demo's own."""
    return replace(hub, session=session)


@asynccontextmanager
async def adviser(browser: Browser, hub: DemoHub, login: str = "thammuu") -> AsyncIterator[Page]:
    """A department's desk, or a supervisor's."""
    async with opened(browser, DESK, f"desk-{login}", scale=COARSE) as page:
        await signed_in(page, hub, login)
        await visit(page, f"{hub.url}/sessions/{hub.session}")
        await holds(page, "window.__hub?.state?.n > 0")
        yield page


class Line:
    """The line of one room's page to the hub. What goes by UDP outlives its cut for a while."""

    def __init__(self) -> None:
        self._up = True
        self._sockets: list[WebSocketRoute] = []

    async def cut(self) -> None:
        """No WebSocket gets through any more."""
        self._up = False
        for socket in self._sockets:
            await socket.close(code=1001, reason="cut")
        self._sockets.clear()

    def mend(self) -> None:
        """From now on one does."""
        self._up = True

    async def carry(self, socket: WebSocketRoute) -> None:
        """A page opens a WebSocket."""
        if not self._up:
            await socket.close(code=1001, reason="cut")
            return
        socket.connect_to_server()
        self._sockets.append(socket)


@asynccontextmanager
async def room_on_a_line(browser: Browser, hub: DemoHub, name: str) -> AsyncIterator[tuple[Page, Line]]:
    """A room whose line can be cut."""
    line = Line()
    async with opened(browser, TV, f"room-{hub.room(name)['unit']}", scale=COARSE) as page:
        await page.route_web_socket("**/ws/**", line.carry)
        await visit(page, hub.enrol(name))
        yield page, line


async def note(page: Page, text: str) -> None:
    """Type a note as a clerk does."""
    await page.click('[data-mode-of="note"]')
    await page.fill("#note-text", text)
    await page.press("#note-text", "Control+Enter")


async def call(page: Page, position: int, *, from_closed: bool = False) -> None:
    """Call an item by its number, and begin its hearing. One that ends a closed hearing is asked about."""
    row = page.locator("#agenda .item").nth(position - 1)
    await row.locator('[data-act="call"]').click()
    if from_closed:
        await page.click('#ask-leave button[value="yes"]')
    await holds(page, "p => window.__hub.state.items[p - 1].id === window.__hub.state.current", position)
    await page.click('#case [data-act="hear"]')
    await holds(page, "p => window.__hub.state.items[p - 1].state === 'hearing'", position)


async def conclude(page: Page, text: str) -> None:
    """Draft a conclusion, read it back, confirm it."""
    await page.click('[data-mode-of="conclude"]')
    await page.fill("#conclusion", text)
    await page.click('[data-act="read-back"]')
    await page.click('#read-back [data-act="confirm-conclusion"]')


async def direct(page: Page, unit: str) -> None:
    """In the conclusion's form: the unit of that name leads, and has fifteen days."""
    await page.click('[data-mode-of="conclude"]')
    label = await page.evaluate(
        "name => [...document.querySelectorAll('#units option')].map(each => each.value)"
        ".find(value => value.startsWith(name))",
        unit,
    )
    await page.fill("#conclude-lead", label)
    await page.press("#conclude-lead", "Tab")
    await page.click('form[data-form="conclude"] [data-days="15"]')


async def postpone(page: Page, reason: str) -> None:
    """Put the current item off."""
    await page.click('#case [data-act="defer"]')
    await page.fill("#defer-reason", reason)
    await page.click('#ask-defer button[value="yes"]')


async def close_hearing(page: Page) -> None:
    """One key."""
    await page.keyboard.press("F9")


async def reopen_hearing(page: Page) -> None:
    """Back to all points, which is asked about."""
    await page.click('[data-audience="all"]')
    await page.click('#ask-open button[value="all"]')
