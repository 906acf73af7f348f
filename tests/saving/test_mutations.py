"""Random changes of valid files: each ends in a model or in a ModelFileError."""

import collections
import random

import mutations


def test_mutated_files_load_or_are_refused(tmp_path):
    files, counts = mutations.originals(), collections.Counter()
    for number in range(1500):
        chance = random.Random(f"test {number}")
        name = chance.choice(sorted(files))
        counts[mutations.outcome(tmp_path / name, mutations.mutated(files[name], chance))] += 1
    # Both happen often: a fuzz whose files were all refused at once would say nothing.
    assert min(counts["loaded"], counts["refused"]) > 300
