"""Data for any command, drawn from what its model says: sensible, or broken in one place. Nothing here knows
a command by name, so a new one is covered as soon as it is in the registry.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from pydantic import BaseModel

Json = Any
Pools = Mapping[str, Sequence[str]]
"""Values by the name of a field: the ids that there are."""

_LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
_WORDS = st.sampled_from(
    ["Đo lại ranh giới thửa đất", "Đã rõ.", "việc ABC", "Ông Ba", "ừ", "🙂 á", "  cách  "]
)
_WRONG: st.SearchStrategy[Json] = st.one_of(
    st.sampled_from(
        [None, True, 0, -1, 2**53, 0.5, "", " ", "\t", "\x07", "không có", [], {}, [[]], {"x": 1}]
    ),
    st.sampled_from([2_500, 10_000]).map(lambda times: "dài " * times),
    st.just(["x"] * 300),
)


def sensible(model: type[BaseModel], pools: Pools) -> st.SearchStrategy[dict[str, Json]]:
    """Data that the model takes; fields of which there is a pool get an id from it, or one of nobody."""
    schema = model.model_json_schema()
    return _object(schema, schema.get("$defs", {}), pools)


@st.composite
def broken(draw: st.DrawFn, model: type[BaseModel], pools: Pools) -> dict[str, Json]:
    """The same with a field missing, one too many, or one of another type or length."""
    data = dict(draw(sensible(model, pools)))
    names = sorted(model.model_fields)
    way = draw(st.sampled_from(["more", "less", "other"])) if names else "more"
    if way == "more":
        return data | {draw(st.sampled_from(["x", "Item", "__class__", "by"])): draw(_WRONG)}
    name = draw(st.sampled_from(names))
    if way == "less":
        data.pop(name, None)
        return data
    return data | {name: draw(_WRONG)}


def _object(schema: Json, defs: Json, pools: Pools) -> st.SearchStrategy[dict[str, Json]]:
    fields = {name: _value(each, defs, name, pools) for name, each in schema.get("properties", {}).items()}
    needed = set(schema.get("required", ()))
    return st.fixed_dictionaries(
        {name: each for name, each in fields.items() if name in needed},
        optional={name: each for name, each in fields.items() if name not in needed},
    )


def _value(schema: Json, defs: Json, name: str, pools: Pools) -> st.SearchStrategy[Json]:
    if "$ref" in schema:
        return _value(defs[schema["$ref"].rpartition("/")[2]], defs, name, pools)
    if "anyOf" in schema:
        return st.one_of([_value(each, defs, name, pools) for each in schema["anyOf"]])
    if "allOf" in schema:
        return _value(schema["allOf"][0], defs, name, pools)
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return _plain(schema, defs, name, pools)


def _plain(schema: Json, defs: Json, name: str, pools: Pools) -> st.SearchStrategy[Json]:
    match schema.get("type"):
        case "string":
            return _string(schema, name, pools)
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case "integer":
            return st.integers(*_range(schema))
        case "number":
            low, high = _range(schema)
            return st.floats(low, high, allow_nan=False, allow_infinity=False)
        case "array":
            each = _value(schema.get("items", {"type": "string"}), defs, name, pools)
            least = schema.get("minItems", 0)
            return st.lists(each, min_size=least, max_size=max(least, min(schema.get("maxItems", 3), 3)))
        case "object" if "properties" in schema:
            return _object(schema, defs, pools)
        case "object":
            each = _value(schema.get("additionalProperties") or {"type": "string"}, defs, name, pools)
            return st.dictionaries(st.sampled_from(["a", "b"]), each, max_size=2)
        case _:
            return _WORDS


def _range(schema: Json) -> tuple[int, int]:
    low = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    high = schema.get("maximum", schema.get("exclusiveMaximum", low + 101) - 1)
    return low, high


def _string(schema: Json, name: str, pools: Pools) -> st.SearchStrategy[str]:
    if "pattern" in schema and name not in pools:
        return st.from_regex(schema["pattern"], fullmatch=True)
    least, most = schema.get("minLength", 0), schema.get("maxLength", 60)
    free = st.text(_LETTERS, min_size=least, max_size=max(least, min(most, 20)))
    known = list(pools.get(name, ()))
    if known:
        return st.one_of(*([st.sampled_from(known)] * 4), free)
    return st.one_of(_WORDS.filter(lambda text: least <= len(text) <= most), free)
