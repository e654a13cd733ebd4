-- One row per live voucher and payee of meetings, training, labour or commissioned services.
{{ config(tags=['fact']) }}
with claims as (
    select *
    from {{ ref('int_claim') }}
    where
        {{ begins_with('dep_bgt_eco_code', ['30215', '30216', '30226', '30227']) }}
),

papers as (
    select distinct voucher_id
    from {{ ref('int_attachment') }}
    where
        attachment_type in (
            'meeting_notice', 'training_notice', 'attendee_list', 'reception_list', 'payroll'
        )
),

final as (
    select
        claims.voucher_id,
        claims.fund_tra_obj_name as payee_name,
        max(claims.unit_id) as unit_id,
        max(claims.finance_agency_code) as finance_agency_code,
        max(claims.treasury_agency_code) as treasury_agency_code,
        max(case when papers.voucher_id is null then 0 else 1 end) = 1 as has_notice_or_list,
        cast(sum(claims.amount) as numeric(18, 2)) as amount,
        max({{ days_between('claims.event_date', "date '2000-01-01'") }}) as event_day,
        max(claims.event_date) as event_date,
        max(claims.posting_date) as posting_date
    from claims
    left join papers on claims.voucher_id = papers.voucher_id
    group by claims.voucher_id, claims.fund_tra_obj_name
)

select * from final
