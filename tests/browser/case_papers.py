"""A case file's people: how they take a petition in, act on it, issue its papers, and look it up."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from docx import Document
from PIL import Image
from playwright.async_api import APIResponse, Locator, Page

from hub.cases.directives.states import ACTS as DIRECTIVE_ACTS
from hub.cases.life import ACTS
from hub.store import codes
from tests.kit.chromium import visit
from tests.kit.demo import DemoHub
from web.i18n import translate

CODE = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b")
TYPED: Mapping[str, str] = {
    "reason": "Lý do của bài kiểm thử",
    "text": "Nội dung của bài kiểm thử",
    "whereto": "Sở Thử nghiệm",
    "number": "01/QĐ-TN",
    "how": "Gửi bưu điện",
    "outcome": "partly_upheld",
    "way": "complex",
    "kind": "complaint",
    "field": "land",
    "checklist": "1",
    "uncoerced": "1",
}
"""What is typed where an act asks for it and the test has nothing of its own to say."""


@dataclass(frozen=True)
class Taken:
    """A case that was just taken in."""

    id: str
    number: str
    code: str


@dataclass(frozen=True)
class Petition:
    """What is told at the counter. `unit` by its name."""

    kind: str
    field: str
    title: str
    name: str
    address: str
    phone: str
    unit: str


def scan() -> bytes:
    """A page of a petition, as the scanner gives it."""
    page = io.BytesIO()
    Image.new("L", (620, 877), 245).save(page, "pdf")
    return page.getvalue()


async def take_in(page: Page, hub: DemoHub, petition: Petition) -> Taken:
    """At the counter: from an empty form to the printed receipt and the code on its slip."""
    await visit(page, f"{hub.url}/cases/new")
    for name, value in (("source", "counter"), ("kind", petition.kind)):
        await page.locator("label", has=page.locator(f'input[name="{name}"][value="{value}"]')).click()
    await page.fill("#title", petition.title)
    await page.fill("#summary", f"{petition.title}. Kính đề nghị được xem xét.")
    await page.select_option("#field", petition.field)
    unit = page.locator("#unit option", has_text=re.compile(f"^{petition.unit}(,|$)")).first
    await page.select_option("#unit", value=await unit.get_attribute("value"))
    for name in ("name", "address", "phone"):
        await page.fill(f"#{name}_0", getattr(petition, name))
    await page.set_input_files(
        "#petition", {"name": "don.pdf", "mimeType": "application/pdf", "buffer": scan()}
    )
    await page.check('input[name="receipt"]')
    await page.fill("#signer", "Trần Thị Thử")
    await page.click("#take")
    await page.locator("[data-taken]").wait_for(timeout=60_000)
    await is_pdf(await opened_by(page, 'a.main[href*="/handout"]'))
    word = await opened_by(page, 'a[href*="/handout?form=word"]')
    case = (await page.locator('a.button[href^="/cases/"]').first.get_attribute("href") or "").split("/")[2]
    number = re.search(r"\d{4}/\d{4}", await page.locator("h1").inner_text())
    assert number is not None
    return Taken(case, number[0], printed_code(await word.body()))


def printed_code(word: bytes) -> str:
    """The look-up code on a receipt: the only thing of its shape there."""
    receipt = Document(io.BytesIO(word))
    cells = [cell.text for table in receipt.tables for row in table.rows for cell in row.cells]
    text = "\n".join([*(paragraph.text for paragraph in receipt.paragraphs), *cells])
    found = [code for each in CODE.findall(text) if (code := codes.read(each))]
    assert found, "no code on the receipt"
    return found[0]


async def opened_by(page: Page, link: str) -> APIResponse:
    """What a link of this page leads to."""
    return await page.context.request.get(
        await page.locator(link).first.evaluate("link => link.href"), timeout=90_000
    )


async def is_pdf(answer: APIResponse) -> None:
    """It is one, of at least a page."""
    assert answer.ok, answer.status
    assert (await answer.body()).startswith(b"%PDF-")


async def stands_at(page: Page, hub: DemoHub, case: str, state: str) -> None:
    """The case's page says that state."""
    await visit(page, f"{hub.url}/cases/{case}")
    await page.get_by_text(translate("vi", f"case_state.{state}"), exact=True).first.wait_for(timeout=60_000)


async def act(page: Page, hub: DemoHub, case: str, name: str, **typed: str) -> None:
    """Do one act by its form on the case's page."""
    await visit(page, f"{hub.url}/cases/{case}")
    form = page.locator(f'form[action$="/acts/{name}"]')
    await page.locator("details.act", has=form).locator("summary").click()
    for field in (*ACTS[name].needs, *(each for each in ACTS[name].takes if each in typed)):
        await _type(form.locator(f'[name="{field}"]'), typed.get(field, TYPED.get(field, "1")))
    await form.locator("button.main").click()
    await page.wait_for_url(lambda url: f"done={name}" in url, wait_until="commit", timeout=60_000)


async def _type(field: Locator, value: str) -> None:
    tag = await field.evaluate("field => field.type === 'checkbox' ? 'tick' : field.tagName")
    if tag == "tick":
        await field.check()
    elif tag == "SELECT":
        await field.select_option(value)
    else:
        await field.fill(value)


async def paper(page: Page, hub: DemoHub, case: str, kind: str, **typed: str) -> None:
    """Issue a paper: it does the act that it stands for, and it can be printed."""
    await visit(page, f"{hub.url}/cases/{case}/papers/{kind}")
    for name, value in typed.items():
        await page.fill(f"#{name}", value)
    await page.fill("#signer", "Trần Thị Thử")
    await page.locator("form.panel button.main").click()
    await page.wait_for_url(lambda url: f"done={kind}" in url, wait_until="commit", timeout=60_000)
    await is_pdf(await opened_by(page, 'a[href$="/pdf"]'))


async def attach(page: Page, hub: DemoHub, case: str, kind: str) -> None:
    """Add a scanned document to the file."""
    await visit(page, f"{hub.url}/cases/{case}/documents")
    form = page.locator('form[enctype="multipart/form-data"]')
    await form.locator('select[name="kind"]').select_option(kind)
    if await form.locator('input[name="masked"]').count():
        await form.locator('input[name="masked"]').check()
    upload = {"name": f"{kind}.pdf", "mimeType": "application/pdf", "buffer": scan()}
    await form.locator('input[type="file"]').set_input_files(upload)  # type: ignore[arg-type]
    await form.locator("button.main, button").last.click()
    await page.wait_for_url(lambda url: "done=added" in url, wait_until="commit", timeout=60_000)


async def refuses_all_else(page: Page, hub: DemoHub, case: str) -> set[str]:
    """Try every act that the page does not offer: each is refused by its rule, and nothing moves."""
    await visit(page, f"{hub.url}/cases/{case}")
    before = await page.locator('input[name="version"]').first.get_attribute("value")
    token = await page.locator('input[name="csrf"]').first.get_attribute("value")
    offered = {
        action.rsplit("/", 1)[1]
        for action in await page.locator("details.act form").evaluate_all(
            "forms => forms.map(form => form.getAttribute('action'))"
        )
    }
    unlawful = set(ACTS) - offered
    for name in sorted(unlawful):
        fields = {field: TYPED.get(field, "1") for field in (*ACTS[name].needs, *ACTS[name].takes)}
        answer = await page.context.request.post(
            f"{hub.url}/cases/{case}/acts/{name}",
            form={"csrf": str(token), "version": str(before), **fields},
            headers={"Origin": hub.url},
            timeout=60_000,
        )
        text = await answer.text()
        assert answer.status in {409, 422}, (name, answer.status)
        alert = text.split('role="alert"', 1)[1].split("</div>", 1)[0]
        assert ACTS[name].basis in alert, (name, alert)
    await visit(page, f"{hub.url}/cases/{case}")
    assert await page.locator('input[name="version"]').first.get_attribute("value") == before
    return unlawful


async def direct_act(page: Page, hub: DemoHub, case: str, name: str, **typed: str) -> None:
    """Do one act to the case's directive by its form on the case's page, with a report attached where one may
    be.
    """
    await visit(page, f"{hub.url}/cases/{case}#directives")
    form = page.locator(f'.directive form[action$="/{name}"]')
    inside = page.locator(f'form[action$="/{name}"]')
    more = page.locator('.directive details[data-more="acts"]', has=inside)
    if await more.count():
        await more.locator("> summary").click()
    await page.locator(f'.directive details[data-act="{name}"] > summary').click()
    for field, value in typed.items():
        await _type(form.locator(f'[name="{field}"]'), value)
    if name == "report" and await form.locator('input[type="file"]').count():
        upload = {"name": "bao-cao.pdf", "mimeType": "application/pdf", "buffer": scan()}
        await form.locator('input[type="file"]').set_input_files(upload)  # type: ignore[arg-type]
        if await form.locator('[name="masked"]').count():
            await form.locator('[name="masked"]').check()
    async with page.expect_navigation(wait_until="commit", timeout=60_000):
        await form.locator("button.main").click()


async def directive_is(page: Page, hub: DemoHub, case: str, state: str) -> None:
    """The case's one directive stands so on its page."""
    await visit(page, f"{hub.url}/cases/{case}")
    await page.locator(f'.directive[data-state="{state}"]').wait_for(timeout=60_000)


async def refuses_all_other_direction(page: Page, hub: DemoHub, case: str) -> None:
    """Try every act that the page does not offer for the directive: each is refused by its rule."""
    await visit(page, f"{hub.url}/cases/{case}")
    token = await page.locator('input[name="csrf"]').first.get_attribute("value")
    directive = (await page.locator(".directive").first.get_attribute("id") or "").removeprefix("directive-")
    before = await page.locator(".directive").first.get_attribute("data-state")
    off = await page.locator(".directive .acts-off li").evaluate_all(
        "all => all.map(each => each.dataset.act)"
    )
    assert off
    for name in off:
        rule = DIRECTIVE_ACTS[name]
        fields = {field: TYPED.get(field, "1") for field in (*rule.needs, *rule.takes)}
        answer = await page.context.request.post(
            f"{hub.url}/cases/{case}/directives/{directive}/{name}",
            form={"csrf": str(token), **fields},
            headers={"Origin": hub.url},
            timeout=60_000,
        )
        text = await answer.text()
        assert answer.status in {403, 409, 422}, (name, answer.status)
        assert rule.basis in text.split('role="alert"', 1)[1].split("</div>", 1)[0], name
    await directive_is(page, hub, case, str(before))


async def look_up(page: Page, hub: DemoHub, code: str) -> str:
    """As a citizen, without an account: what the page says of the case."""
    await visit(page, f"{hub.url}/tra-cuu")
    await page.fill("#code", code)
    await page.click("#lookup button.main")
    await page.locator("dl.four").wait_for(timeout=60_000)
    return await page.locator("main").inner_text()
