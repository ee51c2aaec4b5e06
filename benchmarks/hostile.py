"""Documents made to stop a program: what each costs, beside good ones, on a machine that is busy already.

    python -m benchmarks.hostile [--idle]

Each is read as a run reads it, between two good documents, in a process that is held to its limits, while a
loop keeps every processor busy. It has to end in a record or in quarantine, within 11 s of processor time and
30 s on the clock, and the good ones have to give their records; otherwise this exits with 1.
"""

import argparse
import io
import os
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.corpus import RAW
from flows.reading import isolation
from flows.reading.batch import Item, Read, Refused, Result
from flows.reading.engines.engine import Engine
from flows.reading.engines.processes import Processes
from flows.reading.isolation import Job, read_apart
from flows.sources.folder import media_type
from flows.sources.on_disk import OnDisk

_CPU, _WALL = 11.0, 30.0  # seconds that one may cost
_KB = 1000
_LOOP = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass"
_HEAD = "Summary & Overview\nCPT 29881: Trimming of a Torn Meniscus\n"
_VIGNETTE = f"{_HEAD}Clinical Context\nA 54-year-old patient"
_TABLE = f"{_HEAD}Diagnoses\n| Code | Name |\n|---|---|\n"
_LAUGHS = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(20))


def fill(unit: str, size: int) -> str:
    """Return a text of a size that repeats a unit."""
    return (unit * (size // len(unit) + 1))[:size]


def page(body: str) -> str:
    """Return an HTML page with a body."""
    return f"<html><body><p>CPT 29881: Trimming</p>{body}</body></html>"


def _codes(count: int) -> list[str]:
    return [f"M{number // 100 % 100:02d}.{number % 100:02d}" for number in range(count)]


def _zipped(name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return made.getvalue()


def _pdf(size: int) -> bytes:
    """Return a PDF whose one page is a stream that unpacks to a size."""
    stream = zlib.compress(b"BT (a) Tj ET " * (size // 13))
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(stream), stream),
    ]
    body = b"".join(b"%d 0 obj%sendobj\n" % (number, part) for number, part in enumerate(parts, 1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R/Size 5>>\n%%EOF\n"


_PAGES = {
    **{
        f"{name}-{size}.html": page(fill(unit, size * _KB))
        for name, unit in {"tag": "<a ", "comment": "<!--", "entity": "&amp;", "number": "&#x26;"}.items()
        for size in (20, 200, 2000)
    },
    **{f"nested-{size}.html": page(fill("<div>", size * _KB)) for size in (20, 200, 2000)},
    **{f"{tag}-200.html": page(fill(f"<{tag}>", 200 * _KB)) for tag in ("b", "ul><li", "blockquote", "span")},
    **{f"tables-{size}.html": page(fill("<table><tr><td>", size * _KB)) for size in (20, 200)},
    "spans.html": page("<table>" + "<tr><td colspan=1000 rowspan=65534>x" * 2000),
    "laughs.html": f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{_LAUGHS}]>{page("&u;")}',
}
_TEXTS = {
    f"{name}.txt": _HEAD + fill(unit, 1000 * _KB)
    for name, unit in {
        "spaces": " ",
        "pipes": "|",
        "digits": "1",
        "bullets": "•",
        "bullet-lines": "•\n",
        "dashes": "-",
        "hyphens": "a-b-",
        "colons": "a: ",
        "codes": "29881 ",
        "rows": "| 22 | x |\n",
        "headings": "Modifiers\n",
        "columns": f"Service type: Surgery{' ' * 26}Site of service: Hospital\n",
        "wide": f"Service type: Surgery{' ' * 5_000}Site of service: Hospital\n",
        "quotes": "> ",
        "usage": "use when ",
        "sentences": "He has pain. ",
    }.items()
} | {
    "60000-codes.txt": f"{_HEAD}Coding Specifications\nDiagnoses: " + ", ".join(_codes(60_000)),
    "60000-lines.txt": f"{_HEAD}Coding Specifications\nDiagnoses\n" + "\n".join(_codes(60_000)),
    "60000-rows.txt": _TABLE + "".join(f"| {code} | Pain |\n" for code in _codes(60_000)),
    "10000-commas.txt": f"{_VIGNETTE} with {'pain, ' * 10_000}came in.\n",
    "commas-alone.txt": f"{_VIGNETTE} with {',' * 10_000} came in.\n",
    "24-codes.txt": f"{_TABLE}| {'  '.join(_codes(24))} (see note) | Pain |\n",
    "2400-codes.txt": f"{_TABLE}| {'  '.join(_codes(2_400))} (see note) | Pain |\n",
    "column.txt": f"{_HEAD}Service type: Surgery{' ' * 26}Site of service: Hospital\n",
}
#: Each document by its name.
HOSTILE: Mapping[str, bytes] = {
    **{name: text.encode() for name, text in {**_PAGES, **_TEXTS}.items()},
    "bomb.docx": _zipped("word/document.xml", bytes(200 * 2**20)),
    "bomb.pdf": _pdf(100 * 2**20),
    "streams.pdf": b"%PDF-1.4\n" + b"1 0 obj<</Length 9>>stream\n" * 40_000,
    "brackets.pdf": b"%PDF-1.4\n1 0 obj" + b"[" * 500_000,
    "gaps.bin": b"\0\xff" * 500_000,
}


class Cost(NamedTuple):
    """What became of a document, and what that cost in seconds."""

    ended: str
    processor: float
    clock: float
    neighbours: bool

    @property
    def within(self) -> bool:
        """Whether it did no harm."""
        return self.neighbours and self.processor <= _CPU and self.clock <= _WALL and self.ended != "failed"


def measured(job: Job) -> None:
    """Read documents as a worker does, and note the processor's time for each beside its journal."""
    held, at = isolation._held, os.open(f"{job.journal}.cpu", os.O_WRONLY | os.O_CREAT | os.O_APPEND)  # noqa: SLF001

    @contextmanager
    def noted() -> Iterator[None]:
        began = time.process_time()
        try:
            with held():
                yield
        finally:
            os.write(at, b"%f " % (time.process_time() - began))

    vars(isolation)["_held"] = noted
    try:
        isolation.read_into(job)
    finally:
        vars(isolation)["_held"] = held
        os.close(at)


def cost(engine: Engine, raw: Path, name: str) -> Cost:
    """Read a document between two good ones, and measure it."""
    names = [f"{name}.before.txt", name, f"{name}.behind.txt"]
    for good in (names[0], names[2]):
        (raw / good).write_bytes((RAW / "29881.txt").read_bytes())
    (raw / name).write_bytes(HOSTILE[name])
    items = [Item(each, OnDisk(str(raw / each)), each, 0, media_type(each), None) for each in names]
    with tempfile.TemporaryDirectory() as journals:
        clock = time.monotonic()
        before, result, behind = read_apart(engine, items, Path(journals), measured)
        seconds = time.monotonic() - clock
        spent = _spent(Path(journals), result)
    ended = (
        result.reason if isinstance(result, Refused) else "record" if isinstance(result, Read) else "failed"
    )
    return Cost(ended, spent, seconds, isinstance(before, Read) and isinstance(behind, Read))


def _spent(journals: Path, result: Result) -> float:
    """Return the most that one of the documents took; one whose time ran out took what it was given."""
    if isinstance(result, Refused) and result.reason == "timeout":
        return isolation.SECONDS
    return max(float(number) for path in journals.glob("*.cpu") for number in path.read_bytes().split())


@contextmanager
def busy() -> Iterator[None]:
    """Keep every processor busy."""
    with ExitStack() as stack:
        for _ in range(os.cpu_count() or 1):
            loop = stack.enter_context(subprocess.Popen([sys.executable, "-c", _LOOP]))
            stack.callback(loop.kill)
        yield


def main() -> None:
    """Read all, and print what each has cost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--idle", action="store_true", help="without the busy loops")
    args = parser.parse_args()
    with ExitStack() as stack:
        raw = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        workers = os.cpu_count() or 1
        engine = stack.enter_context(Processes(workers))
        threads = stack.enter_context(ThreadPoolExecutor(workers))
        if not args.idle:
            stack.enter_context(busy())
        costs = dict(zip(HOSTILE, threads.map(lambda name: cost(engine, raw, name), HOSTILE), strict=True))
    print(f"{'document':22}{'size KB':>9}  {'ended':17}{'processor s':>12}{'clock s':>9}")
    for name, spent in costs.items():
        size = len(HOSTILE[name]) / _KB
        mark = "" if spent.within else "  too much" if spent.neighbours else "  neighbours lost"
        print(f"{name:22}{size:9.0f}  {spent.ended:17}{spent.processor:12.2f}{spent.clock:9.2f}{mark}")
    bad = sum(not spent.within for spent in costs.values())
    print(
        f"{len(costs)} documents, {bad} beyond {_CPU:.0f} s of processor time or {_WALL:.0f} s on the clock"
    )
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
