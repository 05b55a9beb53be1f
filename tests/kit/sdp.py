"""Session descriptions as real clients write them, shortened to what matters."""

FINGERPRINT = "AB:" * 31 + "CD"
_TRANSPORT = (
    f"a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 {FINGERPRINT}\r\n"
)
_HEAD = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {mids}\r\na=msid-semantic: WMS\r\n"

VIDEO = (
    "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 goog-remb\r\na=rtcp-fb:96 transport-cc\r\na=rtcp-fb:96 ccm fir\r\n"
    "a=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
    "a=rtpmap:103 H264/90000\r\na=rtcp-fb:103 nack\r\n"
    "a=fmtp:103 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f\r\n"
    "a=rtpmap:108 H264/90000\r\na=rtcp-fb:108 nack pli\r\n"
    "a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=64001f\r\n"
    "a=rtpmap:109 H264/90000\r\na=rtcp-fb:109 nack pli\r\n"
    "a=fmtp:109 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n"
)
AUDIO = "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:0 PCMU/8000\r\n"
H264_ONLY = "a=rtpmap:109 H264/90000\r\na=fmtp:109 packetization-mode=1;profile-level-id=42e01f\r\n"
AV1_ONLY = "a=rtpmap:45 AV1/90000\r\n"


def section(
    kind: str, mid: str, direction: str, codecs: str | None = None, *, port: int = 9, setup: str = "actpass"
) -> str:
    """One m-line; `codecs` are its rtpmap lines."""
    codecs = codecs if codecs is not None else (VIDEO if kind == "video" else AUDIO)
    types = " ".join(
        line.split(":")[1].split()[0] for line in codecs.splitlines() if line.startswith("a=rtpmap")
    )
    return (
        f"m={kind} {port} UDP/TLS/RTP/SAVPF {types}\r\nc=IN IP4 0.0.0.0\r\n{_TRANSPORT}a=setup:{setup}\r\n"
        f"a=mid:{mid}\r\na=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
        f"a={direction}\r\na=rtcp-mux\r\n{codecs}"
    )


def description(*sections: str) -> str:
    """A whole description that bundles all of its m-lines."""
    mids = " ".join(line[6:] for part in sections for line in part.splitlines() if line.startswith("a=mid:"))
    return _HEAD.format(mids=mids) + "".join(sections)
