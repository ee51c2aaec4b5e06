"""The fields of a record, derived from its annotated models: the one list of them.

What folds readings, computes statuses, tells differences and scores against gold facts walks over these.
A new field is its line in the model and the reader that yields it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from extractors.record.declaration import Of
from extractors.record.model import Record, Span, Value


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record.

    Attributes:
        name: its key.
        path: the keys that lead to it: ``policy.dates``.
        cardinality: one value, a list of rows, or a group of fields that is folded from their facts.
        optional: whether it may be null.
        value: the model of the value, of a row or of the group; None where it is no model.
        parts: the fields that it is made of; empty for a list and for what is compared as a whole.
        of: what the model declares of it.
    """

    name: str
    path: str
    cardinality: Literal["one", "list", "group"]
    optional: bool
    value: type[Value] | None
    parts: tuple["Field", ...]
    of: Of


@cache
def shown(model: type[Value]) -> tuple[str, ...]:
    """Return the names of a model's fields, but for those that only say where something stands."""
    return tuple(name for name, info in model.model_fields.items() if _type(info)[0] != Span)


def _fields(model: type[Value], above: str = "", whole: Of | None = None) -> Iterator[Field]:
    for name in shown(model):
        yield _field(name, model.model_fields[name], f"{above}{name}", whole)


def _field(name: str, info: FieldInfo, path: str, whole: Of | None) -> Field:
    declared = next((each for each in info.metadata if isinstance(each, Of)), Of())
    # A part is said by who says the whole, and is no difference where the whole is none.
    of = replace(declared, by=whole.by, differs=whole.differs and declared.differs) if whole else declared
    inner, optional = _type(info)
    row = get_args(inner)[0] if get_origin(inner) is tuple else None
    model = next((each for each in (row, inner) if isinstance(each, type) and issubclass(each, Value)), None)
    parts = tuple(_fields(model, f"{path}.", of)) if model and not row and not of.whole else ()
    grouped = bool(parts) and model is not None and "span" not in model.model_fields
    return Field(name, path, "list" if row else "group" if grouped else "one", optional, model, parts, of)


def _type(info: FieldInfo) -> tuple[Any, bool]:
    """Return the type of a field without null, and whether it may be null."""
    if get_origin(info.annotation) not in {Union, UnionType}:
        return info.annotation, False
    kinds = [kind for kind in get_args(info.annotation) if kind is not NoneType]
    optional = len(kinds) < len(get_args(info.annotation))
    return (kinds[0] if len(kinds) == 1 else Union[tuple(kinds)]), optional  # noqa: UP007 (made at run time)


def _told(fields: tuple[Field, ...]) -> Iterator[Field]:
    """The fields that readers yield facts of: a group is told part by part."""
    for field in fields:
        if field.of.by == "readers":
            yield from _told(field.parts) if field.cardinality == "group" else (field,)


def _stated(fields: tuple[Field, ...]) -> Iterator[str]:
    """The fields that have a status, and behind them the parts of a group that is always there."""
    whole = [field for field in fields if field.of.by != "program"]
    yield from (field.path for field in whole)
    for field in whole:
        if field.cardinality == "group" and not field.optional:
            yield from (part.path for part in field.parts)


#: All fields, in the order of the record's keys.
FIELDS: tuple[Field, ...] = tuple(_fields(Record))
#: The fields that readers yield facts of, by path.
TOLD: dict[str, Field] = {field.path: field for field in _told(FIELDS)}
#: The paths of the fields that have a status, in the order in which the record holds them.
STATED: tuple[str, ...] = tuple(_stated(FIELDS))


def is_field(path: str) -> str:
    """Return the path of a field that a reader tells of.

    Raises:
        ValueError: the record has no such field.

    >>> is_field("modifers")
    Traceback (most recent call last):
    ...
    ValueError: the record has no field 'modifers' that a reader could tell of
    """
    if path not in TOLD:
        message = f"the record has no field {path!r} that a reader could tell of"
        raise ValueError(message)
    return path
