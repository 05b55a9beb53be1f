"""`hub units move-cases`: what a change of the unit tree does to cases, for a person at a terminal."""

from collections.abc import Iterator
from typing import Final

from deploy.settings import Settings
from deploy.wiring import office
from hub.cases.transition import Preview
from hub.cases.transitions import Done
from hub.people.actor import HUB
from hub.units.succession import Open

SHOWN: Final = 300
WHY: Final = {
    Open.NOBODY: "nobody is recorded as its successor",
    Open.SEVERAL: "it is not recorded which successor takes over (column main)",
}


async def move_cases(settings: Settings, *, write: bool, accounts: bool) -> tuple[Preview, Done | None]:
    """Look and, with `write` and nothing left to decide, move."""
    async with office(settings) as services:
        preview = await services.transitions.preview(HUB)
        if not write or preview.stuck:
            return preview, None
        return preview, await services.transitions.carry_out(HUB, preview.seal, accounts=accounts)


def preview_lines(preview: Preview, done: Done | None) -> Iterator[str]:
    """What would move where, what is undecided, and what was done."""
    yield (
        f"{preview.open_cases:,} open cases: {preview.moving:,} move, {preview.staying:,} stay, "
        f"{preview.held:,} wait for a decision"
    )
    for flow in preview.flows[:SHOWN]:
        what = f"{flow.cases:,} cases, {flow.parts:,} directives, {flow.accounts:,} roles"
        yield f"  {flow.origin.code} {flow.origin.name} -> {flow.target.code} {flow.target.name}: {what}"
    if len(preview.flows) > SHOWN:
        yield f"  … and {len(preview.flows) - SHOWN:,} more units"
    for stuck in preview.stuck[:SHOWN]:
        yield f"  {stuck.unit.code} {stuck.unit.name}: {stuck.cases:,} cases; {WHY[stuck.why]}"
    if done is not None:
        yield f"Moved {done.cases:,} cases, {done.parts:,} directives, {done.accounts:,} roles."
    elif preview.stuck:
        yield "Nothing was moved. Record the successors first: hub units successions FILE --write."
    else:
        yield "Nothing was moved: this was a look. --write moves them."
