-- Bodies as of the day; the short name is without the district's own names in front.
truncate issue_body;

insert into issue_body
select
    body_code,
    body_name,
    regexp_replace(body_name, %(district)s, '') as short_name,
    body_kind,
    parent_body_code
from staging.stg_supervision__body
where
    valid_from <= %(day)s
    and (valid_to is null or valid_to > %(day)s)
