"""Hashes of bytes that are the same everywhere, in every run: those by which Keras sorts strings into bins.

`fingerprint` is FarmHash's 64-bit fingerprint (G. Pike, https://github.com/google/farmhash, farmhashna), a fast hash;
`keyed_hash` is SipHash-2-4 (Aumasson & Bernstein 2012), which nobody without the key can steer.
"""

import struct

_MASK = 2**64 - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


def fingerprint(data):
    """FarmHash's 64-bit fingerprint of bytes.

    >>> fingerprint(b"") == 0x9AE16A3B2F90404F
    True
    """
    size = len(data)
    if size <= 16:
        return _up_to_16(data)
    if size <= 32:
        return _up_to_32(data)
    if size <= 64:
        return _up_to_64(data)
    return _longer(data)


def keyed_hash(key, data):
    """SipHash-2-4 of bytes, by a key of two 64-bit integers.

    >>> keyed_hash((0x0706050403020100, 0x0F0E0D0C0B0A0908), bytes(range(15))) == 0xA129CA6149BE45E5
    True
    """
    k0, k1 = (k & _MASK for k in key)
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]
    whole = len(data) // 8 * 8
    last = data[whole:].ljust(7, b"\0") + bytes([len(data) & 0xFF])
    for (word,) in struct.iter_unpack("<Q", data[:whole] + last):
        v[3] ^= word
        _round(v)
        _round(v)
        v[0] ^= word
    v[2] ^= 0xFF
    for _ in range(4):
        _round(v)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def joined(first, second):
    """One fingerprint of two, as TensorFlow joins them for crossed features."""
    multiplier = 0xC6A4A7935BD1E995
    result = first ^ multiplier ^ (_shifted(second * multiplier & _MASK) * multiplier & _MASK)
    result = result * multiplier & _MASK
    return _shifted(_shifted(result) * multiplier & _MASK)


def _round(v):
    v[0] = (v[0] + v[1]) & _MASK
    v[1] = _left(v[1], 13) ^ v[0]
    v[0] = _left(v[0], 32)
    v[2] = (v[2] + v[3]) & _MASK
    v[3] = _left(v[3], 16) ^ v[2]
    v[0] = (v[0] + v[3]) & _MASK
    v[3] = _left(v[3], 21) ^ v[0]
    v[2] = (v[2] + v[1]) & _MASK
    v[1] = _left(v[1], 17) ^ v[2]
    v[2] = _left(v[2], 32)


def _left(x, bits):
    return (x << bits | x >> (64 - bits)) & _MASK


def _right(x, bits):
    x &= _MASK
    return (x >> bits | x << (64 - bits)) & _MASK


def _shifted(x):
    x &= _MASK
    return x ^ x >> 47


def _word(data, place):
    return int.from_bytes(data[place : place + 8], "little")


def _half(data, place):
    return int.from_bytes(data[place : place + 4], "little")


def _mixed(u, v, multiplier):
    a = _shifted((u ^ v) * multiplier)
    b = _shifted(((v & _MASK) ^ a) * multiplier)
    return b * multiplier & _MASK


def _up_to_16(data):
    size = len(data)
    multiplier = _K2 + size * 2
    if size >= 8:
        a, b = _word(data, 0) + _K2, _word(data, size - 8)
        return _mixed(
            (_right(b, 37) * multiplier + a) & _MASK, ((_right(a, 25) + b) * multiplier) & _MASK, multiplier
        )
    if size >= 4:
        return _mixed(size + (_half(data, 0) << 3), _half(data, size - 4), multiplier)
    if size:
        y = data[0] + (data[size >> 1] << 8)
        z = size + (data[-1] << 2)
        return _shifted((y * _K2 & _MASK) ^ (z * _K0 & _MASK)) * _K2 & _MASK
    return _K2


def _ends(data, first, multiplier):
    """What the first and the last 16 bytes contribute: the two halves of a mix, and the first word."""
    size = len(data)
    a, b = _word(data, 0) * first & _MASK, _word(data, 8)
    c, d = _word(data, size - 8) * multiplier & _MASK, _word(data, size - 16) * _K2 & _MASK
    y = (_right(a + b, 43) + _right(c, 30) + d) & _MASK
    return y, (a + _right(b + _K2, 18) + c) & _MASK, a


def _up_to_32(data):
    multiplier = _K2 + len(data) * 2
    y, z, _ = _ends(data, _K1, multiplier)
    return _mixed(y, z, multiplier)


def _up_to_64(data):
    size = len(data)
    multiplier = _K2 + size * 2
    y, z, a = _ends(data, _K2, multiplier)
    z = _mixed(y, z, multiplier)
    e, f = _word(data, 16) * multiplier & _MASK, _word(data, 24)
    g = (y + _word(data, size - 32)) * multiplier & _MASK
    h = (z + _word(data, size - 24)) * multiplier & _MASK
    left = (_right(e + f, 43) + _right(g, 30) + h) & _MASK
    return _mixed(left, (e + _right(f + a, 18) + g) & _MASK, multiplier)


def _pair(data, place, a, b):
    """Two words from four words of the data and two more."""
    w, x, y, z = (_word(data, place + 8 * i) for i in range(4))
    a = (a + w) & _MASK
    b = _right(b + a + z, 21)
    c = a
    a = (a + x + y) & _MASK
    b += _right(a, 44)
    return (a + z) & _MASK, (b + c) & _MASK


def _step(data, place, x, y, z, v, w, multiplier, nine):
    """64 bytes taken in; the last of them weigh nine times."""
    x = _right(x + y + v[0] + _word(data, place + 8), 37) * multiplier & _MASK
    y = _right(y + v[1] + _word(data, place + 48), 42) * multiplier & _MASK
    x ^= w[1] * nine & _MASK
    y = (y + v[0] * nine + _word(data, place + 40)) & _MASK
    z = _right(z + w[0], 33) * multiplier & _MASK
    v = _pair(data, place, v[1] * multiplier & _MASK, (x + w[0]) & _MASK)
    w = _pair(data, place + 32, (z + w[1]) & _MASK, (y + _word(data, place + 16)) & _MASK)
    return z, y, x, v, w


def _longer(data):
    size = len(data)
    x = (81 * _K2 + _word(data, 0)) & _MASK
    y = (81 * _K1 + 113) & _MASK
    z = _shifted(y * _K2 + 113) * _K2 & _MASK
    v = w = (0, 0)
    rest = (size - 1) & 63
    for place in range(0, size - 1 - rest, 64):
        x, y, z, v, w = _step(data, place, x, y, z, v, w, _K1, 1)
    multiplier = _K1 + ((z & 0xFF) << 1)
    w = ((w[0] + rest) & _MASK, w[1])
    v = ((v[0] + w[0]) & _MASK, v[1])
    w = ((w[0] + v[0]) & _MASK, w[1])
    x, y, z, v, w = _step(data, size - 64, x, y, z, v, w, multiplier, 9)
    left = (_mixed(v[0], w[0], multiplier) + _shifted(y) * _K0 + z) & _MASK
    return _mixed(left, (_mixed(v[1], w[1], multiplier) + x) & _MASK, multiplier)
