"""Keys are all there from the first start, and a lost one is never replaced in silence."""

from pathlib import Path

import pytest

from deploy.errors import CommandError
from deploy.keys import give_up, settle_keys
from deploy.serve import made_ready
from deploy.settings import read_settings
from deploy.wiring import open_services
from hub.cases.lookup_tables import LookupCode
from hub.cases.rules import CaseKind
from hub.cases.vault_tables import ReplyBox
from hub.people.secrets import Keys, KeyUnusable
from tests.kit.factories import House

ALL = ["cookies.key", "lookup.key", "reply.key", "timeline.key", "tokens.key", "vault.key"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_the_first_start_makes_every_key(tmp_path: Path) -> None:
    settings = read_settings(data_dir=tmp_path)
    await made_ready(settings)
    assert names(settings.secrets_dir) == ALL
    kept = {path.name: path.read_bytes() for path in settings.secrets_dir.iterdir()}
    async with open_services(settings):
        pass
    assert {path.name: path.read_bytes() for path in settings.secrets_dir.iterdir()} == kept


async def sealed(house: House) -> None:
    """A record for each key that matters."""
    case = await house.case("C11", kind=CaseKind.DENUNCIATION)
    now = house.clock.now()
    async with house.db.begin() as work:
        work.session.add(ReplyBox(case_id=case.id, code_hash="a" * 64, made_at=now))
        work.session.add(LookupCode(case_id=case.id, code_hash="b" * 64, made_at=now, made_by="A"))


@pytest.mark.parametrize("name", ["vault", "reply", "lookup"])
async def test_a_lost_key_is_refused_and_not_made_anew(house: House, tmp_path: Path, name: str) -> None:
    settings = read_settings(data_dir=tmp_path)
    await settle_keys(house.db, Keys(settings.secrets_dir))
    await sealed(house)
    (settings.secrets_dir / f"{name}.key").unlink()
    with pytest.raises(CommandError, match=rf"{name}\.key is missing.*give-up {name}"):
        await settle_keys(house.db, Keys(settings.secrets_dir))
    assert f"{name}.key" not in names(settings.secrets_dir)
    assert "opens no more" in give_up(settings, name)
    await settle_keys(house.db, Keys(settings.secrets_dir))
    with pytest.raises(CommandError, match="nothing is lost"):
        give_up(settings, name)


async def test_keys_that_nothing_needs_yet_are_made(house: House, tmp_path: Path) -> None:
    await settle_keys(house.db, Keys(tmp_path / "fresh"))
    assert names(tmp_path / "fresh") == ALL


async def test_a_key_that_goes_while_the_hub_runs_is_not_made_anew(house: House) -> None:
    assert house.vault.ring.latest() == 1
    house.vault.ring.path(1).unlink()
    with pytest.raises(KeyUnusable, match=r"vault\.key is gone"):
        house.vault.ring.latest()
    assert not house.vault.ring.path(1).exists()
