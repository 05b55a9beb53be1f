"""The one component that asks a publisher for keyframes."""

from collections.abc import Callable

from hub.relay.core.limits import Limits


class KeyframeRequester:
    """At most one request in flight per source, never two within `keyframe_interval`, repeated until a
    keyframe comes."""

    def __init__(self, send: Callable[[], None], limits: Limits) -> None:
        self._send = send
        self._interval = limits.keyframe_interval
        self._wanted = False
        self._asked_at: float | None = None

    def ask(self, now: float) -> None:
        """Somebody needs a keyframe."""
        self._wanted = True
        self.tick(now)

    def tick(self, now: float) -> None:
        """Ask (again) when it is wanted and time."""
        if self._wanted and (self._asked_at is None or now - self._asked_at >= self._interval):
            self._asked_at = now
            self._send()

    def arrived(self) -> None:
        """A keyframe came: nobody needs one any more."""
        self._wanted = False

    forget = arrived
