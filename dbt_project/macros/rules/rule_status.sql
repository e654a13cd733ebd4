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

{#- The times in which versions of rules had one status, each with its end, null for the last. -#}
{% macro rule_status_times() -%}
    select
        rule_id,
        version as rule_version,
        status,
        status in ('trial', 'fixed') as is_pushed,
        valid_from,
        lead(valid_from) over (partition by rule_id order by valid_from) as valid_to,
        made_by,
        approved_by,
        reason
    from {{ ref('rule_status') }}
{%- endmacro %}
