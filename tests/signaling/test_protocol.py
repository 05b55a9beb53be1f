"""PROTOCOL.md against the code, both ways: a word in one and not in the other fails here."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from hub.reception import events
from hub.reception.acts.registry import COMMANDS
from signaling import messages, replies
from signaling.conversation import HELLO_SECONDS, RATE_MESSAGES, RATE_SECONDS
from signaling.errors import REASON, CloseCode
from signaling.health import Health
from signaling.message import VERSION

TEXT = Path("signaling/PROTOCOL.md").read_text("utf-8")
CODE = re.compile(r"`([^`]+)`")


def section(title: str) -> str:
    """The text under a heading."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", TEXT, re.M | re.S)
    assert found, title
    return found[1]


def rows(title: str) -> list[list[str]]:
    """The cells of a section's table, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[2:]]


def fields(cell: str) -> set[str]:
    """The fields a cell names: what stands in backticks, outside parentheses (those hold values)."""
    return set(CODE.findall(re.sub(r"\([^)]*\)", "", cell)))


def types(union: Any) -> dict[str, type[BaseModel]]:
    """The models of a union by the `type` they carry."""
    return {get_args(model.model_fields["type"].annotation)[0]: model for model in get_args(union)}


@pytest.mark.parametrize(
    ("title", "union"),
    [("Client → server", messages.ClientMessage), ("Server → client", replies.ServerMessage)],
)
def test_message_types_and_their_fields(title: str, union: object):
    written = {CODE.findall(row[0])[0]: fields(row[1]) for row in rows(title)}
    built = {name: set(model.model_fields) - {"type"} for name, model in types(union).items()}
    assert written == built


def test_you():
    line = next(line for line in TEXT.splitlines() if line.startswith("`you`:"))
    assert set(re.findall(r"(\w+)(?:[,:}])", line.partition("{")[2])) >= set(replies.You.model_fields)


def test_tile():
    (wall,) = [row for row in rows("Server → client") if row[0] == "`wall`"]
    assert "{" + ", ".join(replies.Tile.model_fields) + "}" in wall[1]


def test_health():
    line = next(line for line in TEXT.splitlines() if line.startswith("`health`:"))
    for name, field in Health.model_fields.items():
        values = "|".join(json.dumps(each) for each in get_args(field.annotation)) or "boolean"
        assert f"{name}: {values}" in line


def test_close_codes():
    line = re.search(r"Close codes: (.*?)\n\n", TEXT, re.S)
    assert line
    numbers = {int(number) for number in re.findall(r"\b(1\d{3}|44\d\d)\b", line[1])}
    assert numbers == {int(code) for code in CloseCode}
    reasons = dict(re.findall(r"(44\d\d) `(\w+)`", line[1]))
    assert reasons == {str(int(code)): REASON[code] for code in CloseCode if code >= CloseCode.MESSAGE_BAD}


def test_commands_and_who_may_give_them():
    written = {CODE.findall(row[0])[0]: row for row in rows("Commands")}
    assert set(written) == set(COMMANDS)
    for name, command in COMMANDS.items():
        who = written[name][2]
        assert command.staff == ("staff" in who), name
        assert command.point == ("point" in who), name


def test_the_data_of_commands():
    for row in rows("Commands"):
        name, named = CODE.findall(row[0])[0], fields(row[1])
        assert named == set(COMMANDS[name].model.model_fields), name


def test_events_of_commands_are_events():
    written = {kind for row in rows("Commands") for kind in CODE.findall(row[3])}
    written -= {"closed", "next_called", "queued"}
    assert written <= set(events.KINDS)


def test_event_kinds_and_their_data():
    made_up = {"item.shown", "view.shown"}
    written: dict[str, set[str]] = {}
    for row in rows("Events"):
        for kind in CODE.findall(row[0]):
            written[kind] = fields(row[1])
    assert set(written) - made_up == set(events.KINDS)
    for kind, known in events.KINDS.items():
        extra = {"item.added": {"inside"}, "roll.began": {"tones"}}.get(kind, set())
        assert written[kind] == set(known.fields) | extra, kind


def test_limits_in_the_text():
    assert f"version {VERSION}" in TEXT
    assert f"within {HELLO_SECONDS:.0f} s" in TEXT
    assert f"over {RATE_MESSAGES} messages in {RATE_SECONDS:.0f} s" in TEXT
    assert messages.LONGEST_TEXT == 64 * 1024
    assert "64 KiB" in TEXT


REFUSED = re.compile(r'Refusal\(\s*"([a-z_]+)"')


def test_every_refusal_of_the_reception_is_in_the_table():
    table = {code for row in rows("Errors") for code in CODE.findall(row[0])}
    sources = [*Path("hub/reception").rglob("*.py"), *Path("signaling").glob("*.py")]
    raised = {code for path in sources for code in REFUSED.findall(path.read_text("utf-8"))}
    assert raised - table == set()
