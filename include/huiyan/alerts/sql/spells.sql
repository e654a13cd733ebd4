-- What the rules hit as of the day.
truncate issue_spell;

insert into issue_spell
select
    spells.hit_id,
    spells.rule_id,
    spells.rule_version,
    rules.name_zh as rule_name,
    coalesce(life.is_pushed, false) as is_pushed,
    spells.subject_type,
    spells.subject_id,
    spells.unit_id,
    spells.finance_agency_code,
    spells.treasury_agency_code,
    spells.base_tier,
    spells.evidence,
    spells.amount,
    spells.occurred_on,
    spells.spell_id,
    spells.detected_on
from marts.fct_rule_hit_spell as spells
inner join marts.dim_rule as rules on spells.rule_id = rules.rule_id
left join marts.dim_rule_status as life
    on
        spells.rule_id = life.rule_id
        and life.valid_from <= %(day)s
        and (life.valid_to is null or life.valid_to > %(day)s)
where
    spells.detected_on <= %(day)s
    and (spells.cleared_on is null or spells.cleared_on > %(day)s);

analyze issue_spell
