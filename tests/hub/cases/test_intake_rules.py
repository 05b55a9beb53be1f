"""Groups, eligibility and what files are: the pure parts of taking a case in."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hub.cases.eligibility import Finding, all_checks, checks_of, judge
from hub.cases.errors import Refusal
from hub.cases.groups import Group, check, most_representatives, shares
from hub.cases.life import ACTS
from hub.cases.rules import CaseKind
from hub.cases.sniff import sniff


@pytest.mark.parametrize(
    ("persons", "named", "in_writing", "code"),
    [
        (1, 1, False, None),
        (4, 4, False, None),
        (4, 5, False, "group_too_many"),
        (5, 1, False, "group_not_in_writing"),
        (5, 2, True, None),
        (10, 2, True, None),
        (10, 3, True, "group_too_many"),
        (11, 5, True, None),
        (11, 6, True, "group_too_many"),
        (300, 0, True, "group_unnamed"),
    ],
)
def test_who_may_speak_for_a_group(persons: int, named: int, in_writing: bool, code: str | None):
    group = Group(persons, named, in_writing)
    if code is None:
        check(group)
    else:
        with pytest.raises(Refusal, match=code):
            check(group)


@given(st.integers(1, 10_000), st.integers(1, 5))
def test_shares_add_up(persons: int, named: int):
    named = min(named, most_representatives(persons))
    assert sum(shares(Group(persons, named))) == persons


@pytest.mark.parametrize("kind", CaseKind)
def test_one_missing_condition_decides_and_an_open_one_leaves_it_open(kind: CaseKind):
    yes = {each.id: "yes" for each in checks_of(kind)}
    assert judge(kind, yes).finding is Finding.ELIGIBLE
    for each in checks_of(kind):
        assert judge(kind, yes | {each.id: "open"}).finding is Finding.OPEN
        missing = judge(kind, yes | {each.id: "no"})
        assert (missing.finding, missing.missing) == (Finding.INELIGIBLE, (each.id,))
        assert missing.leads == each.leads
        assert kind in ACTS[each.leads].kinds
    with pytest.raises(Refusal, match="checklist_bad"):
        judge(kind, yes | {checks_of(kind)[0].id: "maybe"})


def test_an_anonymous_denunciation_with_evidence_needs_no_name():
    kind = CaseKind.DENUNCIATION
    given = {each.id: "yes" for each in checks_of(kind)} | {"named_signed": "no"}
    assert judge(kind, given).finding is Finding.INELIGIBLE
    assert judge(kind, given, anonymous_with_evidence=True).finding is Finding.ELIGIBLE


def test_every_condition_is_of_some_kind_once():
    assert len({each.id for each in all_checks()}) == len(all_checks())


def picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, form)
    return out.getvalue()


def test_files_are_what_their_bytes_say():
    pdf = b"%PDF-1.7\n%%EOF"
    assert sniff(pdf) == "application/pdf"
    assert [sniff(picture(form)) for form in ("PNG", "JPEG", "TIFF")] == [
        "image/png",
        "image/jpeg",
        "image/tiff",
    ]
    bad = {
        b"": "file_empty",
        b"MZ": "file_type",
        b"<html><script>": "file_type",
        picture("GIF"): "file_type",
        b"%PDF-1.7": "file_broken",
        b"%PDF-1.7 /Encrypt 1 0 R %%EOF": "file_encrypted",
        b"%PDF-1.7 /Launch %%EOF": "file_macro",
        picture("PNG")[:30]: "file_broken",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "file_encrypted",
    }
    for content, code in bad.items():
        with pytest.raises(Refusal, match=code):
            sniff(content)
