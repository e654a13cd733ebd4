{#-
    What vouchers book for the documents they name: one row per document, named `document` here and
    in the column `naming_column` of the entries, and voucher. A number that no document of the
    relation `documents` bears counts as typed in half width: people type it by hand.

    Parallel budget accounting: the voucher's 7… entries say what was spent, where it has any.
-#}
{% macro named_bookings(naming_column, document, documents) -%}
    with documents as (
        select {{ document }} from {{ documents }}
    ),

    naming_entries as (
        select
            entries.*,
            case
                when
                    {{ half_width(naming_column) }} = {{ naming_column }}
                    or {{ naming_column }} in (select {{ document }} from documents)
                    then {{ naming_column }}
                else {{ half_width(naming_column) }}
            end as {{ document }}
        from {{ ref('int_voucher_entry') }} as entries
        where {{ naming_column }} is not null
    ),

    namings as (
        select
            {{ document }},
            voucher_id,
            min(unit_id) as voucher_unit_id,
            max(posting_date) as posting_date,
            max(case when is_live then 1 else 0 end) = 1 as is_live,
            cast(
                sum(
                    case
                        when not has_budget_expense and is_expense then amt
                        when
                            has_budget_expense
                            and is_debit
                            and {{ begins_with('gov_acct_cls_code', '7') }}
                            then amt
                    end
                ) as numeric(18, 2)
            ) as booked_amount
        from naming_entries
        group by {{ document }}, voucher_id
    )

    select * from namings
{%- endmacro %}
