"""What the pages tell a reader to type can be typed."""

import re
from pathlib import Path

import pytest

from huiyan.settings import REPOSITORY

HOW_TOS = sorted((REPOSITORY / "docs" / "how-to").glob("*.md"))
COMMAND = "`huiyan` stands for `.venv/bin/huiyan` in the folder of this repository."


@pytest.mark.parametrize("page", HOW_TOS, ids=lambda page: page.stem)
def test_a_how_to_says_once_where_the_command_is(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text.splitlines()[2] == COMMAND
    assert text.count(".venv/bin/huiyan") == 1


def commands(page: str) -> list[str]:
    text = (REPOSITORY / page).read_text("utf-8")
    typed = re.findall(r"^(?:\.venv/bin/huiyan|make|psql) .+?(?=  |$)", text, re.MULTILINE)
    return [re.sub("<.+?>", "<>", command) for command in typed]


def links(page: str) -> set[str]:
    return set(re.findall(r"\]\((docs/.+?)\)", (REPOSITORY / page).read_text("utf-8")))


def test_both_readmes_name_the_same_commands_and_pages() -> None:
    assert commands("README.md") == commands("README.zh-CN.md")
    assert len(commands("README.md")) > 5
    assert links("README.md") == links("README.zh-CN.md")
