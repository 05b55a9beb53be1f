"""Which sources the timeline has to be told of: the hall, and each room that sends. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from hub.reception.program import Source

HALL: Final = "hall"
STOP_SECONDS: Final = 5.0
"""A relay that restarts and a page that reloads are back sooner."""


@dataclass(frozen=True, slots=True)
class SourceChange:
    """An event to record."""

    kind: Literal["source.started", "source.stopped"]
    source: str
    name: str

    @property
    def data(self) -> dict[str, str]:
        """The event's data."""
        return {"source": self.source, "name": self.name}


class SourceBook:
    """One session's. Compares what arrives with what the timeline says."""

    def __init__(self) -> None:
        self._gone_since: dict[str, float] = {}

    def changes(
        self, sources: Iterable[Source], told: Mapping[str, str], names: Mapping[str, str], now: float
    ) -> list[SourceChange]:
        """What the timeline has to be told now. `names` is by owner label."""
        there = {_source(source.owner): source.owner for source in sources}
        gone = set(told) - set(there)
        self._gone_since = {source: self._gone_since.get(source, now) for source in gone}
        stopped = [source for source in sorted(gone) if now - self._gone_since[source] >= STOP_SECONDS]
        return [
            SourceChange("source.started", source, names.get(owner) or _name(owner))
            for source, owner in there.items()
            if source not in told
        ] + [SourceChange("source.stopped", source, told[source]) for source in stopped]


def _source(owner: str) -> str:
    family, _, rest = owner.partition(":")
    return rest if family == "point" else HALL


def _name(owner: str) -> str:
    """What an encoder is called: the end of its token's id, which is not secret."""
    family, _, rest = owner.partition(":")
    return f"{family.upper()} {rest[-6:]}"
