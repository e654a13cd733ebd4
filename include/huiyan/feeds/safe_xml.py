"""XML read as a stream: no DTD, no entities, no token or tree that could fill the memory."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO, Protocol
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from huiyan.errors import FeedError
from huiyan.feeds.cells import MAX_RECORD_BYTES

BLOCK_BYTES = 65_536


class Target(Protocol):
    """Receives the events of a document; `close` is called at its end."""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...
    def end(self, tag: str) -> None: ...
    def data(self, text: str) -> None: ...
    def close(self) -> None: ...


class _Watched:
    """Passes events on and notes that there was one."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.seen = False
        self.close = target.close

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.seen = True
        self._target.start(local_name(tag), attributes)

    def end(self, tag: str) -> None:
        self.seen = True
        self._target.end(local_name(tag))

    def data(self, text: str) -> None:
        self.seen = True
        self._target.data(text)


def local_name(tag: str) -> str:
    """`tag` without its namespace."""
    return tag.rpartition("}")[2]


def feed(
    stream: BinaryIO, target: Target, what: str, encoding: str | None = None
) -> Iterator[None]:
    """Parse `stream` into `target`, pausing after every block so that rows can be taken.

    Args:
        what: file name for messages.
        encoding: None lets the document say (UTF-8 or UTF-16); `gb18030` is decoded here because
            the parser cannot.

    Raises:
        FeedError: not well-formed, a DTD or entity, or an encoding that is not read, a
            single token beyond the limit.
    """
    watched = _Watched(target)
    parser = DefusedXMLParser(
        target=watched, forbid_dtd=True, forbid_entities=True, forbid_external=True
    )
    silent = 0
    decoder = None
    if encoding is not None:
        decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while block := stream.read(BLOCK_BYTES):
            watched.seen = False
            parser.feed(decoder.decode(block) if decoder else block)
            silent = 0 if watched.seen else silent + len(block)
            if silent > MAX_RECORD_BYTES:
                raise FeedError(
                    f"{what}: a single XML tag is longer than {MAX_RECORD_BYTES:,} bytes."
                )
            yield
        parser.close()
    except DefusedXmlException as error:
        raise FeedError(
            f"{what} declares a DTD or entities ({type(error).__name__}), which are refused. "
            "Export plain XML without DOCTYPE and send again."
        ) from error
    except ParseError as error:
        raise FeedError(f"{what} is not well-formed XML: {error}. Export it again.") from error
    except UnicodeDecodeError as error:
        raise FeedError(f"{what}: broken encoding: {error.reason} is not {encoding}.") from error
    except (LookupError, ValueError) as error:
        raise FeedError(
            f"{what} declares an encoding that is not read ({error}). "
            "Export it as UTF-8, UTF-16 or GB18030 and send again."
        ) from error
    yield
