-- What the rules hit as of the day.
truncate issue_spell;

insert into issue_spell
select
    spells.hit_id,
    spells.rule_id,
    spells.rule_version,
    rules.name_zh as rule_name,
    rules.status in ('trial', 'fixed') as is_pushed,
    spells.subject_type,
    spells.subject_id,
    spells.unit_id,
    spells.finance_agency_code,
    spells.treasury_agency_code,
    spells.base_tier,
    spells.evidence,
    spells.amount,
    spells.occurred_on
from marts.fct_rule_hit_spell as spells
inner join marts.dim_rule as rules on spells.rule_id = rules.rule_id
where
    spells.detected_on <= %(day)s
    and (spells.cleared_on is null or spells.cleared_on > %(day)s);

analyze issue_spell
