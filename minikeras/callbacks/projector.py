"""Embeddings for TensorBoard's projector: tables of vectors, and a file that names them."""

import os

import numpy as np

from minikeras import registry
from minikeras.files import atomic_write


def check_metadata(layers, metadata):
    """An error if metadata names layers that there are not."""
    if isinstance(metadata, dict):
        names = [layer.name for layer in layers]
        for name in metadata:
            if name not in names:
                raise ValueError(
                    f"TensorBoard: embeddings_metadata names {name!r}, which is no Embedding layer of the model. "
                    f"{registry.suggest(name, names)}"
                )


def write(folder, layers, metadata, epoch):
    """Write the layers' vectors after an epoch, and what the projector shows: each layer's newest."""
    os.makedirs(folder, exist_ok=True)
    entries = []
    for layer in layers:
        table = f"embedding-{layer.name}-{epoch}.tsv"
        with atomic_write(os.path.join(folder, table), "w") as file:
            np.savetxt(file, layer.embeddings.array, fmt="%.7g", delimiter="\t")
        lines = [("tensor_name", f"{layer.name}/embeddings"), ("tensor_path", table)]
        labels = metadata.get(layer.name) if isinstance(metadata, dict) else metadata
        if labels is not None:
            lines.append(("metadata_path", os.path.abspath(labels)))
        entries.append(
            "embeddings {\n" + "".join(f"  {key}: {_quoted(value)}\n" for key, value in lines) + "}\n"
        )
    with atomic_write(os.path.join(folder, "projector_config.pbtxt"), "w") as file:
        file.write("".join(entries))


def _quoted(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
