"""Every code that a program can be answered with has its sentence, in both languages, and its status."""

import re
from pathlib import Path

import pytest

from signaling.errors import REASON, CloseCode
from web import errors, i18n

SOURCES = [*Path("web").glob("*.py"), *Path("web/api").glob("*.py"), *Path("signaling").glob("*.py")]
REFUSALS = re.compile(r'(?:Refusal|_fixed|error_response)\((?:[^()]*?)"([a-z_]+)"')


def codes() -> set[str]:
    """The codes named in the sources, and those of the protocol's table."""
    found = {code for path in SOURCES for code in REFUSALS.findall(path.read_text("utf-8"))}
    table = Path("signaling/PROTOCOL.md").read_text("utf-8").partition("## Errors")[2].partition("\n## ")[0]
    found |= {
        code for row in re.findall(r"^\| (`.*?`) \|", table, re.M) for code in re.findall(r"`(\w+)`", row)
    }
    spoken = {REASON[code] for code in CloseCode if code >= CloseCode.MESSAGE_BAD}
    return found | spoken | set(errors.STATUS) | set(errors.BY_STATUS.values())


@pytest.mark.parametrize("locale", i18n.LOCALES)
def test_every_code_has_a_sentence(locale: i18n.Locale):
    missing = {code for code in codes() if not i18n.has(locale, f"error.{code}")}
    assert missing == set()


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("session_unknown", 404),
        ("case_unknown", 404),
        ("busy", 503),
        ("not_allowed", 403),
        ("item_state", 409),
    ],
)
def test_status_by_code(code: str, status: int):
    assert errors.status_of(code) == status
