"""The form of a code of each system.

Form alone decides what a code *can* be; nothing here says that a code exists. Sources of the forms:
CPT: five characters, four digits and a digit or one of A, F, M, T, U (AMA categories I–III, PLA, MAAA);
HCPCS Level II: a letter A–V and four digits (CMS); CDT: D and four digits (ADA); modifiers: two
characters (AMA, CMS); provider taxonomy: ten characters, the last an X (NUCC); ICD-10-CM: three to seven
characters with a point after the third (NCHS).
"""

import re

from extractors.record.model import CodeSystem

MODIFIER = r"[0-9A-Z]{2}"
TAXONOMY = r"[0-9]{3}[0-9A-Z]{6}X"
ICD10CM = r"[A-Z][0-9][0-9AB](?:\.[0-9A-Z]{1,4})?"
CPT = r"[0-9]{4}[0-9AFMTU]"
HCPCS = r"[A-V][0-9]{4}"
ICD10PCS = r"(?=[A-Z]{0,6}[0-9])[0-9A-HJ-NP-Z]{7}"


def system_of(printed: str, value: str | None) -> CodeSystem:
    """Return the system that a printed name and the form of the value mean.

    >>> system_of("CPT", "J1931"), system_of("HCPCS Level II", "Q4333"), system_of("CPT4", None)
    ('HCPCS', 'HCPCS', 'CPT')
    """
    name = printed.upper()
    if name.startswith("ICD"):
        return "ICD-10-PCS" if name.endswith("PCS") else "ICD-10-CM"
    if name.startswith("CDT"):
        return "CDT"
    if "DRG" in name:
        return "MS-DRG"
    if name.startswith("REV"):
        return "REVENUE"
    if value:
        return procedure_system(value)
    return "CPT" if name.startswith("CPT") else "HCPCS"


def procedure_system(value: str) -> CodeSystem:
    """Return the system whose form a code has: CDT, HCPCS Level II, CPT, ICD-10-PCS, else ICD-10-CM.

    >>> [procedure_system(code) for code in ("D1110", "J1095", "0242U", "M54.50")]
    ['CDT', 'HCPCS', 'CPT', 'ICD-10-CM']
    """
    if re.fullmatch(HCPCS, value):
        return "CDT" if value.startswith("D") else "HCPCS"
    if re.fullmatch(CPT, value):
        return "CPT"
    return "ICD-10-PCS" if re.fullmatch(ICD10PCS, value) else "ICD-10-CM"
