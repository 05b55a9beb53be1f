"""What of the reception's records only grows."""

from typing import Final

from hub.store.append_only import AppendOnly

TIMELINE: Final = AppendOnly("timeline_events", "the timeline is append-only")
