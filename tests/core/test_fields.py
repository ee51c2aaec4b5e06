"""One declaration a field: what is derived from the model, and that `diff` sees every field that there is."""

from collections.abc import Callable, Iterator
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import pytest

from extractors import Record, diff
from extractors.record.fields import FIELDS, STATED, TOLD, Field, shown
from extractors.record.model import Article, Passage, Policy, Span, Value
from extractors.record.readings import Fact, Gap

#: What is no difference between two records of a document: who it is, how it was read, and how much it is.
NO_DIFFERENCE = {
    *("schema_version", "id", "producer.extractor", "producer.rules", "producer.code_sets"),
    "producer.rule_pack",
    *("source.sha256", "source.characters", "source.text_sha256"),
    *("source.layout_revision", "source.layout_score", "coverage.characters", "coverage.accounted"),
}


def filled(kind: Any, turn: int) -> Any:
    """A value of a type that has everything that it can have; another one for another turn (0 or 1)."""
    if isinstance(kind, type) and issubclass(kind, Value):
        return {name: filled(info.annotation, turn) for name, info in kind.model_fields.items()}
    inner = get_args(kind)
    made: dict[Any, Callable[[], Any]] = {
        Union: lambda: filled(next(each for each in inner if each is not NoneType), turn),
        UnionType: lambda: filled(next(each for each in inner if each is not NoneType), turn),
        Literal: lambda: inner[turn % len(inner)],
        tuple: lambda: (0, 1) if kind == Span else (filled(inner[0], turn),),
        dict: lambda: {"code": filled(inner[1], turn)},
        None: lambda: {str: ("a", "b"), int: (0, 1), float: (0.0, 1.0), bool: (False, True)}[kind][turn],
    }
    return made[get_origin(kind)]()


FULL = Record.model_validate(filled(Record, 0))


def leaves(value: Any, other: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The path of each value that is no model, list or object, and another value for it."""
    if isinstance(value, Value):
        for name in shown(type(value)):
            yield from leaves(getattr(value, name), getattr(other, name), (*path, name))
    elif isinstance(value, tuple) and value and isinstance(value[0], Value):
        yield from leaves(value[0], other[0], (*path, 0))
    else:
        yield path, other


def put(values: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The same values, with another one at a path."""
    if not path:
        return value
    step, *rest = path
    if isinstance(step, int):
        return tuple(put(each, tuple(rest), value) if n == step else each for n, each in enumerate(values))
    return {**values, step: put(values[step], tuple(rest), value)}


OTHER = Record.model_construct(
    **{name: getattr(Record.model_validate({**filled(Record, 1)}), name) for name in Record.model_fields}
)
APART = [("schema_version",), ("coverage", "leftover")]  # it has one value; it is compared with the texts
LEAVES = [(path, other) for path, other in leaves(FULL, OTHER) if path not in APART]


def name_of(path: tuple[Any, ...]) -> str:
    return ".".join(str(step) for step in path if step != 0)


@pytest.mark.parametrize(("path", "other"), LEAVES, ids=[name_of(path) for path, _ in LEAVES])
def test_a_change_of_any_field_is_a_difference(path: tuple[Any, ...], other: Any) -> None:
    changed = Record.model_validate(put(FULL.model_dump(), path, other))
    assert changed != FULL
    name = name_of(path)
    fields = {change.field for change in diff(FULL, changed)}
    if name in NO_DIFFERENCE:
        assert fields == set()
    else:
        [field] = fields
        assert name.startswith(field) or field == f"status.{next(iter(other))}"


@pytest.mark.parametrize("field", [f.path for f in FIELDS if f.optional or f.cardinality == "list"])
def test_a_field_that_vanishes_is_a_difference(field: str) -> None:
    empty: object = None if getattr(FULL, field) and not isinstance(getattr(FULL, field), tuple) else ()
    less = Record.model_validate({**FULL.model_dump(), field: empty})
    changes = diff(FULL, less)
    assert changes
    assert all(change.change == "removed" and change.field.startswith(field) for change in changes)


@pytest.mark.parametrize("part", list(Policy.model_fields))
def test_a_part_of_a_policy_that_vanishes_is_a_difference(part: str) -> None:
    assert FULL.policy is not None
    empty: object = () if isinstance(getattr(FULL.policy, part), tuple) else None
    less = Record.model_validate(put(FULL.model_dump(), ("policy", part), empty))
    assert {change.field.removesuffix(".text") for change in diff(FULL, less)} == {f"policy.{part}"}


def test_what_is_no_difference_is_declared_in_the_model() -> None:
    def silent(fields: tuple[Field, ...]) -> Iterator[str]:
        for field in fields:
            if field.parts:
                yield from silent(field.parts)
            elif not field.of.differs:
                yield field.path

    assert set(silent(FIELDS)) == NO_DIFFERENCE


def test_readers_tell_of_what_the_document_says() -> None:
    whole = {name for name in STATED if "." not in name} - {"sections", "policy", "article"}
    parts = {f"policy.{part}" for part in Policy.model_fields}
    parts |= {f"article.{part}" for part in Article.model_fields}
    assert set(TOLD) == whole | parts
    assert (TOLD["modifiers"].cardinality, TOLD["title"].cardinality) == ("list", "one")


@pytest.mark.parametrize("field", ["modifers", "policy.date", "article", "sections", "source.uri"])
def test_a_reading_of_an_unknown_field_is_a_bug(field: str) -> None:
    with pytest.raises(ValueError, match=f"the record has no field '{field}'"):
        Fact(field, Passage(text="a", span=(0, 1)), (0, 1))
    with pytest.raises(ValueError, match=f"the record has no field '{field}'"):
        Gap(field, "unparsed", (0, 1))
