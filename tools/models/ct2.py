"""Reads the weights of a CTranslate2 model (`model.bin`, binary version 6)."""

import struct

import numpy as np

_DTYPES = [np.float32, np.int8, np.int16, np.int32, np.float16]


class _Cursor:
    """A place in the file; strings are u16 length (final NUL included) and bytes, little endian throughout."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, code):
        value = struct.unpack_from("<" + code, self.data, self.at)[0]
        self.at += struct.calcsize(code)
        return value

    def text(self):
        n = self.number("H")
        self.at += n
        return self.data[self.at - n : self.at - 1].decode()

    def array(self, shape, dtype, n_bytes):
        self.at += n_bytes
        flat = np.frombuffer(self.data, dtype, n_bytes // np.dtype(dtype).itemsize, self.at - n_bytes)
        return flat.reshape(shape)


def parse(data):
    """The whole file's bytes → {variable name: array}; half floats come back as float32, aliases under both names."""
    cursor = _Cursor(data)
    version = cursor.number("I")
    if version != 6:
        raise SystemExit(f"CTranslate2 binary version {version}, expected 6")
    cursor.text()  # name of the model's specification
    cursor.number("I")  # its revision
    weights = {}
    for _ in range(cursor.number("I")):
        name = cursor.text()
        shape = [cursor.number("I") for _ in range(cursor.number("B"))]
        dtype = _DTYPES[cursor.number("B")]
        array = cursor.array(shape, dtype, cursor.number("I"))
        weights[name] = array.astype(np.float32) if dtype is np.float16 else array
    for _ in range(cursor.number("I")):
        alias = cursor.text()
        weights[alias] = weights[cursor.text()]
    return weights
