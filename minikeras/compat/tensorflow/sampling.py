"""Losses over sampled classes: noise-contrastive estimation and the sampled softmax, as word2vec uses them."""

import numpy as np

from minikeras import ops
from minikeras.compat.tensorflow import neural, randomness
from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.graph import drawing, liftable


def _sampled(classes, count, seed):
    """Classes drawn from the log-uniform (Zipf's) distribution, (count,), and how often each is expected among them."""
    draws = np.asarray(randomness.uniform((count,), seed=seed).array, np.float64)
    sampled = np.clip((np.exp(draws * np.log(classes + 1)) - 1).astype(np.int64), 0, classes - 1)
    return sampled, lambda c: count * np.log1p(1 / (c + 1.0)) / np.log(classes + 1)


def _logits(weights, biases, labels, inputs, num_sampled, num_classes, num_true, values, seed):
    """Logits of the true classes (batch, num_true) and of the sampled ones (batch, num_sampled), less log of expectation."""
    weights = ops.concatenate(weights, axis=0) if isinstance(weights, (list, tuple)) else as_tensor(weights)
    biases, inputs = as_tensor(biases), as_tensor(inputs)
    labels = np.asarray(as_tensor(labels).array, np.int64).reshape(-1, num_true)
    sampled, expected = _sampled(num_classes, num_sampled, seed)
    if values is not None:
        sampled = np.asarray(as_tensor(values[0]).array, np.int64)
    true = ops.sum(ops.expand_dims(inputs, 1) * ops.take(weights, labels, axis=0), axis=-1)
    true = true + ops.take(biases, labels, axis=0) - np.log(expected(labels)).astype(np.float32)
    noise = ops.matmul(inputs, ops.transpose(ops.take(weights, sampled, axis=0)))
    noise = noise + ops.take(biases, sampled, axis=0) - np.log(expected(sampled)).astype(np.float32)
    return true, noise, (labels[:, :, None] == sampled).any(1)


@drawing
@liftable
def nce_loss(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true=1, sampled_values=None,
    remove_accidental_hits=False, partition_strategy="mod", name="nce_loss", seed=None,
):  # fmt: skip
    """The loss of telling the true class from num_sampled drawn ones, (batch,).

    weights (num_classes, features), biases (num_classes,), labels (batch, num_true), inputs (batch, features).
    Source: Gutmann and Hyvärinen, Noise-contrastive estimation, AISTATS 2010.
    """
    true, noise, hits = _logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values, seed
    )
    right = neural.sigmoid_cross_entropy_with_logits(labels=ops.ones_like(true) / num_true, logits=true)
    wrong = neural.sigmoid_cross_entropy_with_logits(labels=ops.zeros_like(noise), logits=noise)
    if remove_accidental_hits:
        wrong = wrong * (~hits).astype(np.float32)
    return ops.sum(right, axis=1) + ops.sum(wrong, axis=1)


@drawing
@liftable
def sampled_softmax_loss(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true=1, sampled_values=None,
    remove_accidental_hits=True, partition_strategy="mod", name="sampled_softmax_loss", seed=None,
):  # fmt: skip
    """The cross-entropy of the true class among itself and num_sampled drawn ones, (batch,); for training only.

    Source: Jean et al., On using very large target vocabulary, ACL 2015.
    """
    true, noise, hits = _logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values, seed
    )
    if remove_accidental_hits:
        noise = noise - hits.astype(np.float32) * np.float32(1e9)
    logits = ops.concatenate([true, noise], axis=1)
    share = ops.concatenate([ops.ones_like(true) / num_true, ops.zeros_like(noise)], axis=1)
    return neural.softmax_cross_entropy_with_logits(labels=share, logits=logits)
