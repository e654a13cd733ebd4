"""Twenty of the rules as a plain pandas script: what a user would write instead of a warehouse.

It reads every delivery of the four daily feeds, keeps the last row of each key and judges all of
it. It knows no history, no quarantine and no evidence, and its thresholds stand in the code.
"""

from datetime import date
from pathlib import Path

import pandas as pd

from huiyan.feeds.contract import Column, load_contract

Hits = dict[str, set[str]]

MOST = 2**31
GRACE, LATE, STALE, UNKNOWN, UNDO, TWICE = 3, 30, 180, 10, 30, 10  # days
LEAST_EXPENSE, LEAST_PAYMENT, SPLIT = 1000_00, 1000_00, 5000_00  # fen
NONCASH = ("1602", "1702", "1802", "1832", "1401", "1901", "1219", "2201", "2401", "2601")
FINANCIAL, BUDGET = tuple("12345"), tuple("678")
BARRED = ("5813", "5921", "5944", "5993", "7273", "7297", "7298", "7911", "7994", "7995")
PERSONAL_FILES = ("reception_list", "attendee_list", "payroll")
VOUCHER = ["acct_set_code", "fiscal_year", "acct_period", "voucher_no"]
SWIPE = ["card_no", "merchant_name", "amount"]

READ = {
    "finance_vouchers": [
        *VOUCHER,
        *("vou_seq", "voucher_date", "inputer", "auditor", "poster_date", "vou_cnt", "red_flag"),
        *("red_vou_no", "gov_acct_cls_code", "dr_cr", "amt", "dep_bgt_eco_code", "set_mode_code"),
        *("bill_date", "pay_voucher_no"),
    ],
    "finance_attachments": [
        *VOUCHER,
        *("attachment_no", "attachment_type", "document_date", "file_sha256", "amount"),
        *("invoice_code", "invoice_no", "check_result"),
    ],
    "treasury_payments": [
        *("voucher_no", "vou_date", "agency_code", "dep_exp_eco_code", "payee_acct_no"),
        *("payee_acct_name", "pay_amt", "x_pay_date", "x_pay_amt", "x_payee_acct_no", "status"),
    ],
    "card_transactions": [
        *("txn_no", "card_no", "txn_at", "txn_type", "amount", "currency", "merchant_name", "mcc"),
    ],
}
RULES = (
    *("VOU-001", "VOU-002", "VOU-004", "ATT-001", "ATT-002", "ATT-004", "INV-001", "INV-003"),
    *("INV-004", "INV-005", "INV-007", "REC-001", "REC-002", "REC-007", "CARD-001", "CARD-003"),
    *("PAY-003", "PAY-004", "BOOK-003", "BOOK-005"),
)


def judge(landing: Path, business_date: date) -> Hits:
    """Subjects that are hits of each of the twenty rules, of all that was delivered.

    Args:
        landing: a landing zone whose daily feeds are CSV.
        business_date: rules with a grace look from it.

    Returns:
        Rule id to subject ids; a card stands in them by its number.
    """
    entries = _entries(landing)
    vouchers = _vouchers(entries)
    papers = _papers(landing, vouchers)
    payments = _read(landing, "treasury_payments")
    today = pd.Timestamp(business_date)
    return (
        _voucher_rules(entries, vouchers)
        | _attachment_rules(vouchers, papers, today)
        | _invoice_rules(papers[papers["attachment_type"] == "invoice"])
        | _card_rules(_read(landing, "card_transactions"))
        | _payment_rules(payments)
        | _booking_rules(entries, vouchers, payments, today)
    )


# --- reading -------------------------------------------------------------------------------


def _read(landing: Path, feed: str) -> pd.DataFrame:
    """The rows of a feed as last delivered; a row that cannot be read is left out."""
    columns = [each for each in load_contract(feed).columns if each.name in READ[feed]]
    names = {header: each.name for each in columns for header in each.headers}
    frames = [
        _csv(path, names).rename(columns=names) for path in sorted((landing / feed).glob("*/*.csv"))
    ]
    rows = pd.concat(frames, ignore_index=True)
    for each in columns:
        rows[each.name] = _typed(rows[each.name], each)
    rows = rows.dropna(subset=[each.name for each in columns if each.required])
    return rows.drop_duplicates([each.name for each in columns if each.key], keep="last")


def _csv(path: Path, names: dict[str, str]) -> pd.DataFrame:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return pd.read_csv(
                path,
                dtype=str,
                encoding=encoding,
                keep_default_na=False,
                na_values=[""],
                usecols=lambda header: header in names,
            )
        except UnicodeDecodeError:
            continue
    raise ValueError(f"{path} is neither UTF-8 nor GB 18030")


def _typed(cells: pd.Series, column: Column) -> pd.Series:
    """Dates as timestamps, money as whole fen, codes in place of their labels."""
    if column.type == "date":
        return pd.to_datetime(
            cells.str.replace("[-/]", "", regex=True), format="%Y%m%d", errors="coerce"
        )
    if column.type == "timestamp":
        return pd.to_datetime(cells, errors="coerce")
    if column.type == "money":
        yuan = pd.to_numeric(cells.str.replace(",", ""), errors="coerce")
        return (yuan * 100).round().astype("Int64")
    if column.type == "int":
        number = pd.to_numeric(cells, errors="coerce").astype("Int64")
        least = -MOST if column.min is None else column.min
        return number.where(number.between(least, MOST if column.max is None else column.max))
    if column.type == "flag":
        return cells.isin(["1", "是"])
    if column.values:
        codes = {word: code for code, words in column.values.items() for word in (code, *words)}
        known = cells.map(codes)
        return known if column.type == "enum" else known.fillna(cells)
    return cells


def _voucher_id(rows: pd.DataFrame) -> pd.Series:
    return (
        rows["acct_set_code"]
        + "/"
        + rows["fiscal_year"].astype(str)
        + "/"
        + rows["acct_period"].astype(str).str.zfill(2)
        + "/"
        + rows["voucher_no"]
    )


# --- vouchers ------------------------------------------------------------------------------


def _entries(landing: Path) -> pd.DataFrame:
    entries = _read(landing, "finance_vouchers")
    entries["voucher_id"] = _voucher_id(entries)
    account, is_debit = entries["gov_acct_cls_code"], entries["dr_cr"] == "D"
    signed = entries["amt"].where(is_debit, -entries["amt"])
    is_expense = is_debit & account.str.startswith("5")
    is_credit = ~is_debit & account.str.startswith(FINANCIAL)
    is_reception = is_expense & entries["dep_bgt_eco_code"].str.startswith("30217").fillna(False)
    return entries.assign(
        expense=entries["amt"].where(is_expense),
        spent=entries["amt"].where(is_debit & account.str.startswith("7")),
        financial=signed.where(account.str.startswith(FINANCIAL)),
        budget=signed.where(account.str.startswith(BUDGET)),
        has_budget=account.str.startswith("7"),
        is_credit=is_credit,
        is_cash_credit=is_credit & ~account.str.startswith(NONCASH),
        is_reception=is_reception,
        is_cash_reception=is_reception & (entries["set_mode_code"] == "1"),
        is_own_review=entries["inputer"] == entries["auditor"],
    )


def _vouchers(entries: pd.DataFrame) -> pd.DataFrame:
    """One row per live voucher, by its id."""
    vouchers = entries.groupby("voucher_id").agg(
        acct_set_code=("acct_set_code", "first"),
        fiscal_year=("fiscal_year", "first"),
        acct_period=("acct_period", "first"),
        voucher_no=("voucher_no", "first"),
        posted=("poster_date", "max"),
        dated=("voucher_date", "min"),
        billed=("bill_date", "min"),
        declared=("vou_cnt", "max"),
        is_reversal=("red_flag", "any"),
        expense=("expense", "sum"),
        financial=("financial", "sum"),
        budget=("budget", "sum"),
        has_budget=("has_budget", "any"),
        has_credit=("is_credit", "any"),
        has_cash_credit=("is_cash_credit", "any"),
        is_reception=("is_reception", "any"),
        is_cash_reception=("is_cash_reception", "any"),
        is_own_review=("is_own_review", "any"),
    )
    vouchers["event"] = vouchers["billed"].fillna(vouchers["dated"])
    is_dead = vouchers["is_reversal"] | vouchers.index.isin(_reversed(entries, vouchers))
    return vouchers[~is_dead]


def _reversed(entries: pd.DataFrame, vouchers: pd.DataFrame) -> pd.Series:
    """Ids of vouchers that a reversal names: the latest of the number up to its own period."""
    reversals = vouchers.index[vouchers["is_reversal"]]
    named = entries.loc[
        entries["voucher_id"].isin(reversals) & entries["red_vou_no"].notna(),
        ["voucher_id", "acct_set_code", "fiscal_year", "acct_period", "red_vou_no"],
    ].drop_duplicates()
    candidates = named.merge(
        vouchers.reset_index(),
        left_on=["acct_set_code", "fiscal_year", "red_vou_no"],
        right_on=["acct_set_code", "fiscal_year", "voucher_no"],
        suffixes=("", "_named"),
    )
    candidates = candidates[
        (candidates["acct_period_named"] <= candidates["acct_period"])
        & (candidates["voucher_id_named"] != candidates["voucher_id"])
    ]
    latest = candidates.sort_values("acct_period_named").drop_duplicates(
        ["voucher_id", "red_vou_no"], keep="last"
    )
    return latest["voucher_id_named"]


def _voucher_rules(entries: pd.DataFrame, vouchers: pd.DataFrame) -> Hits:
    return {
        "VOU-001": set(vouchers.index[_days(vouchers["posted"] - vouchers["event"]) > LATE]),
        "VOU-002": set(vouchers.index[vouchers["is_own_review"]]),
        "VOU-004": set(vouchers.index[(vouchers["financial"] != 0) | (vouchers["budget"] != 0)]),
        "REC-007": set(vouchers.index[vouchers["is_cash_reception"]]),
    }


def _days(differences: pd.Series) -> pd.Series:
    days: pd.Series = differences.dt.days
    return days


# --- attachments and invoices --------------------------------------------------------------


def _papers(landing: Path, vouchers: pd.DataFrame) -> pd.DataFrame:
    """Attachments of live vouchers, each with what its voucher says."""
    papers = _read(landing, "finance_attachments")
    papers["voucher_id"] = _voucher_id(papers)
    papers["file_sha256"] = papers["file_sha256"].str.lower()
    known = vouchers[["posted", "expense"]].reset_index()
    return papers.merge(known, on="voucher_id")


def _attachment_rules(vouchers: pd.DataFrame, papers: pd.DataFrame, today: pd.Timestamp) -> Hits:
    uploaded = papers.groupby("voucher_id").size().reindex(vouchers.index, fill_value=0)
    is_due = _days(today - vouchers["posted"]) >= GRACE
    is_noncash = vouchers["has_credit"] & ~vouchers["has_cash_credit"]
    is_large = vouchers["expense"] >= LEAST_EXPENSE
    is_short = ((uploaded > 0) & (uploaded < vouchers["declared"])).fillna(False)
    receptions = vouchers.index[is_due & vouchers["is_reception"]]
    kind = papers["attachment_type"]
    shared = papers[kind.isin(PERSONAL_FILES) | ((kind == "invoice") & papers["invoice_no"].isna())]
    users = shared.groupby("file_sha256")["voucher_id"].nunique()
    return {
        "ATT-001": set(vouchers.index[is_due & is_large & ~is_noncash & (uploaded == 0)]),
        "ATT-002": set(vouchers.index[is_due & is_short]),
        "ATT-004": set(users.index[users >= 2]),
        "REC-001": set(receptions) - set(papers.loc[kind == "official_letter", "voucher_id"]),
        "REC-002": set(receptions) - set(papers.loc[kind == "reception_list", "voucher_id"]),
    }


def _invoice_rules(invoices: pd.DataFrame) -> Hits:
    numbered = invoices[invoices["invoice_no"].notna()].copy()
    code, number = numbered["invoice_code"].fillna(""), numbered["invoice_no"]
    is_regular = (
        ((code == "") & number.str.fullmatch("[0-9]{20}"))
        | (number.str.fullmatch("[0-9]{8}") & code.str.fullmatch("[0-9]{10}|[0-9]{12}"))
        | (number.str.fullmatch("[0-9]{10}") & code.str.fullmatch("[0-9]{8}"))
    )
    age = _days(invoices["posted"] - invoices["document_date"])
    numbered["invoice_id"] = code + "-" + number
    booked = (
        numbered.groupby(["invoice_id", "voucher_id"])
        .agg(amount=("amount", "max"), expense=("expense", "first"))
        .groupby("invoice_id")
        .agg(vouchers=("expense", "size"), amount=("amount", "max"), expense=("expense", "sum"))
    )
    is_exceeded = booked["amount"].isna() | (booked["expense"] > booked["amount"]).fillna(False)
    return {
        "INV-001": set(numbered.loc[~is_regular, "voucher_id"]),
        "INV-003": set(
            invoices.loc[
                invoices["check_result"].isin(["mismatch", "voided", "reversed"]), "voucher_id"
            ]
        ),
        "INV-004": set(invoices.loc[age < 0, "voucher_id"]),
        "INV-005": set(booked.index[(booked["vouchers"] >= 2) & is_exceeded]),
        "INV-007": set(invoices.loc[age > STALE, "voucher_id"]),
    }


# --- cards ---------------------------------------------------------------------------------


def _card_rules(swipes: pd.DataFrame) -> Hits:
    is_live = (swipes["txn_type"] == "purchase") & ~swipes["txn_no"].isin(_undone(swipes))
    live = swipes[is_live]
    small = live[(live["currency"].fillna("CNY") == "CNY") & (live["amount"] < SPLIT)]
    groups = (
        small.assign(day=small["txn_at"].dt.strftime("%Y-%m-%d"))
        .groupby(["card_no", "merchant_name", "day"])["amount"]
        .agg(["size", "sum"])
    )
    split = groups.index[(groups["size"] >= 2) & (groups["sum"] >= SPLIT)]
    return {
        "CARD-001": set(live.loc[live["mcc"].isin(BARRED), "txn_no"]),
        "CARD-003": {":".join(each) for each in split},
    }


def _undone(swipes: pd.DataFrame) -> set[str]:
    """Purchases that a refund undoes: the latest of the 30 days before it that is not yet."""
    refunds = swipes.loc[swipes["txn_type"] == "refund", SWIPE].drop_duplicates()
    refunded = swipes[swipes["txn_type"].isin(["purchase", "refund"])].merge(refunds, on=SWIPE)
    undone: set[str] = set()
    for _, group in refunded.sort_values(["txn_at", "txn_type", "txn_no"]).groupby(SWIPE):
        bought: list[tuple[str, pd.Timestamp]] = []
        for number, kind, at in zip(
            group["txn_no"], group["txn_type"], group["txn_at"].dt.normalize(), strict=True
        ):
            if kind == "purchase":
                bought.append((number, at))
            elif bought and (at - bought[-1][1]).days <= UNDO:
                undone.add(bought.pop()[0])
    return undone


# --- payments and their bookings -----------------------------------------------------------


def _payment_rules(payments: pd.DataFrame) -> Hits:
    paid = payments[payments["status"] == "paid"].copy()
    paid["day"] = paid["x_pay_date"].fillna(paid["vou_date"])
    is_elsewhere = (
        paid["x_payee_acct_no"].notna()
        & paid["payee_acct_no"].notna()
        & (paid["x_payee_acct_no"] != paid["payee_acct_no"])
    )
    code = paid["dep_exp_eco_code"]
    alike = paid[
        (paid["pay_amt"] >= LEAST_PAYMENT)
        & paid["payee_acct_no"].notna()
        & code.notna()
        & ~code.str.startswith("301").fillna(False)
    ].sort_values(["day", "voucher_no"])
    same = alike.groupby(["agency_code", "payee_acct_no", "pay_amt"])
    gap = _days(alike["day"] - same["day"].shift())
    return {
        "PAY-003": set(paid.loc[is_elsewhere, "voucher_no"]),
        "PAY-004": set(alike.loc[gap <= TWICE, "voucher_no"]),
    }


def _booking_rules(
    entries: pd.DataFrame,
    vouchers: pd.DataFrame,
    payments: pd.DataFrame,
    today: pd.Timestamp,
) -> Hits:
    named = (
        entries[entries["pay_voucher_no"].notna() & entries["voucher_id"].isin(vouchers.index)]
        .groupby(["pay_voucher_no", "voucher_id"])[["spent", "expense"]]
        .sum(min_count=1)
        .reset_index()
        .merge(vouchers[["posted", "has_budget"]].reset_index(), on="voucher_id")
    )
    named["booked"] = named["spent"].where(named["has_budget"], named["expense"])
    booked = named.groupby("pay_voucher_no")["booked"].sum(min_count=1)
    known = payments.set_index("voucher_no")
    paid = known[(known["status"] == "paid") & known["x_pay_date"].notna()]
    difference = (booked.reindex(paid.index) - paid["x_pay_amt"]).abs()
    status = named["pay_voucher_no"].map(known["status"])
    is_unknown = status.isna() & (_days(today - named["posted"]) > UNKNOWN)
    is_false = is_unknown | status.isin(["void", "returned"])
    return {
        "BOOK-003": set(paid.index[(difference > 1).fillna(False)]),
        "BOOK-005": set(named.loc[is_false, "voucher_id"]),
    }
