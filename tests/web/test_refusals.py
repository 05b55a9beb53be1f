"""Sentences of refusals: each gets the values it names, wherever it is said."""

import ast
import html
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.cases.errors import Refusal
from tests.kit.web import WebLab, lab
from web import i18n
from web.cookies import LANGUAGE_COOKIE
from web.errors import status_of
from web.pages.errors import NAMES
from web.refusals import refusal_text

__all__ = ["lab"]
FOLDERS = ("hub", "endpoints", "signaling", "web")
VALUES = {"day": "2026-11-20", "n": 7, "act": "guide", "needed": "accept,classify", "state": "received"}


def fields_of(text: i18n.Text) -> set[str]:
    forms = [text] if isinstance(text, str) else list(text.values())
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}


WANTED = {
    key.removeprefix("error."): fields_of(text)
    for key, text in i18n.catalogue("vi").items()
    if key.startswith("error.") and not key.startswith("error.page.") and fields_of(text)
}


def refusal_of(code: str) -> Refusal:
    return Refusal(code, **{name: VALUES.get(name, f"<{name}>") for name in WANTED[code]})


@pytest.fixture
async def refusing(lab: WebLab) -> WebLab:
    """The app with two more addresses, which refuse: a page's and a program's."""

    async def refuse(code: str) -> None:
        raise refusal_of(code)

    for path in ("/refused/{code}", "/api/refused/{code}"):
        lab.app.add_api_route(path, refuse)
    return lab


async def refused(http: httpx.AsyncClient, code: str) -> tuple[str, Any]:
    status = status_of(code)
    page, answer = await http.get(f"/refused/{code}"), await http.get(f"/api/refused/{code}")
    assert (page.status_code, answer.status_code) == (status, status), code
    return page.text, answer.json()


@pytest.mark.parametrize("locale", i18n.LOCALES)
async def test_pages_and_programs_are_told_every_sentence_with_its_values(
    refusing: WebLab, locale: i18n.Locale
):
    assert len(WANTED) > 30
    async with refusing.http(f"{LANGUAGE_COOKIE}={locale}") as http:
        for code in sorted(WANTED):
            page, answer = await refused(http, code)
            said = refusal_text(locale, refusal_of(code))
            assert answer == {"code": code, "text": said}
            assert "{" not in said
            if status_of(code) not in NAMES - {403}:
                assert said in html.unescape(page), code


def test_values_are_said_as_words():
    told = Refusal("act_order", act="guide", needed="accept,classify", day="2026-11-20", basis="Luật")
    said = refusal_text("vi", told)
    assert "20/11/2026" in said
    assert " / " in said
    assert "classify" not in said


def refusals_in(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Refusals that are written with their code and all their values in one place."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and re.search("Refusal$", ast.unparse(node.func)) and node.args:
            names = {each.arg for each in node.keywords}
            if isinstance(node.args[0], ast.Constant) and None not in names:
                yield str(node.args[0].value), {name for name in names if name}


def test_every_refusal_brings_the_values_of_its_sentence():
    found = [
        (str(path), code, names)
        for folder in FOLDERS
        for path in sorted(Path(folder).rglob("*.py"))
        for code, names in refusals_in(path)
    ]
    assert len(found) > 200
    assert [each for each in found if WANTED.get(each[1], set()) - each[2]] == []
