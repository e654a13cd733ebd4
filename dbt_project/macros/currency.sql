{#-
    An amount in yuan: null where the currency is a foreign one, for sums and tiers are in yuan. The
    prefix is the relation of the columns `amount` and `currency`, with its dot.
-#}
{% macro yuan_amount(prefix='') -%}
    case when {{ prefix }}currency != 'CNY' then null else {{ prefix }}amount end
{%- endmacro %}

{#- The same amount as text with its currency, `300.00 USD`. -#}
{% macro amount_and_currency(prefix='') -%}
    cast({{ prefix }}amount as text) || ' ' || {{ prefix }}currency
{%- endmacro %}
