"""What a text was at an earlier event: what somebody began with who was cut off, or slow."""

from collections.abc import Mapping
from typing import Any

from hub.reception.acts.act import Act
from hub.reception.errors import Refusal
from hub.reception.models import TimelineEvent


async def data_at(act: Act, n: int, name: str, value: str, kinds: tuple[str, ...]) -> Mapping[str, Any]:
    """The data of event `n`, one of `kinds` about `name` = `value`. Refuses version_unknown.

    The timeline keeps every version for ever, so however long somebody was away, their base is there.
    """
    row = await act.session.get(TimelineEvent, (act.state.id, n))
    if row is None or row.kind not in kinds or row.data[name] != value:
        raise Refusal("version_unknown")
    return row.data
