-- One row per feed that a rule not retired on the business date needs, from the rules' own meta.
{{ config(tags=['register']) }}
{%- set rows = [] -%}
{%- for rule in all_rules() -%}
    {%- for feed in rule.config.meta['needs'] -%}
        {%- do rows.append((rule.config.meta['id'], rule.schema, feed)) -%}
    {%- endfor -%}
{%- endfor %}
with needs as (
    {% for rule_id, layer, feed in rows -%}
    select
        cast('{{ rule_id }}' as text) as rule_id,
        cast('{{ layer }}' as text) as layer,
        cast('{{ feed }}' as text) as feed
    {{ 'union all' if not loop.last }}
    {% else -%}
    select
        cast(null as text) as rule_id,
        cast(null as text) as layer,
        cast(null as text) as feed
    where false
    {% endfor %}
),

final as (
    select *
    from needs
    where {{ rule_status('needs.rule_id') }} != 'retired'
)

select * from final
