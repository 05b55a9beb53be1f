"""What the demo prints once it is live: where to look, and as whom."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.demo import data
from deploy.demo.data import Tree
from deploy.demo.plan import DemoPlan, DemoRoom
from deploy.lan import qr_text

DOES = {
    "chair": "opens, calls, gives the floor, decides; has the console",
    "clerk": "runs the agenda and the notes; has the console",
    "reception": "reception staff: cases and files",
    "technician": "points and links; sees no case",
    "supervisor": "reads; sees no denouncer",
    "adviser": "answers when asked, receives directives",
    "administrator": "units, lists and the move of cases to new units; sees no case",
    "point_leader": "the commune whose case is heard first: its cases and its directives",
}


@dataclass(frozen=True, slots=True)
class Showcase:
    """Three rooms worth opening, by unit code."""

    district: str
    commune: str
    """Its case is being heard."""
    other: str

    def codes(self) -> tuple[str, str, str]:
        """All three."""
        return self.district, self.commune, self.other


def showcase(current_unit: str, tree: Tree = Tree.Y2024) -> Showcase:
    """The commune whose case is current, its district, and a commune elsewhere whose case comes later.

    Without districts, a second commune elsewhere takes the district's place.
    """
    agenda = data.case_units(tree)[: data.AGENDA]
    other, another = [unit for unit in agenda[1:] if unit != current_unit][:2]
    district = data.parents()[current_unit] if tree is Tree.Y2024 else another
    return Showcase(district=district, commune=current_unit, other=other)


def banner(url: str, plan: DemoPlan, shown: Showcase, data_dir: Path, *, points: int) -> Iterator[str]:
    """The lines for the terminal. `url`: the hub's address without a slash at the end."""
    yield ""
    yield f"Reception Hub is live:  {url}/"
    yield ""
    yield f"  Sign in with one of these; the password is  {data.PASSWORD}"
    for person in data.people():
        yield f"    {person.login:<10} {DOES[person.role.value]}"
    yield ""
    yield "  Or be a room: each link makes the browser that opens it that room (a profile per room)."
    above = "district" if plan.tree is Tree.Y2024 else "another commune"
    for label, code in zip(
        (above, "commune, its case is heard now", "commune elsewhere"), shown.codes(), strict=True
    ):
        room = plan.room(code)
        yield f"    {url}{room.path()}   {room.name} ({label})"
    yield ""
    yield f"  {points} simulated rooms are on the wall. All rooms' codes: {data_dir / 'demo.json'}"
    yield "  People, units and cases are invented. Ctrl-C ends everything; the next start goes on from here."
    yield ""


def lan_banner(url: str, room: DemoRoom, authority_url: str) -> Iterator[str]:
    """How a phone or a second computer becomes a room."""
    yield "  Local network: scan this with a phone, or type the address below it, to be that room:"
    yield ""
    yield qr_text(url + room.path())
    yield f"    {url}{room.path()}   {room.name}"
    yield "  The browser warns once, since this machine made its certificate itself: go on, or first install"
    yield f"  {authority_url} on the device."
    yield "  If nothing opens, allow that port (TCP) and the next one (UDP and TCP) in the firewall here."
    yield ""
