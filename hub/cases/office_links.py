"""What the parts of an Office file point at: inside it, where a reader may click, and what it would fetch or
run by itself. Pure.
"""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from hub.cases.errors import Refusal

MOST_BYTES: Final = 4 * 1024 * 1024
"""Of one list of relationships; 20,000 links of a register are 3 MB."""
HYPERLINK: Final = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink",
    "http://purl.oclc.org/ooxml/officeDocument/relationships/hyperlink",
)
"""As Office writes it, and as the strict form of the standard does."""
CLICKED: Final = ("http", "https", "mailto")
RUNS: Final = ("vbaproject", "wordvbadata", "oleobject", "control", "activexcontrolbinary")
"""Last words of the types of parts that run, whatever the parts are called."""
FETCHED: Final = ("externallink",)
"""A workbook's cells, or a program, elsewhere; some of them without a target that is external."""
MACRO_TYPES: Final = ("macroenabled", "vbaproject")


def check_links(content: bytes, place: str) -> None:
    """A `.rels` part. A hyperlink to the web, to a mailbox, within the file, or by a relative path (as
    offices link the scans of their registers) waits for a click. One to another machine's files tells that
    machine who clicks, and any other target outside is fetched when the file is opened.

    Raises Refusal: file_bomb, file_broken, file_macro, file_links.
    """
    for each in _elements(content, place, "Relationship"):
        kind, target = each.get("Type", ""), each.get("Target", "").strip()
        last = kind.lower().rpartition("/")[2]
        if last in RUNS:
            raise Refusal("file_macro", place=place)
        outside = each.get("TargetMode", "").strip().lower() == "external" or _leaves(target)
        if last in FETCHED or (outside and not (kind in HYPERLINK and _may_click(target))):
            raise Refusal("file_links", place=f"{place}: {target or last}"[:100])


def check_types(content: bytes, place: str) -> None:
    """The `[Content_Types].xml`. Raises Refusal: file_bomb, file_broken, file_macro."""
    kinds = [each.get("ContentType", "").lower() for each in _elements(content, place, "Default", "Override")]
    if any(mark in kind for kind in kinds for mark in MACRO_TYPES):
        raise Refusal("file_macro", place=place)


def _elements(content: bytes, place: str, *names: str) -> Iterator[Element]:
    if len(content) > MOST_BYTES:
        raise Refusal("file_bomb", place=place)
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, ValueError, LookupError) as error:  # the last: an encoding that nobody knows
        raise Refusal("file_broken", place=place) from error
    return (each for each in root.iter() if each.tag.rpartition("}")[2] in names)


def _leaves(target: str) -> bool:
    """Whether it is no path of a part, whatever its mode says."""
    return target.startswith(("//", "\\\\")) or ":" in target.partition("#")[0].partition("/")[0]


def _may_click(target: str) -> bool:
    try:
        scheme = urlsplit(target).scheme
    except ValueError:  # an address nobody can go to, as people mistype them
        return target.lower().startswith(tuple(f"{scheme}:" for scheme in CLICKED))
    return scheme in CLICKED or (not scheme and not target.replace("\\", "/").startswith("//"))
