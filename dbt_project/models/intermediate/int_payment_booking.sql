-- One row per payment and voucher that names it, with the amount the voucher books for it.
with naming_entries as (
    select *
    from {{ ref('int_voucher_entry') }}
    where pay_voucher_no is not null
),

budget_entries as (
    select voucher_id
    from {{ ref('int_voucher_entry') }}
    where {{ begins_with('gov_acct_cls_code', '7') }}
),

namings as (
    select
        pay_voucher_no as payment_no,
        voucher_id,
        min(unit_id) as voucher_unit_id,
        max(case when is_live then 1 else 0 end) = 1 as is_live,
        sum(
            case
                when is_debit and {{ begins_with('gov_acct_cls_code', '7') }} then amt
            end
        ) as budget_amount,
        sum(case when is_expense then amt end) as expense_amount
    from naming_entries
    group by pay_voucher_no, voucher_id
),

-- Parallel budget accounting: the voucher's 7… entries say what was spent, where it has any.
vouchers_with_budget_entries as (
    select distinct voucher_id from budget_entries
),

final as (
    select
        namings.payment_no,
        namings.voucher_id,
        namings.voucher_unit_id,
        namings.is_live,
        cast(
            case
                when vouchers_with_budget_entries.voucher_id is not null
                    then namings.budget_amount
                else namings.expense_amount
            end as numeric(18, 2)
        ) as booked_amount
    from namings
    left join vouchers_with_budget_entries
        on namings.voucher_id = vouchers_with_budget_entries.voucher_id
)

select * from final
