"""Sites of service: one place an item, without the clause behind the list, and the numbers it can mean."""

from collections.abc import Callable

import pytest

from extractors import Vocabulary
from extractors.readers.service import service_facts
from extractors.readers.sites import is_place, pos_codes, sites
from extractors.record.model import Passage, Site
from extractors.record.readings import Fact, Gap
from extractors.structure.document import Document, Section


def listed(words: str, vocabulary: Vocabulary) -> list[tuple[str, tuple[str, ...]]]:
    source = f"Site: {words}"
    found = [fact.value for fact in sites(source, (6, len(source)), vocabulary)]
    places = [value for value in found if isinstance(value, Site)]
    assert all(source[slice(*place.span)] == place.text for place in places)
    return [(place.text, place.pos_codes) for place in places]


@pytest.mark.parametrize(
    ("words", "places"),
    [
        pytest.param("Office", [("Office", ("11",))], id="one"),
        pytest.param("Office.", [("Office", ("11",))], id="full stop"),
        pytest.param("an office", [("office", ("11",))], id="article"),
        pytest.param(
            "Ambulatory surgery center or hospital outpatient department",
            [("Ambulatory surgery center", ("24",)), ("hospital outpatient department", ("19", "22"))],
            id="or",
        ),
        pytest.param(
            "office, home, and clinic", [("office", ("11",)), ("home", ("12",)), ("clinic", ())], id="commas"
        ),
        pytest.param("Office; home", [("Office", ("11",)), ("home", ("12",))], id="semicolon"),
        pytest.param("home / office", [("home", ("12",)), ("office", ("11",))], id="slash"),
        pytest.param("clinic and/or home", [("clinic", ()), ("home", ("12",))], id="and/or"),
        pytest.param("Office, where a monitor stands", [("Office", ("11",))], id="where"),
        pytest.param("Office depending on need", [("Office", ("11",))], id="depending on"),
        pytest.param("Office. It is quiet there.", [("Office", ("11",))], id="next sentence"),
        pytest.param("Office (POS 22), clinic", [("Office", ("22",)), ("clinic", ())], id="printed number"),
        pytest.param("Office (place of service 11)", [("Office", ("11",))], id="printed in words"),
        pytest.param("hospitals (POS 21, 22)", [("hospitals", ("21", "22"))], id="printed numbers"),
        pytest.param(
            "ambulatory surgical center (ASC), or office",
            [("ambulatory surgical center", ("24",)), ("office", ("11",))],
            id="an abbreviation in brackets",
        ),
        pytest.param(
            "Hospital, including emergency departments and clinics",
            [("Hospital", ()), ("emergency departments", ("23",)), ("clinics", ())],
            id="including",
        ),
        pytest.param(
            "orthotics or prosthetics clinic",
            [("orthotics or prosthetics clinic", ())],
            id="one name with or",
        ),
        pytest.param("operating room", [("operating room", ())], id="a room"),
        pytest.param(
            "Hospital including emergency departments",
            [("Hospital", ()), ("emergency departments", ("23",))],
            id="including without a comma",
        ),
        pytest.param("Office**", [("Office", ("11",))], id="a sign behind it"),
        pytest.param("Office:", [("Office", ("11",))], id="a colon behind it"),
        pytest.param(
            "office for adults, home for children",
            [("office", ("11",)), ("home", ("12",))],
            id="for between places",
        ),
        pytest.param("office for adults, or quiet", [("office", ("11",))], id="for and no place behind it"),
        pytest.param("telehealth", [("telehealth", ("02", "10"))], id="two numbers"),
        pytest.param("", [], id="nothing"),
        pytest.param("where it is quiet", [], id="only a clause"),
    ],
)
def test_a_list_of_places(
    vocabulary: Vocabulary, words: str, places: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert listed(words, vocabulary) == places


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        pytest.param("office", ("11",), id="name"),
        pytest.param("OFFICE", ("11",), id="upper case"),
        pytest.param("offices", ("11",), id="plural"),
        pytest.param("urgent care facilities", ("20",), id="plural in -ies"),
        pytest.param("skilled nursing facility", ("31",), id="facility belongs to the name"),
        pytest.param("office setting", ("11",), id="setting"),
        pytest.param("Hospital outpatient department", ("19", "22"), id="two numbers"),
        pytest.param("hospital", (), id="ambiguous"),
        pytest.param("hospital operating room", (), id="a room of a hospital"),
        pytest.param("radiology suite", (), id="a suite"),
        pytest.param("moon", (), id="unknown"),
        pytest.param("", (), id="empty"),
        pytest.param("setting", (), id="a tail alone"),
    ],
)
def test_place_of_service_numbers(vocabulary: Vocabulary, name: str, numbers: tuple[str, ...]) -> None:
    assert pos_codes(name, vocabulary) == numbers


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("a quiet clinic", True),
        ("Clinic.", True),
        ("telehealth", True),
        ("office (POS 11)", True),
        ("a quiet hour", False),
        ("", False),
        ("POS 11", False),
    ],
)
def test_words_that_end_like_a_place(vocabulary: Vocabulary, words: str, place: bool) -> None:
    assert is_place(words, vocabulary) is place


def told(
    section: Section, document: Document, vocabulary: Vocabulary
) -> tuple[list[str], list[tuple[str, tuple[str, ...]]], list[tuple[str, str]]]:
    readings = list(service_facts(section, document, vocabulary))
    values = [reading.value for reading in readings if isinstance(reading, Fact)]
    for value in values:
        assert isinstance(value, Passage)
        assert document.source[slice(*value.span)] == value.text
    return (
        [value.text for value in values if isinstance(value, Passage) and not isinstance(value, Site)],
        [(value.text, value.pos_codes) for value in values if isinstance(value, Site)],
        [(reading.field, reading.status) for reading in readings if isinstance(reading, Gap)],
    )


@pytest.mark.parametrize(
    ("words", "types", "places"),
    [
        pytest.param(
            "Service type: Joint care\nSite of service: Office",
            ["Joint care"],
            [("Office", ("11",))],
            id="labels",
        ),
        pytest.param("It falls under the surgical service type.", ["surgical"], [], id="falls under"),
        pytest.param("It belongs to the imaging service category.", ["imaging"], [], id="belongs to"),
        pytest.param("The service type is a joint injection.", ["joint injection"], [], id="is"),
        pytest.param(
            "The service type for this code is anesthesia, and the typical site of service is an office.",
            ["anesthesia"],
            [("office", ("11",))],
            id="type and site in one sentence",
        ),
        pytest.param(
            "The usual place of service is the office or home.",
            [],
            [("office", ("11",)), ("home", ("12",))],
            id="site is",
        ),
        pytest.param("It is given in the office setting.", [], [("office", ("11",))], id="setting"),
        pytest.param(
            "It is given in the outpatient hospital setting (POS 22).",
            [],
            [("outpatient hospital", ("22",))],
            id="setting and number",
        ),
        pytest.param(
            "Delivered at home with place of service 12.", [], [("home", ("12",))], id="with place of service"
        ),
        pytest.param(
            "In the office setting, then in the office setting.", [], [("office", ("11",))], id="each once"
        ),
        pytest.param(
            "It is usually performed in an office or at home.",
            [],
            [("office", ("11",)), ("home", ("12",))],
            id="performed in",
        ),
        pytest.param("It is performed in silence.", [], [], id="in no place"),
        pytest.param("Nothing of it.", [], [], id="nothing"),
        pytest.param(
            "Given in the office setting.\nSite of service: Home",
            [],
            [("Home", ("12",))],
            id="labels beat prose",
        ),
        pytest.param(
            "Service type: X\nIt is performed in an office.",
            ["X"],
            [("office", ("11",))],
            id="prose behind a label tells the rest",
        ),
    ],
)
def test_service_type_and_sites(
    part: Callable[..., tuple[Section, Document]],
    vocabulary: Vocabulary,
    words: str,
    types: list[str],
    places: list[tuple[str, tuple[str, ...]]],
) -> None:
    assert told(*part(words, last=False), vocabulary)[:2] == (types, places)


@pytest.mark.parametrize(
    ("words", "gaps"),
    [
        pytest.param("Service type:", [("service_type", "truncated")], id="no value"),
        pytest.param("Service type: Not specified", [("service_type", "placeholder")], id="placeholder"),
        pytest.param(
            "Site of service: N/A", [("sites_of_service", "placeholder")], id="placeholder for a site"
        ),
    ],
)
def test_labels_without_a_value_are_gaps(
    part: Callable[..., tuple[Section, Document]],
    vocabulary: Vocabulary,
    words: str,
    gaps: list[tuple[str, str]],
) -> None:
    assert told(*part(words), vocabulary)[2] == gaps


@pytest.mark.parametrize(
    ("words", "place", "count"),
    [
        pytest.param("office; " * 3000, "office", 3000, id="semicolons"),
        pytest.param("office for x, " * 2000, "office", 2000, id="clauses between"),
        pytest.param("office including " * 400 + "office", "office", 401, id="including"),
        pytest.param("x or " * 12 + "office", "x or " * 12 + "office", 1, id="or without a place"),
    ],
)
def test_a_list_without_end_is_read_to_its_end(
    vocabulary: Vocabulary, words: str, place: str, count: int
) -> None:
    assert [text for text, _ in listed(words, vocabulary)] == [place] * count


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        pytest.param("inpatient or outpatient hospital", ("19", "21", "22"), id="two kinds"),
        pytest.param("x or " * 1200 + "y z", (), id="many kinds"),
    ],
)
def test_place_of_service_numbers_of_two_kinds_of_a_place(
    vocabulary: Vocabulary, name: str, numbers: tuple[str, ...]
) -> None:
    assert pos_codes(name, vocabulary) == numbers
