"""Label lines: bulleted, emphasised, run together, in two cells, or with the value below."""

import re
from collections.abc import Callable

import pytest

from extractors.readers.service import LABELS
from extractors.record.model import Repair
from extractors.structure.document import Document, Section
from extractors.structure.labels import first_label, labelled

TYPE, SITE = "service_type", "sites_of_service"
LABEL = re.compile(r"\W*(?:service\s+type|site of service)", re.IGNORECASE)


@pytest.mark.parametrize(
    ("words", "pairs", "kinds"),
    [
        pytest.param("Service type: Surgery", [(TYPE, "Surgery")], [], id="plain"),
        pytest.param("SERVICE  TYPE : Surgery", [(TYPE, "Surgery")], [], id="case and spaces"),
        pytest.param("• Service type: Surgery", [(TYPE, "Surgery")], [], id="bullet"),
        pytest.param("**Service type:** Surgery", [(TYPE, "Surgery")], [], id="emphasised label"),
        pytest.param("Service type: **Surgery**", [(TYPE, "Surgery")], [], id="emphasised value"),
        pytest.param("Service type:\nSurgery", [(TYPE, "Surgery")], ["label.value_below"], id="value below"),
        pytest.param(
            "Service type:\n- Surgery", [(TYPE, "Surgery")], ["label.value_below"], id="bulleted value below"
        ),
        pytest.param("-\nService type: X", [(TYPE, "X")], ["bullet.detached"], id="bullet above"),
        pytest.param(
            "Service type:\n**Surgery**",
            [(TYPE, "Surgery")],
            ["label.value_below"],
            id="emphasised value below",
        ),
        pytest.param("Service type: Surgery*", [(TYPE, "Surgery")], [], id="one sign"),
        pytest.param("Service type: Surgery\nOf joints", [(TYPE, "Surgery")], [], id="words below"),
        pytest.param("---\nService type: X", [(TYPE, "X")], [], id="rule above"),
        pytest.param("Service type:", [(TYPE, "")], [], id="nothing follows"),
        pytest.param("Service type:\nSite of service: B", [(TYPE, ""), (SITE, "B")], [], id="a label below"),
        pytest.param("Service type:\nOther:\nx", [(TYPE, "")], [], id="another label below"),
        pytest.param("Service type:\n| a | b |", [(TYPE, "")], [], id="a table below"),
        pytest.param(
            "Service type: A. Site of service: B",
            [(TYPE, "A."), (SITE, "B")],
            ["label.run_together"],
            id="run together",
        ),
        pytest.param(
            "Service type: FooSite of service: B",
            [(TYPE, "Foo"), (SITE, "B")],
            ["label.run_together"],
            id="glued",
        ),
        pytest.param(
            "- Service type: A - Site of service: B",
            [(TYPE, "A"), (SITE, "B")],
            ["label.run_together"],
            id="dashes",
        ),
        pytest.param(
            "Service type: A | Site of service: B",
            [(TYPE, "A"), (SITE, "B")],
            ["label.run_together"],
            id="pipe",
        ),
        pytest.param("| Service type: | X |", [(TYPE, "X")], [], id="cells of pipes"),
        pytest.param("(see)a Service type: odd", [], [], id="behind a letter"),
        pytest.param("a Service type: odd", [], [], id="behind the first letter"),
        pytest.param("aService type: odd", [], [], id="glued to the first letter"),
        pytest.param("The service type: odd", [], [], id="inside a sentence"),
        pytest.param("Service types of all kinds", [], [], id="no colon"),
    ],
)
def test_pairs(
    part: Callable[..., tuple[Section, Document]], words: str, pairs: list[tuple[str, str]], kinds: list[str]
) -> None:
    here, document = part(words)
    found, notes = labelled(here, document, LABELS)
    assert [(pair.field, document.source[slice(*pair.value)]) for pair in found] == pairs
    assert [note.kind for note in notes if isinstance(note, Repair)] == kinds
    for pair in found:
        assert pair.span[0] <= pair.value[0] <= pair.value[1] <= pair.span[1]
        assert LABEL.match(document.source[slice(*pair.span)])


@pytest.mark.parametrize(
    ("markup", "pairs"),
    [
        pytest.param("<table><tr><th>Service type<td>A</table>", [(TYPE, "A")], id="two cells"),
        pytest.param("<table><tr><td>Service type:<td>A</table>", [(TYPE, "A")], id="two cells with colon"),
        pytest.param("<table><tr><td>Something<td>A</table>", [], id="two other cells"),
        pytest.param("<dl><dt>Service type<dd>A</dl>", [(TYPE, "A")], id="definition list"),
        pytest.param("<p><b>Service type</b></p><p>A</p>", [(TYPE, "A")], id="strong line"),
        pytest.param("<p>Service type</p><p>A</p>", [("service_type", "A")], id="plain line without colon"),
        pytest.param("<p><b>Service type:</b> A</p>", [(TYPE, "A")], id="strong label"),
    ],
)
def test_pairs_of_markup(
    part: Callable[..., tuple[Section, Document]], markup: str, pairs: list[tuple[str, str]]
) -> None:
    here, document = part(markup, media_type="text/html")
    found, _ = labelled(here, document, LABELS)
    assert [(pair.field, document.source[slice(*pair.value)]) for pair in found] == pairs


@pytest.mark.parametrize(
    ("words", "index"),
    [
        pytest.param("Prose.\nService type: A", 1, id="behind prose"),
        pytest.param("Prose.\n•\nService type: A", 1, id="its lone bullet belongs to it"),
        pytest.param("•\nService type: A", 0, id="a lone bullet on top"),
        pytest.param("Prose.\nMore.", 2, id="none"),
        pytest.param("It is done. Service type: A", 1, id="inside prose"),
        pytest.param("(ii) Service type: A", 0, id="behind four characters"),
        pytest.param("(iii) Service type: A", 1, id="behind five characters"),
        pytest.param("- Service type: A", 0, id="bulleted"),
    ],
)
def test_the_first_label(part: Callable[..., tuple[Section, Document]], words: str, index: int) -> None:
    assert first_label(*part(words), LABELS) == index


def test_a_line_aligned_in_columns_is_read_at_once(part: Callable[..., tuple[Section, Document]]) -> None:
    # 26 blanks took 29 s, each further one twice as long
    line = "Service type: Surgery" + " " * 2000 + "- " * 2000 + "| " * 2000 + "Site of service: Hospital"
    labels = {"service type": "a", "site of service": "b"}
    pairs, _ = labelled(*part("Words above.\n" + line), labels)
    assert [pair.field for pair in pairs] == ["a", "b"]


@pytest.mark.parametrize(("length", "fields"), [(59, ["a"]), (60, [])])
def test_a_label_without_a_colon_is_short(
    part: Callable[..., tuple[Section, Document]], length: int, fields: list[str]
) -> None:
    words = "L" + "x" * (length - 1)
    pairs, _ = labelled(*part(f"{words}\nThe value."), {words.lower(): "a"})
    assert [pair.field for pair in pairs] == fields
