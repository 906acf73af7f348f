"""Dropout, with bits that depend on nothing but (seed, counter, element index).

A counter-based hash needs no state: any implementation, on any number of threads, draws the same bits. With `mix`
the 32-bit finalizer 'lowbias32' of Chris Wellons (https://nullprogram.com/blog/2018/07/31/):

    key_0 = mix(seed's low half + mix(seed's high half + mix(counter's low half + mix(counter's high half))))
    key_1 = mix(key_0 + 0x9e3779b9)
    bits(i) = mix(mix(i + key_0) xor key_1)        all modulo 2^32, i the flat index of the element

An element is dropped where bits(i) < rate 2^32.
"""

import numpy as np


def dropout(x, rate, seed, counter):
    """Zero a share `rate` of x and scale the rest by 1 / (1 - rate): (y, scale), y = x scale.

    seed and counter are integers (taken modulo 2^64): use one seed a layer and one counter a step.

    >>> y, scale = dropout(np.ones(1000), 0.25, seed=1, counter=0)
    >>> sorted(set(scale.round(3).tolist())), bool(700 < np.count_nonzero(y) < 800)
    ([0.0, 1.333], True)
    """
    if rate >= 1:
        scale = np.zeros(x.shape, x.dtype)
    else:
        kept = _bits(x.size, seed, counter) >= np.uint32(rate * 2.0**32)
        scale = np.multiply(kept, x.dtype.type(1 / (1 - rate))).reshape(x.shape)
    return x * scale, scale


def _bits(count, seed, counter):
    key_0, key_1 = _keys(seed, counter)
    bits = np.arange(count, dtype=np.uint32)
    bits += np.uint32(key_0)
    _mix(bits)
    bits ^= np.uint32(key_1)
    return _mix(bits)


def _keys(seed, counter):
    key = np.zeros(1, np.uint32)
    for number in (counter, seed):
        for shift in (32, 0):
            key += np.uint32((number >> shift) & 0xFFFFFFFF)
            _mix(key)
    key_0 = int(key[0])
    key += np.uint32(0x9E3779B9)
    return key_0, int(_mix(key)[0])


def _mix(bits):
    bits ^= bits >> np.uint32(16)
    bits *= np.uint32(0x7FEB352D)
    bits ^= bits >> np.uint32(15)
    bits *= np.uint32(0x846CA68B)
    bits ^= bits >> np.uint32(16)
    return bits
