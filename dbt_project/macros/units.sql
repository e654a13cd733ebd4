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

{#- A unit as people know it: name and code, or the code alone of one that no list has. -#}
{% macro unit_label(name, code) -%}
    coalesce({{ name }} || '（' || {{ code }} || '）', {{ code }})
{%- endmacro %}
