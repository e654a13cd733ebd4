{#-
    Moves the facts and what every rule found on from the date evaluated before to the business date,
    in steps, each the work of one model: the result is that of a full evaluation. Once the facts are
    moved, what slices show and what rules without slices find is asked side by side.
-#}
{% macro moved_on(step, table) -%}
    {#- Slices are few rows, reached by indexes that lie in memory. #}
    set local random_page_cost = 1.1;
    {#- Of slices the planner must know the size, not the distribution. #}
    set local default_statistics_target = 3;
    {%- if step == 'facts' %}
    {{ moved_facts(table) }}
    {%- elif step == 'sliced' %}
    {{ found_in_slices(table) }}
    {%- elif step == 'whole' %}
    {{ found_as_a_whole(table) }}
    {%- else %}
    {{ settled_findings(table) }}
    {%- endif %}
{%- endmacro %}

{#-
    Moves the facts. What went is kept in the schema `slice`, so that slices can still be seen as they
    were; only slices of facts of many are asked for their findings before, as long as those stand.
-#}
{% macro moved_facts(table) -%}
    {%- set before = evaluated_before() -%}
    {%- set today = business_day() %}
    truncate {{ table }}, slice.wide;
    {{ touched_records(before, today) }}
    {{ widened_records(before) }}
    {{ made_sources(today) }}
    {{ made_facts(facts_of_others()) }}
    {{ narrowed_records() }}
    {{ made_facts(facts() | map(attribute='name') | reject('in', facts_of_others()) | list) }}
    {{ touched_scopes(before, today) }}
    {{ set_aside() }}
    {{ changed_counts() }}
    {{ counted_scopes(before, today) }}
    {{ shown('before') }}
    {%- set rules = judged_rules() %}
    {%- for slice in slices_of_sums() %}
    {{ filled_to_the_brim(slice) }}
    {{ findings_of_slice(table, rules, slice.name, 'before') }}
    {%- endfor %}
    {{ moved_counts() }}
    {{ booking_scopes(before, today) }}
    {{ card_booking_scopes(before, today) }}
    {%- set drivers = counted_facts() | map(attribute='driver') | list %}
    {%- for one in facts() if one.is_kept %}
    delete from {{ kept(one.name) }} as kept
    using slice.touched
    where touched.kind = '{{ one.owner }}' and kept.{{ one.column }} = touched.key;
    insert into {{ kept(one.name) }}
    {{ 'select * from ' ~ made(one.name) if one.name in drivers else rows_made_now(one) }};
    {%- endfor %}
    {%- for name in summaries() %}
    {{ refilled(kept(name), 'select * from slice.' ~ name ~ '_made') }}
    {%- endfor %}
{%- endmacro %}

{#-
    What every slice of facts shows: filled from them on the business date, then, with what went in
    place of what came, on the date evaluated before; and what the rules of wide ones find.
-#}
{% macro found_in_slices(table) -%}
    {%- set rules, facts = judged_rules(), facts() %}
    {%- set keyed = slices_of_facts() %}
    truncate {{ table }};
    {%- for slice, held in record_slices().items() %}
    {{ shown('after') }}
    {%- for one in facts if one.name in held %}
    {{ refilled('slice.' ~ one.name, rows_of_records(slice, one, kept(one.name)), truncated=true) }}
    {%- endfor %}
    {{ findings_of_slice(table, rules, slice, 'after') }}
    {{ shown('before') }}
    {%- for one in facts if one.name in held %}
    {{ without_touched(one) }}
    insert into slice.{{ one.name }} {{ rows_of_records(slice, one, 'slice.gone_' ~ one.name) }};
    {%- endfor %}
    {{ findings_of_slice(table, rules, slice, 'before') }}
    {%- endfor %}
    {%- for slice in keyed %}
    {{ shown('after') }}
    {{ filled_to_the_brim(slice, truncated=true) }}
    {%- for other, condition in slice.others.items() %}
    {%- set query = 'select * from ' ~ kept(other) ~ ' where ' ~ condition %}
    {{ refilled('slice.' ~ other, query, truncated=true) }}
    {%- endfor %}
    {{ findings_of_slice(table, rules, slice.name, 'after') }}
    {{ shown('before') }}
    {{ without_touched(facts | selectattr('name', 'equalto', slice.driver) | first) }}
    insert into slice.{{ slice.driver }} {{ rows_of_keys(slice, 'slice.gone_' ~ slice.driver) }};
    {%- for other, condition in slice.others.items() %}
    {%- set fact = facts | selectattr('name', 'equalto', other) | first %}
    {%- set query %}
    select *
    from {{ kept(other) }} as facts
    where
        {{ condition }}
        and not exists (
            select from slice.touched
            where touched.kind = '{{ fact.owner }}' and touched.key = facts.{{ fact.column }}
        )
    union all
    select * from slice.gone_{{ other }} where {{ condition }}
    {%- endset %}
    {{ refilled('slice.' ~ other, query, truncated=true) }}
    {%- endfor %}
    {{ findings_of_slice(table, rules, slice.name, 'before') }}
    {%- endfor %}
    {{ shown('after') }}
    {%- for rule in rules | selectattr('slice', 'in', keyed | map(attribute='name') | list) %}
    {{ findings_as_a_whole(table, rule) }}
    {%- endfor %}
{%- endmacro %}

{#-
    What is found beside the slices of facts: what those of facts of many show on the business date,
    and what rules find that have no slice, or one of these that has proved wide.
-#}
{% macro found_as_a_whole(table) -%}
    {%- set rules = judged_rules() %}
    {%- set of_many = slices_of_sums() %}
    truncate {{ table }};
    {%- for slice in of_many %}
    {{ refilled('slice.' ~ slice.driver, rows_of_keys(slice, kept(slice.driver)), truncated=true) }}
    {{ findings_of_slice(table, rules, slice.name, 'after') }}
    {%- endfor %}
    {%- for rule in rules
        if rule.slice == 'whole' or rule.slice in of_many | map(attribute='name') | list %}
    {{ findings_as_a_whole(table, rule) }}
    {%- endfor %}
{%- endmacro %}

{#- Which of the two dates the slices show from here on: that evaluated `before`, or the one `after`. -#}
{% macro shown(name) -%}
    set local huiyan.phase = '{{ name }}';
    set local huiyan.business_date = '{{ evaluated_before() if name == "before" else business_day() }}';
{%- endmacro %}

{#- Takes the rows of touched records out of a slice of the fact `one`. -#}
{% macro without_touched(one) -%}
    delete from slice.{{ one.name }} as held
    using slice.touched
    where touched.kind = '{{ one.owner }}' and touched.key = held.{{ one.column }};
{%- endmacro %}

{#- The rows of `relation`, the fact `one`, that belong to the touched records of a slice. -#}
{% macro rows_of_records(slice, one, relation) -%}
    select facts.*
    from slice.scope
    inner join {{ relation }} as facts on scope.key = facts.{{ one.column }}
    where scope.slice = '{{ slice }}' and scope.kind = '{{ one.owner }}'
{%- endmacro %}

{#- The rows of `relation`, a fact, that have a touched key of a slice. -#}
{% macro rows_of_keys(slice, relation) -%}
    select facts.*
    from slice.scope
    inner join {{ relation }} as facts on scope.key = {{ slice.key }}
    where scope.slice = '{{ slice.name }}'
{%- endmacro %}

{#-
    The rules that read records, in the order in which rule_results lists them: model, id, slice and
    the query for what one finds, in the schema `{schema}`.
-#}
{% macro judged_rules() -%}
    {%- set rules = [] -%}
    {%- for id in graph.nodes['model.' ~ project_name ~ '.rule_results'].depends_on.nodes -%}
        {%- set node = graph.nodes.get(id) -%}
        {%- if node and node.config.meta.get('id') -%}
            {%- do rules.append({
                'model': node.name,
                'id': node.config.meta.id,
                'slice': node.config.meta.get('slice', 'whole'),
                'finding': rule_finding(node.name, '{schema}.' ~ node.name),
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(rules) }}
{%- endmacro %}

{#- What all rules that read records found, which a model made from this cannot refer to. -#}
{% macro standing_results() -%}
    {{ return('"rules"."rule_results"') }}
{%- endmacro %}

{#-
    Empties a table, fills it with the rows of `query` and tells the planner. A table that is filled
    again and again is `truncated`: only the first time in a transaction makes new files, which takes
    longer than deleting few rows.
-#}
{% macro refilled(table, query, truncated=false) -%}
    {{ 'truncate' if truncated else 'delete from' }} {{ table }};
    insert into {{ table }} {{ query }};
    analyze {{ table }};
{%- endmacro %}

{#- A fact, or what is made from facts, as a whole. -#}
{% macro kept(name) -%}
    intermediate.{{ name }}
{%- endmacro %}

{#- What was made of the touched records for a fact that others are sums of. -#}
{% macro made(name) -%}
    made_{{ name }}
{%- endmacro %}

{#- The rows of the touched records in the slice of the fact `one`. -#}
{% macro rows_made_now(one) -%}
    select made.*
    from slice.touched
    inner join slice.{{ one.name }} as made on touched.key = made.{{ one.column }}
    where touched.kind = '{{ one.owner }}'
{%- endmacro %}

{#- Vouchers, payments and swipes of which a row came, went or changed since `before`. -#}
{% macro touched_records(before, today) -%}
    truncate slice.touched, slice.scope;
    {%- for source in fact_sources() %}
    insert into slice.touched (kind, key)
    select distinct '{{ source.owner }}', {{ source.column }}
    from staging.{{ source.name }}
    where
        (valid_from > '{{ before }}' and valid_from <= '{{ today }}')
        or (valid_to > '{{ before }}' and valid_to <= '{{ today }}')
    on conflict do nothing;
    {%- endfor %}
    analyze slice.touched;
{%- endmacro %}

{#-
    Records that a touched one may change: vouchers that name a document with full-width characters,
    which counts as named so only while it exists; then vouchers with a number that any touched one
    reverses, or has while a reversal names it; swipes of one amount with one card at one merchant (a
    refund undoes one of them).
-#}
{% macro widened_records(before) -%}
    {%- for kind, bookings, document in [
        ('payment', kept('int_payment_booking'), 'payment_no'),
        ('swipe', kept('int_card_booking'), 'txn_no'),
    ] %}
    insert into slice.touched (kind, key, is_near)
    select distinct 'voucher', bookings.voucher_id, true
    from slice.touched
    inner join {{ bookings }} as bookings
        on bookings.{{ document }} = any(array[touched.key, {{ half_width('touched.key') }}])
    where touched.kind = '{{ kind }}' and touched.key != ({{ half_width('touched.key') }})
    on conflict do nothing;
    {%- endfor %}
    create temporary table touched_number on commit drop as
    select distinct
        entries.acct_set_code,
        entries.fiscal_year,
        entries.acct_period,
        entries.voucher_no,
        entries.red_vou_no
    from slice.touched
    inner join staging.stg_finance__voucher_entry as entries on touched.key = entries.voucher_id
    where
        touched.kind = 'voucher'
        and (entries.valid_to is null or entries.valid_to > '{{ before }}');
    create temporary table known_reversal on commit drop as
    select distinct
        entries.voucher_id,
        entries.acct_set_code,
        entries.fiscal_year,
        entries.acct_period,
        entries.red_vou_no
    from (
        select acct_set_code, fiscal_year, voucher_no from touched_number
        union
        select acct_set_code, fiscal_year, red_vou_no
        from touched_number
        where red_vou_no is not null
    ) as numbers
    inner join staging.stg_finance__voucher_entry as entries
        on
            numbers.acct_set_code = entries.acct_set_code
            and numbers.fiscal_year = entries.fiscal_year
            and numbers.voucher_no = entries.red_vou_no
    inner join {{ kept('int_voucher') }} as reversals on entries.voucher_id = reversals.voucher_id
    where entries.red_vou_no is not null and reversals.is_reversal;
    {#-
        Numbers come back every month: only one that is reversed ties its vouchers together, and no
        reversal means a voucher of a later period.
    #}
    create temporary table reversed_number on commit drop as
    select touched_number.acct_set_code, touched_number.fiscal_year, touched_number.voucher_no
    from touched_number
    inner join known_reversal
        on
            touched_number.acct_set_code = known_reversal.acct_set_code
            and touched_number.fiscal_year = known_reversal.fiscal_year
            and touched_number.voucher_no = known_reversal.red_vou_no
            and touched_number.acct_period <= known_reversal.acct_period
    union
    select acct_set_code, fiscal_year, red_vou_no
    from touched_number
    where red_vou_no is not null;
    analyze reversed_number;
    insert into slice.touched (kind, key, is_near)
    select distinct 'voucher', vouchers.voucher_id, true
    from reversed_number
    inner join {{ kept('int_voucher') }} as vouchers
        on
            reversed_number.acct_set_code = vouchers.acct_set_code
            and reversed_number.fiscal_year = vouchers.fiscal_year
            and reversed_number.voucher_no = vouchers.voucher_no
    on conflict do nothing;
    insert into slice.scope (slice, kind, key)
    select distinct 'reversal', 'voucher', known_reversal.voucher_id
    from reversed_number
    inner join known_reversal
        on
            reversed_number.acct_set_code = known_reversal.acct_set_code
            and reversed_number.fiscal_year = known_reversal.fiscal_year
            and reversed_number.voucher_no = known_reversal.red_vou_no;
    insert into slice.touched (kind, key)
    select distinct 'swipe', alike.txn_no
    from slice.touched
    inner join staging.stg_card__transaction as swipes on touched.key = swipes.natural_key
    inner join {{ kept('int_card_transaction') }} as alike
        on
            {{ merchant_key('swipes') }} = {{ merchant_key('alike') }}
            and abs(swipes.amount) = abs(alike.amount)
    where touched.kind = 'swipe'
    on conflict do nothing;
    analyze slice.touched;
{%- endmacro %}

{#- The staging rows of the touched records, and of the reversals that may name their numbers. -#}
{% macro made_sources(today) -%}
    set local huiyan.business_date = '{{ today }}';
    {%- for source in fact_sources() %}
    {%- set query %}
    select source.*
    from (
        select key from slice.touched where kind = '{{ source.owner }}'
        {%- if source.name == 'stg_finance__voucher_entry' %}
        union
        select key from slice.scope where slice = 'reversal'
        {%- endif %}
    ) as touched
    inner join staging.{{ source.name }} as source on touched.key = source.{{ source.column }}
    {%- endset %}
    {{ refilled('slice.' ~ source.name, query, truncated=true) }}
    {%- endfor %}
{%- endmacro %}

{#-
    Makes the facts `names` of the touched records anew in the slices. To know which vouchers are
    reversed, the reversals that name their numbers are looked at; to know which documents exist,
    those that the vouchers name.
-#}
{% macro made_facts(names) -%}
    {%- for one in facts() if one.name in names %}
    {%- set query %}
    select made.*
    from slice.{{ one.name }}_made as made
    {%- if one.name == 'int_voucher' %}
    where exists (
        select from slice.touched where kind = 'voucher' and key = made.voucher_id
    )
    {%- endif %}
    {%- for named, naming_column in [
        ('int_payment', 'pay_voucher_no'), ('int_card_transaction', 'card_txn_no')
    ] if named == one.name %}
    union all
    select documents.*
    from (
        select {{ naming_column }} as key
        from slice.int_voucher_entry
        where {{ naming_column }} is not null
        union
        select {{ half_width(naming_column) }}
        from slice.int_voucher_entry
        where {{ naming_column }} is not null
    ) as names
    inner join {{ kept(one.name) }} as documents on names.key = documents.{{ one.column }}
    left join slice.touched on touched.kind = '{{ one.owner }}' and names.key = touched.key
    where touched.key is null
    {%- endfor %}
    {%- endset %}
    {{ refilled('slice.' ~ one.name, query) }}
    {%- endfor %}
{%- endmacro %}

{#-
    The facts that other records have a say in: whether a voucher is reversed, and whether a document
    bears the number it names. All others say only what the voucher's own rows and these say.
-#}
{% macro facts_of_others() -%}
    {{ return([
        'int_voucher', 'int_voucher_entry', 'int_payment', 'int_card_transaction',
        'int_payment_booking', 'int_card_booking',
    ]) }}
{%- endmacro %}

{#-
    Forgets the vouchers that a touched one might have changed and has not: numbers come back every
    month, and most of the vouchers that share one with a reversal stand as they stood. What no fact
    says otherwise of, no rule finds otherwise. Their entries stay at hand: which of the vouchers with
    a number is reversed shows only beside the others.
-#}
{% macro narrowed_records() -%}
    create temporary table changed_voucher on commit drop as
    {%- for one in facts()
        if one.is_kept and one.owner == 'voucher' and one.name in facts_of_others() %}
    {%- set rows_of %}
        select facts.*
        from slice.touched
        inner join {relation} as facts on touched.key = facts.voucher_id
        where touched.kind = 'voucher' and touched.is_near
    {%- endset %}
    {%- set before = rows_of | replace('{relation}', kept(one.name)) %}
    {%- set now = rows_of | replace('{relation}', 'slice.' ~ one.name) %}
    select voucher_id
    from (({{ before }} except all {{ now }}) union all ({{ now }} except all {{ before }})) as differing
    {{- ' union' if not loop.last }}
    {%- endfor %};
    create temporary table forgotten on commit drop as
    select key
    from slice.touched
    where
        kind = 'voucher'
        and is_near
        and key not in (select voucher_id from changed_voucher);
    analyze forgotten;
    delete from slice.touched
    using forgotten
    where touched.kind = 'voucher' and touched.key = forgotten.key;
    insert into slice.scope (slice, kind, key)
    select 'reversal', 'voucher', key from forgotten
    on conflict do nothing;
    {%- for one in facts() if one.owner == 'voucher' and one.name in facts_of_others() %}
    delete from slice.{{ one.name }} where voucher_id in (select key from forgotten);
    {%- endfor %}
    delete from slice.stg_finance__attachment where voucher_id in (select key from forgotten);
{%- endmacro %}

{#- The scopes of every slice that touched records belong to, before or now, and those that fell due. -#}
{% macro touched_scopes(before, today) -%}
    set local huiyan.business_date = '{{ before }}';
    insert into slice.scope (slice, kind, key)
    select 'record', kind, key
    from (
        select kind, key from slice.touched
        union
        {{ due_vouchers(
            whole_days(rule_parameter('ALL', 'attachment_grace_days'), reached=true), before, today
        ) }}
    ) as looked_at;
    {%- set facts = facts() %}
    {%- for slice in slices_of_facts() if not slice.has_own_scopes %}
    {%- set driver = facts | selectattr('name', 'equalto', slice.driver) | first %}
    {%- for relation in [kept(slice.driver), 'slice.' ~ slice.driver] %}
    insert into slice.scope (slice, kind, key)
    select distinct '{{ slice.name }}', '', {{ slice.key }}
    from {{ relation }}
    where
        {{ slice.key }} is not null
        and {{ driver.column }} in (
            select key
            from slice.{{ "scope where slice = 'record' and" if slice.has_grace else 'touched where' }}
                kind = '{{ driver.owner }}'
        )
    on conflict do nothing;
    {%- endfor %}
    {%- endfor %}
    {%- for relation in [kept('int_card_booking'), 'slice.int_card_booking'] %}
    insert into slice.scope (slice, kind, key)
    select distinct 'merchant', '', {{ merchant_key('swipes') }}
    from slice.touched
    inner join {{ relation }} as bookings on touched.key = bookings.voucher_id
    inner join {{ kept('int_card_transaction') }} as swipes on bookings.txn_no = swipes.txn_no
    where touched.kind = 'voucher'
    on conflict do nothing;
    {%- endfor %}
    {{ claim_scopes() }}
    {{ invoice_run_scopes() }}
    {{ card_day_scopes() }}
    {{ advance_scopes(before, today) }}
    {{ person_scopes(before, today) }}
{%- endmacro %}

{#-
    Keeps the facts that those made of the touched records take the place of; and of these the ones
    whose slices show something else before they are written.
-#}
{% macro set_aside() -%}
    {%- set drivers = counted_facts() | map(attribute='driver') | list %}
    {#- Few rows: to empty a table costs more than to delete them. #}
    {%- for one in facts() %}
    delete from slice.gone_{{ one.name }};
    insert into slice.gone_{{ one.name }}
    select facts.*
    from slice.touched
    inner join {{ kept(one.name) }} as facts on touched.key = facts.{{ one.column }}
    where touched.kind = '{{ one.owner }}';
    {%- endfor %}
    {%- for name in summaries() %}
    delete from slice.gone_{{ name }};
    insert into slice.gone_{{ name }} select * from {{ kept(name) }};
    {%- endfor %}
    {%- for one in facts() if one.name in drivers %}
    create temporary table {{ made(one.name) }} on commit drop as {{ rows_made_now(one) }};
    {%- endfor %}
    create index on {{ made('int_payment_booking') }} (payment_no);
    create index on {{ made('int_payment_booking') }} (voucher_id);
    analyze {{ made('int_payment_booking') }};
    analyze {{ made('int_card_booking') }};
{%- endmacro %}

{#-
    Makes the temporary table `name` of the units of whose books another thing holds now: `then` and
    `now` are conditions on int_unit_books as `then_kept` and as `now_kept`.
-#}
{% macro units_turned(name, then, now) -%}
    create temporary table {{ name }} on commit drop as
    select unit_id
    from {{ kept('int_unit_books') }} as then_kept
    inner join slice.int_unit_books_made as now_kept using (unit_id)
    where ({{ then }}) is distinct from ({{ now }});
    analyze {{ name }};
{%- endmacro %}

{#-
    The payments and vouchers that name one another, before or now, from the touched ones on and from
    those that fell due: payments too of units of which another thing holds now of whether their books
    name payments, and those found not to be booked, which are one day older. The sums of many records
    are moved on already, the facts are not.
-#}
{% macro booking_scopes(before, today) -%}
    {%- set late_days = whole_days(rule_parameter('BOOK-002', 'late_days')) %}
    {%- set silent_days = rule_parameter('BOOK-001', 'silent_days') %}
    {%- set naming_days = rule_parameter('BOOK-002', 'naming_days') %}
    {%- set then = names_payments("date '" ~ before ~ "'", 'then_kept', silent_days, naming_days) %}
    {%- set now = names_payments("date '" ~ today ~ "'", 'now_kept', silent_days, naming_days) %}
    {{ units_turned('turned_unit', then, now) }}
    {#- The planner takes a few thousand for millions, and lets what is reached begin as large as that. #}
    set local work_mem = '2MB';
    insert into slice.scope (slice, kind, key)
    with recursive reached as (
        select kind, key from slice.touched where kind in ('voucher', 'payment')
        union
        (
            select due.kind, due.key
            from (
                {{ due_vouchers(
                    whole_days(rule_parameter('BOOK-005', 'unknown_days')) ~ ' + 1', before, today
                ) }}
            ) as due
        )
        union
        select 'payment', payment_no
        from {{ kept('int_payment') }}
        where
            x_pay_date >= date '{{ before }}' - {{ late_days }}
            and x_pay_date < date '{{ today }}' - {{ late_days }}
        union
        select 'payment', payments.payment_no
        from turned_unit
        inner join {{ kept('int_payment') }} as payments on turned_unit.unit_id = payments.unit_id
        union
        select 'payment', subject_id
        from {{ standing_results() }}
        where rule_id = 'BOOK-002' and subject_id is not null
        union
        select next_one.kind, next_one.key
        from reached
        cross join lateral (
            select 'payment' as kind, payment_no as key
            from {{ kept('int_payment_booking') }}
            where reached.kind = 'voucher' and voucher_id = reached.key
            union all
            select 'payment', payment_no
            from {{ made('int_payment_booking') }}
            where reached.kind = 'voucher' and voucher_id = reached.key
            union all
            select 'voucher', voucher_id
            from {{ kept('int_payment_booking') }}
            where reached.kind = 'payment' and payment_no = reached.key
            union all
            select 'voucher', voucher_id
            from {{ made('int_payment_booking') }}
            where reached.kind = 'payment' and payment_no = reached.key
        ) as next_one
    )

    select 'booking', kind, key from reached;
    set local work_mem to default;
    analyze slice.scope;
{%- endmacro %}

{#-
    The same of swipes: touched ones, those that a touched voucher names, before or now, those that
    fell due, those of units of which another thing holds now of whether their books name swipes, and
    those found not to be claimed, which are one day older; with the vouchers that name them.
-#}
{% macro card_booking_scopes(before, today) -%}
    {%- set unclaimed_days = whole_days(rule_parameter('CARD-005', 'unclaimed_days')) %}
    {%- set naming_days = rule_parameter('CARD-005', 'naming_days') %}
    {%- set then = names_swipes("date '" ~ before ~ "'", 'then_kept', naming_days) %}
    {%- set now = names_swipes("date '" ~ today ~ "'", 'now_kept', naming_days) %}
    {{ units_turned('turned_card_unit', then, now) }}
    insert into slice.scope (slice, kind, key)
    select 'card_booking', kind, key from slice.touched where kind = 'swipe'
    {%- for relation in [kept('int_card_booking'), made('int_card_booking')] %}
    union
    select 'card_booking', 'swipe', bookings.txn_no
    from slice.touched
    inner join {{ relation }} as bookings on touched.key = bookings.voucher_id
    where touched.kind = 'voucher'
    {%- endfor %}
    union
    select 'card_booking', 'swipe', txn_no
    from {{ kept('int_card_transaction') }}
    where
        txn_date >= date '{{ before }}' - {{ unclaimed_days }}
        and txn_date < date '{{ today }}' - {{ unclaimed_days }}
    union
    select 'card_booking', 'swipe', swipes.txn_no
    from turned_card_unit
    inner join {{ kept('int_card_transaction') }} as swipes
        on turned_card_unit.unit_id = swipes.unit_id
    union
    select 'card_booking', 'swipe', subject_id
    from {{ standing_results() }}
    where rule_id = 'CARD-005' and subject_id is not null;
    analyze slice.scope;
    {%- for relation in [kept('int_card_booking'), made('int_card_booking')] %}
    insert into slice.scope (slice, kind, key)
    select distinct 'card_booking', 'voucher', bookings.voucher_id
    from slice.scope
    inner join {{ relation }} as bookings on scope.key = bookings.txn_no
    where scope.slice = 'card_booking' and scope.kind = 'swipe'
    on conflict do nothing;
    {%- endfor %}
    analyze slice.scope;
{%- endmacro %}

{#-
    Vouchers that claim what a touched one claims, before or now, and then all that any of these
    claims: what such a voucher has in common with others shows only with all of its claims.
-#}
{% macro claim_scopes() -%}
    {%- for relation in [kept('int_claim'), 'slice.int_claim'] %}
    insert into slice.scope (slice, kind, key)
    select distinct 'touched_claim', '', {{ claim_key() }}
    from {{ relation }}
    where voucher_id in (select key from slice.touched where kind = 'voucher')
    on conflict do nothing;
    {%- endfor %}
    insert into slice.scope (slice, kind, key)
    select distinct 'claim', '', {{ claim_key('theirs') }}
    from slice.scope
    inner join {{ kept('int_claim') }} as claims on scope.key = {{ claim_key('claims') }}
    inner join {{ kept('int_claim') }} as theirs on claims.voucher_id = theirs.voucher_id
    where scope.slice = 'touched_claim'
    union
    select 'claim', '', key from slice.scope where slice = 'touched_claim';
{%- endmacro %}

{#-
    Invoice numbers whose run a touched one is in, before or now: from its ten on, as far as the tens
    next to each other have numbers. Tens that only touched vouchers have are among the first.
-#}
{% macro invoice_run_scopes() -%}
    insert into slice.scope (slice, kind, key)
    with recursive reached as (
        {%- for relation in [kept('int_invoice'), 'slice.int_invoice'] %}
        select finance_agency_code, seller_name, {{ invoice_tens() }} as tens
        from {{ relation }}
        where
            {{ invoice_tens() }} is not null
            and voucher_id in (select key from slice.touched where kind = 'voucher')
        union
        {%- endfor %}
        select reached.finance_agency_code, reached.seller_name, next_one.tens
        from reached
        cross join lateral (
            select lpad(cast(number as text), length(reached.tens), '0') as tens
            from (
                values
                (cast(nullif(reached.tens, '') as numeric) - 1),
                (cast(nullif(reached.tens, '') as numeric) + 1)
            ) as neighbours (number)
            where number >= 0 and length(cast(number as text)) <= length(reached.tens)
        ) as next_one
        {#- With a limit it is asked of an index, once per ten; all invoices would be read without. #}
        cross join lateral (
            select invoices.voucher_id
            from {{ kept('int_invoice') }} as invoices
            where {{ invoice_tens_key('invoices') }} = {{ invoice_tens_key('reached', 'next_one.tens') }}
            limit 1
        ) as one_of_them
    )

    select 'invoice_run', '', {{ invoice_tens_key(tens='tens') }} from reached;
{%- endmacro %}

{#- Days on which a card was used so near to a touched swipe, before or now, that it counts for both. -#}
{% macro card_day_scopes() -%}
    {%- set minutes = rule_parameter('CARD-010', 'within_minutes') %}
    {%- set days = whole_days(minutes ~ ' / 1440.0', reached=true) %}
    {%- for relation in [kept('int_card_transaction'), 'slice.int_card_transaction'] %}
    insert into slice.scope (slice, kind, key)
    select distinct 'card_day', '', {{ card_day_key('step') }}
    from {{ relation }}
    cross join generate_series(-{{ days }}, {{ days }}) as step
    where txn_no in (select key from slice.touched where kind = 'swipe')
    on conflict do nothing;
    {%- endfor %}
{%- endmacro %}

{#-
    Counterparties whose advances a touched voucher moves, before or now, or one that only counts from
    now on; those that may have become open for long; and those found, which are one day older.
-#}
{% macro advance_scopes(before, today) -%}
    {%- set max_days = whole_days(rule_parameter('VOU-006', 'max_days')) %}
    insert into slice.scope (slice, kind, key)
    {%- for relation in [kept('int_advance'), 'slice.int_advance'] %}
    select 'advance', '', {{ advance_key() }}
    from {{ relation }}
    where voucher_id in (select key from slice.touched where kind = 'voucher')
    union
    {%- endfor %}
    select 'advance', '', {{ advance_key() }}
    from {{ kept('int_advance') }}
    where
        (voucher_date > date '{{ before }}' and voucher_date <= date '{{ today }}')
        or (
            voucher_date >= date '{{ before }}' - {{ max_days }}
            and voucher_date < date '{{ today }}' - {{ max_days }}
        )
    union
    select 'advance', '', subject_id
    from {{ standing_results() }}
    where rule_id = 'VOU-006' and subject_id is not null;
{%- endmacro %}

{#- Payments to the salary account and swipes with the card of whom the staff lists say otherwise now. -#}
{% macro person_scopes(before, today) -%}
    create temporary table person_before on commit drop as select * from {{ kept('int_person') }};
    set local huiyan.business_date = '{{ today }}';
    create temporary table changed_person on commit drop as
    (select * from person_before except select * from {{ kept('int_person') }})
    union all
    (select * from {{ kept('int_person') }} except select * from person_before);
    analyze changed_person;
    set local huiyan.business_date = '{{ before }}';
    insert into slice.scope (slice, kind, key)
    select 'record', 'payment', payments.payment_no
    from changed_person
    inner join {{ kept('int_payment') }} as payments
        on changed_person.salary_acct_no = payments.payee_acct_no
    union
    select 'record', 'swipe', swipes.txn_no
    from changed_person
    inner join {{ kept('int_card_transaction') }} as swipes
        on changed_person.person_id = swipes.holder_id
    on conflict do nothing;
{%- endmacro %}

{#- Whether the slice `name` has proved wide, an SQL condition. -#}
{% macro is_wide(name) -%}
    exists (select from slice.wide where wide.slice = '{{ name }}')
{%- endmacro %}

{#-
    As many rows of a fact as make a slice wide, and one more: it is judged twice, and filled from rows
    that lie scattered. Sums are few and lie close to each other.
-#}
{% macro wide_rows(fact) -%}
    {%- set share = '0.4' if fact.name in counted_drivers() else '0.25' %}
    (
        select greatest(cast({{ share }} * reltuples as bigint), 0) + 1
        from pg_class
        where oid = '{{ fact.rows_of | default(kept(fact.name)) }}'::regclass
    )
{%- endmacro %}

{#- Vouchers that became `days` days old (an SQL expression) after `before`, counted from posting. -#}
{% macro due_vouchers(days, before, today) -%}
    select 'voucher' as kind, voucher_id as key
    from {{ kept('int_voucher') }}
    where
        posting_date > date '{{ before }}' - ({{ days }})
        and posting_date <= date '{{ today }}' - ({{ days }})
{%- endmacro %}

{#-
    What the touched records count for in the facts of many, now (as made of them) and before (as the
    facts showed them).
-#}
{% macro changed_counts() -%}
    {%- set facts, counted = facts(), counted_facts() %}
    {%- for phase in ['now', 'before'] %}
    {%- for driver in facts | selectattr('name', 'in', counted | map(attribute='driver') | list) %}
    {%- set rows = 'slice.gone_' ~ driver.name if phase == 'before' else made(driver.name) %}
    {{ refilled('slice.' ~ driver.name, 'select * from ' ~ rows) }}
    {%- for one in counted | selectattr('driver', 'equalto', driver.name) %}
    {{ 'create temporary table ' ~ one.name ~ '_changed on commit drop as' if phase == 'now'
        else 'insert into ' ~ one.name ~ '_changed' }}
    select made.*, {{ phase == 'now' }} as is_now from slice.{{ one.name }}_made as made;
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}

{#-
    Moves the facts of many by what came, less what went. Lows and highs only move outwards, since no
    record of theirs goes while days go by; if one did, the facts must be made anew.
-#}
{% macro moved_counts() -%}
    {%- for one in counted_facts() %}
    {%- set key = one.key | join(', ') %}
    {%- set ends = [] %}
    {%- for low in one.lows | default([]) %}{% do ends.append((low, 'min', 'least')) %}{% endfor %}
    {%- for high in one.highs | default([]) %}{% do ends.append((high, 'max', 'greatest')) %}{% endfor %}
    {%- set columns = [key] + one.sums + ends | map('first') | list %}
    {%- set moved %}
        select
            {{ key }}
            {%- for sum in one.sums %},
            sum(case when is_now then {{ sum }} else -{{ sum }} end) as {{ sum }}
            {%- endfor %}
            {%- for end, furthest, _ in ends %},
            {{ furthest }}({{ end }}) filter (where is_now) as {{ end }},
            {{ furthest }}({{ end }}) filter (where not is_now) as {{ end }}_before
            {%- endfor %}
        from {{ one.name }}_changed
        group by {{ key }}
    {%- endset %}
    {%- if ends %}
    do $ends$ begin
        if exists (
            select from ({{ moved }}) as moved
            where
                {%- for end, _, further in ends %}
                {{ 'or ' if not loop.first -}}
                ({{ end }}_before is not null and {{ end }} is distinct from {{ further }}({{ end }}, {{ end }}_before))
                {%- endfor %}
        ) then
            raise exception 'a record at an end of {{ one.name }} went';
        end if;
    end $ends$;
    {%- endif %}
    insert into {{ kept(one.name) }} as held ({{ columns | join(', ') }})
    select {{ columns | join(', ') }}
    from ({{ moved }}) as moved
    where
        {%- for sum in one.sums %}
        {{ 'or ' if not loop.first }}{{ sum }} != 0
        {%- endfor %}
    on conflict ({{ key }}) do update set
    {%- for sum in one.sums %}
    {{ sum }} = held.{{ sum }} + excluded.{{ sum }}{{ ',' if not loop.last or ends }}
    {%- endfor %}
    {%- for end, _, further in ends %}
    {{ end }} = {{ further }}(held.{{ end }}, excluded.{{ end }}){{ ',' if not loop.last }}
    {%- endfor %};
    delete from {{ kept(one.name) }} where {{ one.sums[0] }} = 0;
    {%- endfor %}
{%- endmacro %}

{#-
    The keys of facts of many that touched records count for, before or now, and the account sets and
    years of which a period has settled.
-#}
{% macro counted_scopes(before, today) -%}
    {%- for slice in slices_of_sums() %}
    insert into slice.scope (slice, kind, key)
    select distinct '{{ slice.name }}', '', key
    from (
        select {{ slice.key }} as key from {{ slice.driver }}_changed
        {%- if slice.has_vouchers %}
        union all
        select {{ slice.key }} from {{ made('int_voucher') }}
        union all
        select {{ slice.key }} from slice.gone_int_voucher
        {%- endif %}
    ) as keys
    where key is not null;
    {%- endfor %}
    {%- set days = whole_days(rule_parameter('VOU-003', 'settling_days')) %}
    insert into slice.scope (slice, kind, key)
    select distinct 'numbering', '', {{ account_year_key() }}
    from {{ kept('int_number_range') }}
    where
        {{ last_day_of_period() }} >= date '{{ before }}' - {{ days }}
        and {{ last_day_of_period() }} < date '{{ today }}' - {{ days }}
    on conflict do nothing;
{%- endmacro %}

{#-
    Fills a slice of whole keys from the facts as they stand, or empties it if it proves wide: filling
    and judging it costs more than the rule as a whole. Without scopes it stays empty, and its rules are
    judged in full.
-#}
{% macro filled_to_the_brim(slice, truncated=false) -%}
    {%- set owned = facts() | selectattr('name', 'equalto', slice.driver) | list %}
    {%- set fact = owned[0] if owned else {'name': slice.driver} %}
    {{ refilled(
        'slice.' ~ slice.driver,
        rows_of_keys(slice, kept(slice.driver)) ~ ' limit ' ~ wide_rows(fact),
        truncated,
    ) }}
    insert into slice.wide (slice)
    select '{{ slice.name }}'
    where (select count(*) from slice.{{ fact.name }}) >= {{ wide_rows(fact) }};
    delete from slice.scope where slice = '{{ slice.name }}' and {{ is_wide(slice.name) }};
    delete from slice.{{ fact.name }} where {{ is_wide(slice.name) }};
{%- endmacro %}

{#- Keeps what the rules of one slice find in it, with the name of the `phase`. -#}
{% macro findings_of_slice(table, rules, slice, phase) -%}
    {%- for rule in rules | selectattr('slice', 'equalto', slice) %}
    {{ guarded_part(table, rule.model, found_in(phase, rule, 'slice')) }}
    {%- endfor %}
{%- endmacro %}

{#- Keeps what a rule finds in all facts, if it has no slice or its own has proved wide. -#}
{% macro findings_as_a_whole(table, rule) -%}
    {{ guarded_part(
        table,
        rule.model,
        found_in('whole', rule, 'rules'),
        only_if='' if rule.slice == 'whole' else is_wide(rule.slice),
    ) }}
{%- endmacro %}

{#- The query for what a rule finds in one of its schemas, with the name of the `phase`. -#}
{% macro found_in(phase, rule, schema) -%}
    select '{{ phase }}' as phase, found.*
    from ({{ rule.finding | replace('{schema}', schema) }}) as found
{%- endmacro %}

{#-
    Takes what was found before and is not found now out of the results, and puts what is found only
    now there. A slice may hold rows beside its scopes if they are the same in both phases: what is
    found in them cancels out.
-#}
{% macro settled_findings(results) -%}
    {%- set columns = results_columns() %}
    create temporary table found on commit drop as
    {%- for step in ['rule_finding_before', 'rule_finding_sliced', 'rule_finding_whole'] %}
    select * from {{ ref(step) }}
    {{- ' union all' if not loop.last }}
    {%- endfor %};
    {%- for phase, other in [('before', 'after'), ('after', 'before')] %}
    create temporary table only_{{ phase }} on commit drop as
    select {{ columns }} from found where phase = '{{ phase }}' and subject_id is not null
    except
    select {{ columns }} from found where phase = '{{ other }}';
    {%- endfor %}
    do $settled$
    declare
        gone bigint;
        removed bigint;
    begin
        select count(*) into gone from only_before;
        delete from {{ results }} as kept
        using only_before
        where kept.rule_id = only_before.rule_id and kept.subject_id = only_before.subject_id;
        get diagnostics removed = row_count;
        if removed != gone then
            raise exception 'the slices held % hits that go, of which % were known', gone, removed;
        end if;
    end $settled$;
    insert into {{ results }} select * from only_after;
    update {{ results }} as kept
    set population = kept.population + moved.population
    from (
        select rule_id, sum(population) as population
        from (
            select rule_id, case phase when 'after' then population else -population end as population
            from found
            where phase in ('before', 'after') and subject_id is null
        ) as populations
        group by rule_id
    ) as moved
    where kept.rule_id = moved.rule_id and kept.subject_id is null and moved.population != 0;
    delete from {{ results }}
    where rule_id in (
        select models.rule_id
        from (
            values
            {%- for rule in judged_rules() %}
            ('{{ rule.model }}', '{{ rule.id }}', '{{ rule.slice }}'){{ ',' if not loop.last }}
            {%- endfor %}
        ) as models (part, rule_id, slice)
        where
            models.slice = 'whole'
            or models.slice in (select slice from slice.wide)
            or models.part in (
                select part from ops.rule_failure where business_date = '{{ business_day() }}'
            )
    );
    insert into {{ results }} select {{ columns }} from found where phase = 'whole';
{%- endmacro %}

{% macro results_columns() -%}
    rule_id, subject_type, subject_id, unit_id, finance_agency_code, treasury_agency_code,
    occurred_on, amount, base_tier, evidence, population
{%- endmacro %}
