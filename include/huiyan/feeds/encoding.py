"""Which of the accepted encodings a text file is in, found in one pass without holding it."""

import codecs
import re

from huiyan.errors import FeedError

UTF8_MARK = codecs.BOM_UTF8
_HANZI = re.compile("[\u4e00-\u9fff]")


class EncodingProbe:
    """Fed the blocks of a file in order, tells UTF-8 from GB18030 or why it is neither.

    A file that is almost UTF-8 is damaged UTF-8, not GB18030: GB18030 gives a meaning to nearly
    any bytes, and reading damaged text as something else would be a silent repair.
    """

    def __init__(self) -> None:
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._gb18030: codecs.IncrementalDecoder | None = None
        self._start = b""
        self._bytes = self._lines = 0
        self._has_wide = False
        self._first_bad = ""
        self._is_damaged = False
        self._hanzi = self._replaced = 0

    def feed(self, block: bytes) -> None:
        """Look at the next block."""
        if len(self._start) < 4:
            self._start = (self._start + block[:4])[:4]
        if self._gb18030 is None:
            pending = self._utf8.getstate()[0]
            try:
                self._has_wide |= not self._utf8.decode(block).isascii()
            except UnicodeDecodeError as error:
                at = error.start - len(pending)
                line = self._lines + block.count(b"\n", 0, max(at, 0)) + 1
                self._first_bad = f"byte {self._bytes + at + 1} in line {line}"
                self._is_damaged = self._has_wide
                self._gb18030 = codecs.getincrementaldecoder("gb18030")()
                self._read_as_gb18030(pending + block)
        else:
            self._read_as_gb18030(block)
        self._bytes += len(block)
        self._lines += block.count(b"\n")

    def _read_as_gb18030(self, block: bytes) -> None:
        loose = block.decode("utf-8", "replace")
        self._replaced += loose.count("\ufffd")
        self._hanzi += len(_HANZI.findall(loose))
        if self._gb18030 is not None and not self._is_damaged:
            try:
                self._gb18030.decode(block)
            except UnicodeDecodeError:
                self._is_damaged = True

    def result(self, file_name: str) -> str:
        """`utf-8`, `utf-8-sig` or `gb18030`.

        Raises:
            FeedError: the file is in neither encoding; names the first byte that is wrong.
        """
        if self._start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise FeedError(f"{file_name} is UTF-16; save it as UTF-8 or GB18030 and send again.")
        marked = self._start.startswith(UTF8_MARK)
        if self._gb18030 is None and not self._utf8.getstate()[0]:
            return "utf-8-sig" if marked else "utf-8"
        if self._gb18030 is None:
            self._first_bad = f"the end of the file (line {self._lines + 1})"
            self._is_damaged = True
        elif self._gb18030.getstate()[0]:
            self._is_damaged = True
        if marked or self._is_damaged or self._hanzi > self._replaced:
            raise FeedError(
                f"{file_name}: broken encoding: {self._first_bad} is not UTF-8, and the file is "
                "not GB18030 either. Export it again as UTF-8."
            )
        return "gb18030"
