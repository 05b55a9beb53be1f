"""After everything a denunciation goes through, its denouncer's name, address and phone are looked for
everywhere but behind the vault's door, and found nowhere: tables, the database's own files, pages, errors,
logs, file names.
"""

import io
import logging
import os
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from hub.cases import rotation
from hub.cases.arrivals import Newcomer
from hub.cases.desk import NewCase
from hub.cases.errors import Refusal
from hub.cases.models import Case
from hub.cases.notices.reminding import Reminders
from hub.cases.rules import CaseField, CaseKind
from hub.cases.vault import Person
from hub.cases.vault_store import Original
from hub.people.roles import Role
from hub.store.database import Database
from hub.units.fold import fold
from hub.units.local_day import local_day
from tests.kit.clock import HandClock
from tests.kit.web import WebLab, web_lab

DENOUNCER = Person("Hoàng Vô Ảnh", "Ngõ Khuất Nẻo 77", "0987123654")
REASON = "Cần mời người tố cáo làm việc"
ROLES = (Role.CHAIR, Role.RECEPTION, Role.SUPERVISOR)
LISTS = (
    "/",
    "/sessions",
    "/cases",
    "/cases?q=to+cao",
    "/looks",
    "/looks?show=vault",
    "/units",
    "/directives",
    "/directives.xlsx",
    "/inbox",
    "/inbox?show=all",
    "/thu-kin",
    "/tra-cuu",
    "/cases.xlsx",
    "/no-such-page",
)


def needles() -> list[bytes]:
    """The secrets as they are, as search folds them, and as JSON may write them."""
    words = [DENOUNCER.name, DENOUNCER.address, DENOUNCER.phone]
    words += [fold(word) for word in words] + [word.upper() for word in words]
    plain = [word.encode() for word in words]
    escaped = [word.encode("unicode_escape") for word in words]
    return [*plain, *escaped, *(word.encode("utf-16-le") for word in words)]


def clean(content: bytes, where: str) -> None:
    """Raise AssertionError that says where, and not what."""
    found = [at for at, needle in enumerate(needles()) if needle in content]
    assert not found, f"needle {found[0]} of the denouncer in {where}"


async def said_before(lab: WebLab, session: str, item: str, named: str) -> None:
    """While it is still a complaint, the name stands wherever a clerk may write it."""
    house, clerk = lab.house, lab.house.clerk
    await house.do(clerk, session, "note.add", text=f"Bà {named}, gọi {DENOUNCER.phone}", mark=None)
    blank = {"lead": None, "supporting": [], "due": None, "answer_on": None}
    await house.do(clerk, session, "conclusion.draft", item=item, base=0, text=named, **blank)
    due = (local_day(house.clock.now()) + timedelta(days=9)).isoformat()
    directed = {"item": item, "lead": "C11", "supporting": [], "due": due}
    await house.do(clerk, session, "directive.issue", **directed, text=f"Gặp {DENOUNCER.name}")
    directive = list((await house.live(session)).state.directives)[-1]
    why = f"Bà {DENOUNCER.name} tự rút"
    await house.do(clerk, session, "directive.withdraw", directive=directive, reason=why)
    await house.do(clerk, session, "session.pause", reason=f"Chờ {DENOUNCER.name}")
    await house.do(clerk, session, "session.resume")
    await house.do(clerk, session, "item.defer", item=item, reason=why)
    await house.do(clerk, session, "item.call", item=item)


async def full_denunciation(lab: WebLab) -> tuple[str, str, str]:
    """Intake, session, hearing, originals, letters, leave, look and refusals; the session and two cases."""
    house = lab.house
    chair, reception = house.account(Role.CHAIR), house.account(Role.RECEPTION, "D1")
    unit = house.unit["C11"].id
    people = (DENOUNCER,)
    direct = NewCase(CaseKind.DENUNCIATION, CaseField.LAND, unit, "Tố cáo cán bộ xã", "Nội dung.", people)
    first = await house.cases.register(direct, by=reception)
    named = f"{DENOUNCER.name} ở {DENOUNCER.address} kiến nghị"
    late = NewCase(CaseKind.COMPLAINT, CaseField.LAND, unit, named, f"Gọi {DENOUNCER.phone}", people)
    second = await house.cases.register(late, by=reception)
    bad = NewCase(CaseKind.DENUNCIATION, CaseField.LAND, unit, named, "", people)
    with pytest.raises(Refusal, match="identity_in_text"):
        await house.cases.register(bad, by=reception)
    session = await house.session(first, second)
    await house.do(house.clerk, session, "session.go_live")
    items = await house.items(session)
    await house.do(house.clerk, session, "item.call", item=items[1])
    await said_before(lab, session, items[1], named)
    await house.do(house.clerk, session, "case.reclassify", case=second.id, kind="denunciation")
    await house.conclude(house.clerk, session, items[1], "Giao thanh tra xác minh.")
    async with house.db.begin() as work:
        scan = Original(f"{DENOUNCER.name}.pdf", "application/pdf", repr(DENOUNCER.name).encode() * 9)
        await house.vault.seal_file(work.session, first.id, scan)
        await house.cases.desk(work).arrivals.keep(house.ids.new(), Newcomer(DENOUNCER, named, unit))
    code = await house.vault.make_box(house.clerk, first.id)
    await house.vault.write_by_code(code, f"Tôi là {DENOUNCER.name}, gọi {DENOUNCER.phone}.")
    with pytest.raises(Refusal, match="identity_in_text"):
        await house.vault.ask(chair, first.id, f"Có phải {DENOUNCER.name} không?")
    grant = await house.vault.ask(chair, first.id, REASON)
    await house.vault.decide(reception, first.id, grant, approve=True)
    assert (await house.vault.open(chair, first.id)).people == people
    assert DENOUNCER.name in (await house.vault.letters(chair, first.id))[0].text
    assert (await rotation.rotate(house.db, house.vault.ring, house.vault.vault)).bad == ()
    assert (await house.vault.open(chair, first.id)).people == people
    return session, first.id, second.id


async def test_the_denouncer_is_found_nowhere(
    db: Database,
    clock: HandClock,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.INFO)
    async with web_lab(db, clock, tmp_path) as lab:  # with a relay: a hearing without one cannot be closed
        session, *cases = await full_denunciation(lab)
        late = local_day(clock.now()) + timedelta(days=30)
        said = await Reminders(db, clock, lab.house.ids).run(late)  # what is said stands in tables too
        assert said.total > 1
        for role in ROLES:
            async with lab.http(await lab.account(role)) as http:
                http.timeout = 60
                paths = [*LISTS, f"/sessions/{session}", f"/sessions/{session}/timeline"]
                paths += [f"/api/sessions/{session}/timeline"]
                for case in cases:
                    paths += [f"{base}/{case}" for base in ("/cases", "/api/cases")]
                    paths += [f"/cases/{case}/{more}" for more in ("card", "vault", "history", "edit")]
                for path in paths:
                    clean(*await _got(http, path))
                # Looking for the name finds nothing; what the page says back is only what was typed.
                found = await http.get("/cases", params={"q": DENOUNCER.name})
                assert not [case for case in cases if case in found.text]
        async with lab.http(await lab.account(Role.CHAIR)) as http:
            http.timeout = 60
            shown = (await http.get(f"/cases/{cases[0]}/vault")).text
            csrf = re.search(r'name="csrf" value="([^"]+)"', shown)
            form = {"csrf": csrf[1] if csrf else ""}
            opened = await http.post(f"/cases/{cases[0]}/vault/open", data=form)
            assert opened.status_code == 403  # the leave was another person's
            clean(opened.content, "an answer without leave")
        await _database(db)
        if db.dialect == "sqlite":
            async with db.connect() as connection:
                await connection.exec_driver_sql("COMMIT")
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                await connection.exec_driver_sql("BEGIN")
    out, err = capfd.readouterr()
    clean(f"{out}{err}{caplog.text}".encode(), "logs")
    _files(tmp_path)


async def _got(http: httpx.AsyncClient, path: str) -> tuple[bytes, str]:
    answer = await http.get(path)
    assert answer.status_code < 500, (path, answer.status_code)
    content = answer.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"".join(packed.read(name) for name in packed.namelist())
    return content + repr(dict(answer.headers)).encode(), path


async def _database(db: Database) -> None:
    """Every value of every table, search's own tables too."""
    if db.dialect == "sqlite":
        wanted = "SELECT name FROM sqlite_master WHERE type = 'table'"
    else:
        wanted = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    async with db.read() as session:
        names = list(await session.scalars(text(wanted)))
        assert len(names) >= len(Case.metadata.sorted_tables) - 1
        for name in names:
            for row in await session.execute(text(f'SELECT * FROM "{name}"')):
                whole = b"\x00".join(
                    value if isinstance(value, bytes) else str(value).encode() for value in row
                )
                clean(whole, f"table {name}")


def _files(folder: Path) -> None:
    """Names and bytes of every file the hub wrote: database, keys, originals."""
    seen = 0
    for base, _folders, names in os.walk(folder):
        for name in names:
            path = Path(base) / name
            clean(str(path).encode(), "a file's name")
            if path.is_file():
                clean(path.read_bytes(), f"file {path.suffix}")
                seen += 1
    assert seen >= 2
