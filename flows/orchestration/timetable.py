"""When scheduled runs start: a cron line or an interval, and the time zone that cron lines are read in."""

import os
import re
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
    try:
        CronSim(cron, datetime.now(UTC))
    except CronSimError as error:
        message = (
            f'{cron} is no cron line ({error}); write five fields, such as "0 6 * * *" for 6:00 every day'
        )
        raise UsageError(message) from error


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
