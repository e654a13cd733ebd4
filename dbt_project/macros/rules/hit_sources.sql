{#-
    Which delivered rows a hit rests on, per kind of subject and per document that its evidence names.
    This is the only place that knows.

    Each entry is (which hits, feed, which of the feed's rows): `hit` is a hit's subject and evidence,
    `held` a row of the feed's staging table, to be reached by one of that table's indexes. The rows of
    registers that only give a unit its name, reviewed lists, and the rows of the other units that a
    unit is compared with are not among them.
-#}
{% macro hit_source_map() -%}
    {%- set listed = "string_to_array(hit.evidence ->> '%s', '、')" -%}
    {%- set pay_date = 'coalesce(held.x_pay_date, held.vou_date)' -%}
    {%- set subject = [
        ('voucher', 'finance_vouchers', 'held.voucher_id = hit.subject_id'),
        ('voucher', 'finance_attachments', 'held.voucher_id = hit.subject_id'),
        ('payment', 'treasury_payments', 'held.natural_key = hit.subject_id'),
        ('card_transaction', 'card_transactions', 'held.natural_key = hit.subject_id'),
        ('lease', 'leases', 'held.natural_key = hit.subject_id'),
        ('rectification', 'rectifications', 'held.natural_key = hit.subject_id'),
        (
            'accounting_period',
            'finance_vouchers',
            "held.acct_set_code = substring(hit.subject_id from '^(.+)/[0-9]+/[0-9]+$')
            and held.fiscal_year = cast(split_part(hit.subject_id, '/', -2) as integer)
            and (
                held.acct_period = cast(split_part(hit.subject_id, '/', -1) as integer)
                or (
                    held.acct_period < cast(split_part(hit.subject_id, '/', -1) as integer)
                    and cast(hit.evidence ->> 'is_through_year' as boolean)
                )
            )",
        ),
        (
            'acct_set_year',
            'finance_vouchers',
            "held.acct_set_code = substring(hit.subject_id from '^(.+):[0-9]+$')
            and held.fiscal_year = cast(split_part(hit.subject_id, ':', -1) as integer)",
        ),
        (
            'advance',
            'finance_vouchers',
            "held.acct_set_code = split_part(hit.subject_id, ':', 1)
            and left(held.gov_acct_cls_code, 4) = hit.evidence ->> 'account_code'
            and held.fund_tra_obj_name = hit.evidence ->> 'counterparty'",
        ),
        (
            'agency_year',
            'finance_vouchers',
            "held.agency_code = split_part(hit.subject_id, ':', 1)
            and held.fiscal_year = cast(split_part(hit.subject_id, ':', 2) as integer)
            and left(held.dep_bgt_eco_code, 5) in ('30212', '30217', '30231')",
        ),
        (
            'agency_year',
            'budgets',
            "held.natural_key in (
                split_part(hit.subject_id, ':', 2) || '/' || hit.treasury_agency_code || '/30212',
                split_part(hit.subject_id, ':', 2) || '/' || hit.treasury_agency_code || '/30217',
                split_part(hit.subject_id, ':', 2) || '/' || hit.treasury_agency_code || '/30231'
            )",
        ),
        (
            'agency_quarter',
            'finance_vouchers',
            "held.agency_code = split_part(hit.subject_id, ':', 1)
            and held.fiscal_year in (
                cast(substring(hit.subject_id from ':([0-9]{4})-') as integer),
                cast(substring(hit.subject_id from ':([0-9]{4})-') as integer) - 1
            )
            and left(held.dep_bgt_eco_code, 5) = '30217'
            and held.fiscal_year * 4 + (held.acct_period - 1) / 3 + 1
            - cast(substring(hit.subject_id from ':([0-9]{4})-') as integer) * 4
            - cast(split_part(hit.subject_id, '-', -1) as integer) between -4 and 0",
        ),
        (
            'voucher_group',
            'finance_vouchers',
            "held.agency_code = split_part(hit.subject_id, ':', 1)
            and held.fiscal_year = cast(substring(hit.subject_id from ':([0-9]{4})-') as integer)
            and held.acct_period
            = cast(substring(hit.subject_id from ':[0-9]{4}-([0-9]+):') as integer)
            and held.dep_bgt_eco_code = split_part(hit.subject_id, ':', 3)",
        ),
        ('payee_account', 'treasury_payments', 'held.payee_acct_no = hit.subject_id'),
        ('payee_account', 'accounts', 'held.natural_key = hit.subject_id'),
        (
            'account',
            'treasury_payments',
            '(held.pay_acct_no = hit.subject_id or held.payee_acct_no = hit.subject_id)',
        ),
        ('account', 'accounts', 'held.natural_key = hit.subject_id'),
        ('treasury_agency', 'treasury_users', 'held.natural_key = hit.subject_id'),
        (
            'treasury_agency',
            'treasury_payments',
            "held.agency_code = hit.subject_id
            and " ~ days_between(business_date(), pay_date) ~ " between 0
            and " ~ rule_parameter('BOOK-001', 'paid_within_days') ~ ' - 1',
        ),
        (
            'treasury_agency_year',
            'treasury_payments',
            "held.agency_code = split_part(hit.subject_id, ':', 1)
            and extract(year from " ~ pay_date ~ ")
            = cast(split_part(hit.subject_id, ':', 2) as integer)",
        ),
        (
            'budget_line',
            'treasury_payments',
            "held.agency_code = split_part(hit.subject_id, ':', 1)
            and held.st_year = cast(split_part(hit.subject_id, ':', 2) as integer)
            and held.dep_exp_eco_code = split_part(hit.subject_id, ':', 3)",
        ),
        (
            'budget_line',
            'budgets',
            "held.natural_key = split_part(hit.subject_id, ':', 2) || '/'
            || split_part(hit.subject_id, ':', 1) || '/' || split_part(hit.subject_id, ':', 3)",
        ),
        (
            'card_group',
            'card_transactions',
            "held.card_token = split_part(hit.subject_id, ':', 1)
            and held.merchant_name = hit.evidence ->> 'merchant_name'
            and held.txn_at between cast(hit.evidence ->> 'first_txn_at' as timestamp)
            and cast(hit.evidence ->> 'last_txn_at' as timestamp)",
        ),
    ] -%}
    {%- set rule = [
        (
            'SCF-002',
            'treasury_payments',
            "held.payee_acct_no = hit.evidence ->> 'payee_account'
            and held.agency_code = hit.treasury_agency_code
            and " ~ pay_date ~ " between cast(hit.evidence ->> 'first_pay_date' as date)
            and cast(hit.evidence ->> 'last_pay_date' as date)",
        ),
        (
            'STAT-003',
            'treasury_payments',
            "held.agency_code = hit.treasury_agency_code
            and held.st_year = cast(hit.evidence ->> 'fiscal_year' as integer)
            and held.dep_exp_eco_code = hit.evidence ->> 'economic_code'",
        ),
        (
            'CARD-009',
            'personnel',
            "held.natural_key in (
                select swipe.holder_id
                from " ~ ref('stg_card__transaction') ~ " as swipe
                where
                    swipe.natural_key = hit.subject_id
                    and " ~ in_force_on_business_date('swipe') ~ "
            )",
        ),
        (
            'PAY-002',
            'personnel',
            "hit.evidence ->> 'salary_account_of' is not null
            and held.salary_acct_no = hit.evidence ->> 'payee_account'",
        ),
        (
            'PROC-003',
            'finance_attachments',
            'held.voucher_id = any(' ~ listed % 'vouchers' ~ ")
            and held.attachment_type = 'acceptance'",
        ),
        (
            'VOU-008',
            'finance_attachments',
            'held.voucher_id = any(' ~ listed % 'earlier_vouchers' ~ ")
            and held.attachment_type = 'invoice'",
        ),
        (
            'INV-005',
            'finance_attachments',
            'held.voucher_id = any(' ~ listed % 'vouchers' ~ ")
            and coalesce(held.invoice_code, '') || '-' || held.invoice_no = hit.subject_id",
        ),
        (
            'INV-006',
            'finance_attachments',
            'held.voucher_id = any(' ~ listed % 'vouchers' ~ ")
            and held.attachment_type = 'invoice'
            and held.seller_name = hit.evidence ->> 'seller_names'",
        ),
        (
            'ATT-004',
            'finance_attachments',
            'held.voucher_id = any(' ~ listed % 'vouchers' ~ ')
            and lower(held.file_sha256) = hit.subject_id',
        ),
        (
            'REC-005',
            'finance_attachments',
            'held.voucher_id = any(' ~ listed % 'vouchers' ~ ")
            and held.attachment_type = 'official_letter'
            and held.document_no = hit.evidence ->> 'letter_no'",
        ),
        (
            'SCF-005',
            'finance_attachments',
            'held.voucher_id = any(' ~ listed % 'vouchers' ~ ')',
        ),
    ] -%}
    {%- set evidence = [
        (
            'vouchers',
            'finance_vouchers',
            'held.voucher_id = any(' ~ listed % 'vouchers' ~ ')',
        ),
        (
            'earlier_vouchers',
            'finance_vouchers',
            'held.voucher_id = any(' ~ listed % 'earlier_vouchers' ~ ')',
        ),
    ] -%}
    {%- for key in ['payments', 'earlier_payment', 'returned_payment'] -%}
        {%- do evidence.append(
            (key, 'treasury_payments', 'held.natural_key = any(' ~ listed % key ~ ')')
        ) -%}
    {%- endfor -%}
    {%- for key in ['transactions', 'earlier_txn_no', 'refund_txn_no'] -%}
        {%- do evidence.append(
            (key, 'card_transactions', 'held.natural_key = any(' ~ listed % key ~ ')')
        ) -%}
    {%- endfor -%}
    {%- for key in ['payee_account', 'actual_payee_account', 'pay_account'] -%}
        {%- do evidence.append((key, 'accounts', "held.natural_key = hit.evidence ->> '" ~ key ~ "'"))
        -%}
    {%- endfor -%}
    {%- set map = [] -%}
    {%- for subject_type, feed, rows in subject -%}
        {%- do map.append(("hit.subject_type = '" ~ subject_type ~ "'", feed, rows, true)) -%}
    {%- endfor -%}
    {%- for rule_id, feed, rows in rule -%}
        {%- do map.append(("hit.rule_id = '" ~ rule_id ~ "'", feed, rows, true)) -%}
    {%- endfor -%}
    {%- for key, feed, rows in evidence -%}
        {%- do map.append(("hit.evidence ->> '" ~ key ~ "' is not null", feed, rows, false)) -%}
    {%- endfor -%}
    {{ return(map) }}
{%- endmacro %}

{#-
    The rows in force on the business date on which the hits of the relation `hits` rest, some more
    than once. Every lookup starts from a hit: without hits it costs nothing, whatever staging holds.
-#}
{% macro hit_source_rows(hits) -%}
    {%- set staging = {
        'finance_vouchers': ref('stg_finance__voucher_entry'),
        'finance_attachments': ref('stg_finance__attachment'),
        'treasury_payments': ref('stg_treasury__payment'),
        'card_transactions': ref('stg_card__transaction'),
        'leases': ref('stg_finance__lease'),
        'rectifications': ref('stg_inspection__rectification'),
        'budgets': ref('stg_finance__budget'),
        'accounts': ref('stg_registry__account'),
        'personnel': ref('stg_registry__person'),
        'treasury_users': ref('stg_treasury__user'),
    } -%}
    {%- for which, feed, rows, is_own in hit_source_map() %}
    select
        hit.spell_id,
        {{ 'hit.is_own' if is_own else 'false' }} as is_own,
        '{{ feed }}' as feed,
        found.batch_id,
        found.file_no,
        found.line_no
    from {{ hits }} as hit
    cross join lateral (
        select
            held.batch_id,
            held.file_no,
            held.line_no
        from {{ staging[feed] }} as held
        where
            {{ rows }}
            and {{ in_force_on_business_date('held') }}
        offset 0
    ) as found
    where {{ which }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
