from hub.reception.program import Feed, Source, program
from hub.reception.stage import StageWish

WISH = StageWish(True, frozenset({"staff"}))


def camera(owner: str, since: float = 0, chair: bool = False, peer: str = "") -> Source:
    return Source(peer or f"{owner}/c", owner, "camera", since, chair)


def microphone(owner: str, since: float = 0, chair: bool = False, peer: str = "") -> Source:
    return Source(peer or f"{owner}/m", owner, "microphone", since, chair)


def screen(owner: str, since: float = 0) -> Source:
    return Source(f"{owner}/s", owner, "screen", since)


def slots(wish: StageWish, *sources: Source) -> dict[str, str]:
    return {feed.slot: feed.peer for feed in program(wish, sources)}


def test_nothing_arrives() -> None:
    assert program(WISH, []) == ()


def test_an_encoder_alone() -> None:
    feeds = program(WISH, [camera("whip:1"), microphone("whip:1")])
    assert feeds == (Feed("main", "whip:1/c", "camera"), Feed("voice1", "whip:1/m", "microphone"))


def test_the_chair_before_the_clerk_before_the_encoder() -> None:
    sources = [
        camera("whip:1"),
        microphone("whip:1"),
        camera("console:clerk", 1),
        microphone("console:clerk", 1),
        camera("console:chair", 2, chair=True),
        microphone("console:chair", 2, chair=True),
    ]
    assert slots(WISH, *sources) == {
        "main": "console:chair/c",
        "voice1": "console:chair/m",
        "voice3": "console:clerk/m",
    }
    assert slots(WISH, *sources[:4]) == {"main": "console:clerk/c", "voice1": "console:clerk/m"}


def test_a_console_that_speaks_while_the_encoder_shows() -> None:
    sources = [camera("whip:1"), microphone("whip:1"), microphone("console:clerk", 1)]
    assert slots(WISH, *sources) == {"main": "whip:1/c", "voice1": "whip:1/m", "voice3": "console:clerk/m"}


def test_the_floor_beside_the_hall() -> None:
    sources = [camera("point:p"), microphone("point:p"), camera("point:q"), camera("whip:1")]
    assert slots(WISH, *sources) == {"main": "whip:1/c"}
    floor = StageWish(True, WISH.audience, floor="p")
    assert slots(floor, *sources) == {"main": "whip:1/c", "second": "point:p/c", "voice2": "point:p/m"}


def test_who_came_first_stays_and_a_reloaded_page_replaces_itself() -> None:
    first, later = camera("console:a", 1), camera("console:b", 2)
    assert slots(WISH, later, first) == {"main": "console:a/c"}
    reloaded = camera("whip:1", 9, peer="new")
    assert slots(WISH, camera("whip:1", 1, peer="old"), reloaded) == {"main": "new"}


def test_a_shared_screen_is_the_document_of_hall_or_floor_whoever_began_last() -> None:
    floor = StageWish(True, frozenset({"staff"}), floor="p")
    hall, room, other = screen("console:clerk", 1), screen("point:p", 2), screen("point:q", 9)
    assert slots(WISH, hall, room, other) == {"document": "console:clerk/s"}
    assert slots(floor, hall, room, other) == {"document": "point:p/s"}
    assert slots(floor, screen("console:clerk", 3), room) == {"document": "console:clerk/s"}
    assert slots(floor, other) == {}


def test_muted_only_the_hall_is_heard_and_the_picture_stays() -> None:
    sources = [camera("whip:1"), microphone("whip:1"), camera("point:p"), microphone("point:p")]
    muted = StageWish(True, WISH.audience, floor="p", muted=True)
    assert slots(muted, *sources) == {"main": "whip:1/c", "second": "point:p/c", "voice1": "whip:1/m"}


def test_a_pinned_point_is_seen_not_heard_and_only_while_nobody_has_the_floor() -> None:
    sources = [camera("whip:1"), camera("point:p"), microphone("point:p"), camera("point:q")]
    pinned = StageWish(True, WISH.audience, pinned="p")
    assert slots(pinned, *sources) == {"main": "whip:1/c", "second": "point:p/c"}
    floor = StageWish(True, WISH.audience, floor="q", pinned="p")
    assert slots(floor, *sources) == {"main": "whip:1/c", "second": "point:q/c"}


def test_a_voice_in_a_private_talk_is_not_the_halls() -> None:
    sources = [camera("console:a:chair", chair=True), microphone("console:a:chair", chair=True)]
    sources += [microphone("console:b", 1)]
    aside = StageWish(True, WISH.audience, aside=frozenset({"account:a"}))
    assert slots(aside, *sources) == {"main": "console:a:chair/c", "voice1": "console:b/m"}
