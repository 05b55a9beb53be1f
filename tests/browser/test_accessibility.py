"""Every page as its reader opens it: axe finds no serious or critical issue, in both languages.

Contrast, names, roles, labels: what a machine can see. What it cannot, whether the words help, is
judged by people.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from tests.browser.screens import DESK, TV, signed_in
from tests.kit.chromium import chromium, holds, visit
from tests.kit.demo import DemoHub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

AUTOPLAY = "--autoplay-policy=no-user-gesture-required"
PHONE = {"width": 390, "height": 844}
ONLY_FAULTS = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]},
}
GRAVE = frozenset({"serious", "critical"})
LIVE = "window.__hub?.state?.n > 0"
LIVE_SESSION = "/sessions/{session}"
PAGES: Mapping[str, tuple[str, ...]] = {
    "": ("/sign-in", "/patterns", "/room", "/enrol", "/sessions/nowhere"),
    "thuky": (
        "/",
        "/inbox",
        "/inbox?show=all",
        "/sessions",
        "/sessions/calendar",
        "/sessions/quota",
        "/sessions/new",
        "{draft}",
        "{draft}/details",
        "{draft}/points",
        "{draft}/agenda",
        "{session}",
        "{session}/timeline",
        "{session}/attendance",
        "{session}/plan",
        "{session}/notice",
        "{session}/phones",
        "{session}/checks",
        "/cases",
        "{case}",
    ),
    "chutri": ("{session}",),
    "kythuat": ("{session}", "{session}/wall", "/points", "{session}/checks", "/inbox/mail"),
    "giamsat": ("{session}", "/sessions", "/cases"),
    "thammuu": ("{session}", "/sessions"),
}
"""What each account opens; what is not there for it (404) is looked at all the same: errors are pages too."""
SMALL = ("/", "/inbox", "/sessions/new", "{draft}", "{draft}/points", "{draft}/agenda", "/sessions/calendar")
"""Pages that somebody opens on a phone."""


@asynccontextmanager
async def reader(
    browser: Browser, hub: DemoHub, login: str, locale: str, size: Mapping[str, int]
) -> AsyncIterator[Page]:
    """A page of somebody's in a language. The policy against foreign scripts is off: axe is one."""
    context = await browser.new_context(viewport=dict(size), bypass_csp=True)  # type: ignore[arg-type]
    await context.add_cookies([{"name": "hub_language", "value": locale, "url": hub.url}])
    page = await context.new_page()
    try:
        if login:
            await signed_in(page, hub, login)
        yield page
    finally:
        await context.close()


async def issues(page: Page, name: str) -> list[str]:
    """What axe finds grave, one line each: where, which rule, and the first element."""
    found = await Axe().run(page, options=ONLY_FAULTS)
    return [
        f"{name}: {each['id']} ({each['impact']}) ×{len(each['nodes'])}: {each['nodes'][0]['html'][:160]}"
        for each in found.response["violations"]
        if each["impact"] in GRAVE
    ]


def drafted(hub: DemoHub) -> str:
    """The plan of a draft with a case on its agenda."""
    with hub.signed_in("thuky") as client:
        form = client.get("/sessions/new").text
        token = form.split('name="csrf" value="')[1].split('"')[0]
        unit = form.split('name="unit"')[1].split('<option value="')[1].split('"')[0]
        fields = {
            "csrf": token,
            "title": "Phiên thử",
            "form": "periodic",
            "held_by": "head",
            "chair": "Bà Tư",
        }
        fields |= {"date": "2099-03-03", "from": "08:00", "to": "11:00", "unit": unit, "audience": "all"}
        answer = client.post("/sessions/new", data=fields | {"keep": "1"}, headers={"Origin": hub.url})
        assert answer.status_code == 303, answer.text
        plan = answer.headers["location"].split("?")[0]
        picker = client.get(f"{plan}/agenda").text
        case = picker.split('name="case" value="')[1].split('"')[0]
        client.post(f"{plan}/agenda", data={"csrf": token, "case": case}, headers={"Origin": hub.url})
        return plan


def filled(hub: DemoHub) -> dict[str, str]:
    """The addresses behind the names in `PAGES`."""
    with hub.signed_in("thuky") as client:
        case = client.get("/cases").text.split('href="/cases/')[1].split('"')[0]
    return {"session": f"/sessions/{hub.session}", "draft": drafted(hub), "case": f"/cases/{case}"}


@pytest.mark.parametrize("locale", ["vi", "en"])
async def test_no_page_has_a_grave_issue(demo: DemoHub, locale: str) -> None:
    names, grave = filled(demo), list[str]()
    async with chromium(AUTOPLAY) as browser:
        for login, paths in PAGES.items():
            async with reader(browser, demo, login, locale, DESK) as page:
                for path in paths:
                    await visit(page, demo.url + path.format(**names))
                    if path == "{session}":
                        await holds(page, LIVE, seconds=60)
                    grave += await issues(page, f"{login or 'nobody'} {path}")
        async with reader(browser, demo, "thuky", locale, PHONE) as page:
            for path in SMALL:
                await visit(page, demo.url + path.format(**names))
                grave += await issues(page, f"phone {path}")
    assert not grave, "\n" + "\n".join(grave)


@pytest.mark.parametrize("locale", ["vi", "en"])
async def test_the_rooms_screen_has_no_grave_issue(demo: DemoHub, locale: str) -> None:
    async with (
        chromium(AUTOPLAY) as browser,
        reader(browser, demo, "", locale, TV) as page,
    ):
        await visit(page, demo.enrol("Xã Tân Hòa"))
        await holds(page, LIVE, seconds=60)
        grave = await issues(page, "room")
        await page.keyboard.press("p")
        grave += await issues(page, "room, with its panel")
    assert not grave, "\n" + "\n".join(grave)


async def test_dialogs_of_the_console_have_none_either(demo: DemoHub) -> None:
    async with chromium(AUTOPLAY) as browser, reader(browser, demo, "thuky", "vi", DESK) as page:
        await visit(page, f"{demo.url}/sessions/{demo.session}")
        await holds(page, LIVE, seconds=60)
        grave = list[str]()
        for each in await page.evaluate("[...document.querySelectorAll('dialog')].map(each => each.id)"):
            await page.evaluate("id => document.getElementById(id).showModal()", each)
            grave += await issues(page, f"dialog {each}")
            await page.evaluate("id => document.getElementById(id).close()", each)
    assert not grave, "\n" + "\n".join(grave)
