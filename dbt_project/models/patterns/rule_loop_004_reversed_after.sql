-- 预警后冲销：预警推送后 30 天内，所涉凭证被红字冲销。
with spells as (
    select *
    from {{ ref('rule_spell') }}
    where subject_type = 'voucher' and detected_on <= {{ business_date() }}
),

rules as (
    select * from {{ ref('rule_meta') }}
),

statuses as (
    {{ rule_status_times() }}
),

told as (
    select rule_id, valid_from, valid_to from statuses where is_pushed
),

suppressions as (
    select *
    from {{ ref('alert_suppression') }}
    where coalesce(subject_id, unit_id) is not null
),

vouchers as not materialized (
    select * from {{ ref('int_voucher') }}
),

hit_vouchers as (
    select
        spells.spell_id,
        spells.rule_id,
        spells.subject_id,
        spells.detected_on,
        coalesce(spells.cleared_on, {{ add_days(business_date(), 1) }}) as gone_on,
        rules.name_zh as rule_name
    from spells
    inner join rules on spells.rule_id = rules.rule_id
),

-- While an exception is in force the alert waits.
waits as (
    select
        spells.spell_id,
        suppressions.valid_from,
        suppressions.valid_to
    from spells
    inner join suppressions
        on
            spells.rule_id = suppressions.rule_id
            and (suppressions.subject_id is null or suppressions.subject_id = spells.subject_id)
            and (suppressions.unit_id is null or suppressions.unit_id = spells.unit_id)
),

-- An alert can be pushed when its hit is found, an exception ends, or its rule is promoted.
chances as (
    select spell_id, detected_on as chance_on from hit_vouchers
    union all
    select hit_vouchers.spell_id, waits.valid_to
    from hit_vouchers
    inner join waits on hit_vouchers.spell_id = waits.spell_id
    where waits.valid_to > hit_vouchers.detected_on
    union all
    select hit_vouchers.spell_id, told.valid_from
    from hit_vouchers
    inner join told on hit_vouchers.rule_id = told.rule_id
    where told.valid_from > hit_vouchers.detected_on
),

pushed_spells as (
    select chances.spell_id, min(chances.chance_on) as pushed_on
    from chances
    inner join hit_vouchers on chances.spell_id = hit_vouchers.spell_id
    inner join told
        on
            hit_vouchers.rule_id = told.rule_id
            and chances.chance_on >= told.valid_from
            and (told.valid_to is null or chances.chance_on < told.valid_to)
    where
        not exists (
            select 1
            from waits
            where
                chances.spell_id = waits.spell_id
                and chances.chance_on >= waits.valid_from
                and (waits.valid_to is null or chances.chance_on < waits.valid_to)
        )
    group by chances.spell_id
),

pushes as (
    select hit_vouchers.subject_id, hit_vouchers.rule_name, pushed_spells.pushed_on
    from hit_vouchers
    inner join pushed_spells on hit_vouchers.spell_id = pushed_spells.spell_id
    where
        pushed_spells.pushed_on < hit_vouchers.gone_on
        and pushed_spells.pushed_on <= {{ business_date() }}
),

population as (
    select distinct subject_id from pushes
),

reversed as (
    select
        vouchers.voucher_id,
        pushes.rule_name,
        pushes.pushed_on,
        {{ days_between('vouchers.reversed_on', 'pushes.pushed_on') }} as days_later
    from pushes
    inner join vouchers on pushes.subject_id = vouchers.voucher_id
    where vouchers.reversed_on is not null
),

rules_of_vouchers as (
    select
        voucher_id,
        rule_name,
        max(pushed_on) as pushed_on,
        min(days_later) as days_later
    from reversed
    where days_later > 0 and days_later <= {{ rule_parameter('LOOP-004', 'within_days') }}
    group by voucher_id, rule_name
),

alerted as (
    select
        voucher_id,
        max(pushed_on) as pushed_on,
        min(days_later) as days_later,
        {{ joined_list('rule_name') }} as rule_names
    from rules_of_vouchers
    group by voucher_id
),

hits as (
    select
        vouchers.voucher_id as subject_id,
        vouchers.unit_id,
        vouchers.finance_agency_code,
        vouchers.treasury_agency_code,
        vouchers.reversed_on as occurred_on,
        vouchers.expense_amount as amount,
        {{ evidence({
            'summary': 'vouchers.summary',
            'expense_amount': 'vouchers.expense_amount',
            'rules': 'alerted.rule_names',
            'pushed_on': 'alerted.pushed_on',
            'reversed_on': 'vouchers.reversed_on',
            'days_after_push': 'alerted.days_later',
        }) }} as evidence
    from alerted
    inner join vouchers on alerted.voucher_id = vouchers.voucher_id
)

{{ rule_result('voucher') }}
