"""What of the case records only grows."""

from typing import Final

from hub.store.append_only import AppendOnly

ACTS: Final = AppendOnly("case_acts", "the history of a case is append-only")
DIRECTIVE_ACTS: Final = AppendOnly("directive_acts", "the history of a directive is append-only")
