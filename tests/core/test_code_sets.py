"""The code sets of the package: which codes there are, by edition."""

import re

import pytest

from extractors import CodeSetError
from extractors.code_sets.code_set import parse_code_set
from extractors.resources import CODE_SETS, code_set

HEAD = "# system: POS\n# edition: 1\n# source: s\n# rights: r\n"


@pytest.mark.parametrize("system", CODE_SETS)
def test_a_set_says_what_it_is_and_who_owns_it(system: str) -> None:
    found = code_set(system)
    assert found.system == system
    assert re.fullmatch(r"20\d\d-\d\d|25\.1", found.edition)
    assert found.source
    assert found.rights


@pytest.mark.parametrize(
    ("system", "there", "absent"),
    [
        pytest.param("CPT", ("00620", "01937", "0075T", "0202U"), ("01935", "01936", "99999"), id="CPT"),
        pytest.param("HCPCS", ("E0601", "J1094", "G0438"), ("E9999", "20610"), id="HCPCS"),
        pytest.param(
            "ICD-10-CM", ("M54", "M54.16", "QA0.0101", "U07.1"), ("M54.99", "54.16"), id="ICD-10-CM"
        ),
        pytest.param("NUCC", ("207L00000X", "246ZS0400X"), ("207L00000Y",), id="NUCC"),
        pytest.param("MODIFIER", ("22", "QS", "P1", "JZ"), ("00",), id="modifiers"),
        pytest.param("POS", ("02", "11", "22"), ("30",), id="place of service"),
        pytest.param("REVENUE", ("0360", "0762"), ("9999",), id="revenue"),
        pytest.param("TOB", ("111", "131"), ("000",), id="type of bill"),
    ],
)
def test_codes_that_there_are_and_are_not(
    system: str, there: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    found = code_set(system)
    assert [code for code in there if code not in found] == []
    assert [code for code in absent if code in found] == []


@pytest.mark.parametrize("code", ["S83.242A", "T14.90XA", "W19.XXXD", "S72.001K"])
def test_a_seventh_character_extends_a_code_that_asks_for_one(code: str) -> None:
    assert code in code_set("ICD-10-CM")


@pytest.mark.parametrize("code", ["M54.16XA", "S83.242Z", "S83.24XA", "W19XXXXA", "Z99.999A"])
def test_a_seventh_character_extends_no_other_code(code: str) -> None:
    assert code not in code_set("ICD-10-CM")


def test_what_stands_behind_a_code() -> None:
    assert code_set("NUCC").entry("207L00000X") == ("Anesthesiology Physician",)
    retired = code_set("NUCC").entry("246ZS0400X")
    assert retired
    assert retired[1] == "14.0"
    assert code_set("HCPCS").entry("E0601") == ()
    assert code_set("POS").entry("99999") is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param("11\tOffice\n", "does not say system, edition, source, rights", id="no head"),
        pytest.param(HEAD, "holds no entries", id="no entries"),
    ],
)
def test_a_malformed_file_is_named(content: str, told: str) -> None:
    with pytest.raises(CodeSetError, match=told) as raised:
        parse_code_set("pos.tsv", content)
    assert raised.value.file == "pos.tsv"


@pytest.mark.parametrize("system", CODE_SETS)
def test_the_entries_stand_in_order_and_once(system: str) -> None:
    codes = [entry.partition("\t")[0] for entry in code_set(system).entries]
    assert codes == sorted(set(codes))
