-- One row per pair of like claims of one unit within days of each other, in different vouchers.
{{ config(materialized='fresh_view') }}
with claims as (
    select * from {{ ref('int_claim') }}
),

neighbours as (
    select
        *,
        lag(event_date) over likes as event_date_before,
        lead(event_date) over likes as event_date_after
    from claims
    where amount >= {{ rule_parameter('VOU-008', 'min_expense') }}
    window likes as (
        partition by finance_agency_code, fund_tra_obj_name, dep_bgt_eco_code, amount
        order by event_date
    )
),

-- Only claims with a like one near by are joined, not every monthly payment with all others.
near as (
    select *
    from neighbours
    where
        {{ days_between('event_date', 'event_date_before') }}
        <= {{ rule_parameter('VOU-008', 'window_days') }}
        or {{ days_between('event_date_after', 'event_date') }}
        <= {{ rule_parameter('VOU-008', 'window_days') }}
),

pairs as (
    select
        later.*,
        earlier.voucher_id as earlier_voucher_id,
        earlier.event_date as earlier_event_date
    from near as later
    inner join near as earlier
        on
            later.finance_agency_code = earlier.finance_agency_code
            and later.fund_tra_obj_name = earlier.fund_tra_obj_name
            and later.dep_bgt_eco_code = earlier.dep_bgt_eco_code
            and later.amount = earlier.amount
    where
        (earlier.event_date, earlier.posting_date, earlier.voucher_id)
        < (later.event_date, later.posting_date, later.voucher_id)
        and {{ days_between('later.event_date', 'earlier.event_date') }}
        <= {{ rule_parameter('VOU-008', 'window_days') }}
),

-- The invoices of few vouchers are asked for.
invoices as (
    select distinct carried.voucher_id, carried.invoice_id
    from (
        select voucher_id from pairs
        union
        select earlier_voucher_id from pairs
    ) as paired
    inner join {{ ref('int_invoice') }} as carried on paired.voucher_id = carried.voucher_id
    where carried.invoice_id is not null
),

invoiced as (
    select distinct voucher_id from invoices
),

in_common as (
    select distinct pairs.voucher_id, pairs.earlier_voucher_id
    from pairs
    inner join invoices as own on pairs.voucher_id = own.voucher_id
    inner join invoices as earlier
        on
            pairs.earlier_voucher_id = earlier.voucher_id
            and own.invoice_id = earlier.invoice_id
),

final as (
    select
        pairs.voucher_id,
        pairs.unit_id,
        pairs.finance_agency_code,
        pairs.treasury_agency_code,
        pairs.fund_tra_obj_name,
        pairs.dep_bgt_eco_code,
        pairs.earlier_voucher_id,
        in_common.voucher_id is not null as has_invoice_in_common,
        own.voucher_id is not null
        and earlier.voucher_id is not null
        and in_common.voucher_id is null as is_told_apart,
        pairs.amount,
        pairs.event_date,
        pairs.posting_date,
        pairs.earlier_event_date
    from pairs
    left join invoiced as own on pairs.voucher_id = own.voucher_id
    left join invoiced as earlier on pairs.earlier_voucher_id = earlier.voucher_id
    left join in_common
        on
            pairs.voucher_id = in_common.voucher_id
            and pairs.earlier_voucher_id = in_common.earlier_voucher_id
)

select * from final
