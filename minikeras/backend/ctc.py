"""Connectionist temporal classification, on probabilities as older Keras had it: the last class is the blank."""

import numpy as np

from minikeras import config, ops
from minikeras.autodiff import as_array, convert_to_tensor
from minikeras.backend.recording import recorded

__all__ = ["ctc_batch_cost", "ctc_decode", "ctc_label_dense_to_sparse"]


@recorded
def ctc_batch_cost(y_true, y_pred, input_length, label_length):
    """The loss (samples, 1) of labels (samples, length) under probabilities (samples, steps, classes).

    input_length, label_length: (samples, 1), how many steps and labels of each sample count.
    """
    y_pred = convert_to_tensor(y_pred)
    logits = ops.log(ops.add(y_pred, config.epsilon()))
    lengths = [ops.cast(ops.reshape(n, (-1,)), "int32") for n in (label_length, input_length)]
    labels = as_array(y_true)
    # What lies beyond a sample's labels may hold anything.
    counted = np.arange(labels.shape[1]) < lengths[0].array[:, None]
    labels = np.where(counted, labels, 0).astype("int32")
    loss = ops.ctc_loss(labels, logits, *lengths, mask_index=y_pred.shape[-1] - 1)
    return ops.expand_dims(loss, 1)


def ctc_decode(y_pred, input_length, greedy=True, beam_width=100, top_paths=1):
    """The likely labels of probabilities (samples, steps, classes): (list of label arrays filled up with -1, scores)."""
    y_pred = convert_to_tensor(y_pred)
    labels, scores = ops.ctc_decode(
        ops.log(ops.add(y_pred, config.epsilon())), as_array(input_length).reshape(-1),
        strategy="greedy" if greedy else "beam_search", beam_width=beam_width, top_paths=top_paths,
        mask_index=y_pred.shape[-1] - 1,
    )  # fmt: skip
    return [ops.cast(path, "int64") for path in labels], scores


def ctc_label_dense_to_sparse(labels, label_lengths):
    """There are no sparse tensors here: `ctc_batch_cost` and `ops.ctc_loss` take the labels as they are."""
    raise NotImplementedError(
        "K.ctc_label_dense_to_sparse does not exist here, because there are no sparse tensors. Pass the dense labels and their "
        "lengths to K.ctc_batch_cost or keras.ops.ctc_loss."
    )
