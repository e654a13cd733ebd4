-- What kind of unit each one is, how large, and how many others are like it.
with units as (
    select * from {{ ref('int_unit') }}
),

users as (
    select * from {{ ref('int_unit_user') }}
),

endings as (
    select seed.ending, seed.unit_type
    from {{ ref('unit_type_ending') }} as seed
    where {{ in_force('seed') }}
),

staff as (
    select agency_code, count(*) as staff_count
    from {{ ref('stg_registry__person') }}
    where {{ in_force_on_business_date() }} and status = 'in_post'
    group by agency_code
),

known as (
    select
        units.unit_id,
        units.finance_agency_code,
        units.treasury_agency_code,
        units.uscc,
        units.is_active,
        coalesce(finance.normalised_name, treasury.normalised_name) as normalised_name,
        coalesce(
            nullif(finance.township_key, ''), nullif(treasury.township_key, '')
        ) as township_key,
        staff.staff_count
    from units
    left join users as finance
        on finance.platform = 'finance' and units.finance_agency_code = finance.agency_code
    left join users as treasury
        on treasury.platform = 'treasury' and units.treasury_agency_code = treasury.agency_code
    left join staff on units.treasury_agency_code = staff.agency_code
),

-- 镇中心小学 ends in 小学 and in 学: the longest ending tells.
told_by_name as (
    select
        known.unit_id,
        endings.unit_type,
        row_number() over (
            partition by known.unit_id order by length(endings.ending) desc, endings.ending
        ) as place
    from known
    inner join endings on known.normalised_name like '%' || endings.ending
),

townships as (
    select
        township_key,
        count(*) as township_units,
        avg(count(*)) over () as average_units
    from known
    where township_key is not null and is_active
    group by township_key
),

typed as (
    select
        known.*,
        coalesce(
            told_by_name.unit_type,
            case left(known.uscc, 2)
                when '11' then 'bureau'
                when '12' then 'institution'
                when '13' then 'association'
                when '54' then 'village'
            end
        ) as unit_type,
        townships.township_units,
        case
            when known.township_key is null then 'district'
            when townships.township_units >= townships.average_units then 'large'
            else 'small'
        end as township_size
    from known
    left join told_by_name on known.unit_id = told_by_name.unit_id and told_by_name.place = 1
    left join townships on known.township_key = townships.township_key
),

final as (
    select
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        unit_type,
        staff_count,
        township_key,
        township_units,
        township_size,
        case
            when unit_type is not null
                then count(*) over (partition by unit_type, township_size) - 1
        end as peer_count
    from typed
)

select * from final
