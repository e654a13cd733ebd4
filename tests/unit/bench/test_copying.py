"""The encoding of the files that bare COPY reads."""

from pathlib import Path

import pytest

from huiyan.bench.copying import BLOCK, encoding_of


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", "UTF8"), ("utf-8-sig", "UTF8"), ("gb18030", "GB18030")],
)
def test_encoding(tmp_path: Path, encoding: str, expected: str) -> None:
    path = tmp_path / "file.csv"
    path.write_text("单位,金额\n财政局,1.00\n", encoding)

    assert encoding_of(path) == expected


def test_a_character_across_two_blocks_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"a" * (BLOCK - 1) + "财".encode())

    assert encoding_of(path) == "UTF8"
