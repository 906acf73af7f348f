"""Attention: values gathered by the likeness of queries and keys."""

import numpy as np

from minikeras.autodiff import operation
from minikeras.dtypes import result_type
from minikeras.ops import elementwise, products, shaping
from minikeras.ops.probability import softmax

__all__ = ["dot_product_attention"]


@operation
def dot_product_attention(
    query,
    key,
    value,
    bias=None,
    mask=None,
    /,
    scale=None,
    is_causal=False,
    flash_attention=None,
    attn_logits_soft_cap=None,
):
    """softmax(scale · query · keyᵀ + bias) · value (Vaswani et al. 2017), heads apart.

    query (batch, targets, heads, size), key and value (batch, sources, heads, size) give (batch, targets, heads, size);
    fewer key and value heads are shared by groups of query heads. scale: 1/√size by default. bias and mask: broadcast to
    (batch, heads, targets, sources); where the mask is False a source is not attended to. is_causal: no target
    attends to later sources. attn_logits_soft_cap: logits become cap · tanh(logits / cap). flash_attention must be None
    or False: there is none on a CPU.
    """
    if query.ndim != 4 or key.ndim != 4 or value.ndim != 4:
        raise ValueError(
            "dot_product_attention expected query, key and value with four axes (batch, length, heads, size), received "
            f"shapes {query.shape}, {key.shape} and {value.shape}."
        )
    if flash_attention:
        raise ValueError(
            "dot_product_attention: flash_attention=True is not available on a CPU. Leave it out."
        )
    dtype = result_type(query.dtype, key.dtype, value.dtype)
    q, k, v = (shaping.transpose(elementwise.cast(x, dtype), (0, 2, 1, 3)) for x in (query, key, value))
    if k.shape[1] != q.shape[1]:
        if q.shape[1] % k.shape[1]:
            raise ValueError(
                f"dot_product_attention expected a number of query heads that the key heads divide, received "
                f"{q.shape[1]} and {k.shape[1]}."
            )
        k, v = (shaping.repeat(x, q.shape[1] // k.shape[1], axis=1) for x in (k, v))
    scale = 1.0 / float(np.sqrt(q.shape[-1])) if scale is None else scale
    logits = products.matmul(elementwise.multiply(q, scale), shaping.swapaxes(k, -1, -2))
    if attn_logits_soft_cap is not None:
        cap = float(attn_logits_soft_cap)
        logits = elementwise.multiply(elementwise.tanh(elementwise.divide(logits, cap)), cap)
    if bias is not None:
        logits = elementwise.add(logits, elementwise.cast(bias, dtype))
    if is_causal:
        causal = np.tri(q.shape[2], k.shape[2], dtype=bool)
        mask = causal if mask is None else elementwise.logical_and(mask, causal)
    if mask is not None:
        lowest = float(np.finfo(dtype).max) * -0.7
        logits = elementwise.where(elementwise.cast(mask, "bool"), logits, lowest)
    return shaping.transpose(products.matmul(softmax(logits), v), (0, 2, 1, 3))
