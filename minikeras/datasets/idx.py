"""The idx format: arrays of bytes with a short header (Y. LeCun, yann.lecun.com/exdb/mnist)."""

import hashlib
import math
import struct
import zlib

import numpy as np

from minikeras.files import DamagedFileError

_UNSIGNED_BYTES = 0x08
_GZIP = 16 + zlib.MAX_WBITS
# Deflate packs at most 258 bytes into 2 bits: no file unpacks to more than this many times its own length.
_LARGEST_EXPANSION = 1032


def read_idx(path, rank, sha256=None):
    """Read a gzipped idx file of unsigned bytes as a `uint8` array of `rank` axes.

    The header is big-endian: two zero bytes, the type (8 is unsigned byte), the number of axes, then each
    length as four bytes. `sha256` is that of the unpacked file, which stays the same however the file was
    packed.

    Raises DamagedFileError (a ValueError) for a file that is damaged in any way.
    """
    packed = path.read_bytes()
    unpack = zlib.decompressobj(_GZIP)
    try:
        header = unpack.decompress(packed, 4 + 4 * rank)
        shape = _shape(header, rank)
        size = math.prod(shape)
        if size > _LARGEST_EXPANSION * len(packed):
            raise ValueError(f"its header promises {size:,} values, more than it can hold")
        content = unpack.decompress(unpack.unconsumed_tail, size + 1)
        if len(content) != size or not unpack.eof:
            raise ValueError(
                f"it holds {'more' if len(content) > size else 'less'} than the {size:,} bytes promised"
            )
        if sha256 is not None:
            _check(sha256, header, content)
    except (ValueError, zlib.error) as error:
        raise DamagedFileError(
            path, f"it is not a sound gzipped idx file of rank {rank} ({error})"
        ) from error
    # A copy, because an array over bytes would refuse to be written to.
    return np.frombuffer(content, np.uint8).reshape(shape).copy()


def _shape(header, rank):
    expected = struct.pack(">HBB", 0, _UNSIGNED_BYTES, rank)
    if header[:4] != expected or len(header) != 4 + 4 * rank:
        raise ValueError(
            f"expected a header of {4 + 4 * rank} bytes from {expected.hex(' ')}, got {header.hex(' ')}"
        )
    return struct.unpack(f">{rank}I", header[4:])


def _check(sha256, header, content):
    digest = hashlib.sha256(header)
    digest.update(content)
    if digest.hexdigest() != sha256:
        raise ValueError(f"unpacked, its SHA-256 is {digest.hexdigest()}, expected {sha256}")
