"""The modules that know no page, run by Node; and rules that every script, style and template keeps."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
WEB = HERE.parents[2] / "web"
SCRIPTS = sorted((WEB / "static" / "js").rglob("*.js"))
PURE = ("session", "net", "media")
DOM = re.compile(r"(?<!\")\b(document|window|customElements|HTMLElement)\b(?!\")")


def test_modules_under_node() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed; browsers test these modules too")
    tests = sorted(str(path) for path in HERE.glob("*.test.mjs"))
    done = subprocess.run([node, "--test", *tests], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "path", [path for path in SCRIPTS if path.parent.name in PURE], ids=lambda path: path.name
)
def test_pure_modules_know_no_page(path: Path) -> None:
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(), flags=re.DOTALL)
    assert not DOM.search(code)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_hold_no_sentence_and_import_by_relative_path(path: Path) -> None:
    text = path.read_text()
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)
    assert not re.search(r"[À-ỹ]", code), "words belong into web/locales"
    assert all(
        target.startswith(".") for target in re.findall(r'^import .*from "(.+)";$', code, flags=re.MULTILINE)
    )


@pytest.mark.parametrize("path", sorted((WEB / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_templates_have_no_inline_script_or_style_and_no_word_of_their_own(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)|\bstyle=|\son[a-z]+=", text)
    assert not re.search(r"[À-ỹ]", re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)), (
        "words belong into web/locales"
    )
