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

{#- Forgets the runs of the business date and of later ones: they are evaluated again after it. -#}
{% macro rewind_runs() -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where business_date >= {{ business_date() }}
    {%- endif -%}
{%- endmacro %}
