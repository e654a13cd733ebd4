-- 接待费突增：一个季度的公务接待费（30217）达到 5000 元，且超过本单位前四个季度平均数的 3 倍。
with vouchers as not materialized (
    select *, {{ quarter_no() }} as quarter_no
    from {{ ref('int_voucher') }}
    where is_live and has_reception_expense
),

agency_quarters as (
    select * from {{ ref('int_agency_quarter') }}
),

books as (
    select finance_agency_code, min(quarter_no) as first_quarter_no
    from agency_quarters
    group by finance_agency_code
),

quarters as (
    select
        finance_agency_code,
        quarter_no,
        max(unit_id) as unit_id,
        max(treasury_agency_code) as treasury_agency_code,
        cast(floor(quarter_no / 4.0) as integer) as fiscal_year,
        sum(reception_count) as voucher_count,
        sum(reception_amount) as amount
    from agency_quarters
    where reception_count > 0
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

spikes as (
    select *
    from population
    where
        amount >= {{ rule_parameter('REC-011', 'min_amount') }}
        and amount * 4 > earlier_amount * {{ rule_parameter('REC-011', 'times_mean') }}
),

vouchers_of_spikes as (
    select
        spikes.finance_agency_code,
        spikes.quarter_no,
        {{ joined_list('vouchers.voucher_id', limit=100) }} as vouchers,
        max(vouchers.event_date) as last_event_date
    from spikes
    inner join vouchers
        on
            spikes.finance_agency_code = vouchers.finance_agency_code
            and spikes.quarter_no = vouchers.quarter_no
    group by spikes.finance_agency_code, spikes.quarter_no
),

hits as (
    select
        spikes.finance_agency_code || ':' || spikes.fiscal_year || '-'
        || (spikes.quarter_no - spikes.fiscal_year * 4 + 1) as subject_id,
        spikes.unit_id,
        spikes.finance_agency_code,
        spikes.treasury_agency_code,
        vouchers_of_spikes.last_event_date as occurred_on,
        spikes.amount,
        {{ evidence({
            'reception_amount': 'spikes.amount',
            'earlier_amount': 'spikes.earlier_amount',
            'voucher_count': 'spikes.voucher_count',
            'vouchers': 'vouchers_of_spikes.vouchers',
        }) }} as evidence
    from spikes
    inner join vouchers_of_spikes
        on
            spikes.finance_agency_code = vouchers_of_spikes.finance_agency_code
            and spikes.quarter_no = vouchers_of_spikes.quarter_no
)

{{ rule_result('agency_quarter') }}
