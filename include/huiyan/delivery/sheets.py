"""Names of the workbook's sheets, and of the file that has everything the workbook cuts short."""

ALERTS_SHEET = "预警清单"
RETURN_SHEET = "核实反馈"
RETURNED_SHEET = "退回更正"
NOTES_SHEET = "说明"
TABLE = "alerts.csv"
