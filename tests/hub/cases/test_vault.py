from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from hub.cases.vault import Person, Vault, VaultDamaged, key_of
from hub.people.keyring import KeyRing
from hub.people.secrets import Keys

PERSON = Person("Trần Văn Kín", "Ngõ Sâu", "0123", 2)


def vault_in(folder: Path) -> Vault:
    return Vault(KeyRing(folder, "vault"))


def test_sealing_and_opening(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    assert vault.open(vault.seal(PERSON)) == PERSON
    assert vault.open_text(vault.seal_text("điều kín")) == "điều kín"
    assert vault.seal(PERSON) != vault.seal(PERSON)
    assert key_of(vault.seal(PERSON)) == 1


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    sealed = vault_in(tmp_path / "one").seal(PERSON)
    with pytest.raises(VaultDamaged):
        vault_in(tmp_path / "two").open(sealed)
    with pytest.raises(VaultDamaged):
        vault_in(tmp_path / "two").open_text(sealed)


@pytest.mark.parametrize("sealed", [b"", b"hv1.", b"hv1.x.y", b"hv1.7.abc", b"hv1.1.", b"rubbish"])
def test_what_is_no_record_is_said_to_be_none(tmp_path: Path, sealed: bytes) -> None:
    with pytest.raises(VaultDamaged):
        vault_in(tmp_path).open_bytes(sealed)


def test_records_from_before_keys_had_numbers(tmp_path: Path) -> None:
    old = Fernet(Keys(tmp_path).fernet("vault")).encrypt(
        b'{"name": "A", "address": "", "phone": "", "persons": 1}'
    )
    vault = vault_in(tmp_path)
    assert vault.open(old) == Person("A")
    assert not vault.is_current(old)
    KeyRing(tmp_path, "vault").add()
    assert vault.open(vault.reseal(old)) == Person("A")


def test_a_running_process_seals_with_a_key_made_by_another(tmp_path: Path) -> None:
    vault, elsewhere = vault_in(tmp_path), KeyRing(tmp_path, "vault")
    old = vault.seal(PERSON)
    assert elsewhere.add() == 2
    assert key_of(vault.seal(PERSON)) == 2
    assert vault.open(old) == PERSON
    elsewhere.drop(1)
    with pytest.raises(VaultDamaged, match=r"vault\.key is missing"):
        vault_in(tmp_path).open(old)
    with pytest.raises(ValueError, match="seals"):
        elsewhere.drop(2)
    assert KeyRing(tmp_path, "vault").numbers() == [2]  # the first is not made again


def test_a_person_never_shows_in_a_log() -> None:
    assert "Kín" not in repr(PERSON)
    assert "Sâu" not in f"{PERSON}"
