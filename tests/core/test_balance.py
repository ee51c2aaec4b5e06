"""The codes of a record: where each stands, and how many there are of each kind."""

from collections.abc import Callable

import pytest

from extractors import Extraction
from extractors.code_sets.ranges import lies_within
from extractors.ledger.balance import Balance, balance, entries

Extract = Callable[..., Extraction]
PAGE = """# Canes

CPT 97116 is the code for gait training. A cane (E0100) has one foot, and E0100 is sent with modifier LT.

## Modifiers

- RT: Right side

## What it takes

| Part | Number |
|---|---|
| Crook | E0105 |
| Tip | E0110 |

## Revision History

R2: codes E0112-E0114 and E0100 were added.
"""


def test_every_code_of_a_record_has_its_role(extracted: Extract) -> None:
    page = extracted(PAGE)
    told = [(each.role, each.system, each.value, each.last) for each in entries(page.record)]
    assert told == [
        ("code", "CPT", "97116", None),
        ("modifiers", "MODIFIER", "RT", None),
        ("prose", "HCPCS", "E0100", None),
        ("prose", "HCPCS", "E0100", None),
        ("prose", "MODIFIER", "LT", None),
        ("unassigned", "HCPCS", "E0105", None),
        ("unassigned", "HCPCS", "E0110", None),
        ("history", "HCPCS", "E0112", "E0114"),
        ("history", "HCPCS", "E0100", None),
    ]
    for each in entries(page.record):
        assert each.value in page.text.text[slice(*each.span)]


def test_a_code_counts_once_in_the_first_role_that_fits(extracted: Extract) -> None:
    found = balance(extracted(PAGE).record)
    assert found == Balance(held=2, unassigned=2, prose=2, other=1)
    assert found.printed == 7


def test_a_code_beside_a_term_is_one(extracted: Extract) -> None:
    page = extracted(
        "Summary & Overview\nCPT 20610: Joint work\nWords.\nClinical Context\n"
        "A 60-year-old man has asthma (J45.909).\n"
    )
    assert ("mentions", "J45.909") in {(each.role, each.value) for each in entries(page.record)}


@pytest.mark.parametrize(
    ("code", "first", "last", "system", "inside"),
    [
        ("J7321", "J7321", "J7325", "HCPCS", True),
        ("J7325", "J7321", "J7325", "HCPCS", True),
        ("J7326", "J7321", "J7325", "HCPCS", False),
        ("K7323", "J7321", "J7325", "HCPCS", False),
        ("62322", "62320", "62323", "CPT", True),
        ("6232T", "62320", "62323", "CPT", False),
        ("D1110", "D0120", "D1999", "CDT", True),
        ("471", "469", "470", "MS-DRG", False),
        ("0365", "0360", "0369", "REVENUE", True),
        ("D489", "C00", "D49", "ICD-10-CM", True),
        ("D49", "C00", "D49", "ICD-10-CM", True),
        ("D499", "C00", "D49", "ICD-10-CM", True),
        ("D500", "C00", "D49", "ICD-10-CM", False),
        ("F5", "FA", "F9", "MODIFIER", True),
    ],
)
def test_what_lies_in_a_range(code: str, first: str, last: str, system: str, inside: bool) -> None:
    assert lies_within(code, first, last, system) == inside
