{#- Whether a voucher's economic code is one of the three public expenses. -#}
{% macro is_public_expense() -%}
    {{ begins_with('dep_bgt_eco_code', ['30217', '30231', '30212']) }}
{%- endmacro %}
