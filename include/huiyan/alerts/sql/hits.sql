-- The hits of issue_spell with the unit's name and jurisdiction on the day. The finance platform's
-- jurisdiction counts first: a unit on both platforms has the same one on both.
-- What concerns a regulator is its own matter, whoever else regulates the unit that it is: the hit
-- goes to the regulator, whence recusal takes it to the body above; so it does where nobody is named
-- to verify.
-- What a rule says of another rule's hit raises that hit's tier and is no alert of its own.
truncate issue_hit;

insert into issue_hit
with amount_steps as (
    select rule_id, max(value) as amount_step
    from reference.rule_parameters
    where
        parameter = 'amount_step'
        and valid_from <= %(day)s
        and (valid_to is null or valid_to > %(day)s)
    group by rule_id
),

finance_users as (
    select agency_code, agency_name
    from staging.stg_finance__user
    where
        valid_from <= %(day)s
        and (valid_to is null or valid_to > %(day)s)
),

treasury_users as (
    select agency_code, agency_name
    from staging.stg_treasury__user
    where
        valid_from <= %(day)s
        and (valid_to is null or valid_to > %(day)s)
),

jurisdictions as (
    select distinct on (platform, agency_code) *
    from staging.stg_supervision__jurisdiction
    where
        valid_from <= %(day)s
        and (valid_to is null or valid_to > %(day)s)
        and in_charge_from <= %(day)s
        and (in_charge_to is null or in_charge_to >= %(day)s)
    order by platform, agency_code, in_charge_from desc
),

suppressions as (
    select *
    from reference.alert_suppression
    where
        coalesce(subject_id, unit_id) is not null
        and valid_from <= %(day)s
        and (valid_to is null or valid_to > %(day)s)
),

regulators as (
    select
        spells.hit_id,
        split_part(spells.subject_id, ':', 1) as body_code
    from issue_spell as spells
    where spells.subject_type = 'regulator_rule'
),

subjects as (
    select
        spells.subject_type,
        spells.subject_id,
        count(*) as rules_on_subject,
        string_agg(spells.rule_name, '、' order by spells.rule_id) as rule_names
    from issue_spell as spells
    where spells.is_pushed
    group by spells.subject_type, spells.subject_id
)

select
    substr(
        encode(sha256(convert_to(spells.rule_id || '|' || spells.subject_id, 'UTF8')), 'hex'), 1, 16
    ) as alert_id,
    spells.hit_id,
    spells.rule_id,
    spells.rule_version,
    spells.subject_type,
    spells.subject_id,
    spells.unit_id,
    coalesce(finance_users.agency_name, treasury_users.agency_name, issue_body.body_name)
        as unit_name,
    spells.finance_agency_code,
    spells.treasury_agency_code,
    coalesce(regulators.body_code, by_finance.own_body_code, by_treasury.own_body_code)
        as own_body_code,
    coalesce(
        by_finance.verifying_body_code, by_treasury.verifying_body_code, regulators.body_code
    ) as verifying_body_code,
    coalesce(
        regulators.body_code, by_finance.regulator_body_code, by_treasury.regulator_body_code
    ) as regulator_body_code,
    coalesce(
        by_finance.supervision_office_code,
        by_treasury.supervision_office_code,
        regulators.body_code
    ) as supervision_office_code,
    spells.base_tier,
    spells.evidence,
    spells.amount,
    amount_steps.amount_step,
    coalesce(subjects.rules_on_subject, 0) as rules_on_subject,
    subjects.rule_names,
    array_remove(
        array[
            regexp_replace(finance_users.agency_name, %(district)s, ''),
            regexp_replace(treasury_users.agency_name, %(district)s, '')
        ],
        null
    ) as short_names,
    spells.is_pushed,
    exists (
        select 1
        from suppressions
        where
            suppressions.rule_id = spells.rule_id
            and (suppressions.subject_id is null or suppressions.subject_id = spells.subject_id)
            and (suppressions.unit_id is null or suppressions.unit_id = spells.unit_id)
    ) as is_suppressed,
    spells.occurred_on,
    spells.spell_id,
    spells.detected_on,
    spells.is_held
from issue_spell as spells
left join subjects
    on
        spells.subject_type = subjects.subject_type
        and spells.subject_id = subjects.subject_id
left join regulators on spells.hit_id = regulators.hit_id
left join issue_body on regulators.body_code = issue_body.body_code
left join amount_steps on spells.rule_id = amount_steps.rule_id
left join finance_users on spells.finance_agency_code = finance_users.agency_code
left join treasury_users on spells.treasury_agency_code = treasury_users.agency_code
left join jurisdictions as by_finance
    on
        by_finance.platform = 'finance'
        and spells.finance_agency_code = by_finance.agency_code
left join jurisdictions as by_treasury
    on
        by_treasury.platform = 'treasury'
        and spells.treasury_agency_code = by_treasury.agency_code
where spells.subject_type <> 'hit';

analyze issue_hit
