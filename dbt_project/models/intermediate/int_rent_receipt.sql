-- One row per live entry that credits rent income (4605) or what is due to the treasury (2103).
{{ config(tags=['fact']) }}
with entries as not materialized (
    select * from {{ ref('int_voucher_entry') }}
),

final as (
    select
        voucher_id,
        vou_seq,
        unit_id,
        voucher_date,
        coalesce(vou_det_desc, '') as summary,
        {{ normalised_name('fund_tra_obj_name') }} as counterparty
    from entries
    where is_live and not is_debit and {{ begins_with('gov_acct_cls_code', ['4605', '2103']) }}
)

select * from final
