"""`hub dump` of a running demo, read as a stranger would read it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.demo import data
from tests.kit.demo import DemoHub, demo_hub
from tests.kit.outsider import bearer, watching

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

FOUR = re.compile(r"(?<![\d.])\d{1,3}(\.\d{1,3}){3}(?![\d.])")
SIX = re.compile(r"(?i)(?<![\w:])([0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])")
CLOCK = re.compile(r"\d\d:\d\d:\d\d")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoHub]:
    """A demo with rooms that are sent media."""
    with demo_hub(tmp_path_factory.mktemp("dump") / "data", points=3) as started:
        yield started


def dump(hub: DemoHub, *options: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "HUB_DATA_DIR": str(hub.folder), "HUB_METRICS_TOKEN": "a-token-nobody-may-see"}
    command = [sys.executable, "-m", "deploy", "dump", *options]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


async def test_a_dump_tells_much_and_names_nobody_and_no_place(hub: DemoHub, tmp_path: Path) -> None:
    async with watching(hub) as watcher:
        done = dump(hub, "--out", str(tmp_path / "dump.json"))
        again = dump(hub)
    assert done.returncode == again.returncode == 0, done.stderr + again.stderr
    assert (tmp_path / "dump.json").stat().st_mode & 0o777 == 0o600
    text = (tmp_path / "dump.json").read_text("utf-8")

    it_tells_what_a_developer_wants(json.loads(text))
    assert not FOUR.search(without_versions(text))
    assert not [found for found in SIX.finditer(text) if not CLOCK.fullmatch(found[0])]
    for secret in secrets_of(hub, watcher.answer.text):
        assert secret not in text, secret
    pseudonyms = {peer["peer"] for peer in json.loads(text)["relays"][0]["peers"]}
    others = {peer["peer"] for peer in json.loads(again.stdout)["relays"][0]["peers"]}
    assert min(len(pseudonyms), len(others)) >= 3
    assert not pseudonyms & others


def it_tells_what_a_developer_wants(told: dict[str, Any]) -> None:
    (relay,) = told["relays"]
    assert told["format"] == 1
    assert told["settings"]["relays"] == 1
    assert told["settings"]["metrics_token"] is True
    assert relay["totals"]["packets_sent"] > 0
    assert relay["gauges"]["peers_up"] >= 4
    assert sum(relay["delay"]["packets"]) > 0
    (stage,) = relay["inside"]["stages"]
    assert stage["viewers"]["main"]["live"] >= 1
    views = [peer["core"]["views"]["main"] for peer in relay["peers"] if "main" in peer["core"]["views"]]
    assert any(view["phase"] == "live" and view["packets"] > 0 for view in views)
    assert all(peer["wire"]["up"] is True for peer in relay["peers"])


def without_versions(text: str) -> str:
    """Library and kernel versions look like addresses."""
    told = json.loads(text)
    del told["machine"]["kernel"]
    for relay in told["relays"]:
        del relay["inside"]["libraries"]
    return json.dumps(told, ensure_ascii=False)


def secrets_of(hub: DemoHub, sdp: str) -> Iterator[str]:
    """What must not be in it: every name, id, code, key and credential of this hub."""
    yield hub.session
    for room in hub.rooms:
        yield from (room["name"], room["code"], room["point"])
    for person in json.loads((Path(data.__file__).parent / "people.json").read_text("utf-8")):
        yield from (person["name"], f'"{person["login"]}"')
    with hub.signed_in("thuky") as client:
        page = client.get(f"/sessions/{hub.session}").text
    yield re.findall(r"<h1[^>]*>([^<]+)<", page)[0].strip()
    for line in re.findall(r"a=(?:ice-ufrag|ice-pwd):(\S+)|a=fingerprint:sha-256 (\S+)", sdp):
        yield from (part for part in line if part)
    for key in (hub.folder / "secrets").iterdir():
        yield from (line for line in key.read_text("utf-8", "replace").splitlines() if len(line) > 12)
    yield bearer(hub, "view").removeprefix("Bearer ").split(".")[0][:20]
    yield "a-token-nobody-may-see"
    yield str(hub.folder)


def test_a_dump_without_a_hub_says_so(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    nothing = DemoHub("http://127.0.0.1:9", tmp_path / "data", "", [])
    done = dump(nothing)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "hub: no relay can be reached; does the hub run, as this user, on this data folder?"
    )
