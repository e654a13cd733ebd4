-- 接待费突增：一个季度的公务接待费（30217）达到 5000 元，且超过本单位前四个季度平均数的 3 倍。
with vouchers as not materialized (
    select
        *,
        fiscal_year * 4 + cast(floor((acct_period - 1) / 3.0) as integer) as quarter_no
    from {{ ref('int_voucher') }}
),

books as (
    select finance_agency_code, min(quarter_no) as first_quarter_no
    from vouchers
    group by finance_agency_code
),

quarters as (
    select
        finance_agency_code,
        quarter_no,
        max(unit_id) as unit_id,
        max(treasury_agency_code) as treasury_agency_code,
        min(fiscal_year) as fiscal_year,
        count(*) as voucher_count,
        {{ joined_list('voucher_id', limit=100) }} as vouchers,
        sum(reception_amount) as amount,
        max(event_date) as last_event_date
    from vouchers
    where is_live and has_reception_expense
    group by finance_agency_code, quarter_no
),

compared as (
    select
        *,
        coalesce(
            sum(amount) over (
                partition by finance_agency_code
                order by quarter_no
                range between 4 preceding and 1 preceding
            ),
            0
        ) as earlier_amount
    from quarters
),

population as (
    select compared.*
    from compared
    inner join books on compared.finance_agency_code = books.finance_agency_code
    where books.first_quarter_no < compared.quarter_no - 4
),

hits as (
    select
        finance_agency_code || ':' || fiscal_year || '-' || (quarter_no - fiscal_year * 4 + 1)
            as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        last_event_date as occurred_on,
        amount,
        {{ evidence({
            'reception_amount': 'amount',
            'earlier_amount': 'earlier_amount',
            'voucher_count': 'voucher_count',
            'vouchers': 'vouchers',
        }) }} as evidence
    from population
    where
        amount >= {{ rule_parameter('REC-011', 'min_amount') }}
        and amount * 4 > earlier_amount * {{ rule_parameter('REC-011', 'times_mean') }}
)

{{ rule_result('agency_quarter') }}
