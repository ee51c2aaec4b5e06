"""What a heading says of the codes that are listed below it."""

from typing import Literal, NamedTuple

from extractors.record.model import CodeCoverage

Kind = Literal[
    "procedures",
    "icd_10_pcs",
    "ms_drg",
    "revenue",
    "diagnoses",
    "modifiers",
    "revenue_codes",
    "bill_types",
    "any",
    "other",
]


class Listing(NamedTuple):
    """What a list holds: ``any`` are procedure codes and diagnoses, ``other`` is nothing that is read.

    ``revenue`` are revenue codes that a list of procedure codes has among its own.
    """

    kind: Kind
    coverage: CodeCoverage | None = None
