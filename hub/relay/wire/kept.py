"""What the ledger keeps of a peer that is up, and of a stage, for the process that goes on with them."""

from dataclasses import dataclass, field
from typing import Final

from pydantic import TypeAdapter, ValidationError

from hub.relay.control import AcceptPeer, OpenPeer
from hub.relay.core.specs import Layers, SlotName, StageSpec, Want
from hub.relay.wire.mmsg import RawAddress
from hub.relay.wire.negotiate import Agreed
from hub.relay.wire.srtp import Profile, SrtpKeys


class KeptBad(ValueError):
    """It was written by another version, or is not what it should be."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must never be shown: `repr` leaves it out."""

    password: str = field(repr=False)
    remote_password: str = field(repr=False)
    profile: str
    local_key: str = field(repr=False)
    remote_key: str = field(repr=False)

    @classmethod
    def of(cls, password: str, remote_password: str, keys: SrtpKeys) -> "Secrets":
        """From the keys of a finished handshake."""
        local, remote = keys.local_key.hex(), keys.remote_key.hex()
        return cls(password, remote_password, keys.profile.name, local, remote)

    @property
    def keys(self) -> SrtpKeys:
        """The keys again. Raises KeptBad."""
        try:
            local, remote = bytes.fromhex(self.local_key), bytes.fromhex(self.remote_key)
            return SrtpKeys(Profile[self.profile], local, remote)
        except (KeyError, ValueError) as problem:
            raise KeptBad("the keys are not keys") from problem


@dataclass(frozen=True, slots=True)
class Kept:
    """One peer that is up. Requests and descriptions are kept so that a request that is repeated is answered
    alike. `addresses` are verified ones, in hexadecimal, `selected` one of them or empty.
    `layers` are what its first packets told of its SSRCs.
    """

    request: OpenPeer | AcceptPeer
    sdp: str
    answer: str | None
    fragment: str
    remote_fragment: str
    fingerprint: str
    is_client: bool
    agreed: Agreed
    secrets: Secrets
    selected: str
    addresses: tuple[str, ...]
    sending: tuple[str, ...]
    wants: tuple[tuple[SlotName, Want], ...] = ()
    layers: Layers = ()

    @property
    def route(self) -> tuple[RawAddress | None, tuple[RawAddress, ...]]:
        """Where to send, and all verified addresses. Raises KeptBad."""
        try:
            known = tuple(bytes.fromhex(address) for address in self.addresses)
            return bytes.fromhex(self.selected) or None, known
        except ValueError as problem:
            raise KeptBad("an address is not an address") from problem


_PEER: Final = TypeAdapter(Kept)
_STAGE: Final = TypeAdapter(StageSpec)


def write_peer(kept: Kept) -> bytes:
    """For the ledger."""
    return _PEER.dump_json(kept)


def read_peer(content: bytes) -> Kept:
    """Raises KeptBad."""
    try:
        return _PEER.validate_json(content)
    except ValidationError as problem:
        raise KeptBad(f"a kept peer is malformed ({problem.error_count()} errors)") from None


def write_stage(stage: StageSpec) -> bytes:
    """For the ledger."""
    return _STAGE.dump_json(stage)


def read_stage(content: bytes) -> StageSpec:
    """Raises KeptBad."""
    try:
        return _STAGE.validate_json(content)
    except ValidationError as problem:
        raise KeptBad(f"a kept stage is malformed ({problem.error_count()} errors)") from None
