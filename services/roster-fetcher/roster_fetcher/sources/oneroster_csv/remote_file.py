"""A file on a server as an ordinary file, so that a zip file's outline can be read without the rest of it."""

import io
from collections.abc import Callable
from typing import IO, cast

Read = Callable[[int, int], bytes]
"""So many bytes from an offset; it blocks, so call it in a thread."""


class _RemoteFile(io.RawIOBase):
    def __init__(self, size: int, read: Read) -> None:
        self._size = size
        self._read = read
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise OSError("before the beginning of the file")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._read(min(len(buffer), max(self._size - self._at, 0)), self._at)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def remote_file(size: int, read: Read) -> IO[bytes]:
    """A file of this size, read in blocks as they are needed."""
    return cast(IO[bytes], io.BufferedReader(_RemoteFile(size, read)))
