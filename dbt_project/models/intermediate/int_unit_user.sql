-- Every user of both platforms ever listed up to the business date, as last listed, comparable.
{{ config(tags=['register']) }}
{%- set platforms = {
    'finance': ('stg_finance__user', 'parent_name'),
    'treasury': ('stg_treasury__user', 'sup_dep_name'),
} %}
with listed as (
    {%- for platform, (model, parent) in platforms.items() %}
    select
        '{{ platform }}' as platform,
        agency_code,
        agency_name,
        upper({{ half_width('uscc') }}) as sent_uscc,
        {{ parent }} as parent_name,
        township,
        status,
        opened_on,
        closed_on,
        {{ normalised_name('agency_name') }} as normalised_name,
        {{ normalised_name('township') }} as normalised_township,
        case when {{ in_force_on_business_date() }} then 1 else 0 end as listed_now,
        row_number() over (partition by agency_code order by valid_from desc) as recency
    from {{ ref(model) }}
    where valid_from <= {{ business_date() }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

last_listed as (
    select
        listed.*,
        -- Placeholders such as 0000… and fragments are no codes.
        case
            when
                {{ matches('sent_uscc', '^[0-9A-Z]{15,20}$') }}
                and replace(sent_uscc, left(sent_uscc, 1), '') != ''
                then sent_uscc
        end as uscc
    from listed
    where recency = 1
),

final as (
    select
        platform,
        agency_code,
        agency_name,
        normalised_name,
        uscc,
        parent_name,
        township,
        regexp_replace(
            coalesce(normalised_township, ''), '(.)(镇|乡|街道办事处|街道)$', '\1'
        ) as township_key,
        listed_now = 1 as is_listed,
        listed_now = 1
        and status = '启用'
        and (closed_on is null or closed_on > {{ business_date() }}) as is_active,
        opened_on,
        closed_on,
        case when uscc is not null then count(*) over (partition by platform, uscc) end
            as users_of_uscc,
        count(*) over (partition by platform, normalised_name) as users_of_name
    from last_listed
)

select * from final
