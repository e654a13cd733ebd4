"""Tables kept as CSV: every line fits its heading, or none is read."""

from pathlib import Path

import pytest

from huiyan import kept_tables
from huiyan.errors import ConfigurationError
from huiyan.settings import REPOSITORY

SEEDS = REPOSITORY / "dbt_project" / "seeds"


@pytest.mark.parametrize("path", sorted(SEEDS.rglob("*.csv")), ids=lambda path: path.stem)
def test_every_shipped_seed_fits_its_heading(path: Path) -> None:
    heading, rows = kept_tables.read(path)
    assert all(tuple(row.cells) == tuple(heading) for row in rows)


def test_all_lines_that_do_not_fit_are_named(tmp_path: Path) -> None:
    path = tmp_path / "words.csv"
    path.write_text("word,why\na,b\nc\nd,e,f\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as error:
        kept_tables.read(path)
    assert str(error.value) == (
        f"{path}, line 3: has 1 field, the heading 2; a field that is empty needs its comma too. "
        f"{path}, line 4: has 3 fields, the heading 2; put a text with commas in quotes. "
        "Nothing of the file is taken."
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("词,why\n".encode("gb18030"), "is not UTF-8"),
        (b'word,why\na,"b"c\n', "from line 2 on: ',' expected after"),
        (b'word,why\na,"b\nc,d\n', "from line 2 on: unexpected end of data"),
        (b"word,why,word\na,b,c\n", "the heading names 'word' twice"),
        (b"\xef\xbb\xbf\xef\xbb\xbfword,why\na,b\n", "line 1: begins with a byte order mark"),
        (b"word,why\n\xef\xbb\xbfa,b\n", "line 2: begins with a byte order mark"),
        (b"word,why\na,b\0\n", "line 2: holds a NUL byte"),
        (b"\nword,why\na,b\n", "line 1: the heading is missing"),
        (b"word,why\n" + b"a\n" * 25, "line 21: .* And 5 lines more"),
    ],
)
def test_what_cannot_be_read_says_where(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "words.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=said):
        kept_tables.read(path)
