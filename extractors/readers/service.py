"""Service type and sites of service: from label lines first, else from the sentences that tell them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from extractors.readers.sites import is_place, pos_codes, sites
from extractors.record.model import Passage, Site, Span
from extractors.record.readings import Fact, Gap, Reading
from extractors.structure.document import Document, Section
from extractors.structure.labels import Labelled, first_label, labelled
from extractors.structure.placeholders import placeholder
from extractors.text.reading_text import trim
from extractors.vocabulary.vocabulary import Vocabulary

LABELS: Mapping[str, str] = {
    "service type": "service_type",
    "service types": "service_type",
    "type of service": "service_type",
    "service category": "service_type",
    "primary service type": "service_type",
    "typical site of service": "sites_of_service",
    "typical sites of service": "sites_of_service",
    "site of service": "sites_of_service",
    "sites of service": "sites_of_service",
    "common site of service": "sites_of_service",
    "common sites of service": "sites_of_service",
    "place of service": "sites_of_service",
    "places of service": "sites_of_service",
    "typical place of service": "sites_of_service",
    "typical setting": "sites_of_service",
    "typical site": "sites_of_service",
}
_TYPE = (
    re.compile(
        r"\b(?:falls|fall|is classified|classified|is categorized|belongs)\s+(?:under|in|to|within|into)\s++"
        r"(?:the\s++|an?\s++)?(?P<value>[^.;:]{2,120}?)(?<!\s)\s++"
        r"(?:service type|type of service|service category)\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:the\s+)?(?:primary\s+|typical\s+)?(?:service type|type of service)"
        r"(?:\s+for\s+(?:this code|[A-Z0-9]{5}))?\s++is\s++(?P<value>[^.;:]{2,200}?)"
        r"(?=(?<!\s)\s++(?:rather than|and the|while|with the)\b|,\s+and\b|[.;:]|$)",
        re.IGNORECASE,
    ),
)
_SITE_IS = re.compile(
    r"\b(?:typical |usual |common |primary )?(?:sites?|places?) of service"
    r"(?:\s++(?:for|of)\s++[^.;:]{2,40}?(?<!\s))?\s++(?:is|are|includes?)\s+"
    r"(?:typically\s+|usually\s+|most often\s+)?",
    re.IGNORECASE,
)
_SETTING = re.compile(
    r"\b(?:in|at|within|from)\s++(?:an?\s++|the\s++|both\s++)?"
    r"(?P<place>(?:(?!\b(?:in|at|within|from)\b)[^.;,()]){3,70}?)(?:(?<!\s)\s++(?:settings?|environments?)\b|"
    r"(?=(?:,|(?!(?<=\s)\s))\s*+\(?(?:specifically\s++|(?:designated\s++|reported\s++)?as\s++|at\s++|using\s++|with\s++|under\s++)?"
    r"(?:place of service|POS)\b))",
    re.IGNORECASE,
)
_POS_AFTER = re.compile(
    r"[^.;]{0,40}?\b(?:POS|place of service)(?:\s++codes?)?\s*+(?:[:#]\s*+)?(?P<pos>\d{2}(?:\s*(?:,|/|and|or)"
    r"\s*\d{2})*)\b",
    re.IGNORECASE,
)
_DONE_IN = re.compile(
    r"\b(?:performed|provided|delivered|furnished|rendered|billed|reported|done|used|utilized|administered|"
    r"carried out|"
    r"conducted|held|takes? place|occurs?|offered|given|available)\s+(?:(?:most\s+)?\w+ly\s+|"
    r"most\s+often\s+)?(?:in|at|within)\s+",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:(?:this|the|it|these|services?|procedures?|codes?|tests?|is|are|usually|typically|commonly|often|most|"
    r"generally|may|can|be)\b\s*)*",
    re.IGNORECASE,
)
_HANGS = re.compile(r"(?:,|\b(?:and|or|and/or))\s{0,3}$")
_SENTENCE_END = re.compile(r"\.(?=\s|$)|\n|$")


def service_facts(section: Section, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    """Read service type and sites of service of an overview."""
    pairs, notes = labelled(section, document, LABELS)
    yield from notes
    given = {pair.field for pair in pairs}
    for pair in pairs:
        yield from labelled_service(pair, document, vocabulary)
    prose = document.body(section.lines[: first_label(section, document, LABELS)]) or document.body(
        section.lines
    )
    if prose and "service_type" not in given:
        yield from _told_type(document, prose.span)
    if prose and "sites_of_service" not in given:
        yield from told_sites(document, prose.span, vocabulary)


def labelled_service(pair: Labelled, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    """Read the value of one label."""
    start, end = pair.value
    words = document.source[start:end]
    if not words:
        yield Gap(pair.field, "truncated", pair.span)
    elif placeholder(words) is not None:
        yield Gap(pair.field, "placeholder", pair.span)
    elif pair.field == "service_type":
        yield Fact("service_type", Passage(text=words, span=pair.value), pair.span)
    elif done := _DONE_IN.search(document.source, *_led(pair.value, document)):
        stop = _sentence_end(document.source, done.end(), end)
        yield from sites(document.source, (done.end(), stop), vocabulary)
    else:
        yield from _listed_sites(pair.value, document, vocabulary)


def _listed_sites(value: Span, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    """The places of a list; one that ends in "or" or a comma breaks off behind the last of them."""
    found = list(sites(document.source, value, vocabulary))
    cut = bool(found) and _HANGS.search(document.source[slice(*value)]) is not None
    yield from found[:-1] if cut else found
    if cut:
        last = found[-1]
        yield replace(last, value=last.value.model_copy(update={"complete": False}))
        yield Gap("sites_of_service", "truncated", value)


def _led(value: Span, document: Document) -> Span:
    """The value where it is a sentence, "This service is usually performed in …"; else nothing of it."""
    lead = _LEAD.match(document.source, *value)
    done = _DONE_IN.match(document.source, lead.end(), value[1]) if lead else None
    return (done.start(), value[1]) if done else (value[1], value[1])


def _told_type(document: Document, span: Span) -> Iterator[Reading]:
    for pattern in _TYPE:
        found = pattern.search(document.source, *span)
        if found:
            start, end = trim(document.source, *found.span("value"))
            lead = re.compile(r"(?:an?|the)\s+", re.IGNORECASE).match(document.source, start, end)
            start = lead.end() if lead else start
            yield Fact(
                "service_type", Passage(text=document.source[start:end], span=(start, end)), (start, end)
            )
            return


def told_sites(document: Document, span: Span, vocabulary: Vocabulary) -> Iterator[Fact]:
    """Read sites from sentences: "the site of service is …", "in the … setting", "performed in …"."""
    source = document.source
    named = _SITE_IS.search(source, *span)
    if named:
        yield from sites(source, (named.end(), _sentence_end(source, named.end(), span[1])), vocabulary)
        return
    settings = list(_settings(source, span, vocabulary))
    if settings:
        yield from settings
        return
    done = _DONE_IN.search(source, *span)
    if done:
        stretch = (done.end(), _sentence_end(source, done.end(), span[1]))
        yield from (
            fact
            for fact in sites(source, stretch, vocabulary)
            if is_place(source[slice(*fact.span)], vocabulary)
        )


def _settings(source: str, span: Span, vocabulary: Vocabulary) -> Iterator[Fact]:
    seen: set[str] = set()
    for found in _SETTING.finditer(source, *span):
        start, end = trim(source, *found.span("place"))
        after = _POS_AFTER.match(source, found.end(), _sentence_end(source, found.end(), span[1]))
        place = source[start:end]
        if (after or is_place(place, vocabulary)) and place.lower() not in seen:
            seen.add(place.lower())
            printed = tuple(re.findall(r"\d{2}", after["pos"])) if after else ()
            site = Site(text=place, span=(start, end), pos_codes=printed or pos_codes(place, vocabulary))
            yield Fact("sites_of_service", site, site.span)


def _sentence_end(source: str, start: int, end: int) -> int:
    found = _SENTENCE_END.search(source, start, end)
    return found.start() if found else end
