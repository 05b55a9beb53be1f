"""Documents of a case that a session takes for a denunciation: outside until the commit, inside after it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import event

from hub.cases.documents import Documents, Upload
from hub.cases.file_store import FileStore
from hub.cases.vault_door import VaultDoor
from hub.people.roles import Role
from hub.people.secrets import Keys
from hub.reception.errors import Refusal
from hub.reception.stage import StageWish
from tests.kit.receptions import Live

SCAN = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


@dataclass
class Scanned:
    """A live session, and a document of its first case, which is heard by all."""

    live: Live
    documents: Documents
    document: str
    files: Path

    async def reclassify(self, narrow: object = None) -> None:
        """The clerk calls the case a denunciation."""
        house, told = self.live.house, {"case": self.live.cases[0].id, "kind": "denunciation"}
        await house.receptions.execute(
            house.clerk,
            self.live.id,
            house.ids.new(),
            "case.reclassify",
            told,
            narrow=narrow,  # type: ignore[arg-type]
        )

    async def read(self) -> bytes:
        """What the document says."""
        reader = self.live.house.account(Role.RECEPTION, "C11")
        return (await self.documents.read(reader, self.document))[1]

    def kept(self) -> int:
        """How many files lie outside of the vault."""
        return sum(each.is_file() for each in self.files.glob("*/*"))


@pytest.fixture
async def scanned(live: Live, tmp_path: Path) -> Scanned:
    house, files = live.house, tmp_path / "files"
    vault = VaultDoor(house.db, Keys(tmp_path / "secrets"), tmp_path / "vault", house.clock, house.ids)
    documents = Documents(house.db, house.cases, FileStore(files), vault, clock=house.clock, ids=house.ids)
    clerk = house.account(Role.RECEPTION, "C11")
    added = await documents.add(clerk, live.cases[0].id, Upload("don.pdf", SCAN))
    await live.clerk("item.call", item=live.items[0])
    return Scanned(live, documents, added.id, files)


@asynccontextmanager
async def jammed(_wish: StageWish) -> AsyncIterator[None]:
    """A door that cannot be shut."""
    raise Refusal("media_unavailable")
    yield


async def test_a_door_that_cannot_be_shut_costs_no_document(scanned: Scanned) -> None:
    with pytest.raises(Refusal, match="media_unavailable"):
        await scanned.reclassify(jammed)
    assert await scanned.read() == SCAN


async def test_a_commit_that_fails_costs_no_document(scanned: Scanned) -> None:
    def full(_connection: object) -> None:
        raise OSError("the disk is full")

    event.listen(scanned.live.house.db._writer.sync_engine, "commit", full, once=True)
    with pytest.raises(OSError, match="full"):
        await scanned.reclassify()
    assert await scanned.read() == SCAN


async def test_a_reclassified_case_leaves_no_bytes_outside(scanned: Scanned) -> None:
    await scanned.reclassify()
    assert scanned.kept() == 0
    with pytest.raises(Refusal, match="document_sealed"):
        await scanned.read()
