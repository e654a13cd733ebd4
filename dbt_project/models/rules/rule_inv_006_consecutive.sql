-- 发票连号：一个单位取得同一销方三个以上连续号码的发票，分在两张以上凭证报销，开票相隔不超过 90 天。
{%- set min_numbers = rule_parameter('INV-006', 'min_numbers') %}
with numbers as (
    select * from {{ ref('int_invoice_number') }}
),

population as (
    select distinct finance_agency_code, seller_name, first_invoice_no from numbers
),

-- Most numbers stand alone.
runs as (
    select distinct finance_agency_code, seller_name, invoice_code, first_invoice_no
    from numbers
    where invoice_no != first_invoice_no
),

numbers_in_runs as (
    select numbers.*
    from runs
    inner join numbers
        on
            runs.finance_agency_code = numbers.finance_agency_code
            and runs.seller_name = numbers.seller_name
            and runs.invoice_code = numbers.invoice_code
            and runs.first_invoice_no = numbers.first_invoice_no
),

windows as (
    select
        *,
        count(*) over following_numbers as window_count,
        min(first_voucher_id) over following_numbers as window_first_voucher,
        max(last_voucher_id) over following_numbers as window_last_voucher,
        min(invoice_date) over following_numbers as window_first_date,
        max(invoice_date) over following_numbers as window_last_date
    from numbers_in_runs
    window following_numbers as (
        partition by finance_agency_code, seller_name, invoice_code, first_invoice_no
        order by invoice_no
        rows between current row and cast(ceil({{ min_numbers }}) - 1 as integer) following
    )
),

suspects as (
    select distinct finance_agency_code, seller_name, invoice_code, first_invoice_no
    from windows
    where
        window_count >= {{ min_numbers }}
        and window_first_voucher != window_last_voucher
        and {{ days_between('window_last_date', 'window_first_date') }}
        <= {{ rule_parameter('INV-006', 'window_days') }}
),

suspect_numbers as (
    select numbers_in_runs.*
    from suspects
    inner join numbers_in_runs
        on
            suspects.finance_agency_code = numbers_in_runs.finance_agency_code
            and suspects.seller_name = numbers_in_runs.seller_name
            and suspects.invoice_code = numbers_in_runs.invoice_code
            and suspects.first_invoice_no = numbers_in_runs.first_invoice_no
),

listed as (
    select
        finance_agency_code,
        seller_name,
        first_invoice_no,
        count(*) as voucher_count,
        {{ joined_list('voucher_id', limit=100) }} as vouchers
    from (
        select finance_agency_code, seller_name, first_invoice_no, first_voucher_id as voucher_id
        from suspect_numbers
        union
        select finance_agency_code, seller_name, first_invoice_no, last_voucher_id
        from suspect_numbers
    ) as carriers
    group by finance_agency_code, seller_name, first_invoice_no
),

hits as (
    select
        found.finance_agency_code || ':' || found.seller_name || ':' || found.first_invoice_no
            as subject_id,
        max(found.unit_id) as unit_id,
        found.finance_agency_code,
        max(found.treasury_agency_code) as treasury_agency_code,
        max(found.invoice_date) as occurred_on,
        sum(found.amount) as amount,
        {{ evidence({
            'seller_names': 'found.seller_name',
            'number_count': 'count(*)',
            'first_invoice_no': 'found.first_invoice_no',
            'last_invoice_no': 'max(found.invoice_no)',
            'first_invoice_date': 'min(found.invoice_date)',
            'last_invoice_date': 'max(found.invoice_date)',
            'total_amount': 'sum(found.amount)',
            'voucher_count': 'max(listed.voucher_count)',
            'vouchers': 'max(listed.vouchers)',
        }) }} as evidence
    from suspect_numbers as found
    inner join listed
        on
            found.finance_agency_code = listed.finance_agency_code
            and found.seller_name = listed.seller_name
            and found.first_invoice_no = listed.first_invoice_no
    group by found.finance_agency_code, found.seller_name, found.first_invoice_no
)

{{ rule_result('invoice_run') }}
