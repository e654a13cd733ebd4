{#-
    The value of a rule's parameter in force on the business date, from the reviewed seed. The
    rule_id 'ALL' holds what several rules share. A rule must declare what it reads: a misspelt name
    has no value, and a comparison with no value finds nothing.
-#}
{% macro rule_parameter(rule_id, parameter) -%}
    {%- if execute -%}
        {%- set meta = model.config.meta or {} -%}
        {%- set name = parameter if meta.get('id') == rule_id else rule_id ~ '.' ~ parameter -%}
        {%- if meta.get('id') and name not in meta.get('parameters', []) -%}
            {{ exceptions.raise_compiler_error(
                model.name ~ ' reads the parameter ' ~ name ~ ', which its yml does not list.'
            ) }}
        {%- endif -%}
    {%- endif -%}
    (
        select p.value
        from {{ ref('rule_parameters') }} as p
        where
            p.rule_id = '{{ rule_id }}'
            and p.parameter = '{{ parameter }}'
            and {{ in_force('p') }}
    )
{%- endmacro %}

{#- Whether a row of a reviewed seed (alias `row`) is in force on the business date. -#}
{% macro in_force(row) -%}
    (
        {{ row }}.valid_from <= {{ business_date() }}
        and ({{ row }}.valid_to is null or {{ row }}.valid_to > {{ business_date() }})
    )
{%- endmacro %}

{#- Whether attachments of what was posted on `posting_date` should be there by now. -#}
{% macro after_grace(posting_date) -%}
    {{ days_between(business_date(), posting_date) }}
    >= {{ rule_parameter('ALL', 'attachment_grace_days') }}
{%- endmacro %}
