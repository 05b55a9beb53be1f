"""Refusals of reception: the same exception as the cases', under the name callers of reception know."""

from hub.cases.errors import Refusal

__all__ = ["Refusal"]
