"""What the headers of HDF5 objects say: dtypes, shapes, places of data, attributes.

Source of the layout: The HDF Group, "HDF5 File Format Specification", version 3.0, section IV.A.2.
"""

import math
import struct

import numpy as np

UNDEFINED = 2**64 - 1
_DATASPACE, _DATATYPE, _EXTERNAL, _LAYOUT, _FILTERS, _ATTRIBUTE = 1, 3, 7, 8, 11, 12
_FIXED, _FLOAT, _STRING, _OPAQUE, _ENUM, _VARIABLE_LENGTH = 0, 1, 3, 5, 8, 9
_MOST_AXES = 32
_MOST_TEXT_BYTES = 1 << 26
# (bytes, precision, exponent's place and bits, mantissa's place and bits, exponent's bias) of IEEE 754's floats.
_IEEE = {
    (2, 16, 10, 5, 0, 10, 15): "f2",
    (4, 32, 23, 8, 0, 23, 127): "f4",
    (8, 64, 52, 11, 0, 52, 1023): "f8",
}


def first(messages, kind):
    """The data of the first message of a kind, or None."""
    return next((data for k, data in messages if k == kind), None)


class Dataset:
    """An array in an HDF5 file: its shape and dtype are known before anything of it is read."""

    def __init__(self, source, messages, path):
        self._source = source
        self._messages = messages
        self.path = path
        kinds = {kind for kind, _ in messages}
        if _EXTERNAL in kinds:
            raise source.unsafe(f"the dataset {path!r}, whose data are in another file (external storage)")
        if _FILTERS in kinds:
            raise source.unsafe(f"the dataset {path!r}, which is compressed or filtered")
        for kind in (_DATATYPE, _LAYOUT):
            if kind not in kinds:
                raise source.damaged(
                    f"the dataset {path!r} has no {'dtype' if kind == _DATATYPE else 'data'}"
                )
        self.shape = read_shape(source, first(messages, _DATASPACE))
        self._datatype = Datatype(source, first(messages, _DATATYPE))
        self.dtype = self._datatype.dtype
        if self.dtype is None:
            raise source.damaged(f"the dataset {path!r} holds no numbers")
        self.bytes = math.prod(self.shape) * self.dtype.itemsize
        self._place = self._place_of_data()

    def read(self):
        """The array, in the machine's byte order; bfloat16 as float32."""
        place = self._place
        data = (
            place if isinstance(place, bytes) else self._source.read(place, self.bytes) if self.bytes else b""
        )
        array = np.frombuffer(data, self.dtype).reshape(self.shape)
        if self.dtype.kind == "V":
            if self.dtype.itemsize != 2 or self.attribute("dtype") != "bfloat16":
                raise self._source.damaged(f"the dataset {self.path!r} is of an unknown dtype")
            return (array.view("<u2").astype("uint32") << 16).view("float32")
        if self._datatype.is_bool:
            return array != 0
        return array.astype(self.dtype.newbyteorder("="))

    def attribute(self, name, default=None):
        """The value of an attribute."""
        return attribute(self._source, self._messages, name, default)

    def _place_of_data(self):
        """The address of the data, or the data themselves where the header holds them."""
        source, data, count = self._source, first(self._messages, _LAYOUT), self.bytes
        version, kind = struct.unpack_from("<BB", data + bytes(2))
        if version not in (3, 4) or kind not in (0, 1):
            how = {2: "in chunks", 3: "in other files (virtual)"}.get(
                kind if version >= 3 else None, "in an unknown way"
            )
            raise source.unsafe(f"the dataset {self.path!r}, which is stored {how}")
        if kind == 0:
            size = struct.unpack_from("<H", data + bytes(4), 2)[0]
            stored = data[4 : 4 + size]
            if len(stored) != size or size < count:
                raise source.damaged(f"the dataset {self.path!r} stores {len(stored)} bytes for {count}")
            return stored[:count]
        address, size = struct.unpack_from("<2Q", data + bytes(18), 2)
        if count and (size < count or address == UNDEFINED or address + count > source.size):
            stored = 0 if address == UNDEFINED else min(size, max(source.size - address, 0))
            raise source.unsafe(
                f"the dataset {self.path!r}, which declares {count} bytes and stores {stored}"
            )
        return address


class Datatype:
    """A dtype as a header describes it; `dtype` is None for what only attributes hold (texts of any length)."""

    def __init__(self, source, data):
        if len(data) < 8:
            raise source.damaged("a dtype is cut off")
        head, bits, size = data[0], int.from_bytes(data[1:4], "little"), struct.unpack_from("<I", data, 4)[0]
        kind, rest = head & 15, data[8:]
        order = ">" if bits & 1 else "<"
        self.is_bool = False
        self.is_text = False
        self.size = size
        self.dtype = None
        if kind == _FIXED and size in (1, 2, 4, 8):
            self.dtype = np.dtype(f"{order}{'i' if bits & 8 else 'u'}{size}")
        elif kind == _FLOAT and len(rest) >= 12:
            _, precision, exponent, exponent_bits, mantissa, mantissa_bits, bias = struct.unpack_from(
                "<HHBBBBI", rest
            )
            name = _IEEE.get((size, precision, exponent, exponent_bits, mantissa, mantissa_bits, bias))
            self.dtype = np.dtype(order + name) if name and not bits & 64 else None
        elif kind == _STRING and 0 < size <= 1 << 20:
            self.dtype, self.is_text = np.dtype(f"S{size}"), True
        elif kind == _OPAQUE and size == 2:
            self.dtype = np.dtype("V2")
        elif kind == _ENUM and size == 1 and bits & 0xFFFF == 2:
            self.dtype, self.is_bool = np.dtype("u1"), True
        elif kind == _VARIABLE_LENGTH and bits & 15 == 1 and size == 16:
            self.is_text = True
        if self.dtype is None and not self.is_text:
            raise source.damaged(f"a dtype is of a kind that models do not use (class {kind}, {size} bytes)")


def read_shape(source, data):
    """The shape that a dataspace message declares."""
    if len(data) < 4 or data[0] not in (1, 2) or data[1] > _MOST_AXES:
        raise source.damaged("a shape is cut off")
    start = 8 if data[0] == 1 else 4
    if data[0] == 2 and data[3] == 2:
        raise source.damaged("an array without elements stands where numbers were expected")
    if len(data) < start + 8 * data[1]:
        raise source.damaged("a shape is cut off")
    return struct.unpack_from(f"<{data[1]}Q", data, start)


def attribute(source, messages, name, default=None):
    """The value of the attribute of that name: text, a list of texts, or an array."""
    for kind, data in messages:
        if kind == _ATTRIBUTE:
            found, value = _attribute(source, data, name)
            if found:
                return value
    return default


def _attribute(source, data, wanted):
    """(whether the attribute in this message is the wanted one, its value)."""
    if len(data) < 9 or data[0] not in (1, 2, 3):
        raise source.damaged("an attribute is cut off")
    version, flags = data[0], data[1]
    sizes = struct.unpack_from("<3H", data, 2)
    if version > 1 and flags:
        raise source.unsafe("an attribute whose dtype is kept elsewhere (shared)")
    position, parts = 9 if version == 3 else 8, []
    for size in sizes:
        parts.append(data[position : position + size])
        if len(parts[-1]) != size:
            raise source.damaged("an attribute is cut off")
        position += -(-size // 8) * 8 if version == 1 else size
    if parts[0].rstrip(b"\0").decode("utf-8", "replace") != wanted:
        return False, None
    datatype, shape = Datatype(source, parts[1]), read_shape(source, parts[2])
    count, stored = math.prod(shape), data[position:]
    if len(stored) < count * datatype.size:
        raise source.damaged(f"the attribute {wanted!r} is cut off")
    if datatype.dtype is None:
        texts = _texts(source, stored, count)
    else:
        array = np.frombuffer(stored, datatype.dtype, count).reshape(shape)
        if not datatype.is_text:
            return True, array.astype(array.dtype.newbyteorder("="))
        texts = [value.decode("utf-8", "replace") for value in array.reshape(-1).tolist()]
    return True, texts if shape else texts[0]


def _texts(source, stored, count):
    """Texts of any length, which stand in global heaps."""
    texts, total = [], 0
    for i in range(count):
        length, address, index = struct.unpack_from("<IQI", stored, 16 * i)
        total += length
        if total > _MOST_TEXT_BYTES:
            raise source.unsafe(f"attributes of more than {_MOST_TEXT_BYTES >> 20} MiB")
        texts.append(
            _heap_object(source, address, index, length).decode("utf-8", "replace") if length else ""
        )
    return texts


def _heap_object(source, address, index, length):
    if address not in source.heaps:
        source.heaps[address] = _heap(source, address)
    if index not in source.heaps[address]:
        raise source.damaged("a text is missing")
    start, count = source.heaps[address][index]
    return source.read(start, min(length, count))


def _heap(source, address):
    """{number: (place, bytes)} of the objects in the global heap at an address."""
    signature, _, size = source.numbers("4sIQ", address)
    if signature != b"GCOL":
        raise source.damaged("a text is missing")
    objects, position, end = {}, address + 16, min(address + size, source.size)
    while position + 16 <= end:
        number, _, count = source.numbers("HHxxxxQ", position)
        if number == 0 or number in objects:
            break
        objects[number] = position + 16, count
        position += 16 + -(-count // 8) * 8
    return objects
