-- What of joint supervision reaches nobody: departments with a part in a case that are no body of
-- the register, and findings in a unit that nobody knows.
select
    'joint_without_body' as kind,
    departments.name_zh as name,
    count(distinct parts.case_id) as concerned
from ops.joint_case_part as parts
inner join reference.joint_department as departments on parts.department = departments.department
where
    parts.ended_on is null
    and parts.body_code is null
group by departments.name_zh
union all
select
    'joint_unknown_unit',
    findings.platform || ' ' || findings.agency_code,
    count(*)
from staging.stg_supervision__joint_finding as findings
where
    findings.valid_from <= %(day)s
    and (findings.valid_to is null or findings.valid_to > %(day)s)
    and not exists (
        select 1
        from marts.dim_unit as units
        where
            findings.agency_code = case findings.platform
                when 'finance' then units.finance_agency_code
                else units.treasury_agency_code
            end
    )
group by findings.platform, findings.agency_code
order by kind, name
