"""Cron lines mean the same to our check, which knows no Prefect, and to Prefect, which reads them."""

import importlib
from datetime import UTC, datetime

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.errors import UsageError
from flows.orchestration.timetable import timetable

PREFECTS = importlib.import_module("prefect._vendor.croniter").croniter  # untyped; its server reads by it
NOW = datetime(2027, 1, 29, 7, tzinfo=UTC)
NAMES = ["jan", "may", "aug", "nov", "mon", "wed", "SAT"]


@st.composite
def fields(draw: st.DrawFn, low: int, high: int) -> str:
    value = st.integers(low, high).map(str) | st.sampled_from(NAMES)
    span = st.tuples(value, value).map("-".join)
    step = st.tuples(span | st.just("*") | value, st.integers(1, 40).map(str)).map("/".join)
    odd = st.sampled_from(["*", "L", "LW", "5L", "5#2", "?", "*/1"])
    return ",".join(draw(st.lists(value | span | step | odd, min_size=1, max_size=3)))


LINES = st.tuples(
    st.just("0") | fields(0, 59),
    st.just("0") | fields(0, 23),
    st.just("*") | fields(1, 31),
    st.just("*") | fields(1, 12),
    st.just("*") | fields(0, 7),
).map(" ".join)


@settings(max_examples=400, deadline=None)
@given(LINES)
def test_a_line_that_is_taken_means_the_same_to_prefect(line: str) -> None:
    try:
        timetable(line, None, "UTC")
    except UsageError:
        return
    ours, theirs = CronSim(line, NOW), PREFECTS(line, NOW)
    assert [next(ours) for _ in range(5)] == [theirs.get_next(datetime) for _ in range(5)]


@pytest.mark.parametrize(
    "line",
    [
        "0 0 0 * * *",
        "0 6 * *",
        "0 0 LW * *",
        "0 0 * * 5L",
        "0 0 1 * 5#2",
        "0 0 * * 5#2,1",
        "0 0 */2 * 1",
        "0 0 1 * */2",
        "0 0 * * 1/2",
        "5-5 * * * *",
        "0 0 * * 1-mon",
        "0 0 */5 * *",
        "0 0 1,15,31 * *",
        "0 0 30 feb thu",
        "@daily",
        "0 0 * * *,1",
    ],
)
def test_a_line_that_prefect_and_cron_would_not_read_alike_is_refused(line: str) -> None:
    with pytest.raises(UsageError, match=r"write five (plain )?fields, such as"):
        timetable(line, None, "UTC")


@pytest.mark.parametrize(
    "line",
    [
        "0 6 * * *",
        "*/5 * * * *",
        "0 6,18 * * mon-fri",
        "0 0 1,15 * *",
        "0 0 L * *",
        "30 2 1 */3 *",
        "0 0 * * 5#2",
        "0 0 1 * 1",
        "5-50/15 8-18 * jan-jun 1-5",
        "0 0 */2 * *",
        "0 0 28-31 * *",
        " 0  6\t* * 7",
    ],
)
def test_usual_lines_are_taken(line: str) -> None:
    assert timetable(line, None, "UTC").cron == line
