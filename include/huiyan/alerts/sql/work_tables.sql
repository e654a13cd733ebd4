-- What one business date is judged on; filled anew for every date, gone with the transaction.
create temporary table issue_body (
    body_code text primary key,
    body_name text not null,
    short_name text not null,
    body_kind text not null,
    parent_body_code text
) on commit drop;

create temporary table issue_spell (
    hit_id text not null,
    rule_id text not null,
    rule_version integer not null,
    rule_name text not null,
    is_pushed boolean not null,
    subject_type text not null,
    subject_id text not null,
    unit_id text,
    finance_agency_code text,
    treasury_agency_code text,
    base_tier text not null,
    evidence jsonb not null,
    amount numeric(18, 2),
    occurred_on date,
    -- Null where hits are not those of the ledger.
    spell_id text,
    detected_on date,
    -- No hit any more, but a person is on the alert or it is a sample.
    is_held boolean not null default false
) on commit drop;

create temporary table issue_hit (
    alert_id text primary key,
    hit_id text not null,
    rule_id text not null,
    rule_version integer not null,
    subject_type text not null,
    subject_id text not null,
    unit_id text,
    unit_name text,
    finance_agency_code text,
    treasury_agency_code text,
    own_body_code text,
    verifying_body_code text,
    regulator_body_code text,
    supervision_office_code text,
    base_tier text not null,
    evidence jsonb not null,
    amount numeric(18, 2),
    amount_step numeric(18, 2),
    rules_on_subject bigint not null,
    rule_names text,
    short_names text[] not null,
    is_pushed boolean not null,
    is_suppressed boolean not null,
    occurred_on date,
    spell_id text,
    detected_on date,
    is_held boolean not null
) on commit drop;

-- The tier every open alert has by now, and until when it is to be answered; it stays with the
-- session.
create or replace temporary view issue_tier as
select
    openings.alert_id,
    openings.opened_on,
    coalesce(last_step.to_tier, openings.base_tier) as tier,
    coalesce(last_step.due_on, openings.due_on) as due_on
from ops.alert_opening as openings
left join lateral (
    select steps.to_tier, steps.due_on
    from ops.alert_tier_step as steps
    where
        steps.alert_id = openings.alert_id
        and steps.business_date >= openings.opened_on
    order by
        array_position(array['yellow', 'orange', 'red'], steps.to_tier) desc,
        steps.business_date desc
    limit 1
) as last_step on true
where openings.resolved_on is null;

-- The last word of a body on every open alert up to the day, which the transaction knows.
create or replace temporary view issue_last_word as
select
    openings.alert_id,
    openings.opened_on,
    last_word.to_state,
    last_word.role
from ops.alert_opening as openings
inner join lateral (
    select
        events.to_state,
        events.detail ->> 'role' as role
    from ops.alert_event as events
    where
        events.alert_id = openings.alert_id
        and events.actor not in ('machine', 'channel')
        and events.to_state is not null
        and events.business_date
        between openings.opened_on and current_setting('huiyan.business_date')::date
    order by events.business_date desc, events.event_id desc
    limit 1
) as last_word on true
where openings.resolved_on is null;

-- The lines that bodies sent back for the day, in the latest version of the day, and what became of
-- them. Windows, not joins: a form of ten thousand lines may be about one alert.
create or replace temporary view issue_return_line as
with lines as (
    select
        lines.*,
        batches.version,
        row_number() over (
            partition by lines.batch_id, lines.body_code, lines.alert_id, lines.answer
            order by lines.file_no, lines.line_no
        ) as place_of_answer,
        min(batches.version) filter (where lines.outcome = 'accepted') over (
            partition by lines.body_code, lines.alert_id, lines.answer
        ) as first_taken_in,
        min(batches.version) filter (where lines.outcome = 'rejected') over (
            partition by lines.body_code, lines.alert_id, lines.cells
        ) as first_refused_in,
        max(batches.version) filter (where lines.outcome = 'accepted') over (
            partition by lines.body_code, lines.alert_id
        ) as last_taken_in
    from ops.return_line as lines
    inner join ops.batch as batches on lines.batch_id = batches.batch_id
    where batches.business_date = current_setting('huiyan.business_date')::date
)

select
    body_code,
    file_no,
    file_name,
    line_no,
    alert_id,
    cells,
    reasons,
    outcome,
    -- What an earlier version of the day had taken was taken on this day.
    outcome = 'accepted'
    or (
        outcome = 'repeated' and first_taken_in < version and place_of_answer = 1
    ) as is_taken,
    -- Not what the body has corrected since. Of a line with nothing in any column nothing
    -- can be corrected.
    cells is distinct from '{}'
    and (
        outcome = 'unreadable'
        or (
            outcome = 'rejected'
            and (
                alert_id is null or last_taken_in is null or last_taken_in <= first_refused_in
            )
        )
    ) as goes_back,
    -- No answer stands where answers belong.
    coalesce(answer = '{}', false) as is_hint,
    -- Nothing can be corrected in it, for the alert has ended.
    outcome = 'rejected'
    and cells = '{}'
    and answer is null
    and alert_id is not null as is_settled
from lines
where
    body_code is not null
    and batch_id = (
        select batches.batch_id
        from ops.batch as batches
        inner join ops.return_intake as taken on batches.batch_id = taken.batch_id
        where batches.business_date = current_setting('huiyan.business_date')::date
        order by batches.version desc
        limit 1
    );

create temporary table issue_alert (
    alert_id text primary key,
    tier text not null,
    -- An alert, not a hit that would be one.
    is_open boolean not null default false,
    is_sample boolean not null default false,
    -- Red and overdue: it goes to the body above the one that would have it.
    goes_above boolean not null default false
) on commit drop;

create temporary table issue_route (
    alert_id text not null,
    role text not null,
    body_code text not null,
    body_name text not null,
    reason text not null,
    problem text,
    primary key (alert_id, role)
) on commit drop;

-- Unanswered after its due date, and not yet escalated from this tier.
create temporary table issue_overdue (
    alert_id text primary key,
    tier text not null,
    due_on date not null,
    reminded_on date
) on commit drop;

-- Closings after a confirmed verdict, each with whether its look-back is over.
create temporary table issue_closing (
    alert_id text not null,
    closed_on date not null,
    rule_id text not null,
    unit_id text,
    is_told boolean not null,
    primary key (alert_id, closed_on)
) on commit drop
