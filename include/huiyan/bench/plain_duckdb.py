"""The twenty rules of the pandas script, written by hand for DuckDB.

What somebody fluent in it would write straight over the Parquet files of staging: what several
queries need is made once, the rest reads the files. No evidence, no units, no populations, and the
thresholds stand in the queries.
"""

from datetime import date
from pathlib import Path

import duckdb

Hits = dict[str, set[str]]

READ = {
    "entry": "staging.stg_finance__voucher_entry",
    "attachment": "staging.stg_finance__attachment",
    "payment": "staging.stg_treasury__payment",
    "swipe": "staging.stg_card__transaction",
}
IN_FORCE = "valid_from <= getvariable('today') and coalesce(valid_to > getvariable('today'), true)"

SHARED = (
    """
    create table grouped as
    select
        voucher_id,
        any_value(acct_set_code) as acct_set_code,
        any_value(fiscal_year) as fiscal_year,
        any_value(acct_period) as acct_period,
        any_value(voucher_no) as voucher_no,
        max(poster_date) as posted,
        coalesce(min(bill_date), min(voucher_date)) as happened,
        max(vou_cnt) as declared,
        bool_or(red_flag) as is_reversal,
        sum(amt) filter (dr_cr = 'D' and gov_acct_cls_code[1] = '5') as expense,
        sum(if(dr_cr = 'D', amt, -amt))
            filter (gov_acct_cls_code[1] between '1' and '5') as financial,
        sum(if(dr_cr = 'D', amt, -amt))
            filter (gov_acct_cls_code[1] between '6' and '8') as budget,
        bool_or(gov_acct_cls_code[1] = '7') as has_budget,
        bool_or(dr_cr = 'C' and gov_acct_cls_code[1] between '1' and '5') as has_credit,
        bool_or(
            dr_cr = 'C'
            and gov_acct_cls_code[1] between '1' and '5'
            and gov_acct_cls_code[1:4] not in (
                '1602', '1702', '1802', '1832', '1401', '1901', '1219', '2201', '2401', '2601'
            )
        ) as has_cash_credit,
        bool_or(
            dr_cr = 'D' and gov_acct_cls_code[1] = '5' and dep_bgt_eco_code[1:5] = '30217'
        ) as is_reception,
        bool_or(
            dr_cr = 'D' and gov_acct_cls_code[1] = '5' and dep_bgt_eco_code[1:5] = '30217'
            and set_mode_code = '1'
        ) as is_cash_reception,
        bool_or(inputer = auditor) as is_own_review
    from entry
    group by voucher_id
    """,
    """
    create table voucher as
    with naming as (
        select distinct entry.voucher_id, entry.red_vou_no, acct_set_code, fiscal_year, acct_period
        from entry semi join (from grouped where is_reversal) using (voucher_id)
        where red_vou_no is not null
    ),
    reversed as (
        select arg_max(named.voucher_id, named.acct_period) as voucher_id
        from naming
        join grouped as named
            on named.acct_set_code = naming.acct_set_code
            and named.fiscal_year = naming.fiscal_year
            and named.voucher_no = naming.red_vou_no
        where named.acct_period <= naming.acct_period and named.voucher_id != naming.voucher_id
        group by naming.voucher_id, naming.red_vou_no
    )
    select * from grouped anti join reversed using (voucher_id) where not is_reversal
    """,
    """
    create table paper as
    select
        voucher_id, attachment_type, document_date, lower(file_sha256) as sha256, amount,
        coalesce(invoice_code, '') as code, invoice_no, check_result, posted, expense
    from attachment join voucher using (voucher_id)
    """,
    """
    create table live_swipe as
    with stack as (
        select
            *,
            sum(if(txn_type = 'purchase', 1, -1)) over (
                partition by card_token, merchant_name, abs(amount)
                order by txn_at, txn_type, txn_no
            ) + if(txn_type = 'purchase', 0, 1) as level
        from swipe
        where txn_type in ('purchase', 'refund')
    )
    select txn_no, card_token, merchant_name, mcc, amount, currency, cast(txn_at as date) as day
    from stack
    window same_level as (
        partition by card_token, merchant_name, abs(amount), level order by txn_at, txn_type, txn_no
    )
    qualify txn_type = 'purchase' and not coalesce(
        lead(txn_type) over same_level = 'refund'
        and cast(lead(txn_at) over same_level as date) - cast(txn_at as date) <= 30,
        false
    )
    """,
    """
    create table paid as
    select
        voucher_no, agency_code, status, dep_exp_eco_code, payee_acct_no, x_payee_acct_no,
        pay_amt, x_pay_amt, x_pay_date, coalesce(x_pay_date, vou_date) as day
    from payment
    """,
    """
    create table booking as
    select
        pay_voucher_no,
        voucher_id,
        any_value(posted) as posted,
        if(
            any_value(has_budget),
            sum(amt) filter (dr_cr = 'D' and gov_acct_cls_code[1] = '7'),
            sum(amt) filter (dr_cr = 'D' and gov_acct_cls_code[1] = '5')
        ) as booked
    from entry join voucher using (voucher_id)
    where pay_voucher_no is not null
    group by pay_voucher_no, voucher_id
    """,
)

QUERIES = {
    "VOU-001": "select voucher_id from voucher where posted - happened > 30",
    "VOU-002": "select voucher_id from voucher where is_own_review",
    "VOU-004": "select voucher_id from voucher where financial != 0 or budget != 0",
    "ATT-001": """
        select voucher_id from voucher anti join paper using (voucher_id)
        where getvariable('today') - posted >= 3 and expense >= 1000
            and not (has_credit and not has_cash_credit)
    """,
    "ATT-002": """
        select voucher_id from voucher join paper using (voucher_id)
        where getvariable('today') - voucher.posted >= 3
        group by voucher_id, declared having count(*) < declared
    """,
    "ATT-004": """
        select sha256 from paper
        where sha256 is not null and (
            attachment_type in ('reception_list', 'attendee_list', 'payroll')
            or attachment_type = 'invoice' and invoice_no is null
        )
        group by sha256 having count(distinct voucher_id) >= 2
    """,
    "INV-001": """
        select distinct voucher_id from paper
        where attachment_type = 'invoice' and invoice_no is not null and not (
            code = '' and regexp_full_match(invoice_no, '[0-9]{20}')
            or regexp_full_match(invoice_no, '[0-9]{8}')
                and regexp_full_match(code, '[0-9]{10}|[0-9]{12}')
            or regexp_full_match(invoice_no, '[0-9]{10}') and regexp_full_match(code, '[0-9]{8}')
        )
    """,
    "INV-003": """
        select distinct voucher_id from paper
        where attachment_type = 'invoice' and check_result in ('mismatch', 'voided', 'reversed')
    """,
    "INV-004": """
        select distinct voucher_id from paper
        where attachment_type = 'invoice' and document_date > posted
    """,
    "INV-005": """
        with booked as (
            select
                code || '-' || invoice_no as invoice, voucher_id,
                max(amount) as amount, any_value(expense) as expense
            from paper where attachment_type = 'invoice' and invoice_no is not null
            group by all
        )
        select invoice from booked group by invoice
        having count(*) >= 2 and (max(amount) is null or sum(expense) > max(amount))
    """,
    "INV-007": """
        select distinct voucher_id from paper
        where attachment_type = 'invoice' and posted - document_date > 180
    """,
    "REC-001": """
        select voucher_id from voucher
        anti join (from paper where attachment_type = 'official_letter') using (voucher_id)
        where is_reception and getvariable('today') - posted >= 3
    """,
    "REC-002": """
        select voucher_id from voucher
        anti join (from paper where attachment_type = 'reception_list') using (voucher_id)
        where is_reception and getvariable('today') - posted >= 3
    """,
    "REC-007": "select voucher_id from voucher where is_cash_reception",
    "CARD-001": """
        select txn_no from live_swipe
        where mcc in (
            '5813', '5921', '5944', '5993', '7273', '7297', '7298', '7911', '7994', '7995'
        )
    """,
    "CARD-003": """
        select card_token || ':' || merchant_name || ':' || day from live_swipe
        where currency = 'CNY' and amount < 5000
        group by card_token, merchant_name, day having count(*) >= 2 and sum(amount) >= 5000
    """,
    "PAY-003": """
        select voucher_no from paid where status = 'paid' and x_payee_acct_no != payee_acct_no
    """,
    "PAY-004": """
        select voucher_no from paid
        where status = 'paid' and pay_amt >= 1000 and payee_acct_no is not null
            and dep_exp_eco_code[1:3] != '301'
        qualify day - lag(day) over (
            partition by agency_code, payee_acct_no, pay_amt order by day, voucher_no
        ) <= 10
    """,
    "BOOK-003": """
        with booked as (
            select pay_voucher_no as voucher_no, sum(booked) as booked
            from booking group by pay_voucher_no
        )
        select voucher_no from paid join booked using (voucher_no)
        where status = 'paid' and x_pay_date is not null and abs(booked - x_pay_amt) > 0.01
    """,
    "BOOK-005": """
        select distinct voucher_id
        from booking left join paid on pay_voucher_no = paid.voucher_no
        where status in ('void', 'returned')
            or voucher_no is null and getvariable('today') - posted > 10
    """,
}


def judge(folder: Path, business_date: date, threads: int) -> Hits:
    """Subjects that are hits of each of the twenty rules on `business_date`, by rule id.

    Args:
        folder: where the tables of staging lie as Parquet, each under its own name.
    """
    with duckdb.connect(config={"threads": threads}) as lake:
        lake.execute(f"set variable today = date '{business_date.isoformat()}'")
        for name, relation in READ.items():
            rows = lake.read_parquet(str(folder / f"{relation}.parquet"))
            rows.filter(IN_FORCE).create_view(name)
        for statement in SHARED:
            lake.execute(statement)
        return {
            rule_id: {subject for (subject,) in lake.execute(query).fetchall()}
            for rule_id, query in QUERIES.items()
        }
