-- One row per live voucher and kind of attachment that an economic code of its expenses demands.
{{ config(materialized='fresh_view') }}
with expenses as (
    select * from {{ ref('int_expense_code') }}
),

required as (
    select seed.dep_bgt_eco_code, seed.attachment_type
    from {{ ref('required_attachment') }} as seed
    where {{ in_force('seed') }}
),

attachments as (
    select distinct voucher_id, attachment_type
    from {{ ref('int_attachment') }}
    where attachment_type in (select required.attachment_type from required)
),

-- Few codes are compared by their beginning; the many vouchers are then joined on equality.
demanding_codes as (
    select distinct codes.dep_bgt_eco_code, required.attachment_type
    from (select distinct dep_bgt_eco_code from expenses) as codes
    inner join required on codes.dep_bgt_eco_code like required.dep_bgt_eco_code || '%'
),

demands as (
    select
        expenses.voucher_id,
        demanding_codes.attachment_type,
        min(expenses.dep_bgt_eco_code) as dep_bgt_eco_code
    from expenses
    inner join demanding_codes on expenses.dep_bgt_eco_code = demanding_codes.dep_bgt_eco_code
    group by expenses.voucher_id, demanding_codes.attachment_type
),

final as (
    select
        demands.voucher_id,
        demands.attachment_type,
        demands.dep_bgt_eco_code,
        attachments.voucher_id is not null as is_uploaded
    from demands
    left join attachments
        on
            demands.voucher_id = attachments.voucher_id
            and demands.attachment_type = attachments.attachment_type
)

select * from final
