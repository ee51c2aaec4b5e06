"""What a field of the record is, besides its name, type and place in the model."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Of:
    """Stands in the annotation of a field: ``Annotated[tuple[Modifier, ...], Of(key=("code",))]``.

    Attributes:
        by: who says it: the readers of a layout, which yield facts of it; the layout itself, by the sections
            that it cuts; or the program, of its own work: such a field has no status.
        key: the parts of a row that tell it apart from the others in its list, as paths; where they are null,
            its words. Rows with words need none.
        scored: the parts of a row that are compared with gold facts; its words where none are named.
        whole: a value that is compared as one, not part by part.
        words: rows that stand for the words of their span: other words are a difference.
        differs: whether another value is a difference between two records of a document. What is not
            must say so here.
    """

    by: Literal["readers", "layout", "program"] = "readers"
    key: tuple[str, ...] = ("text",)
    scored: tuple[str, ...] = ("text",)
    whole: bool = False
    words: bool = False
    differs: bool = True
