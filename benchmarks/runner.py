"""Runs each workload in one process per competitor, alternately, and pairs the rounds."""

import contextlib
import json
import os
import queue
import re
import statistics
import subprocess
import threading
from collections import deque
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter, sleep

CHECKOUT = Path(__file__).resolve().parent.parent
START = "import sys; sys.path.insert(0, sys.argv[1]); from benchmarks.worker import main; main()"
ANSWER_SECONDS = 900.0
MAXIMUM_REPEATS = 5000


@dataclass
class Result:
    """The values of one competitor in one workload, one a round (seconds or bytes), or why there are none."""

    competitor: object
    values: list[float] = field(default_factory=list)
    error: str = ""

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def minimum(self):
        return min(self.values)


def paired_ratio(result, base):
    """The median over the rounds of a result's value divided by the value of `base` in the same round.

    Rounds are paired because a machine that slows down slows everyone in that round.

    >>> paired_ratio(Result("peer", [4.0, 60.0, 5.0]), Result("ours", [2.0, 20.0, 1.0]))
    3.0
    """
    return statistics.median(theirs / ours for theirs, ours in zip(result.values, base.values, strict=True))


def best_peer(results):
    """The peer with the smallest median among those that count, or None."""
    peers = [r for r in results if r.values and r.competitor.is_peer and r.competitor.counts_as_best]
    return min(peers, key=lambda result: result.median, default=None)


def baseline(results):
    """Our first result that has values: what the ratios are taken against."""
    return next((r for r in results if r.values and not r.competitor.is_peer), None)


class Process:
    """A worker process of one competitor: `ask` sends a request and waits for the answer."""

    def __init__(self, competitor, threads):
        self.competitor, self.threads = competitor, threads
        # An import is that of an installation: with the bytecode that an earlier one left.
        settings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.process = subprocess.Popen(
            [competitor.python, "-P", "-c", START, str(CHECKOUT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**settings, **thread_settings(threads), **competitor.environment},
        )
        self.answers, self.log = queue.SimpleQueue(), deque(maxlen=200)
        self.readers = [
            threading.Thread(target=read, daemon=True) for read in (self.read_answers, self.read_log)
        ]
        for reader in self.readers:
            reader.start()

    def read_answers(self):
        for line in self.process.stdout:
            self.answers.put(line)
        self.answers.put("")

    def read_log(self):
        self.log.extend(self.process.stderr)

    def ask(self, **request):
        """The answer to one request; a RuntimeError if the worker failed, died or took too long."""
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.answers.get(timeout=ANSWER_SECONDS)
        except BrokenPipeError:
            line = ""
        except queue.Empty:
            raise RuntimeError(f"no answer within {ANSWER_SECONDS:g} s") from None
        if not line:
            raise RuntimeError(self.last_words())
        return json.loads(line)

    def ask_about(self, do, **request):
        """A request that carries the competitor and the number of threads."""
        return self.ask(do=do, competitor=asdict(self.competitor), threads=self.threads, **request)

    def last_words(self):
        """The last line on standard error that names an exception, or how the process ended."""
        status = self.process.wait(10)
        self.readers[1].join(10)
        errors = [
            line.strip() for line in self.log if re.match(r"[\w.]*(Error|Exception|Unsupported)\b", line)
        ]
        return errors[-1] if errors else f"the process ended with exit status {status}"

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for reader in self.readers:
            reader.join(10)
        self.process.stdout.close()
        self.process.stderr.close()


def thread_settings(threads):
    """Environment variables that give every framework the same number of threads."""
    names = ("OMP", "MKL", "OPENBLAS", "MINIKERAS")
    settings = {f"{name}_NUM_THREADS": str(threads) for name in names}
    return {**settings, "TF_NUM_INTRAOP_THREADS": str(threads), "TF_NUM_INTEROP_THREADS": str(threads)}


def describe(competitors, threads):
    """By label: the versions of each competitor, and why the others cannot run here."""
    able, unable = {}, {}
    for competitor in competitors:
        with Process(competitor, threads) as process:
            try:
                able[competitor.label] = process.ask_about("describe")
            except RuntimeError as error:
                unable[competitor.label] = str(error)
    return able, unable


class Runner:
    """Runs workloads for `competitors`.

    `rounds` is the number of values of each; a turn lasts about `seconds`; between turns it pauses, so that
    threads of the last competitor that still spin have gone to sleep when the next one starts.
    """

    def __init__(self, competitors, threads, rounds, seconds, pause=0.3):
        self.competitors, self.threads = competitors, threads
        self.rounds, self.seconds, self.pause = rounds, seconds, pause

    def run(self, workload):
        """The results of one workload, in the order of the competitors."""
        results = [Result(competitor) for competitor in self.competitors if competitor.supports(workload)]
        if workload.needs_new_process:
            self.run_new_processes(workload, results)
        else:
            self.run_in_turns(workload, results)
        return results

    def run_in_turns(self, workload, results):
        """One living process each: prepare, find the number of repeats, then take turns."""
        with contextlib.ExitStack() as stack:
            ready = []
            for result in results:
                process = stack.enter_context(Process(result.competitor, self.threads))
                repeats = self.prepare(workload, result, process)
                if repeats:
                    ready.append((result, process, repeats))
            for number in range(self.rounds):
                for result, process, repeats in rotated(ready, number):
                    self.take_turn(result, process, repeats)

    def prepare(self, workload, result, process):
        """The number of repeats that fill a turn, or 0 after an error."""
        try:
            process.ask_about("prepare", workload=asdict(workload))
            seconds = process.ask(do="time", repeats=1)["seconds"]
        except RuntimeError as error:
            result.error = str(error)
            return 0
        return max(1, min(MAXIMUM_REPEATS, round(self.seconds / seconds)))

    def take_turn(self, result, process, repeats):
        if result.error:
            return
        sleep(self.pause)
        try:
            result.values.append(process.ask(do="time", repeats=repeats)["value"])
        except RuntimeError as error:
            result.error, result.values = str(error), []

    def run_new_processes(self, workload, results):
        """A new process for every value; a first one, not counted, warms the disk cache."""
        size_is_constant = workload.measure == "size"
        for number in range(1 if size_is_constant else 1 + self.rounds):
            for result in rotated(results, number):
                if result.error:
                    continue
                start = perf_counter()
                with Process(result.competitor, self.threads) as process:
                    try:
                        answer = process.ask_about("once", workload=asdict(workload))
                    except RuntimeError as error:
                        result.error, result.values = str(error), []
                        continue
                value = answer.get("value", perf_counter() - start)
                if number or size_is_constant:
                    result.values.append(value)


def rotated(items, number):
    """The items, beginning with another one in each round, so that nobody always follows the same neighbour.

    >>> rotated("abc", 4)
    'bca'
    """
    first = number % max(1, len(items))
    return items[first:] + items[:first]
