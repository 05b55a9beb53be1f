"""The one error of the packet parsers."""


class Malformed(ValueError):
    """A packet that cannot be read. `reason` is a snake_case name that goes into a counter, never free
    text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
