"""The workbook as LibreOffice opens it."""

import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from extract_samples import CONCLUDED, GONE, JOINT, extract, row
from huiyan.delivery.render import render
from huiyan.feeds.contract import load_contract
from huiyan.feeds.readers import OpenFile

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")

pytestmark = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")


def convert(source: Path, kind: str, folder: Path, profile: Path) -> Path:
    folder.mkdir(exist_ok=True)
    subprocess.run(
        [
            str(OFFICE),
            f"-env:UserInstallation=file://{profile}",
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(folder),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return folder / f"{source.stem}.{kind}"


def test_libreoffice_opens_saves_and_prints_it(tmp_path: Path) -> None:
    sent = tmp_path / "alerts.xlsx"
    rows = [row(alert_id=f"{number:016x}") for number in range(30)]
    rows[0] = replace(rows[0], concluded=CONCLUDED)
    made = replace(extract(*rows, gone=(GONE,)), joint=(JOINT,))
    sent.write_bytes(render(made, version=1)["alerts.xlsx"])
    saved = convert(sent, "xlsx", tmp_path / "saved", tmp_path / "profile")
    before, after = openpyxl.load_workbook(sent), openpyxl.load_workbook(saved)
    assert after.sheetnames == ["预警清单", "核实反馈", "联合监督", "说明"]
    for sheet in before:
        again = after[sheet.title]
        for line in sheet.iter_rows():
            for cell in line:
                assert again[cell.coordinate].value == cell.value, cell.coordinate
    form = after["核实反馈"]
    assert form.protection.sheet
    lists = [v for v in form.data_validations.dataValidation if v.type == "list"]
    assert len(lists) == 4
    printed = convert(sent, "pdf", tmp_path / "printed", tmp_path / "profile")
    assert printed.read_bytes().startswith(b"%PDF")


def test_a_form_filled_in_and_saved_by_libreoffice_is_read(tmp_path: Path) -> None:
    sent = tmp_path / "alerts.xlsx"
    rows = [
        row(alert_id=f"{number:016x}", return_code="AAAA-BBBB", concluded=CONCLUDED)
        for number in range(3)
    ]
    sent.write_bytes(render(extract(*rows), version=1)["alerts.xlsx"])
    book = openpyxl.load_workbook(sent)
    form = book["核实反馈"]
    places = {cell.value: cell.column for cell in form[1]}
    for heading, value in {
        "核实结论": "属实",
        "原因": "误报：数据有误",
        "退缴金额（元）": 1234.1,
        "核实日期": date(2025, 11, 29),
    }.items():
        form.cell(3, places[heading]).value = value
    form.cell(4, places["核实日期"]).value = "2025年11月29日"
    book.save(sent)
    saved = convert(sent, "xlsx", tmp_path / "saved", tmp_path / "profile")
    source = OpenFile(load_contract("returns"), saved.name, lambda: saved.open("rb"), None)
    lines = [
        {name: cell for name, cell in zip(source.layout.names, record.cells, strict=True) if cell}
        for record in source.rows(plain=False)
    ]
    assert not source.layout.unknown
    locked = {"body_code": "TC01", "extract_on": "2025-11-28", "return_code": "AAAA-BBBB"}
    assert all(line.items() >= locked.items() for line in lines)
    assert "verdict" not in lines[0]
    assert lines[1]["verdict"] == "属实"
    assert lines[1]["reason"] == "误报：数据有误"
    assert lines[1]["amount_recovered"] == "1234.1"
    assert lines[1]["verified_on"] == "2025-11-29"
    assert lines[2]["verified_on"] == "2025年11月29日"
