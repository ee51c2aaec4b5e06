"""When scheduled runs start: a cron line or an interval, and the time zone that cron lines are read in."""

import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from flows.errors import UsageError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LENGTH = re.compile(r"(\d{1,9})([smhd])")
_SHORTEST = 5  # seconds; a run takes longer to start
_ZONES = "zoneinfo/"
_NUMBERS, _NAMES = r"\d{1,2}(?:-\d{1,2}(?:/\d{1,2})?)?", r"[a-z]{3}(?:-[a-z]{3})?"
_LIST = re.compile(rf"(?:{_NUMBERS}|{_NAMES})(?:,(?:{_NUMBERS}|{_NAMES}))*", re.IGNORECASE)
_STEPS = re.compile(r"\*(?:/\d{1,2})?")
_NO_RANGE = re.compile(r"\b0?(\w{1,3})-0?\1\b", re.IGNORECASE)
_NTH = re.compile("[0-6]#[1-5]")  # such as the second Friday of a month
# Of these days, Prefect leaves out the first ones of March: it asks for the 31st of February before.
_LATE_DAYS = re.compile(r"/(?!0?[12]$)|(?:29|3[01]),|,(?:29|3[01])|,\d+-(?:29|3[01])")
_LAST = "L"  # day of a month


class Timetable(NamedTuple):
    """Either a cron line and its time zone, or seconds between two runs."""

    cron: str | None
    every: float | None
    timezone: str


def timetable(cron: str | None, every: str | None, timezone: str | None) -> Timetable:
    """Return the timetable that the options of a command ask for.

    Raises:
        UsageError: they ask for none, for two, or for one that cannot be.

    >>> timetable(None, "15m", "UTC")
    Timetable(cron=None, every=900.0, timezone='UTC')
    """
    if (cron is None) == (every is None):
        message = 'say when to run: either --cron "0 6 * * *" or --every 15m'
        raise UsageError(message)
    zone = timezone or _local_zone()
    if not _is_zone(zone):
        message = f"{zone} is no time zone; name one such as --timezone Europe/Berlin or --timezone UTC"
        raise UsageError(message)
    if cron is not None:
        _check_cron(cron)
    return Timetable(cron, None if every is None else _seconds(every).total_seconds(), zone)


def _check_cron(cron: str) -> None:
    """Refuse a line that Prefect would refuse, or read in another way than cron does.

    Prefect knows seconds and years besides, and no ``LW`` or ``5L``; where a list or a range is odd, it and
    cron differ without a word. What is left is read alike by all.
    """
    fields = cron.split()
    try:
        CronSim(cron, datetime.now(UTC))
        if len(fields) == 5 and fields[4] != "*":
            CronSim(
                " ".join([*fields[:4], "*"]), datetime.now(UTC)
            )  # Prefect asks that the day exists as well
    except CronSimError as error:
        message = (
            f'{cron} is no cron line ({error}); write five fields, such as "0 6 * * *" for 6:00 every day'
        )
        raise UsageError(message) from error
    fault = _ambiguity(fields)
    if fault:
        message = (
            f'{cron} is read in more than one way ({fault}); write five plain fields, such as "0 6 * * 1-5"'
        )
        raise UsageError(message)


def _ambiguity(fields: Sequence[str]) -> str | None:
    """Say what in a cron line has no one meaning; None where all has.

    >>> _ambiguity("0 6 */2 * 1".split())
    'days by * and by number together'
    """
    if len(fields) != 5:
        return f"{len(fields)} fields"
    *_, day, _month, weekday = fields
    if "*" not in {day, weekday} and (day.startswith("*") or weekday.startswith("*")):
        return "days by * and by number together"
    for number, field in enumerate(fields):
        last = number == 2 and field == _LAST
        nth = number == 4 and day == "*" and _NTH.fullmatch(field)
        if not (last or nth or _is_plain(field, steps=number != 4)):
            return field
    return day if _LATE_DAYS.search(day) else None


def _is_plain(field: str, *, steps: bool) -> bool:
    """Whether a field is a star, or a list of values and of ranges that go up."""
    if _STEPS.fullmatch(field):
        return True
    return bool(_LIST.fullmatch(field)) and not _NO_RANGE.search(field) and (steps or "/" not in field)


def _seconds(every: str) -> timedelta:
    found = _LENGTH.fullmatch(every.strip())
    if not found or not _SHORTEST <= int(found[1]) * _UNITS[found[2]] <= 366 * _UNITS["d"]:
        message = f"{every} is no interval; write one such as 15m, 6h or 1d, of {_SHORTEST}s at least"
        raise UsageError(message)
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def _local_zone() -> str:
    """Return the time zone of this machine; UTC where it does not name one."""
    named = os.environ.get("TZ", "").removeprefix(":")
    linked = str(Path("/etc/localtime").resolve()).partition(_ZONES)[2]
    return next(zone for zone in (named, linked, "UTC") if zone and _is_zone(zone))


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return False
    return True
