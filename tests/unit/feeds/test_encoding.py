"""UTF-8 and GB18030 told apart; damaged files are neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyan.errors import FeedError
from huiyan.feeds.encoding import EncodingProbe

HANZI = st.text(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5) | st.sampled_from("abc,1\n"),
    min_size=1,
)


def probe(content: bytes, block: int = 7) -> str:
    result = EncodingProbe()
    for start in range(0, len(content), block):
        result.feed(content[start : start + block])
    return result.result("a.csv")


@given(HANZI, st.integers(1, 9))
def test_utf8_whatever_the_blocks(text: str, block: int) -> None:
    assert probe(text.encode(), block) == "utf-8"
    assert probe(text.encode("utf-8-sig"), block) == "utf-8-sig"


@pytest.mark.parametrize("block", [1, 2, 3, 5, 1000])
def test_gb18030(block: int) -> None:
    content = "单位代码,单位名称\r\nF001,云溪区财政局\r\nF002,联通𠮷㐀\r\n".encode("gb18030")
    assert probe(content, block) == "gb18030"


@pytest.mark.parametrize("block", [1, 4, 1000])
def test_damaged_utf8_names_byte_and_line(block: int) -> None:
    content = "单位代码,单位名称\nF001,云溪区财政局\n".encode()
    damaged = content.replace("云".encode(), "云".encode()[:2])
    with pytest.raises(FeedError, match=r"line 2"):
        probe(damaged, block)


def test_cut_off_in_the_middle_of_a_character() -> None:
    with pytest.raises(FeedError, match="end of the file"):
        probe("单位".encode()[:-1])


@pytest.mark.parametrize(
    "content", [b"a,b\n\xff,1\n", "a,é\n".encode("latin-1"), "a".encode("utf-16")]
)
def test_other_encodings(content: bytes) -> None:
    with pytest.raises(FeedError):
        probe(content)
