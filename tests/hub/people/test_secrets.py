"""Keys: made once, private, never guessed at when damaged."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from hub.people.secrets import Keys, KeyUnusable, load_or_make


def test_made_once_and_private(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "secrets")
    first = keys.get("cookies")
    assert len(first) == 32
    assert Keys(tmp_path / "secrets").get("cookies") == first
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "secrets/cookies.key").stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path / "secrets") == ["cookies.key"]


def test_each_purpose_has_its_own(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    assert keys.get("cookies") != keys.get("vault")


def test_fernet(tmp_path: Path) -> None:
    box = Fernet(Keys(tmp_path).fernet("vault"))
    assert box.decrypt(box.encrypt(b"x")) == b"x"


def test_many_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: load_or_make(tmp_path / "one.key"), range(40)))) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_exposed_is_refused(tmp_path: Path, mode: int) -> None:
    load_or_make(tmp_path / "one.key")
    (tmp_path / "one.key").chmod(mode)
    with pytest.raises(KeyUnusable, match=r"one\.key can be read by others \(mode 6"):
        load_or_make(tmp_path / "one.key")


@pytest.mark.parametrize("text", ["", "zz", "00" * 31, "00" * 33, "é"])
def test_damaged_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "one.key"
    path.touch(0o600)
    path.write_text(text)
    with pytest.raises(KeyUnusable, match=r"one\.key is damaged"):
        load_or_make(path)


@pytest.mark.parametrize("name", ["", "../x", "A", "a/b", "x" * 50])
def test_names_stay_in_their_directory(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a name of a key"):
        Keys(tmp_path).get(name)


def test_its_text_shows_no_key(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    assert keys.get("cookies").hex() not in repr(keys)
