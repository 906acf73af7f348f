"""Reading HDF5 files from strangers, in Python: the part of the format that Keras and h5py write, and nothing else.

Whatever is not read here cannot be abused: there are no external, virtual, chunked or compressed datasets, no soft or
external links, no filters and no plugins. Every address is checked against the size of the file before it is followed,
and nothing is allocated but what the file really stores.

Source of the layout: The HDF Group, "HDF5 File Format Specification", version 3.0, sections II.A (superblock 0 and 1),
III.A (B-trees, version 1), III.B to III.D (symbol tables, local heaps), III.E (global heaps), IV.A.1.a (object
headers, version 1).
"""

import struct

from minikeras.saving.errors import ModelFileError, UnsafeFileError
from minikeras.saving.hdf5_messages import UNDEFINED, Dataset, attribute, first

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_MOST_OBJECTS = 20_000
_MOST_MESSAGES = 10_000
_LONGEST_NAME = 1024
_DATASPACE, _LINK_INFO, _LINK, _ATTRIBUTE, _CONTINUATION, _SYMBOL_TABLE, _ATTRIBUTE_INFO = (
    1,
    2,
    6,
    12,
    16,
    17,
    21,
)
_SHARED = 2


def is_hdf5(file):
    """Whether an open binary file begins as HDF5 files do."""
    beginning = file.read(len(_SIGNATURE))
    file.seek(0)
    return beginning == _SIGNATURE


class Source:
    """The bytes of a file: `read(offset, count)` gives exactly `count` of them or refuses the file."""

    def __init__(self, file, name):
        self._file = file
        self.name = name
        self.size = file.seek(0, 2)
        self.heaps = {}

    def read(self, offset, count):
        """`count` bytes from `offset`."""
        if offset < 0 or count < 0 or offset + count > self.size:
            raise self.damaged(f"it refers to {count} bytes at {offset}, but has only {self.size}")
        self._file.seek(offset)
        data = self._file.read(count)
        if len(data) != count:
            raise self.damaged("it ends too early")
        return data

    def numbers(self, layout, offset):
        """Numbers at `offset`, little-endian, in the notation of `struct`."""
        layout = "<" + layout
        return struct.unpack(layout, self.read(offset, struct.calcsize(layout)))

    def damaged(self, why):
        """The error that says the file is not a whole HDF5 file."""
        return ModelFileError(f"{self.name} is damaged or no HDF5 file: {why}. Get or save it again.")

    def unsafe(self, what):
        """The error that refuses something harmful."""
        return UnsafeFileError(f"{self.name} holds {what}, which no model file needs. It was refused.")


class HDF5File:
    """An HDF5 file, read only; `root` is its outermost group.

    file: an open binary file. name: what errors call it.
    """

    def __init__(self, file, name="The file"):
        self.source = source = Source(file, name)
        if source.size < 96 or source.read(0, 8) != _SIGNATURE:
            raise source.damaged("its beginning is not that of an HDF5 file")
        version, _, _, _, _, offsets, lengths = source.numbers("7B", 8)
        if version > 1:
            raise ModelFileError(
                f"{name} was written with libver='latest' (superblock {version}), which Keras never does. "
                "Save it again with the defaults of h5py."
            )
        start = 24 if version == 0 else 28
        base, _, _, _, _, root = source.numbers("6Q", start)
        if offsets != 8 or lengths != 8 or base != 0:
            raise source.damaged("its addresses are not of 8 bytes from its beginning")
        self._names = {}
        self.root = self._object(root, "/")

    def _object(self, address, path):
        """The group or dataset at an address; an object has one name only."""
        if self._names.setdefault(address, path) != path:
            raise self.source.unsafe(
                f"one object under two names, {self._names[address]!r} and {path!r} (a hard link)"
            )
        if len(self._names) > _MOST_OBJECTS:
            raise self.source.unsafe(f"more than {_MOST_OBJECTS} objects")
        messages = list(self._messages(address))
        kinds = {kind for kind, _ in messages}
        if kinds & {_LINK_INFO, _LINK}:
            raise self.source.unsafe(f"links of the newer kind in {path!r}")
        if _DATASPACE in kinds:
            return Dataset(self.source, messages, path)
        table = first(messages, _SYMBOL_TABLE)
        if table is None or len(table) < 16:
            raise self.source.damaged(f"{path!r} is neither a group nor a dataset")
        return Group(self, messages, path, *struct.unpack_from("<2Q", table))

    def _messages(self, address):
        """(kind, data) of each message in the object header at an address."""
        version, _, count, _, size = self.source.numbers("BBHII", address)
        if version != 1 or count > _MOST_MESSAGES:
            raise self.source.damaged(f"the object header at {address} is of an unknown kind")
        blocks = [(address + 16, size)]
        seen, total = set(), 0
        while blocks:
            start, size = blocks.pop(0)
            if start in seen:
                raise self.source.damaged("an object header continues in itself")
            seen.add(start)
            data = self.source.read(start, size)
            position = 0
            while position + 8 <= size and total < count:
                kind, length, flags = struct.unpack_from("<HHB", data, position)
                body = data[position + 8 : position + 8 + length]
                if len(body) != length:
                    raise self.source.damaged("a message reaches beyond its object header")
                position += 8 + length
                total += 1
                if flags & _SHARED:
                    raise self.source.unsafe("a message that is kept elsewhere (shared)")
                if kind == _CONTINUATION:
                    if length < 16:
                        raise self.source.damaged("an object header continues nowhere")
                    blocks.append(struct.unpack_from("<2Q", body))
                else:
                    yield kind, body


class Group:
    """A group of an HDF5 file: names of groups and datasets, and attributes."""

    def __init__(self, file, messages, path, tree, heap):
        self._file = file
        self._messages = messages
        self.path = path
        self._members = self._read_members(tree, heap)

    @property
    def file_size(self):
        """The bytes of the whole file."""
        return self._file.source.size

    def __contains__(self, name):
        return name in self._members

    def __iter__(self):
        return iter(self._members)

    def __len__(self):
        return len(self._members)

    def __getitem__(self, name):
        """The group or dataset of that name, which may be a path with slashes below this group."""
        here = self
        for part in name.split("/"):
            if not isinstance(here, Group) or part not in here._members:
                raise KeyError(name)
            here = here._file._object(here._members[part], f"{here.path.rstrip('/')}/{part}")
        return here

    def group(self, name):
        """The group of that name or path; None if there is none."""
        found = self.find(name)
        if found is not None and not isinstance(found, Group):
            raise self._file.source.damaged(f"{found.path!r} is a dataset where a group was expected")
        return found

    def find(self, name):
        """The group or dataset of that name or path; None if there is none."""
        try:
            return self[name]
        except KeyError:
            return None

    def attribute(self, name, default=None):
        """The value of an attribute: text, a list of texts, or an array."""
        if first(self._messages, _ATTRIBUTE_INFO) is not None:
            data = first(self._messages, _ATTRIBUTE_INFO)
            if len(data) < 10 or struct.unpack_from("<Q", data, len(data) - 16)[0] != UNDEFINED:
                raise self._file.source.unsafe(f"attributes of the newer kind in {self.path!r}")
        return attribute(self._file.source, self._messages, name, default)

    def _read_members(self, tree, heap):
        """{name: address}, from the symbol table nodes below the B-tree node `tree` and the names in `heap`."""
        source = self._file.source
        signature, length, _, start = source.numbers("4s4xQQQ", heap)
        if signature != b"HEAP" or length > source.size:
            raise source.damaged(f"the names of {self.path!r} are missing")
        names = source.read(start, length)
        members = {}
        for address in self._symbol_nodes(tree):
            signature, _, count = source.numbers("4sHH", address)
            if signature != b"SNOD":
                raise source.damaged(f"the members of {self.path!r} are missing")
            for i in range(count):
                place, target, cached = source.numbers("QQI", address + 8 + 40 * i)
                end = names.find(b"\0", place, place + _LONGEST_NAME) if place < length else -1
                if end <= place:
                    raise source.damaged(f"a member of {self.path!r} has no name")
                name = names[place:end].decode("utf-8", "replace")
                if cached == 2 or target == UNDEFINED:
                    raise source.unsafe(f"a soft link {name!r} in {self.path!r}")
                if name in members:
                    raise source.unsafe(f"two members named {name!r} in {self.path!r}")
                if "/" in name or name in (".", ".."):
                    raise source.unsafe(f"a member named {name!r} in {self.path!r}")
                members[name] = target
                if len(members) > _MOST_OBJECTS:
                    raise source.unsafe(f"more than {_MOST_OBJECTS} members in {self.path!r}")
        return members

    def _symbol_nodes(self, tree):
        source, seen, waiting = self._file.source, set(), [(tree, None)]
        while waiting:
            address, expected = waiting.pop()
            signature, kind, level, used = source.numbers("4sBBH", address)
            if (
                signature != b"TREE"
                or kind != 0
                or level > 16
                or (expected is not None and level != expected)
            ):
                raise source.damaged(f"the index of {self.path!r} is missing")
            if address in seen or len(seen) > _MOST_OBJECTS:
                raise source.damaged(f"the index of {self.path!r} goes in circles")
            seen.add(address)
            children = [source.numbers("Q", address + 32 + 16 * i)[0] for i in range(used)]
            if level:
                waiting += [(child, level - 1) for child in reversed(children)]
            else:
                yield from children
