{#-
    The status of a rule on the business date as reviewed; `rule_id` is an SQL expression. Before its
    first row a rule is a draft: recorded, told to nobody. Demotions by verdicts are not in it: they
    lead to trial or shadow only, so whether a rule is retired can be told without them.
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

{#-
    The entries of the rules' lives: the reviewed ones, and the demotions that verdicts brought about.
    A demotion counts unless a person has decided after what it rests on: then that entry holds.
-#}
{% macro rule_life() -%}
    select
        rule_id,
        version as rule_version,
        status,
        valid_from,
        made_by,
        approved_by,
        reason
    from {{ ref('rule_status') }}
    union all
    select
        demoted.rule_id,
        demoted.rule_version,
        demoted.status,
        demoted.valid_from,
        'verdicts' as made_by,
        cast(null as text) as approved_by,
        demoted.reason
    from {{ ref('stg_supervision__rule_demotion') }} as demoted
    where
        not exists (
            select 1
            from {{ ref('rule_status') }} as reviewed
            where
                demoted.rule_id = reviewed.rule_id
                and reviewed.valid_from > demoted.reviewed_from
                and reviewed.valid_from <= demoted.valid_from
        )
{%- endmacro %}

{#- The times in which versions of rules had one status, each with its end, null for the last. -#}
{% macro rule_status_times() -%}
    select
        rule_id,
        rule_version,
        status,
        status in ('trial', 'fixed') as is_pushed,
        valid_from,
        lead(valid_from) over (partition by rule_id order by valid_from) as valid_to,
        made_by,
        approved_by,
        reason
    from ({{ rule_life() }}) as life
{%- endmacro %}
