"""The code proves one line of one body's form and nothing else."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from huiyan.returns.code import proves, return_code

KEY = b"the district's secret"
DAY = date(2025, 9, 1)
lines = st.tuples(st.text(min_size=1), st.dates(), st.text(min_size=1))


@given(lines, lines)
def test_a_code_is_that_of_its_line_only(
    line: tuple[str, date, str], other: tuple[str, date, str]
) -> None:
    assert proves(return_code(KEY, *line), KEY, *line)
    assert proves(return_code(KEY, *line), KEY, *other) == (line == other)


def test_how_it_is_written_does_not_matter() -> None:
    code = return_code(KEY, "TC01", DAY, "00a9f0e31c77b2d4")
    assert code == return_code(KEY, "TC01", DAY, "00a9f0e31c77b2d4")
    assert len(code) == 19
    assert proves(f" {code.lower().replace('-', ' ')}", KEY, "TC01", DAY, "00a9f0e31c77b2d4")
    assert not proves(code, b"another secret", "TC01", DAY, "00a9f0e31c77b2d4")
    assert not proves("反馈码", KEY, "TC01", DAY, "00a9f0e31c77b2d4")
