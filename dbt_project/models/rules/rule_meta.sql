-- One row per rule: its meta, from the rule's own yml, and its status on the business date.
-- depends_on: {{ ref('rule_parameters') }}
{{ config(materialized='fresh_table', tags=['register']) }}
with declared as (
    {% for rule in all_rules() -%}
    {%- set meta = rule.config.meta -%}
    select
        {{ literal(meta['id']) }} as rule_id,
        {{ literal(meta['version']) }} as rule_version,
        {{ literal(rule.name) }} as model_name,
        {{ literal(meta['name']['zh']) }} as name_zh,
        {{ literal(meta['name']['en']) }} as name_en,
        {{ described(rule) }} as description,
        {{ literal(meta['family']) }} as family,
        {{ literal(meta['base_tier']) }} as base_tier,
        {{ literal(meta['subject_type']) }} as subject_type,
        {{ literal(meta['scope']) }} as scope,
        {{ literal(meta['needs'] | join(',')) }} as needs,
        {{ literal(meta['parameters'] | join(',')) }} as parameters,
        {{ literal(legal_basis_text(meta['legal_basis'])) }} as legal_basis,
        {{ 'false' if meta['legal_basis'] | rejectattr('verification', 'equalto', 'verified') | list
            else 'true' }} as is_legal_basis_verified,
        {{ literal(meta['what_to_check']) }} as what_to_check,
        {{ literal(meta['close_out_standard']) }} as close_out_standard,
        {{ literal(meta['close_out_needs'] | join(',')) }} as close_out_needs,
        {%- set recovery = meta.get('recovery', {'least': 'amount', 'most': 'amount'}) %}
        {{ literal(recovery['least']) }} as least_recovery,
        {{ literal(recovery['most']) }} as most_recovery,
        {{ literal(meta['known_false_positives']) }} as known_false_positives
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

life as (
    {{ rule_life() }}
),

final as (
    select
        cast(rule_id as text) as rule_id,
        cast(rule_version as integer) as rule_version,
        cast(model_name as text) as model_name,
        cast(name_zh as text) as name_zh,
        cast(name_en as text) as name_en,
        cast(description as text) as description,
        cast(family as text) as family,
        cast(base_tier as text) as base_tier,
        cast(subject_type as text) as subject_type,
        cast(scope as text) as scope,
        cast(needs as text) as needs,
        cast(parameters as text) as parameters,
        cast(legal_basis as text) as legal_basis,
        is_legal_basis_verified,
        cast(what_to_check as text) as what_to_check,
        cast(close_out_standard as text) as close_out_standard,
        cast(close_out_needs as text) as close_out_needs,
        cast(least_recovery as text) as least_recovery,
        cast(most_recovery as text) as most_recovery,
        cast(coalesce((
            select life.status
            from life
            where
                life.rule_id = declared.rule_id
                and life.valid_from <= {{ business_date() }}
            order by life.valid_from desc
            limit 1
        ), 'draft') as text) as status,
        cast(known_false_positives as text) as known_false_positives
    from declared
)

select * from final
