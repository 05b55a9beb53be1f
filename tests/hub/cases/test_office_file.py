"""What an Office file may point at, and what it may not."""

import io
import zipfile

import docx
import pytest
from openpyxl import Workbook

from hub.cases import office_file
from hub.cases.errors import Refusal

TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
LINK = f'<Relationship Id="r1" Type="{TYPE}hyperlink" Target="https://a.example/" TargetMode="External"/>'


def word(**parts: str | bytes) -> bytes:
    """A Word file with these parts for its own."""
    first, out = io.BytesIO(), io.BytesIO()
    docx.Document().save(first)
    with zipfile.ZipFile(first) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, data in parts.items():
            new.writestr(name, data)
    return out.getvalue()


def pointing(*lines: str) -> bytes:
    return word(**{"word/_rels/settings.xml.rels": f"<Relationships>{''.join(lines)}</Relationships>"})


def one(kind: str, target: str, mode: str = 'TargetMode="External"') -> str:
    return f'<Relationship Id="r2" Type="{TYPE}{kind}" Target="{target}" {mode}/>'


@pytest.mark.parametrize(
    "line",
    [
        one("attachedTemplate", "https://evil.example/t.dotm"),
        one("attachedTemplate", "https://evil.example/t.dotm", "TargetMode='External'"),
        one("attachedTemplate", "https://evil.example/t.dotm", 'TargetMode = "External"'),
        one("attachedTemplate", "https://evil.example/t.dotm", 'TargetMode="&#69;xternal"'),
        one("attachedTemplate", "https://evil.example/t.dotm", ""),
        one("attachedTemplate", r"\\evil.example\share\t.dotm", ""),
        one("image", "http://evil.example/seen.png"),
        one("externalLinkPath", "so-cu.xlsx"),
        one("externalLink", "externalLinks/externalLink1.xml", ""),
        one("hyperlink", "file:///C:/Windows/System32/calc.exe"),
        one("hyperlink", r"\\evil.example\share"),
        one("hyperlink", r"/\evil.example\share"),
        one("hyperlink", "javascript:alert(1)"),
        one("x/hyperlinks", "https://evil.example/"),
        one("image?/hyperlink", "https://evil.example/"),
    ],
)
@pytest.mark.parametrize("beside", ["", LINK], ids=["alone", "beside a hyperlink"])
def test_nothing_is_fetched_from_elsewhere(line: str, beside: str):
    with pytest.raises(Refusal) as refused:
        office_file.check(pointing(beside, line))
    assert refused.value.code == "file_links"
    assert str(refused.value.params["place"]).startswith("word/_rels/settings.xml.rels: ")


def test_relationships_are_read_in_any_encoding():
    evil = f"<Relationships>{one('attachedTemplate', 'https://evil.example/t.dotm')}</Relationships>"
    text = f'<?xml version="1.0" encoding="UTF-16"?>{evil}'.encode("utf-16")
    with pytest.raises(Refusal, match="file_links"):
        office_file.check(word(**{"word/_rels/settings.xml.rels": text}))
    types = '<?xml version="1.0" encoding="UTF-16"?><Types><Default ContentType="x/vbaProject"/></Types>'
    with pytest.raises(Refusal, match="file_macro"):
        office_file.check(word(**{"[Content_Types].xml": types.encode("utf-16")}))


@pytest.mark.parametrize("kind", ["vbaProject", "oleObject", "control"])
def test_what_runs_is_known_by_its_type_and_not_by_its_name(kind: str):
    with pytest.raises(Refusal, match="file_macro"):
        office_file.check(pointing(one(kind, "media/picture.png", "")))


def test_relationships_that_are_no_xml_or_too_many():
    for text, code in (
        ("<Relationships>", "file_broken"),
        ('<?xml version="1.0" encoding="x-nobody"?><Relationships/>', "file_broken"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><Relationships/>", "file_broken"),
        (f"<Relationships>{LINK * 40_000}</Relationships>", "file_bomb"),
    ):
        with pytest.raises(Refusal, match=code):
            office_file.check(word(**{"word/_rels/settings.xml.rels": text}))


def test_ordinary_links_and_parts_pass():
    lines = [
        one("hyperlink", to) for to in ("http://a.example", "HTTPS://a.example/x y", "mailto:a@b.example")
    ]
    lines += [one("hyperlink", to) for to in ("#_Toc1", "", "http://[mistyped", r"Scan\001.pdf", "../a.pdf")]
    lines += [one("image", to, "") for to in ("media/image1.png", "/word/media/a.png", "../x.xml#a:b")]
    assert office_file.check(pointing(*lines)) == office_file.WORD
    book = Workbook()
    for number in range(1, 2000):
        book.worksheets[0].cell(number, 1).hyperlink = f"https://a.example/{number}"
    out = io.BytesIO()
    book.save(out)
    assert office_file.check(out.getvalue()) == office_file.EXCEL
