{#-
    An amount in yuan: null where the currency is a foreign one, for sums and tiers are in yuan. The
    prefix is the relation of the columns `amount` and `currency`, with its dot.
-#}
{% macro yuan_amount(prefix='') -%}
    case when {{ prefix }}currency != 'CNY' then null else {{ prefix }}amount end
{%- endmacro %}

{#- The same amount as text with its currency, `300.00 USD` or `300.00 元`. -#}
{% macro amount_and_currency(prefix='') -%}
    cast({{ prefix }}amount as text) || ' '
    || case when {{ prefix }}currency = 'CNY' then '元' else {{ prefix }}currency end
{%- endmacro %}
