{#-
    The status of a rule on the business date, from the reviewed seed; `rule_id` is an SQL
    expression. Before its first row a rule is a draft: recorded, told to nobody.
-#}
{% macro rule_status(rule_id) -%}
    coalesce((
        select s.status
        from {{ ref('rule_status') }} as s
        where s.rule_id = {{ rule_id }} and s.valid_from <= {{ business_date() }}
        order by s.valid_from desc
        limit 1
    ), 'draft')
{%- endmacro %}
