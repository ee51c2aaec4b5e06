"""What a document costs, beside a bare regex script and whatever peers are installed; and what Prefect adds.

    python -m benchmarks.run [--documents N] [--flow N]

All figures come from one run on one machine, the programs taking turns round by round; what counts are
the ratios. CPU is that of the process and of the processes it started.
"""

import argparse
import json
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from benchmarks import regex_script
from benchmarks.corpus import documents, page
from extractors import extract
from extractors.readers.mentions import memory_zone
from extractors.resources import shipped_vocabulary

ROUNDS = 5
SHARED_PEERS = Path(__file__).parent.parent.parent / "shared" / "bench" / "run_peer.py"
PEERS_HOME = Path(os.environ.get("PEERS_HOME", Path.home() / ".cache" / "peers"))


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--documents", type=int, default=400, help="documents per round of the reading figures"
    )
    parser.add_argument(
        "--flow", type=int, default=10_000, help="documents of the flow figures; 0 leaves them out"
    )
    args = parser.parse_args()
    texts = list(documents(args.documents))
    reading(texts)
    peers(texts)
    if args.flow:
        flow(args.flow)
        again(args.flow)


def reading(texts: Sequence[tuple[str, str]]) -> None:
    """CPU per document, in this process: a full record as JSON bytes, against the regex script's JSON."""
    vocabulary = shipped_vocabulary()
    pages = [(name, page(text)) for name, text in texts]

    def ours(corpus: Sequence[tuple[str, str]]) -> Callable[[], None]:
        def run() -> None:
            with memory_zone(vocabulary):
                for name, content in corpus:
                    extract(content.encode(), document=name, uri=name, vocabulary=vocabulary).record.to_json()

        return run

    def script(corpus: Sequence[tuple[str, str]], reader: Callable[[str], str]) -> Callable[[], None]:
        def run() -> None:
            for _, content in corpus:
                json.dumps(regex_script.extract(reader(content))).encode()

        return run

    programs = {
        ("code-articles", "text"): ours(texts),
        ("regex script", "text"): script(texts, str),
        ("code-articles", "HTML"): ours(pages),
        ("regex script", "HTML"): script(pages, regex_script.text_of_page),
    }
    spent = side_by_side(programs)
    print(f"\nReading, CPU ms per document (median of {ROUNDS} rounds of {len(texts)} documents)\n")
    print(f"{'program':16}{'media':8}{'ms':>8}{'min':>8}{'max':>8}{'x script':>10}")
    for (program, media), seconds in spent.items():
        each = [1000 * second / len(texts) for second in seconds]
        ratio = statistics.median(
            own / base for own, base in zip(seconds, spent["regex script", media], strict=True)
        )
        print(
            f"{program:16}{media:8}{statistics.median(each):8.2f}{min(each):8.2f}{max(each):8.2f}{ratio:10.1f}"
        )


def side_by_side(programs: dict[tuple[str, str], Callable[[], None]]) -> dict[tuple[str, str], list[float]]:
    """CPU seconds of each program in each round, in turn, after one round that does not count."""
    spent: dict[tuple[str, str], list[float]] = {key: [] for key in programs}
    for turn in range(ROUNDS + 1):
        for key, run in programs.items():
            started = time.process_time()
            run()
            if turn:
                spent[key].append(time.process_time() - started)
    return spent


def peers(texts: Sequence[tuple[str, str]]) -> None:
    """CPU per document of every peer that is installed, by the program that lies beside the project."""
    installed = (
        sorted(path.name for path in (PEERS_HOME / "venv").glob("[!_]*")) if SHARED_PEERS.exists() else []
    )
    if not installed:
        print(f"\nPeers: none installed under {PEERS_HOME}; nothing to compare with.")
        return
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder)
        for media, render in (("txt", str), ("html", page)):
            (corpus / media).mkdir()
            for name, text in texts[:100]:
                (corpus / media / f"{name}.{media}").write_text(render(text), "utf-8")
        print(f"\n{'peer':24}{'media':8}{'CPU ms/doc':>12}")
        for peer in installed:
            for media in ("txt", "html"):
                print(f"{peer:24}{media:8}{_peer(peer, media, corpus):>12}")


def _peer(peer: str, media: str, corpus: Path) -> str:
    command = [sys.executable, str(SHARED_PEERS), "--peer", peer, "--format", media, "--corpus", str(corpus)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return "failed"
    line = json.loads(done.stdout.strip().split("\n")[-1])
    return f"{1000 * line['cpu_s'] / line['docs']:.2f}"


def flow(count: int) -> None:
    """What orchestration costs beyond Prefect's own start, over ``count`` documents."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for size in (1, count):
            (work / f"raw{size}").mkdir()
            for name, text in documents(size):
                (work / f"raw{size}" / f"{name}.txt").write_text(text, "utf-8")
        with_prefect, without = (
            {size: _cpu([*command, f"raw{size}", f"{command[-1]}{size}"], work) for size in (1, count)}
            for command in (
                [sys.executable, "-m", "benchmarks.one_run", "flow"],
                [sys.executable, "-m", "benchmarks.one_run", "plain"],
            )
        )
    whole = with_prefect[count] - with_prefect[1]
    plain = without[count] - without[1]
    print(f"\nThe flow on {count} documents, CPU seconds of all processes\n")
    print(f"  Prefect's start (a flow on one document)       {with_prefect[1]:8.1f}")
    print(f"  the flow beyond that                           {whole:8.1f}")
    print(f"  the same work without Prefect, beyond its start{plain:8.1f}")
    print(f"  orchestration beyond Prefect's start           {100 * (whole - plain) / whole:8.1f} %")


def again(count: int) -> None:
    """A second run over documents that have not changed, beside the first; Prefect's start left out."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "raw").mkdir()
        for name, text in documents(count):
            (work / "raw" / f"{name}.txt").write_text(text, "utf-8")
        time.sleep(2.1)  # until the files are old enough for their times to be trusted
        command = [sys.executable, "-m", "benchmarks.one_run", "plain", "raw", "output"]
        spent, seen = [], []
        for _ in range(2):
            clock = time.monotonic()
            cpu = _cpu(command, work)
            spent.append((time.monotonic() - clock, cpu))
            seen.append(_written(work / "output"))
        kept = _versions(work / "output" / "manifest.sqlite")
    (first, first_cpu), (second, second_cpu) = spent
    added = "nothing written, nothing added to the feed" if seen[0] == seen[1] else "files were written"
    print(f"\nA second run over {count} unchanged documents: {added}\n")
    print(f"{'':16}{'first':>10}{'second':>10}{'ratio':>10}")
    print(f"  {'seconds':14}{first:10.1f}{second:10.1f}{first / second:9.0f}x")
    print(f"  {'CPU seconds':14}{first_cpu:10.1f}{second_cpu:10.1f}{first_cpu / second_cpu:9.0f}x")
    print(f"\nA version of a record with its text in the manifest: {kept:.0f} bytes on average")


def _written(output: Path) -> dict[str, int]:
    """When each file of the output was written, less the manifest and the lock."""
    paths = (path for path in output.rglob("*") if path.is_file())
    own = (".lock", "manifest.sqlite")
    return {str(path): path.stat().st_mtime_ns for path in paths if not path.name.startswith(own)}


def _versions(manifest: Path) -> float:
    with closing(sqlite3.connect(manifest)) as connection:
        [(size,)] = connection.execute("SELECT avg(length(packed)) FROM versions")
        return float(size)


def _cpu(command: Sequence[str], folder: Path) -> float:
    """CPU seconds of a command and of all processes that it waited for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    root = str(Path(__file__).parent.parent)
    environment = {**os.environ, "PYTHONPATH": root, "PREFECT_HOME": str(folder / "prefect")}
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
