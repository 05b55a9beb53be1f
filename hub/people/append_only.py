"""What of the records about people is kept as it was written."""

from typing import Final

from hub.store.append_only import AppendOnly

AUDIT: Final = AppendOnly("audit_entries", "audit entries are never changed", deletable=True)
"""Entries may be deleted, by the retention job only."""
