"""Which PDFs are taken: ordinary ones, and none that does something by itself."""

import io
import os
import zlib

import pytest
import typst
from PIL import Image

from hub.cases import pdf_file
from hub.cases.errors import Refusal
from hub.cases.pdf_values import Dictionary, Name, Reference, Unreadable, value_at


def pdf(*objects: bytes) -> bytes:
    numbered = [b"%d 0 obj\n%s\nendobj\n" % (number, each) for number, each in enumerate(objects, 1)]
    return b"%PDF-1.7\n" + b"".join(numbered) + b"trailer\n<</Root 1 0 R>>\n%%EOF\n"


def stream(data: bytes, head: bytes = b"/Filter/FlateDecode") -> bytes:
    return b"<</Length %d%s>>stream\r\n%s\r\nendstream" % (len(data), head, data)


def packed(text: bytes, *, kind: bytes = b"/Type/ObjStm", number: int = 20) -> bytes:
    head = b"%d 0 " % number
    more = b"%s/N 1/First %d/Filter/FlateDecode" % (kind, len(head))
    return stream(zlib.compress(head + text), more)


def catalog(more: bytes) -> bytes:
    return b"<</Type/Catalog/Pages 2 0 R" + more + b">>"


SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
WEB = b"<</S/URI/URI(https://evil.example/)>>"
ACTIVE = {
    "a script": pdf(catalog(b"/OpenAction" + SCRIPT)),
    "scripts by name": pdf(catalog(b"/Names<</JavaScript 3 0 R>>")),
    "an escaped name": pdf(catalog(b"/OpenAction<</S/J#61vaScrip#74/#4a#53 9 0 R>>")),
    "all of it escaped": pdf(catalog(b"/A<</S/#4a#61#76#61#53#63#72#69#70#74>>")),
    "a script elsewhere": pdf(catalog(b"/A<</S/X/JS % so\n 9 0 R>>")),
    "a program": pdf(catalog(b"/A<</S/Launch/F(a.exe)>>")),
    "a file": pdf(b"<</Names<</EmbeddedFiles 4 0 R>>>>"),
    "a file without type": pdf(b"<</Type/Filespec/F(a)/EF<</F 4 0 R>>>>"),
    "media": pdf(b"<</Subtype/RichMedia>>"),
    "a form in XML": pdf(catalog(b"/AcroForm<</XFA[(x) 4 0 R]>>")),
    "in an object stream": pdf(packed(SCRIPT)),
    "escaped in one": pdf(packed(b"<</S/L#61unch>>", kind=b"/Type/Obj#53tm")),
    "in one without type": pdf(packed(SCRIPT, kind=b"")),
    "in a stream as it is": pdf(stream(SCRIPT, b"")),
    "opens the web": pdf(catalog(b"/OpenAction" + WEB)),
    "prints itself": pdf(catalog(b"/OpenAction<</S/Named/N/Print>>")),
    "opens it from an object": pdf(catalog(b"/OpenAction 2 0 R"), WEB),
    "from one before another": pdf(catalog(b"/OpenAction 1 0 R"), b"1 0 obj" + WEB),
    "from a packed object": pdf(catalog(b"/OpenAction 20 0 R"), packed(WEB)),
    "from nowhere": pdf(catalog(b"/OpenAction 99 0 R")),
    "after a page": pdf(catalog(b"/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next 5 0 R>>")),
    "under a second key": pdf(catalog(b"/OpenAction<</S/GoTo/S/URI>>")),
    "no action": pdf(catalog(b"/OpenAction<</D[3 0 R/Fit]>>")),
    "cut off": pdf(catalog(b"/OpenAction<</S")),
    "a page that acts": pdf(b"<</Type/Page/AA<</O " + WEB + b">>>>"),
    "acts elsewhere": pdf(b"<</Type/Page/AA 2 0 R>>", b"<</O 3 0 R>>", WEB),
}
ORDINARY = {
    "a page to begin with": pdf(catalog(b"/OpenAction[3 0 R /XYZ null null 0]")),
    "by name": pdf(catalog(b"/OpenAction/Start")),
    "by a text": pdf(catalog(b"/OpenAction(Sta\\)rt)")),
    "as an action": pdf(catalog(b"/OpenAction<</Type/Action/S/GoTo/D[3 0 R/FitH 10]>>")),
    "as an object": pdf(catalog(b"/OpenAction 2 0 R"), b"<< /S /GoTo /D <0AFF> >>"),
    "as a packed object": pdf(catalog(b"/OpenAction 20 0 R"), packed(b"[3 0 R/Fit]")),
    "no acts": pdf(b"<</Type/Page/AA<<>>>>"),
    "a link": pdf(b"<</Subtype/Link/A" + WEB + b">>"),
    "like names": pdf(b"<</Title(JavaScript, Launch)/JSX/1/EFG 2/AAB<</X 1>>/LaunchPad 3>>"),
    "a drawing": pdf(stream(zlib.compress(b"0 0 612 792 re f " * 200_000))),
    "an empty object stream": pdf(stream(zlib.compress(b""), b"/Type/ObjStm/N 0/First 0/Filter/FlateDecode")),
    "no sum behind": pdf(stream(zlib.compress(b"20 0 null")[:-4], b"/Type/ObjStm/N 1/First 5")),
}


@pytest.mark.parametrize("name", ACTIVE)
def test_what_acts_by_itself_is_refused_with_its_name(name: str):
    with pytest.raises(Refusal) as refused:
        pdf_file.check(ACTIVE[name])
    assert refused.value.code == "file_macro"
    assert str(refused.value.params["place"]).startswith("/")


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_files_pass(name: str):
    pdf_file.check(ORDINARY[name])


def test_files_that_programs_make_pass():
    pdf_file.check(typst.compile(b'= Don\n#link("https://a.example")[x]\n#outline()'))
    pages = [Image.frombytes("RGB", (300, 400), os.urandom(360_000)) for _ in range(3)]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:])
    pdf_file.check(out.getvalue())


def test_a_large_scan_is_no_script_by_chance():
    short = b"/JS(a)/JS<41>/AA /EF(/XFA "
    pdf_file.check(pdf(stream(short + os.urandom(1_000_000) + short, b"/Filter/DCTDecode")))


def test_passwords_and_what_cannot_be_looked_into():
    broken = packed(b"[3 0 R]")
    for content, code in (
        (pdf()[:-7], "file_broken"),
        (pdf(b"<</Encry#70t 4 0 R>>"), "file_encrypted"),
        (pdf(stream(b"<~xyz~>", b"/Type/ObjStm/Filter[/ASCII85Decode/FlateDecode]")), "file_broken"),
        (pdf(stream(zlib.compress(zlib.compress(b"20 0 null")), b"/Type/ObjStm")), "file_broken"),
        (pdf(broken.replace(b"\r\nendstream", b"").replace(b"x\x9c", b"x\x9c\x07")), "file_broken"),
        (pdf(packed(b"9 0 " * 3_000_000)), "file_bomb"),
        (pdf(*[stream(zlib.compress(b"9 0 " * 300_000), b"")] * 130), "file_bomb"),
        (pdf(b"stream\n" * 100_001), "file_bomb"),
        (pdf(b"/OpenAction[1]" * 1001), "file_macro"),
    ):
        with pytest.raises(Refusal, match=code):
            pdf_file.check(content)


def test_values():
    text = b"%c\n<</A#42 [1 (\\)(())) 0 R] % )\n /N<0f>/R 12 0 R/S/x/S[12 0]>> more"
    value = value_at(text, 0)
    assert isinstance(value, Dictionary)
    assert value.of(b"AB") == [[None, None, None, None]]
    assert value.of(b"R") == [Reference(12)]
    assert value.of(b"S") == [Name(b"x"), [None, None]]
    for bad in (b"", b"<<", b"<</A", b"[" * 100, b"(a", b">>", b"<</A 1 2>>", b"<</A#"):
        with pytest.raises(Unreadable):
            value_at(bad, 0)
