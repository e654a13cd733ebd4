-- One row per rule: its meta, from the rule's own yml, and its status on the business date.
with steps as (
    select seed.rule_id, seed.value
    from {{ ref('rule_parameters') }} as seed
    where seed.parameter = 'amount_step' and {{ in_force('seed') }}
),

rules as (
    {% for rule in all_rules() -%}
    {%- set meta = rule.config.meta -%}
    select
        {{ literal(meta['id']) }} as rule_id,
        {{ literal(meta['version']) }} as rule_version,
        {{ literal(rule.name) }} as model_name,
        {{ literal(meta['name']['zh']) }} as name_zh,
        {{ literal(meta['name']['en']) }} as name_en,
        {{ literal(rule.description) }} as description,
        {{ literal(meta['family']) }} as family,
        {{ literal(meta['base_tier']) }} as base_tier,
        {{ literal(meta['subject_type']) }} as subject_type,
        {{ literal(meta['scope']) }} as scope,
        {{ literal(meta['needs'] | join(',')) }} as needs,
        {{ literal(legal_basis_text(meta['legal_basis'])) }} as legal_basis,
        {{ 'false' if meta['legal_basis'] | rejectattr('verification', 'equalto', 'verified') | list
            else 'true' }} as is_legal_basis_verified,
        {{ literal(meta['what_to_check']) }} as what_to_check,
        {{ literal(meta['close_out_standard']) }} as close_out_standard,
        {{ literal(meta['known_false_positives']) }} as known_false_positives
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        cast(rules.rule_id as text) as rule_id,
        cast(rules.rule_version as integer) as rule_version,
        cast(rules.model_name as text) as model_name,
        cast(rules.name_zh as text) as name_zh,
        cast(rules.name_en as text) as name_en,
        cast(rules.description as text) as description,
        cast(rules.family as text) as family,
        cast(rules.base_tier as text) as base_tier,
        cast(rules.subject_type as text) as subject_type,
        cast(rules.scope as text) as scope,
        cast(rules.needs as text) as needs,
        cast(rules.legal_basis as text) as legal_basis,
        rules.is_legal_basis_verified,
        cast(rules.what_to_check as text) as what_to_check,
        cast(rules.close_out_standard as text) as close_out_standard,
        cast({{ rule_status('rules.rule_id') }} as text) as status,
        cast(rules.known_false_positives as text) as known_false_positives,
        steps.value as amount_step
    from rules
    left join steps on rules.rule_id = steps.rule_id
)

select * from final
