import pytest
from cryptography.fernet import Fernet

from hub.cases.vault import Person, Vault, VaultDamaged

PERSON = Person("Trần Văn Kín", "Ngõ Sâu", "0123", 2)


def test_sealing_and_opening() -> None:
    vault = Vault(Fernet.generate_key())
    assert vault.open(vault.seal(PERSON)) == PERSON
    assert vault.open_text(vault.seal_text("điều kín")) == "điều kín"
    assert vault.seal(PERSON) != vault.seal(PERSON)


def test_another_key_opens_nothing() -> None:
    sealed = Vault(Fernet.generate_key()).seal(PERSON)
    with pytest.raises(VaultDamaged):
        Vault(Fernet.generate_key()).open(sealed)
    with pytest.raises(VaultDamaged):
        Vault(Fernet.generate_key()).open_text(sealed)


def test_a_person_never_shows_in_a_log() -> None:
    assert "Kín" not in repr(PERSON)
    assert "Sâu" not in f"{PERSON}"
