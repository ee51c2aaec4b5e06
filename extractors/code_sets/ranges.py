"""Whether a code lies in a range as it is printed: ``J7321-J7325``, ``M54.10-M54.18``, ``TA-T9``."""

import re


def lies_within(code: str, first: str, last: str, system: str) -> bool:
    """Return whether a code lies in a range of its system, its ends included.

    A range of ICD-10-CM holds what its categories are divided into; one of any other system only codes that
    have the form of its ends, with the same letters.

    Args:
        code: without point, in capitals, as the others are.
        first: where the range begins.
        last: where it ends.
        system: that of the range.

    >>> lies_within("J7323", "J7321", "J7325", "HCPCS"), lies_within("0002T", "0001F", "0005F", "CPT")
    (True, False)
    >>> lies_within("M5416", "M541", "M545", "ICD-10-CM"), lies_within("M5460", "M541", "M545", "ICD-10-CM")
    (True, False)
    >>> lies_within("T5", "TA", "T9", "MODIFIER"), lies_within("FA", "TA", "T9", "MODIFIER")
    (True, False)
    """
    if system == "ICD-10-CM":
        return first <= code[: len(first)] and code[: len(last)] <= last
    if system == "MODIFIER" and first.endswith("A"):
        first = f"{first[:-1]}0"  # the great toe and the thumb, TA and FA, come before T1 and F1
    return len({re.sub("[0-9]", "0", each) for each in (code, first, last)}) == 1 and first <= code <= last
