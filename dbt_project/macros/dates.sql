{#- Whole days from `earlier` to `later`, both dates; negative if they are swapped. -#}
{% macro days_between(later, earlier) -%}
    {{ return(adapter.dispatch('days_between', 'huiyan')(later, earlier)) }}
{%- endmacro %}

{% macro default__days_between(later, earlier) -%}
    (({{ later }}) - ({{ earlier }}))
{%- endmacro %}

{% macro duckdb__days_between(later, earlier) -%}
    date_diff('day', cast({{ earlier }} as date), cast({{ later }} as date))
{%- endmacro %}

{#- The date `days` (an integer or an integer expression) after `from_date`. -#}
{% macro add_days(from_date, days) -%}
    cast(({{ from_date }}) + ({{ days }}) as date)
{%- endmacro %}

{#-
    A threshold in days as a whole number of them that a date can be moved by: what is older than it, or
    has `reached` it, is so by whole days.
-#}
{% macro whole_days(threshold, reached=false) -%}
    cast(least({{ 'ceil' if reached else 'floor' }}({{ threshold }}), 100000) as integer)
{%- endmacro %}

{#-
    Whether the date `day` is worked; `special_day` is the alias of official_calendar, left-joined
    on it.
-#}
{% macro is_working_day(day, special_day) -%}
    coalesce({{ special_day }}.kind = 'workday', extract(isodow from {{ day }}) <= 5)
{%- endmacro %}

{#- Whole minutes from the timestamp `earlier` to `later`, the rest of a minute dropped. -#}
{% macro minutes_between(later, earlier) -%}
    cast(floor(extract(epoch from (({{ later }}) - ({{ earlier }}))) / 60) as integer)
{%- endmacro %}

{#- The last day of the accounting period `acct_period` of `fiscal_year`. -#}
{% macro last_day_of_period() -%}
    cast(make_date(fiscal_year, acct_period, 1) + interval '1 month' - interval '1 day' as date)
{%- endmacro %}

{#- A number for the quarter of `fiscal_year` in which `acct_period` lies, one more for the next. -#}
{% macro quarter_no() -%}
    fiscal_year * 4 + cast(floor((acct_period - 1) / 3.0) as integer)
{%- endmacro %}
