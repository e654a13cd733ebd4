{#-
    The closings among the relation `answers` whose last verdict until then confirmed the alert, wholly
    or in part, with that verdict.
-#}
{% macro confirmed_closings(answers) -%}
    select
        event_id,
        alert_id,
        rule_id,
        rule_version,
        subject_id,
        amount,
        closed_on,
        verdict,
        action,
        amount_recovered
    from (
        select
            closings.event_id,
            closings.alert_id,
            closings.rule_id,
            closings.rule_version,
            closings.subject_id,
            closings.amount,
            closings.answered_on as closed_on,
            earlier.to_state as verdict,
            earlier.action,
            earlier.amount_recovered,
            row_number() over (
                partition by closings.event_id
                order by earlier.answered_on desc, earlier.event_id desc
            ) as place
        from {{ answers }} as closings
        inner join {{ answers }} as earlier on closings.alert_id = earlier.alert_id
        where
            closings.event = 'closed'
            and earlier.event = 'verdict'
            and (
                earlier.answered_on < closings.answered_on
                or (
                    earlier.answered_on = closings.answered_on
                    and earlier.event_id < closings.event_id
                )
            )
    ) as verdicts
    where place = 1 and verdict in ('confirmed', 'partly')
{%- endmacro %}

{#- An amount in yuan as a band that names nobody: text, null if there is no amount. -#}
{% macro amount_band(amount) -%}
    case
        when {{ amount }} is null then null
        when {{ amount }} < 1000 then '1000元以下'
        when {{ amount }} < 10000 then '1000元至1万元'
        when {{ amount }} < 100000 then '1万元至10万元'
        when {{ amount }} < 1000000 then '10万元至100万元'
        else '100万元以上'
    end
{%- endmacro %}
