"""A light WebRTC client: real ICE, DTLS and SRTP without decoding. One process can be hundreds of them.

`LightPeer` is sans-IO; `Pool` drives any number of peers, one UDP socket each, or over TCP. Used by the
simulated fleet, the generated camera and the benches. For a judge that is not ours, use a browser or aiortc.
"""

from endpoints.peer.light import Closed, Event, KeyframeWanted, LightPeer, Up
from endpoints.peer.member import Member
from endpoints.peer.pool import Pool

__all__ = ["Closed", "Event", "KeyframeWanted", "LightPeer", "Member", "Pool", "Up"]
