from hub.relay.core.plan import Lane, Totals
from hub.relay.wire.mmsg import raw_address, stream_address
from hub.relay.wire.rosters import Rosters
from hub.relay.wire.srtp import Outbound, Profile, SrtpKeys
from hub.relay.wire.target import Target


def target(number: int) -> Target:
    made = Target(Outbound(SrtpKeys(Profile.AEAD_AES_128_GCM, bytes([number]) * 28, bytes(28))))
    made.point_at(raw_address("127.0.0.1", 1000 + number))
    return made


NAMES = "abcdefgh"


class Hall:
    def __init__(self) -> None:
        self.targets = {name: target(number) for number, name in enumerate(NAMES)}
        self.totals = Totals()
        self.rosters = Rosters(self.targets, self.totals)

    def names(self, viewers: list[tuple[Target, tuple[int, ...]]]) -> dict[str, tuple[int, ...]]:
        """Who they are, with their offsets."""
        by_target = {each: name for name, each in self.targets.items()}
        return {by_target[each]: offsets for each, offsets in viewers}


def lane(names: str, slot: str = "main", offset: int = 0) -> Lane:
    return Lane(slot, tuple((name, offset + index) for index, name in enumerate(names)))  # type: ignore[arg-type]


def test_lanes_share_a_pass_over_those_on_all_of_them() -> None:
    hall = Hall()
    pictures, voices = lane("abcdefg"), lane("gfedcbh", "voice1", 100)
    joint = hall.rosters.together([pictures, voices])
    assert joint is not None
    assert hall.names(joint.common.viewers) == {
        "b": (1, 105), "c": (2, 104), "d": (3, 103), "e": (4, 102), "f": (5, 101), "g": (6, 100),
    }  # fmt: skip
    assert [hall.names(rest.viewers) for rest in joint.rests] == [{"a": (0,)}, {"h": (106,)}]
    assert hall.rosters.together([pictures, voices]) is joint


def test_lanes_with_few_viewers_in_common_are_sent_one_by_one() -> None:
    hall = Hall()
    assert hall.rosters.together([lane("abcd"), lane("efgh", "voice1")]) is None
    assert hall.rosters.together([lane("abcde"), lane("abcfgh", "voice1")]) is None


def test_who_is_behind_tcp_is_left_to_its_lane() -> None:
    hall = Hall()
    hall.targets["a"].point_at(stream_address("127.0.0.1", 9, 1))
    joint = hall.rosters.together([lane("abcdef"), lane("abcdef", "voice1")])
    assert joint is not None
    assert "a" not in hall.names(joint.common.viewers)
    assert [hall.names(rest.streams) for rest in joint.rests] == [{"a": (0,)}, {"a": (0,)}]


def test_a_change_makes_everything_anew() -> None:
    hall = Hall()
    lanes = [lane("abcdef"), lane("abcdef", "voice1")]
    before = hall.rosters.together(lanes)
    hall.targets["c"].close()
    after = hall.rosters.together(lanes)
    assert before is not None
    assert not before.common.is_current
    assert after is not None
    assert "c" not in hall.names(after.common.viewers)
    assert hall.totals.values == {}
    del hall.targets["d"]
    hall.rosters.forget()
    assert "d" not in hall.names(hall.rosters.of(lanes[0]).viewers)
    assert hall.totals.values == {"fanout_no_target": 1}


def test_what_is_kept_is_bounded() -> None:
    hall = Hall()
    lanes = [(lane("abcdef"), lane("abcdef", "voice1")) for _ in range(40)]
    for pair in lanes:
        assert hall.rosters.together(pair) is not None
    assert len(hall.rosters._joints) <= 16
    assert len(hall.rosters._kept) <= 16
