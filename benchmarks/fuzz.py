"""Damaged documents by the thousand: none may crash the reader, hang it, or give a record that is not true.

    python -m benchmarks.fuzz [--mutants N] [--seed N] [--guided SECONDS]

A mutant is a document of ``raw/`` or of the tests' cases, damaged a few times over: bytes changed, cut,
repeated, put elsewhere, joined with another document's, or replaced by what has broken readers before. Each
is read or refused with a reason; its spans quote the text, its coverage adds up, and one of at most 64 KB
takes at most 2 s of processor time. With ``--guided``, atheris searches for new ways through the core for so
many seconds instead (``make fuzz-guided`` installs it). A document that fails is written to ``--keep``, to
become a case.
"""

import argparse
import gc
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FunctionType

from benchmarks.invariants import holds
from extractors import SourceError, extract
from extractors.readers.mentions import matchers
from extractors.resources import shipped_vocabulary

ROOT = Path(__file__).parent.parent
_SECONDS = 2.0  # of processor time
_SMALL = 65536  # bytes up to which a document has to be read in that time
_ODD = (
    *("\ue000", "\u2028", "\u00ad", "\u200b", "\u202e", "\ufeff", "\x1b[31m", "\x85", "\U0001f600", "\u0301"),
    *(
        "<table><tr><td rowspan=9999999>",
        "<td colspan=0>",
        "</html>",
        "<!--",
        "<![CDATA[",
        "&#x110000;",
        "&nbsp",
    ),
    *(
        "|---|---|",
        "| ",
        " | | ",
        "\t\t\t",
        " " * 40,
        "\r\r\n",
        "\n\n\n",
        "-\n",
        "•",
        "*" * 30,
        "(((((",
        "```",
    ),
    *(
        "M17.12-M17.9",
        "20610–20611",
        "CPT®",
        "Modifiers:",
        "Clinical Context\n",
        "0-year-old",
        "999999-year-old",
    ),
    *(
        "Data not available in the input.",
        "denies ",
        "POS 11, 22 and 24",
        "ICD-10",
        "$1,234.50",
        "https://x.org/20610",
    ),
)


def seeds() -> list[bytes]:
    """Return the documents that mutants are made from, in order."""
    paths = [path for path in (ROOT / "raw").rglob("*") if path.is_file()]
    paths += (ROOT / "tests" / "cases").rglob("raw.*")
    return [path.read_bytes() for path in sorted(paths)]


def mutants(documents: Sequence[bytes], count: int, chance: random.Random) -> Iterator[bytes]:
    """Yield damaged documents."""
    for _ in range(count):
        raw = chance.choice(documents)
        for _ in range(chance.choice((1, 1, 2, 3, 8))):
            raw = chance.choice(_DAMAGES)(raw, documents, chance)
        yield raw


def _part(raw: bytes, chance: random.Random, most: int = 400) -> tuple[int, int]:
    start = chance.randint(0, len(raw))
    return start, min(len(raw), start + chance.randint(0, most))


def _cut(raw: bytes, _others: Sequence[bytes], chance: random.Random) -> bytes:
    return raw[: chance.randint(0, len(raw))]


def _drop(raw: bytes, _others: Sequence[bytes], chance: random.Random) -> bytes:
    start, end = _part(raw, chance)
    return raw[:start] + raw[end:]


def _repeat(raw: bytes, _others: Sequence[bytes], chance: random.Random) -> bytes:
    start, end = _part(raw, chance, 60)
    return raw[:start] + raw[start:end] * chance.choice((2, 3, 50)) + raw[end:]


def _move(raw: bytes, _others: Sequence[bytes], chance: random.Random) -> bytes:
    start, end = _part(raw, chance)
    rest = raw[:start] + raw[end:]
    to = chance.randint(0, len(rest))
    return rest[:to] + raw[start:end] + rest[to:]


def _change(raw: bytes, _others: Sequence[bytes], chance: random.Random) -> bytes:
    at = chance.randint(0, max(0, len(raw) - 1))
    return raw[:at] + bytes([chance.randrange(256)]) + raw[at + 1 :]


def _join(raw: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    other = chance.choice(others)
    return raw[: chance.randint(0, len(raw))] + other[chance.randint(0, len(other)) :]


def _odd(raw: bytes, _others: Sequence[bytes], chance: random.Random) -> bytes:
    at = chance.randint(0, len(raw))
    return raw[:at] + chance.choice(_ODD).encode() * chance.choice((1, 1, 3, 40)) + raw[at:]


def _one_line(raw: bytes, _others: Sequence[bytes], chance: random.Random) -> bytes:
    return raw.replace(b"\n", chance.choice((b"", b" ", b"\r", b"\t", b" | ")))


_Damage = Callable[[bytes, Sequence[bytes], random.Random], bytes]
_DAMAGES: tuple[_Damage, ...] = (_cut, _drop, _repeat, _move, _change, _join, _odd, _odd, _one_line)


class _TooSlow(Exception):  # noqa: N818 (it says what the document is)
    """The processor time of a document has run out."""


def fault(raw: bytes) -> str | None:
    """Read a document; say what is wrong with that, None where nothing is."""
    signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _SECONDS if len(raw) <= _SMALL else 10 * _SECONDS)
    try:
        extraction = extract(raw)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        holds(extraction)
    except SourceError as refused:
        return None if refused.reason and refused.message else "refused without a reason"
    except AssertionError as error:
        return f"not true: {error}"
    except Exception as error:  # whatever it is, it is what this program looks for
        frames = [each for each in traceback.extract_tb(error.__traceback__) if "extractors" in each.filename]
        where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
        return f"{type(error).__name__} in {where}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return None


def _stop(_signal: int, _frame: object) -> None:
    raise _TooSlow


def _warm() -> None:
    """Load the vocabulary, and spaCy with it: once a process, and by no document's fault."""
    matchers(shipped_vocabulary())


def search(count: int, seed: int, keep: Path | None) -> Counter[str]:
    """Read mutants; return the faults by kind."""
    _warm()
    faults: Counter[str] = Counter()
    for number, raw in enumerate(mutants(seeds(), count, random.Random(seed))):
        told = fault(raw)
        if told:
            faults[told[:100]] += 1
            if keep:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{seed}-{number}.raw").write_bytes(raw)
    return faults


def _ours() -> Iterator[FunctionType]:
    """Yield the functions of the core; those of all libraries take minutes to instrument."""
    for found in gc.get_objects():
        if isinstance(found, FunctionType) and str(found.__module__).startswith("extractors"):
            yield found


def guided(seconds: int, keep: Path) -> None:
    """Let atheris look for documents that take new ways through the core; never returns."""
    import atheris  # noqa: PLC0415 (an extra of `make fuzz`)

    _warm()
    keep.mkdir(parents=True, exist_ok=True)
    corpus = keep / "corpus"
    corpus.mkdir(exist_ok=True)
    for number, raw in enumerate(seeds()):
        (corpus / str(number)).write_bytes(raw[:8192])

    def once(raw: bytes) -> None:
        told = fault(raw)
        if told:
            raise AssertionError(told)

    for function in _ours():
        atheris.instrument_func(function)
    options = [
        f"-max_total_time={seconds}",
        f"-artifact_prefix={keep}/",
        "-max_len=16384",
        "-timeout=20",
        str(corpus),
    ]
    atheris.Setup([sys.argv[0], *options], once)
    atheris.Fuzz()


def main() -> None:
    """Search, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--mutants", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=Path("fuzz"))
    parser.add_argument("--guided", type=int, default=0, metavar="SECONDS")
    args = parser.parse_args()
    if args.guided:
        guided(args.guided, args.keep)
    clock = time.monotonic()
    faults = search(args.mutants, args.seed, args.keep)
    seconds = time.monotonic() - clock
    print(f"{args.mutants:,} mutants (seed {args.seed}), {faults.total()} faults, {seconds:.0f} s")
    for told, number in faults.most_common(20):
        print(f"  {number:5} {told}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
