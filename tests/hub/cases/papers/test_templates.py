"""What a template may say, and files that are no templates: refused with the place, nothing run."""

import io
import zipfile

import docx
import pytest

from hub.cases.errors import Refusal
from hub.cases.papers.builtin import builtin
from hub.cases.papers.fill import try_template
from hub.cases.papers.kinds import PaperKind
from hub.cases.papers.pdf import pdf, read


def word(*lines: str) -> bytes:
    made = docx.Document()
    for line in lines:
        made.add_paragraph(line)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def changed(content: bytes, **parts: bytes) -> bytes:
    """The same file with parts added or replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, data in parts.items():
            new.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("kind", PaperKind)
def test_every_built_in_template_fills_and_prints(kind: PaperKind):
    filled = try_template(builtin(kind))
    text = str(read(filled)[0])
    assert "{{" not in text
    assert "{%" not in text
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert pdf(filled).startswith(b"%PDF-")


def test_the_same_paper_gives_the_same_pdf():
    filled = try_template(builtin(PaperKind.TRANSFER))
    assert pdf(filled) == pdf(filled)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ petitionr }}", "template_field"),
        ("{{ petitioner", "template_syntax"),
        ("{% if text %}", "template_syntax"),
        ("{% endif %}", "template_syntax"),
        ("{{ ''.__class__.__mro__ }}", "template_part"),
        ("{{ petitioner.__class__ }}", "template_part"),
        ("{{ petitioner.upper() }}", "template_part"),
        ("{{ 'a' * 1000000000 }}", "template_part"),
        ("{{ 9 ** 9 ** 9 }}", "template_part"),
        ("{{ text|attr('x') }}", "template_part"),
        ("{{ text|center(999999999) }}", "template_part"),
        ("{% for x in 'abc' %}{% endfor %}", "template_part"),
        ("{% for x in range(9) %}{% endfor %}", "template_part"),
        ("{% for x in people %}{% endfor %}", "template_field"),
        ("{% for x in documents %}{{ x.size }}{% endfor %}", "template_field"),
        ("{% include 'x' %}", "template_part"),
        ("{% set a = 1 %}", "template_part"),
        ("{% macro a() %}{% endmacro %}", "template_part"),
    ],
)
def test_what_a_template_may_not_say(text: str, code: str):
    with pytest.raises(Refusal) as refused:
        try_template(word("Dòng một", f"Đây: {text}", "Dòng ba"))
    assert refused.value.code == code
    if code != "template_syntax":
        assert refused.value.params["line"] == 2
        assert str(refused.value.params["place"]).startswith("Đây: ")


def test_values_are_text_and_never_markup():
    from hub.cases.papers.fields import sample
    from hub.cases.papers.fill import fill

    nasty = '<w:p/> & {{ number }} #eval("1") $x$\nhàng hai \x0b'
    told = read(fill(word("{{ text }}"), sample() | {"text": nasty.replace("\x0b", "")}))[0]
    texts = "".join(run.get("text", "\n") for block in told["blocks"] for run in block["runs"])
    assert '<w:p/> & {{ number }} #eval("1") $x$' in texts
    assert "hàng hai" in texts


def test_files_that_are_no_templates():
    good = word("{{ number }}")
    rels = b'<Relationships><Relationship TargetMode="External" Type="x/attachedTemplate"/></Relationships>'
    types = b'<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
    bomb = b"<w:document>" + b" " * (3 * 1024 * 1024) + b"</w:document>"
    cases = {
        b"": "file_broken",
        b"PK\x03\x04 not a zip": "file_broken",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old": "file_encrypted",
        good[:-200]: "file_broken",
        changed(good, **{"word/vbaProject.bin": b"x"}): "file_macro",
        changed(good, **{"[Content_Types].xml": types}): "file_macro",
        changed(good, **{"word/_rels/document.xml.rels": rels}): "file_links",
        changed(good, **{"word/document.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><w:document/>"}): "file_broken",
        changed(good, **{"word/document.xml": bomb}): "file_bomb",
        changed(good, **{"word/embeddings/oleObject1.bin": b"x"}): "file_macro",
        b"x" * (2 * 1024 * 1024 + 1): "file_too_large",
    }
    for content, code in cases.items():
        with pytest.raises(Refusal) as refused:
            try_template(content)
        assert refused.value.code == code
