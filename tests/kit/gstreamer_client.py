"""An encoder or a player made of GStreamer's webrtcbin, for /usr/bin/python3 and Debian's packages alone.

    gstreamer_client.py publish URL TOKEN VP8|H264     a test picture (320×240, 15 a second) and a tone
    gstreamer_client.py play URL TOKEN VP8|H264        counts what it decodes

It prints one JSON object a line: {"state": …} as the connection goes, and in a player every half second
{"pictures", "sounds", "width", "height"} so far. It ends, with a DELETE, when its standard input does.
"""

import argparse
import json
import sys
import threading
import urllib.parse
import urllib.request
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

RTP = "application/x-rtp,media={},encoding-name={},payload={},clock-rate={}"
VIDEO = {"VP8": RTP.format("video", "VP8", 96, 90_000), "H264": RTP.format("video", "H264", 97, 90_000)}
AUDIO = RTP.format("audio", "OPUS", 111, 48_000) + ",encoding-params=(string)2"
TAKES = {"VP8": "", "H264": ",packetization-mode=(string)1,profile-level-id=(string)42e01f"}
"""Without a word of it a player takes packetization mode 0 (RFC 6184 §8.1), which nobody sends."""
ENCODE = {
    "VP8": "vp8enc deadline=1 keyframe-max-dist=150 target-bitrate=300000 ! rtpvp8pay picture-id-mode=2",
    "H264": "openh264enc complexity=low bitrate=300000 gop-size=150"
    " ! video/x-h264,profile=constrained-baseline ! h264parse config-interval=-1"
    " ! rtph264pay aggregate-mode=zero-latency",
}
PUBLISHER = (
    "webrtcbin name=peer bundle-policy=max-bundle"
    " videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=15/1 ! {encode}"
    " ! {video} ! peer. "
    " audiotestsrc is-live=true wave=sine freq=440 ! audio/x-raw,rate=48000,channels=2"
    " ! opusenc ! rtpopuspay ! {audio} ! peer."
)


def tell(**what: Any) -> None:
    """One line for whoever started this."""
    print(json.dumps(what), flush=True)


class Client:
    """One webrtcbin, one HTTP resource."""

    def __init__(self, url: str, token: str, peer: Gst.Element, pipeline: Gst.Pipeline) -> None:
        self._url, self._token = url, token
        self._resource: str | None = None
        self._offered = False
        self.peer, self.pipeline = peer, pipeline
        peer.connect("on-negotiation-needed", self._negotiate)
        peer.connect("notify::ice-gathering-state", self._gathered)
        peer.connect("notify::connection-state", self._state)

    def _negotiate(self, peer: Gst.Element) -> None:
        peer.emit("create-offer", None, Gst.Promise.new_with_change_func(self._created, None))

    def _created(self, promise: Gst.Promise, _: object) -> None:
        reply = promise.get_reply()  # the offer lives in it: without a name of its own it would be gone
        self.peer.emit("set-local-description", reply.get_value("offer"), Gst.Promise.new())

    def _gathered(self, peer: Gst.Element, _: object) -> None:
        complete = peer.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE
        if complete and not self._offered:
            self._offered = True
            threading.Thread(target=self._post, daemon=True).start()

    def _post(self) -> None:
        offer = self.peer.get_property("local-description").sdp.as_text()
        try:
            with self._http("POST", self._url, offer.encode()) as answer:
                self._resource = urllib.parse.urljoin(self._url, answer.headers["Location"])
                text = answer.read()
        except OSError as problem:
            tell(state="refused", why=str(problem))
            return
        _, sdp = GstSdp.SDPMessage.new()
        GstSdp.sdp_message_parse_buffer(text, sdp)
        answered = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
        self.peer.emit("set-remote-description", answered, Gst.Promise.new())

    def _http(self, method: str, url: str, body: bytes | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/sdp"}
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        return direct.open(urllib.request.Request(url, body, headers, method=method), timeout=15)

    def _state(self, peer: Gst.Element, _: object) -> None:
        tell(state=peer.get_property("connection-state").value_nick)

    def end(self) -> None:
        """Leave the hub, then stop."""
        if self._resource is not None:
            self._http("DELETE", self._resource).close()
            tell(state="deleted")
        self.pipeline.set_state(Gst.State.NULL)


class Counter:
    """Decodes what comes in, and counts."""

    def __init__(self, client: Client) -> None:
        self._pipeline = client.pipeline
        self.seen = {"pictures": 0, "sounds": 0, "width": 0, "height": 0}
        client.peer.connect("pad-added", self._pad)

    def _pad(self, _: Gst.Element, pad: Gst.Pad) -> None:
        if pad.direction is Gst.PadDirection.SRC:
            decode = Gst.ElementFactory.make("decodebin")
            decode.connect("pad-added", self._decoded)
            self._add(decode)
            pad.link(decode.get_static_pad("sink"))

    def _decoded(self, _: Gst.Element, pad: Gst.Pad) -> None:
        sink = Gst.ElementFactory.make("fakesink")
        sink.set_property("signal-handoffs", True)
        sink.set_property("sync", False)
        sink.connect("handoff", self._count)
        self._add(sink)
        pad.link(sink.get_static_pad("sink"))

    def _count(self, sink: Gst.Element, _: Gst.Buffer, pad: Gst.Pad) -> None:
        shape = pad.get_current_caps().get_structure(0)
        if shape.get_name() == "video/x-raw":
            self.seen["pictures"] += 1
            self.seen["width"], self.seen["height"] = shape.get_value("width"), shape.get_value("height")
        else:
            self.seen["sounds"] += 1

    def _add(self, element: Gst.Element) -> None:
        self._pipeline.add(element)
        element.sync_state_with_parent()


def publisher(url: str, token: str, codec: str) -> Client:
    """Sends, and takes nothing."""
    wanted = PUBLISHER.format(encode=ENCODE[codec], video=VIDEO[codec], audio=AUDIO)
    pipeline = Gst.parse_launch(wanted)
    peer = pipeline.get_by_name("peer")
    for index in (0, 1):
        transceiver = peer.emit("get-transceiver", index)
        transceiver.set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY)
    return Client(url, token, peer, pipeline)


def player(url: str, token: str, codec: str) -> Client:
    """Takes, and sends nothing."""
    pipeline = Gst.Pipeline.new("player")
    peer = Gst.ElementFactory.make("webrtcbin")
    peer.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
    pipeline.add(peer)
    client = Client(url, token, peer, pipeline)
    counter = Counter(client)
    for caps in (VIDEO[codec] + TAKES[codec], AUDIO):
        only = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
        transceiver = peer.emit("add-transceiver", only, Gst.Caps.from_string(caps))
        transceiver.set_property("do-nack", True)

    def report() -> bool:
        tell(**counter.seen)
        return True

    GLib.timeout_add(500, report)
    return client


def main() -> None:
    """Run until the end of standard input."""
    parser = argparse.ArgumentParser()
    parser.add_argument("does", choices=("publish", "play"))
    parser.add_argument("url")
    parser.add_argument("token")
    parser.add_argument("codec", choices=tuple(VIDEO))
    wanted = parser.parse_args()
    Gst.init(None)
    client = (publisher if wanted.does == "publish" else player)(wanted.url, wanted.token, wanted.codec)
    loop = GLib.MainLoop()

    def ended() -> None:
        sys.stdin.read()
        loop.quit()

    threading.Thread(target=ended, daemon=True).start()
    client.pipeline.set_state(Gst.State.PLAYING)
    loop.run()
    client.end()


if __name__ == "__main__":
    main()
