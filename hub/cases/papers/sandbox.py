"""What a Word template may say: the fields and lists of `fields`, `if`, `for`, a few filters. Anything else
is refused with its place before anything is run.
"""

import difflib
import re
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hub.cases.errors import Refusal
from hub.cases.papers.fields import FIELDS, LISTS

FILTERS: Final = ("upper", "lower", "capitalize", "title", "trim", "default", "length", "first", "last")
MOST_NODES: Final = 5000
MOST_NESTED: Final = 3
SHOWN: Final = 120
"""Characters of the paragraph that is wrong."""

HARMLESS: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.Const,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
)


class PaperSandbox(ImmutableSandboxedEnvironment):
    """Parses a template only when all of it is harmless. Raises Refusal template_syntax, template_field,
    template_part: each with `line` (the paragraph's number) and `place` (its text).
    """

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS}
        self.tests.clear()

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002
        """Nothing has attributes here; the lines of lists are read by key."""
        return False

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ARG002
        """Nothing is called here."""
        return False

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        try:
            found = super()._parse(source, name, filename)
        except TemplateSyntaxError as error:
            raise refused("template_syntax", source, error.lineno) from error
        except RecursionError as error:
            raise refused("template_part", source, 1, part="nested") from error
        _Judge(source).judge(found)
        return found


class _Judge:
    """Walks the parsed template once."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._seen = 0

    def judge(self, node: nodes.Node, lines: dict[str, tuple[str, ...]] | None = None) -> None:
        """Refuse what is not in the list. `lines`: the variables of the loops around, and their parts."""
        within = lines or {}
        self._seen += 1
        if self._seen > MOST_NODES:
            self._refuse(node, "template_part", part="nested")
        if isinstance(node, nodes.For):
            self._loop(node, within)
            return
        if isinstance(node, nodes.Name):
            self._name(node, within)
        elif isinstance(node, nodes.Getattr):
            self._part(node, within)
            return
        elif isinstance(node, nodes.Filter):
            if node.name not in FILTERS:
                self._refuse(node, "template_part", part=node.name)
        elif not isinstance(node, HARMLESS):
            self._refuse(node, "template_part", part=type(node).__name__.lower())
        for child in node.iter_child_nodes():
            self.judge(child, within)

    def _loop(self, node: nodes.For, within: dict[str, tuple[str, ...]]) -> None:
        plain = isinstance(node.iter, nodes.Name) and isinstance(node.target, nodes.Name)
        if not plain or node.test is not None or node.recursive or len(within) + 1 >= MOST_NESTED:
            self._refuse(node, "template_part", part="for")
        assert isinstance(node.iter, nodes.Name)
        assert isinstance(node.target, nodes.Name)
        if node.iter.name not in LISTS:
            self._unknown(node, node.iter.name, tuple(LISTS))
        inner = {**within, node.target.name: LISTS[node.iter.name]}
        for child in node.body:
            self.judge(child, inner)
        for child in node.else_:
            self.judge(child, within)

    def _name(self, node: nodes.Name, within: dict[str, tuple[str, ...]]) -> None:
        if node.ctx != "load":
            self._refuse(node, "template_part", part="set")
        if node.name not in FIELDS and node.name not in LISTS and node.name not in within:
            self._unknown(node, node.name, (*FIELDS, *LISTS, *within))

    def _part(self, node: nodes.Getattr, within: dict[str, tuple[str, ...]]) -> None:
        if not isinstance(node.node, nodes.Name) or node.node.name not in within:
            self._refuse(node, "template_part", part=f".{node.attr}"[:SHOWN])
        assert isinstance(node.node, nodes.Name)
        if node.attr not in within[node.node.name]:
            self._unknown(node, f"{node.node.name}.{node.attr}", within[node.node.name])

    def _unknown(self, node: nodes.Node, name: str, known: tuple[str, ...]) -> None:
        like = difflib.get_close_matches(name.rpartition(".")[2], known, 1, 0.5)
        self._refuse(node, "template_field", field=name[:SHOWN], like=like[0] if like else known[0])

    def _refuse(self, node: nodes.Node, code: str, **told: str) -> None:
        raise refused(code, self._source, node.lineno, **told)


def refused(code: str, source: str, lineno: int, **told: str) -> Refusal:
    """The refusal, with the paragraph it is about: the filler breaks lines before every paragraph."""
    lines = source.splitlines()
    text = lines[lineno - 1] if 0 < lineno <= len(lines) else ""
    plain = " ".join(re.sub(r"<[^>]*>?", "", text).split())
    return Refusal(code, line=max(1, lineno - 1), place=plain[:SHOWN], **told)
