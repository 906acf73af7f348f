"""Files in folders, one folder a class."""

import os
from pathlib import Path

import numpy as np

from minikeras import seeds
from minikeras.messages import say
from minikeras.utils.batches import Batches


def dataset_of_files(
    directory, endings, read, *, labels, label_mode, class_names, batch_size, shuffle, seed, validation_split, subset,
    follow_links, verbose,
):  # fmt: skip
    """The data set of the files below a directory; `read(paths)` makes the inputs of a batch.

    Gives one data set with `class_names` and `file_paths`, or two for subset 'both'.
    """
    if label_mode not in (None, "int", "categorical", "binary"):
        raise ValueError(
            f"label_mode must be 'int', 'categorical', 'binary' or None, received {label_mode!r}."
        )
    if bool(validation_split) != bool(subset) or (validation_split and not 0 < validation_split < 1):
        raise ValueError(
            f"validation_split (between 0 and 1) and subset go together, received {validation_split!r}, {subset!r}."
        )
    if subset not in (None, "training", "validation", "both"):
        raise ValueError(f"subset must be 'training', 'validation' or 'both', received {subset!r}.")
    if validation_split and shuffle and seed is None:
        raise ValueError(
            "validation_split with shuffle needs a seed, or the two subsets would overlap. Pass one."
        )
    paths, numbers, names = _index(Path(directory), endings, labels, class_names, follow_links)
    if not paths:
        raise ValueError(f"No files found in directory {directory}. Allowed endings: {', '.join(endings)}.")
    if label_mode == "binary" and len(names) != 2:
        raise ValueError(f"label_mode 'binary' needs exactly 2 classes, received {len(names)}: {names}.")
    if verbose:
        say(f"Found {len(paths)} files" + (f" belonging to {len(names)} classes." if names else "."))
    order = np.arange(len(paths))
    if shuffle:
        seed = seeds.make_default_seed() if seed is None else seed
        order = seeds.generator(seed).permutation(order)
    first = len(order) - int((validation_split or 0) * len(order))
    parts = {"training": order[:first], "validation": order[first:], None: order}
    chosen = ["training", "validation"] if subset == "both" else [subset]
    made = []
    for name in chosen:
        part = parts[name]
        targets = None if labels is None or label_mode is None else _encoded(numbers[part], label_mode, names)
        dataset = _dataset([paths[i] for i in part], targets, read, batch_size, shuffle, seed)
        dataset.class_names = names
        made.append(dataset)
        if verbose and name:
            say(f"Using {len(part)} files for {name}.")
    return tuple(made) if subset == "both" else made[0]


def _index(directory, endings, labels, class_names, follow_links):
    """Paths in order, the number of each one's class, and the classes' names."""
    if not directory.is_dir():
        raise ValueError(f"There is no directory {directory}.")
    inferred = isinstance(labels, str) and labels == "inferred"
    if not inferred:
        if class_names is not None:
            raise ValueError("class_names is for labels='inferred' alone. Leave it out.")
        paths = _files(directory, endings, follow_links)
        if labels is None:
            return paths, None, None
        if not isinstance(labels, (list, tuple, np.ndarray)) or len(labels) != len(paths):
            raise ValueError(
                f"labels must be 'inferred', None, or a list of one integer for each of the {len(paths)} files, "
                f"received {labels!r:.60}."
            )
        return paths, np.asarray(labels), [str(label) for label in sorted(set(map(int, labels)))]
    names = sorted(p.name for p in directory.iterdir() if p.is_dir() and not p.name.startswith("."))
    if class_names is not None:
        if unknown := sorted(set(class_names) - set(names)):
            raise ValueError(f"class_names has {unknown}, but the folders are {names}.")
        names = list(class_names)
    found = [_files(directory / name, endings, follow_links) for name in names]
    numbers = np.repeat(np.arange(len(names)), [len(paths) for paths in found])
    return [path for paths in found for path in paths], numbers, names


def _files(folder, endings, follow_links):
    walked = sorted(os.walk(folder, followlinks=follow_links))
    return [
        os.path.join(root, n)
        for root, _, names in walked
        for n in sorted(names)
        if n.lower().endswith(endings)
    ]


def _encoded(numbers, label_mode, names):
    if label_mode == "int":
        return numbers.astype("int32")
    if label_mode == "binary":
        return numbers.astype("float32")[:, None]
    return np.eye(len(names), dtype="float32")[numbers]


def _dataset(paths, targets, read, batch_size, shuffle, seed):
    def batch(indices):
        x = read([paths[i] for i in indices])
        return x if targets is None else (x, targets[indices])

    dataset = Batches(len(paths), batch, batch_size, shuffle, seed)
    dataset.file_paths = paths
    return dataset
