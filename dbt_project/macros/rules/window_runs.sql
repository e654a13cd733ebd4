{#-
    The runs of overlapping windows in `source`, one row each: its series, first_day and last_day.

    A window begins at any row of a series (the columns `series`) and reaches over `days` days; it
    counts if `condition` holds, which may use window_count and window_amount beside the columns of
    `source`, among them `day` (an integer) and amount. Windows that share a row are one run.
-#}
{% macro window_runs(source, series, day, days, condition) -%}
    {%- set series = series | join(', ') -%}
    with windows as (
        select
            *,
            count(*) over following_days as window_count,
            sum(amount) over following_days as window_amount,
            max({{ day }}) over following_days as window_last_day
        from {{ source }}
        window following_days as (
            partition by {{ series }}
            order by {{ day }}
            range between current row and {{ whole_days(days) }} following
        )
    ),

    starts as (
        select distinct {{ series }}, {{ day }} as first_day, window_last_day as last_day
        from windows
        where {{ condition }}
    ),

    reached as (
        select
            *,
            max(last_day) over (
                partition by {{ series }}
                order by first_day
                rows between unbounded preceding and 1 preceding
            ) as earlier_last_day
        from starts
    ),

    numbered as (
        select
            *,
            sum(case when first_day <= earlier_last_day then 0 else 1 end) over (
                partition by {{ series }}
                order by first_day
            ) as run_no
        from reached
    )

    select {{ series }}, min(first_day) as first_day, max(last_day) as last_day
    from numbered
    group by {{ series }}, run_no
{%- endmacro %}
