"""How long to wait before a dead child is started again."""

from dataclasses import dataclass

FIRST_S = 0.2
LONGEST_S = 5.0
HEALTHY_S = 10.0
"""A child that lived this long counts as well: the next wait is short again."""


@dataclass(slots=True)
class Backoff:
    """0.2 s, doubling up to 5 s while the child keeps dying young."""

    next_s: float = FIRST_S

    def after(self, lived_s: float) -> float:
        """The wait, in seconds, after a child that lived `lived_s`."""
        if lived_s >= HEALTHY_S:
            self.next_s = FIRST_S
        wait = self.next_s
        self.next_s = min(self.next_s * 2, LONGEST_S)
        return wait
