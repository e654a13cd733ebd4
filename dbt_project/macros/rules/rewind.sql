{#-
    Takes the intervals back to the eve of the business date: what was found on or after it is
    forgotten, what was cleared on or after it is open again. Runs in the transaction of the model
    that then compares, so a day can be evaluated again, and days in any order.
-#}
{% macro rewind_spells() -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where detected_on >= {{ business_date() }};
        update {{ this }} set cleared_on = null where cleared_on >= {{ business_date() }}
    {%- endif -%}
{%- endmacro %}

{#-
    Forgets the rows whose `date_column` is the business date or later: it, and the later dates, are
    evaluated again and write them anew.
-#}
{% macro rewind_rows(date_column) -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where {{ date_column }} >= {{ business_date() }}
    {%- endif -%}
{%- endmacro %}
