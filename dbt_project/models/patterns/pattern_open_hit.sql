-- Hits open on the business date of rules that are pushed, in the units that bear their codes now.
with spells as (
    select
        *,
        min(detected_on) over (partition by hit_id) as first_detected_on
    from {{ ref('rule_spell') }}
    where detected_on <= {{ business_date() }}
),

rules as (
    select * from {{ ref('rule_meta') }} where status in ('trial', 'fixed')
),

units as (
    select * from {{ ref('int_unit') }}
),

final as (
    select
        spells.hit_id,
        spells.rule_id,
        rules.family,
        rules.name_zh as rule_name,
        spells.subject_type,
        spells.subject_id,
        coalesce(by_finance.unit_id, by_treasury.unit_id) as unit_id,
        coalesce(by_finance.unit_name, by_treasury.unit_name) as unit_name,
        spells.finance_agency_code,
        spells.treasury_agency_code,
        spells.occurred_on,
        spells.amount,
        {#- An item of a list: 、 separates those. #}
        replace(
            coalesce(
                {%- for key in [
                    'payee_name',
                    'payee_names',
                    'merchant_name',
                    'tenant_name',
                    'account_name',
                    'seller_names',
                    'first_payer',
                    'buyer_names',
                    'summary',
                ] %}
                nullif(spells.evidence ->> '{{ key }}', ''){{ ',' if not loop.last }}
                {%- endfor %}
            ),
            '、',
            '，'
        ) as known_as,
        spells.first_detected_on,
        spells.detected_on
    from spells
    inner join rules on spells.rule_id = rules.rule_id
    left join units as by_finance on spells.finance_agency_code = by_finance.finance_agency_code
    left join units as by_treasury on spells.treasury_agency_code = by_treasury.treasury_agency_code
    where spells.cleared_on is null or spells.cleared_on > {{ business_date() }}
)

select * from final
