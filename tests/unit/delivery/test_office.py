"""The workbook as LibreOffice opens it."""

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from extract_samples import GONE, extract, row
from huiyan.delivery.render import render

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
    sent.write_bytes(render(extract(*rows, gone=(GONE,)), version=1)["alerts.xlsx"])
    saved = convert(sent, "xlsx", tmp_path / "saved", tmp_path / "profile")
    before, after = openpyxl.load_workbook(sent), openpyxl.load_workbook(saved)
    assert after.sheetnames == ["预警清单", "核实反馈", "说明"]
    for sheet in before:
        again = after[sheet.title]
        for line in sheet.iter_rows():
            for cell in line:
                assert again[cell.coordinate].value == cell.value, cell.coordinate
    form = after["核实反馈"]
    assert form.protection.sheet
    lists = [v for v in form.data_validations.dataValidation if v.type == "list"]
    assert len(lists) == 3
    printed = convert(sent, "pdf", tmp_path / "printed", tmp_path / "profile")
    assert printed.read_bytes().startswith(b"%PDF")
