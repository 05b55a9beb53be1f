"""What of the reception's records only grows."""

from typing import Final

from hub.store.append_only import AppendOnly

_KEPT: Final = ("session_id", "n", "kind", "at", "by_key", "by_name", "audience", "prev_hash", "hash", "seal")
_KEPT_OR_NULL: Final = ("media_ms", "item_id", "case_id", "unit_id")
_REDACTION: Final = (
    "SELECT 1 FROM timeline_redactions r "
    "WHERE r.session_id = NEW.session_id AND r.n = NEW.n AND r.number = NEW.masked"
)
MASKING: Final = " AND ".join(
    [
        *(f"OLD.{name} = NEW.{name}" for name in _KEPT),
        *(
            f"(OLD.{name} = NEW.{name} OR (OLD.{name} IS NULL AND NEW.{name} IS NULL))"
            for name in _KEPT_OR_NULL
        ),
        "NEW.masked = OLD.masked + 1",
        f"EXISTS ({_REDACTION})",
    ]
)
"""A change of nothing but an event's data, announced by a row of `timeline_redactions`, which is spent with
it: counting up, no row lets a second change through.
"""

TIMELINE: Final = AppendOnly("timeline_events", "the timeline is append-only", unless=MASKING)
REDACTIONS: Final = AppendOnly("timeline_redactions", "what was masked stays on record")
