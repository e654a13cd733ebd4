"""Feeds in which nobody may be found: who could be is gone before anything of a file is kept.

A file of such a feed is read in memory, whole. If one of its columns is none of the contract's it
is refused, and neither its bytes nor its name nor its headings are kept: only the words of this
module can name what was wrong. Otherwise every cell that does not have the form of its column, or
in whose free text somebody could be recognised, is replaced by `HIDDEN`; archive, landing and
quarantine see only what is left. The quality gate puts such rows into quarantine.

What no program can see is a name in a sentence that does not say so: the contract says that none
belongs there, and the archive of such a feed is encrypted.
"""

import csv
import hashlib
import io
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from huiyan.errors import FeedError
from huiyan.feeds.contract import Column, FeedContract
from huiyan.feeds.encoding import EncodingProbe
from huiyan.feeds.header import normalise
from huiyan.feeds.opening import opened
from huiyan.feeds.persons import (
    is_named_after_somebody,
    names_somebody,
    names_somebody_in_code,
)

HIDDEN = "■■■■"
MAX_BYTES = 64 * 1024**2
_IN_CHINESE = """
    举报人 检举人 控告人 信访人 反映人 投诉人 来信人 来访人 申诉人 诉求人 联系人 姓名 名字 名称 署名
    签名 电话 手机 联系方式 身份证 证件 住址 地址 住所 邮箱 邮件 邮编 微信 银行卡 卡号 账号
    户籍 籍贯 性别 年龄 出生 民族 职业 职务 工作单位 车牌 传真 照片 录音
"""
_IN_ENGLISH = """
    reporter informant complainant petitioner whistleblower sender caller author contact person
    name surname phone tel telephone mobile cell cellphone fax id idcard idno identity passport
    address addr home postcode zip mail email wechat weixin qq bank card account gender sex age
    birth birthday birthdate photo signature ip xm xingming jbr xfr dh dianhua lxdh lxr sj sjh
    shouji sfz sfzh dz dizhi yx youxiang zjhm
"""
_BETWEEN_CHINESE = "号码 号 联系 人 的 及 和 与 或 电子 家庭 实名 日期 本"
_BETWEEN_ENGLISH = "of the no num number code full first last given family and or s"
_CHINESE, _CHINESE_GLUE = _IN_CHINESE.split(), _BETWEEN_CHINESE.split()
_ENGLISH, _ENGLISH_GLUE = frozenset(_IN_ENGLISH.split()), frozenset(_BETWEEN_ENGLISH.split())
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})-([0-9]{2})|/([0-9]{2})/([0-9]{2})|([0-9]{2})([0-9]{2}))"
)
_YEARS = range(1990, 2100)


@dataclass(frozen=True)
class Scrubbed:
    """What may be kept of one file.

    Attributes:
        name: a name of ours; the sender's may name somebody.
        sent_sha256: of the file as it came, for the manifest's control.
        content: the file, as it came if nothing had to be hidden.
        hidden_cells: how many cells were.
    """

    name: str
    sent_sha256: str
    content: bytes
    hidden_cells: int


def scrub(
    contract: FeedContract, source: Path, file_no: int, *, within: Path | None = None
) -> Scrubbed:
    """Read a file of an anonymous feed and take out who could be recognised.

    Args:
        within: as `opening.opened` takes it; the folder of `source` if None.

    Raises:
        FeedError: it is not CSV with the contract's columns and no other. The message holds
            nothing of the file.
        SourceError: it cannot be read, or changed meanwhile.
    """
    name = f"{contract.name}-{file_no}.csv"
    content = _read(source, within or source.parent, name)
    probe = EncodingProbe()
    probe.feed(content)
    text = content.decode(probe.result(name))
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    columns: list[Column | None] | None = None
    hidden = 0
    try:
        for row in rows:
            if columns is None and "".join(row).strip():
                columns = _columns(contract, row, name)
            elif columns is not None:
                # A row of another length does not say which cell is what.
                told = columns if len(row) == len(columns) else [None] * len(row)
                kept = [_kept(cell, column) for cell, column in zip(row, told, strict=True)]
                hidden += sum(map(str.__ne__, kept, row))
                row = kept
            writer.writerow(row)
    except csv.Error as error:
        raise FeedError(
            f"{name} (file {file_no} of the folder by name): the quotes around line "
            f"{rows.line_num} do not match. Nothing of it was kept; correct it and send again."
        ) from error
    return Scrubbed(
        name,
        hashlib.sha256(content).hexdigest(),
        out.getvalue().encode() if hidden else content,
        hidden,
    )


def _read(source: Path, within: Path, name: str) -> bytes:
    """The bytes of a file that did not change meanwhile."""
    with opened(source, within, name) as file:
        content = file.read(MAX_BYTES + 1)
        if len(content) <= MAX_BYTES:
            file.must_be_whole(len(content))
    if len(content) > MAX_BYTES:
        raise FeedError(f"{name} is over {MAX_BYTES:,} bytes. Nothing of it was kept.")
    return content


def _columns(contract: FeedContract, cells: list[str], name: str) -> list[Column | None]:
    """The contract's column at each position; None where there is neither heading nor column.

    Raises:
        FeedError: a heading is none of the contract's.
    """
    spellings = {
        normalise(header): column for column in contract.columns for header in column.headers
    }
    columns = [spellings.get(normalise(cell)) for cell in cells]
    wrong = [
        (position, identifying(cell))
        for position, (cell, column) in enumerate(zip(cells, columns, strict=True), start=1)
        if column is None and cell.strip()
    ]
    if wrong:
        named = "; ".join(
            f"column {position} ({word}) could identify who reported"
            if word
            else f"column {position} is none of this feed's, and its heading may be data"
            for position, word in wrong[:20]
        )
        raise FeedError(
            f"{name}: {named}. Nothing of the file was kept. Leave these columns out at the "
            f"source, take the file out of the landing zone and send the day again with "
            f"{', '.join(column.name for column in contract.columns)} only."
        )
    return columns


def identifying(heading: str) -> str | None:
    """The words of a heading that would identify a person; None if there are none.

    A heading that consists of such words alone is given as it came; of any other only the words
    themselves are, since the rest may be data.
    """
    plain = unicodedata.normalize("NFKC", heading).strip()
    chinese = [word for word in _CHINESE if word in plain]
    english = [word for word in _WORDS.findall(plain) if word.lower() in _ENGLISH]
    if not chinese and not english:
        return None
    rest = plain
    for word in (*chinese, *_CHINESE_GLUE):
        rest = rest.replace(word, "")
    others = [word for word in _WORDS.findall(rest) if word.lower() not in _ENGLISH | _ENGLISH_GLUE]
    without = _WORDS.sub("", rest)
    if not others and not re.search(r"\w", without.replace("_", "")):
        return plain
    return "、".join(dict.fromkeys((*chinese, *(word.lower() for word in english))))


def _kept(cell: str, column: Column | None) -> str:
    """The cell, or `HIDDEN` if it is none of its column or could identify a person."""
    plain = unicodedata.normalize("NFKC", cell.replace("\ufeff", "")).strip()
    if not plain:
        return cell
    if column is None:
        return HIDDEN
    if column.type == "date":
        fits = _is_day(plain)
    elif column.type == "enum":
        spellings = {
            normalise(each) for code, more in column.values.items() for each in (code, *more)
        }
        fits = normalise(cell) in spellings
    else:
        names = names_somebody_in_code if column.required else names_somebody
        fits = (
            re.fullmatch(column.pattern or "", cell.strip()) is not None
            and not names(plain)
            and not (column.key and is_named_after_somebody(plain))
        )
    return cell if fits else HIDDEN


def _is_day(text: str) -> bool:
    """Whether it is a date that a complaint can have; eight digits may be a telephone number."""
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day).year in _YEARS
    except ValueError:
        return False
