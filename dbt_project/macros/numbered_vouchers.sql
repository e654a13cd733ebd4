{#-
    The vouchers of `relation` whose number ends in digits, with the series (what stands before the
    digits, may be empty), the digits, how many they are and the number. Longer ones are no counters.
-#}
{% macro numbered_vouchers(relation) -%}
    select
        voucher_id,
        acct_set_code,
        fiscal_year,
        acct_period,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        series,
        digits,
        cast(digits as bigint) as number,
        cast(length(digits) as integer) as digit_count
    from (
        select
            vouchers.*,
            rtrim(voucher_no, '0123456789') as series,
            substr(voucher_no, length(rtrim(voucher_no, '0123456789')) + 1) as digits
        from {{ relation }} as vouchers
    ) as split
    where length(digits) between 1 and 15
{%- endmacro %}
