{#-
    A bound of the Wilson interval for `successes` of `total`, rounded to four digits; null without
    any. `side` is -1 for the lower, 1 for the upper bound. With k of n and z = 1.959964, the 97.5 %
    quantile of the normal distribution:

        (k + z² / 2 ± z · sqrt(k · (n − k) / n + z² / 4)) / (n + z²)

    Everything is numeric, so the same counts give the same digits everywhere.
-#}
{% macro wilson_bound(successes, total, side) -%}
    {%- set z = 'cast(1.959964 as numeric)' -%}
    case
        when {{ total }} > 0
            then cast(round(
                (
                    {{ successes }} + {{ z }} * {{ z }} / 2
                    {{ '-' if side < 0 else '+' }} {{ z }} * sqrt(
                        cast({{ successes }} as numeric) * ({{ total }} - {{ successes }})
                        / {{ total }}
                        + {{ z }} * {{ z }} / 4
                    )
                ) / ({{ total }} + {{ z }} * {{ z }}), 4
            ) as numeric(5, 4))
    end
{%- endmacro %}

{#- The share `successes` of `total`, rounded to four digits; null without any. -#}
{% macro share(successes, total) -%}
    case
        when {{ total }} > 0
            then cast(round(cast({{ successes }} as numeric) / {{ total }}, 4) as numeric(5, 4))
    end
{%- endmacro %}

{#-
    The label of every alert, per version of its rule: the last verdict on it; without one, that it
    was handed on as a lead, which says that there is something to it. Answers come from the relation
    `answers`.
-#}
{% macro verdict_labels(answers) -%}
    select
        alert_id,
        rule_id,
        rule_version,
        case when event = 'transferred' then 'transferred' else to_state end as verdict,
        case when event = 'verdict' then reason end as reason,
        amount_recovered,
        is_sample,
        answered_on
    from (
        select
            *,
            row_number() over (
                partition by alert_id, rule_version
                order by
                    case event when 'verdict' then 0 else 1 end,
                    answered_on desc,
                    event_id desc
            ) as place
        from {{ answers }}
        where event in ('verdict', 'transferred')
    ) as placed
    where place = 1
{%- endmacro %}

{#- Counts and precision of `labels`, grouped by the columns `by`. -#}
{% macro precision_of_labels(labels, by) -%}
{%- set keys = by | join(', ') -%}
select
    {{ keys }},
    verdicts,
    confirmed,
    partly,
    not_confirmed,
    transferred,
    data_wrong,
    rule_wrong,
    exception_approved,
    change_rule,
    fixed_before_notice,
    {{ share('supported', 'verdicts') }} as precision,
    {{ wilson_bound('supported', 'verdicts', -1) }} as precision_low,
    {{ wilson_bound('supported', 'verdicts', 1) }} as precision_high,
    {{ share('supported', '(verdicts - fixed_unsupported)') }} as precision_without_fixed,
    sample_verdicts,
    {{ share('sample_supported', 'sample_verdicts') }} as sample_precision,
    {{ wilson_bound('sample_supported', 'sample_verdicts', -1) }} as sample_precision_low,
    {{ wilson_bound('sample_supported', 'sample_verdicts', 1) }} as sample_precision_high,
    amount_recovered,
    first_verdict_on,
    last_verdict_on
from (
    select
        {{ keys }},
        count(*) as verdicts,
        {% for verdict in ['confirmed', 'partly', 'not_confirmed', 'transferred'] -%}
        count(*) filter (where verdict = '{{ verdict }}') as {{ verdict }},
        {% endfor -%}
        {% for reason in [
            'data_wrong', 'rule_wrong', 'exception_approved', 'change_rule', 'fixed_before_notice',
        ] -%}
        count(*) filter (where reason = '{{ reason }}') as {{ reason }},
        {% endfor -%}
        count(*) filter (where verdict <> 'not_confirmed') as supported,
        count(*) filter (
            where verdict = 'not_confirmed' and reason = 'fixed_before_notice'
        ) as fixed_unsupported,
        count(*) filter (where is_sample) as sample_verdicts,
        count(*) filter (where is_sample and verdict <> 'not_confirmed') as sample_supported,
        cast(sum(amount_recovered) as numeric(18, 2)) as amount_recovered,
        min(answered_on) as first_verdict_on,
        max(answered_on) as last_verdict_on
    from {{ labels }}
    group by {{ keys }}
) as counted
{%- endmacro %}
