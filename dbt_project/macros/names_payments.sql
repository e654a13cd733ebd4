{#-
    Whether the books of a unit (`books`, the alias of int_unit_books) are kept on `day` and name the
    payments they book: posted to within `silent_days` days, and naming one within `naming_days`.
-#}
{% macro names_payments(day, books, silent_days, naming_days) -%}
    {{ days_between(day, books ~ '.last_posting_date') }} <= {{ silent_days }}
    and {{ days_between(day, books ~ '.last_named_payment_on') }} < {{ naming_days }}
{%- endmacro %}

{#- Whether the books of a unit name the swipes they book: one within `naming_days` days of `day`. -#}
{% macro names_swipes(day, books, naming_days) -%}
    {{ days_between(day, books ~ '.last_named_swipe_on') }} < {{ naming_days }}
{%- endmacro %}
