"""XML vouchers: cells by element name, whatever their order."""

import io

import pytest

from huiyan.errors import FeedError
from huiyan.feeds.cells import Problem, Record
from huiyan.feeds.xml_reader import XmlReader


def reader_of(content: bytes) -> XmlReader:
    return XmlReader(lambda: io.BytesIO(content), "a.xml")


def test_elements_in_any_order_and_some_absent() -> None:
    reader = reader_of(
        "<vouchers><entry><A>1</A><B>甲 &amp; 乙</B></entry>"
        "<entry><C>3</C><A>2</A></entry></vouchers>".encode()
    )
    assert reader.header == ["A", "B", "C"]
    assert list(reader.rows()) == [Record(1, ["1", "甲 & 乙", ""]), Record(2, ["2", "", "3"])]


def test_attributes_namespaces_and_cdata() -> None:
    reader = reader_of(b'<v xmlns="urn:x"><e A="1"><B><![CDATA[<2>]]></B></e><!-- no row --></v>')
    assert reader.header == ["A", "B"]
    assert list(reader.rows()) == [Record(1, ["1", "<2>"])]


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030", "gbk", "UTF-16"])
def test_declared_encodings(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<v><e><单位>云溪</单位></e></v>'
    reader = reader_of(text.encode(encoding))
    assert reader.header == ["单位"]
    assert list(reader.rows()) == [Record(1, ["云溪"])]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("<A>1</A><A>2</A>", Problem("duplicate_element", 0)),
        ("<A>1<B>2</B></A>", Problem("nested_element")),
        ("text<A>1</A>", Problem("text_outside_elements")),
    ],
)
def test_rows_that_cannot_be_read(row: str, problem: Problem) -> None:
    (record,) = reader_of(f"<v><e>{row}</e></v>".encode()).rows()
    assert record.problems == (problem,)


@pytest.mark.parametrize(
    "content",
    [
        b"   ",
        b"<v><e><A>" + b"x" * 1_100_000 + b"</A></e></v>",
        b"<v><e " + b"x" * 1_300_000,
        b"<v><e>" + b"".join(b"<a%d/>" % number for number in range(1_001)) + b"</e></v>",
    ],
)
def test_files_beyond_all_bounds(content: bytes) -> None:
    with pytest.raises(FeedError, match=r"a\.xml"):
        list(reader_of(content).rows())


def test_no_rows() -> None:
    reader = reader_of(b"<v></v>")
    assert (reader.header, list(reader.rows())) == ([], [])


@pytest.mark.parametrize("encoding", ["big5", "shift_jis", "utf-7", "hex", "rot13", "idna", "x"])
def test_an_encoding_that_is_not_read_is_named(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<v><e><A>1</A></e></v>'
    with pytest.raises(FeedError, match=r"a\.xml declares an encoding .*Export it as UTF-8"):
        reader_of(text.encode())


def test_elements_in_elements_without_end_are_refused() -> None:
    with pytest.raises(FeedError, match="nested over 100 deep"):
        reader_of(b"<v>" + b"<e>" * 3_000_000)
