{#- Whether the platform and code of the one relation are those of the other's unit. -#}
{% macro is_unit_of(row, unit) -%}
    (
        ({{ row }}.platform = 'finance' and {{ row }}.agency_code = {{ unit }}.finance_agency_code)
        or (
            {{ row }}.platform = 'treasury'
            and {{ row }}.agency_code = {{ unit }}.treasury_agency_code
        )
    )
{%- endmacro %}
