{#-
    Slices: the records that decide what a rule finds for the scopes touched by a day.

    A day changes or makes due a few scopes of a rule: vouchers, payments, a unit's payments to one
    account. What the rule found for all others stands. For the touched scopes it is evaluated twice,
    as of the date evaluated before and as of the business date, over slices of the facts: copies, in
    the schema `slice`, of the rows that belong to those scopes. What it found before goes, what it
    finds now comes, and its population moves by the difference. The rule's own SQL is used for both,
    in a view of the schema `slice` that reads the slices instead of the facts.

    A slice holds every row of the touched scopes, and beside them only rows that no scope's change
    touches: what is found in those is the same both times. A rule whose hits reach over several scopes
    must have a slice wide enough, or none: then it is evaluated in full.
-#}

{#-
    The facts: models whose rows grow with the history, in the order in which they are made, each with
    the kind of record that owns its rows and the column that names the owner. `is_kept` is false for
    views; if one drives a slice, `rows_of` is the table that has as many rows.
-#}
{% macro facts() -%}
    {{ return([
        {'name': 'int_voucher', 'owner': 'voucher', 'column': 'voucher_id', 'is_kept': true},
        {'name': 'int_voucher_entry', 'owner': 'voucher', 'column': 'voucher_id'},
        {
            'name': 'int_attachment', 'owner': 'voucher', 'column': 'voucher_id',
            'rows_of': 'staging.stg_finance__attachment',
        },
        {'name': 'int_invoice', 'owner': 'voucher', 'column': 'voucher_id', 'is_kept': true},
        {'name': 'int_reception_paper', 'owner': 'voucher', 'column': 'voucher_id', 'is_kept': true},
        {'name': 'int_claim', 'owner': 'voucher', 'column': 'voucher_id', 'is_kept': true},
        {'name': 'int_expense_code', 'owner': 'voucher', 'column': 'voucher_id', 'is_kept': true},
        {'name': 'int_service_expense', 'owner': 'voucher', 'column': 'voucher_id', 'is_kept': true},
        {'name': 'int_advance', 'owner': 'voucher', 'column': 'voucher_id', 'is_kept': true},
        {'name': 'int_rent_receipt', 'owner': 'voucher', 'column': 'voucher_id', 'is_kept': true},
        {'name': 'int_payment', 'owner': 'payment', 'column': 'payment_no', 'is_kept': true},
        {
            'name': 'int_payment_between_units', 'owner': 'payment', 'column': 'payment_no',
            'is_kept': true,
        },
        {
            'name': 'int_payment_to_unit_name', 'owner': 'payment', 'column': 'payment_no',
            'is_kept': true,
        },
        {'name': 'int_card_transaction', 'owner': 'swipe', 'column': 'txn_no', 'is_kept': true},
        {'name': 'int_payment_booking', 'owner': 'voucher', 'column': 'voucher_id', 'is_kept': true},
        {'name': 'int_card_booking', 'owner': 'voucher', 'column': 'voucher_id', 'is_kept': true},
    ]) }}
{%- endmacro %}

{#-
    Facts of many records: sums by `key`, of which a day moves only what its touched records count for.
    `driver` is the one fact they are sums of; the first of `sums` counts rows: at 0 there are none.
    Beside sums there may be `lows` and `highs` of what stays with a record: it is part of its id.
-#}
{% macro counted_facts() -%}
    {{ return([
        {
            'name': 'int_first_digit_count', 'driver': 'int_voucher_entry',
            'key': [
                'acct_set_code', 'fiscal_year', 'unit_id', 'finance_agency_code',
                'treasury_agency_code', 'first_digits',
            ],
            'sums': ['entry_count'],
        },
        {
            'name': 'int_account_movement', 'driver': 'int_payment',
            'key': ['account_no', 'pay_date'],
            'sums': ['movement_count'],
        },
        {
            'name': 'int_payment_day', 'driver': 'int_payment',
            'key': ['treasury_agency_code', 'unit_id', 'finance_agency_code', 'pay_date'],
            'sums': ['payment_count', 'amount'],
        },
        {
            'name': 'int_payment_half_month', 'driver': 'int_payment',
            'key': [
                'treasury_agency_code', 'unit_id', 'finance_agency_code', 'pay_year', 'pay_month',
                'half',
            ],
            'sums': ['payment_count', 'amount'],
        },
        {
            'name': 'int_paid_budget_line', 'driver': 'int_payment',
            'key': [
                'treasury_agency_code', 'dep_exp_eco_code', 'st_year', 'unit_id',
                'finance_agency_code',
            ],
            'sums': ['payment_count', 'amount'],
        },
        {
            'name': 'int_payee', 'driver': 'int_payment',
            'key': ['payee_acct_no', 'payee_acct_name', 'payee_normalised_name'],
            'sums': ['payment_count', 'live_payment_count'],
        },
        {
            'name': 'int_posting_day', 'driver': 'int_voucher',
            'key': ['unit_id', 'posting_date'],
            'sums': ['voucher_count'],
        },
        {
            'name': 'int_agency_quarter', 'driver': 'int_voucher',
            'key': [
                'unit_id', 'finance_agency_code', 'treasury_agency_code', 'quarter_no',
            ],
            'sums': ['voucher_count', 'reception_count', 'reception_amount'],
        },
        {
            'name': 'int_public_expense', 'driver': 'int_expense_code',
            'key': ['finance_agency_code', 'fiscal_year', 'dep_bgt_eco_code'],
            'sums': ['voucher_count', 'amount'],
        },
        {
            'name': 'int_unit_code_expense', 'driver': 'int_expense_code',
            'key': ['unit_id', 'fiscal_year', 'acct_period', 'dep_bgt_eco_code'],
            'sums': ['voucher_count', 'amount'],
        },
        {
            'name': 'int_naming_day', 'driver': 'int_payment_booking',
            'key': ['voucher_unit_id', 'posting_date'],
            'sums': ['booking_count'],
        },
        {
            'name': 'int_swipe_naming_day', 'driver': 'int_card_booking',
            'key': ['voucher_unit_id', 'posting_date'],
            'sums': ['booking_count'],
        },
        {
            'name': 'int_swiped_category', 'driver': 'int_card_transaction',
            'key': ['mcc'],
            'sums': ['swipe_count'],
        },
        {
            'name': 'int_number_range', 'driver': 'int_voucher',
            'key': ['acct_set_code', 'fiscal_year', 'series', 'acct_period'],
            'sums': ['voucher_count', 'number_count', 'padded_count'],
            'lows': ['first_number', 'fewest_digits'],
            'highs': ['last_number', 'most_digits'],
        },
    ]) }}
{%- endmacro %}

{#- The facts of many that drive a slice. -#}
{% macro counted_drivers() -%}
    {%- set counted = counted_facts() | map(attribute='name') | list -%}
    {{ return(keyed_slices() | map(attribute='driver') | select('in', counted) | unique | list) }}
{%- endmacro %}

{#- The slices of whole keys that are cut from facts of records. -#}
{% macro slices_of_facts() -%}
    {{ return(keyed_slices() | rejectattr('driver', 'in', counted_drivers()) | list) }}
{%- endmacro %}

{#- The slices of whole keys that are cut from facts of many. -#}
{% macro slices_of_sums() -%}
    {{ return(keyed_slices() | selectattr('driver', 'in', counted_drivers()) | list) }}
{%- endmacro %}

{#- Tables made from all facts, small enough to be filled anew every day. -#}
{% macro summaries() -%}
    {{ return(['int_merchant_category', 'int_unit_books']) }}
{%- endmacro %}

{#- Whether a day moves the model `name` on instead of making it anew. -#}
{% macro is_moved_on(name) -%}
    {{ return(
        name in facts() | map(attribute='name')
        or name in counted_facts() | map(attribute='name')
        or name in summaries()
    ) }}
{%- endmacro %}

{#- Staging tables of the facts, each with the owner of its rows and the column that names it. -#}
{% macro fact_sources() -%}
    {{ return([
        {'name': 'stg_finance__voucher_entry', 'owner': 'voucher', 'column': 'voucher_id'},
        {'name': 'stg_finance__attachment', 'owner': 'voucher', 'column': 'voucher_id'},
        {'name': 'stg_treasury__payment', 'owner': 'payment', 'column': 'natural_key'},
        {'name': 'stg_card__transaction', 'owner': 'swipe', 'column': 'natural_key'},
    ]) }}
{%- endmacro %}

{#-
    The slices of whole records, by name, each with the facts that it holds of a record. `record` is
    for rules that judge each one by itself, `booking` for payments with the vouchers that name them,
    `card_booking` for swipes with the same.
-#}
{% macro record_slices() -%}
    {%- set not_of_one = [
        'int_payment_booking', 'int_card_booking', 'int_service_expense', 'int_advance',
        'int_rent_receipt', 'int_payment_between_units', 'int_payment_to_unit_name',
    ] -%}
    {{ return({
        'record': facts() | map(attribute='name') | reject('in', not_of_one) | list,
        'booking': ['int_voucher', 'int_attachment', 'int_payment', 'int_payment_booking'],
        'card_booking': ['int_card_transaction', 'int_card_booking'],
    }) }}
{%- endmacro %}

{#-
    The other slices: each holds the rows of `driver` whose `key` (SQL over its columns, null for rows
    no rule of the slice looks at) is touched, and of other facts (`others`) the rows that a condition
    picks. With `has_grace`, vouchers whose grace for attachments ends touch their keys as well; with
    `has_own_scopes`, more keys are touched than those of touched records: a macro finds them.

    A driver may be a fact of many. Then its rules and their `views` may ask the facts `as_kept`, by
    index, for what they found; with `has_vouchers`, so that the keys of touched vouchers are touched
    too, whatever these count for.
-#}
{% macro keyed_slices() -%}
    {%- set of_driver = 'voucher_id in (select voucher_id from slice.' -%}
    {{ return([
        {
            'name': 'invoice', 'driver': 'int_invoice', 'key': 'invoice_id',
            'others': {'int_voucher': of_driver ~ 'int_invoice)'},
        },
        {
            'name': 'invoice_run', 'driver': 'int_invoice', 'key': invoice_tens_key(), 'others': {},
            'has_own_scopes': true,
        },
        {
            'name': 'file', 'driver': 'int_attachment', 'key': 'lower(file_sha256)',
            'others': {'int_voucher': of_driver ~ 'int_attachment)'},
        },
        {
            'name': 'letter', 'driver': 'int_reception_paper', 'key': 'document_no', 'others': {},
        },
        {
            'name': 'claim', 'driver': 'int_claim', 'key': claim_key(),
            'others': {'int_invoice': of_driver ~ 'int_claim)'}, 'has_own_scopes': true,
        },
        {
            'name': 'month_code', 'driver': 'int_unit_code_expense',
            'key': key_of(
                ['cast(fiscal_year as text)', 'cast(acct_period as text)'], 'dep_bgt_eco_code'
            ),
            'others': {}, 'as_kept': ['int_expense_code'], 'views': ['int_unit_month_expense'],
        },
        {
            'name': 'payee_account', 'driver': 'int_payee', 'key': 'payee_acct_no', 'others': {},
            'as_kept': ['int_payment'], 'views': ['int_shared_payee_account'],
        },
        {
            'name': 'digits', 'driver': 'int_first_digit_count', 'key': account_year_key(),
            'others': {}, 'as_kept': ['int_voucher'], 'has_vouchers': true,
        },
        {
            'name': 'numbering', 'driver': 'int_number_range', 'key': account_year_key(),
            'others': {}, 'as_kept': ['int_voucher'], 'views': ['int_voucher_number_gap'],
            'has_vouchers': true, 'has_own_scopes': true,
        },
        {
            'name': 'advance', 'driver': 'int_advance', 'key': advance_key(), 'others': {},
            'has_own_scopes': true,
        },
        {
            'name': 'service_payee', 'driver': 'int_service_expense', 'key': 'payee_name',
            'others': {}, 'has_grace': true,
        },
        {
            'name': 'payee', 'driver': 'int_payment',
            'key': key_of(['treasury_agency_code'], 'payee_acct_no'), 'others': {},
        },
        {
            'name': 'payee_name', 'driver': 'int_payment',
            'key': key_of(['treasury_agency_code'], 'payee_normalised_name'), 'others': {},
        },
        {
            'name': 'economic_code', 'driver': 'int_payment',
            'key': agency_code_key(), 'others': {},
        },
        {
            'name': 'merchant', 'driver': 'int_card_transaction',
            'key': merchant_key(),
            'others': {'int_card_booking': 'txn_no in (select txn_no from slice.int_card_transaction)'},
        },
        {
            'name': 'card_day', 'driver': 'int_card_transaction', 'key': card_day_key(),
            'others': {}, 'has_own_scopes': true,
        },
    ]) }}
{%- endmacro %}

{#- The tables in which an evaluation by slices keeps its course. -#}
{% macro slice_tables() -%}
    create unlogged table if not exists slice.touched (
        kind text, key text, is_near boolean not null default false, primary key (kind, key)
    );
    create unlogged table if not exists slice.wide (slice text primary key);
    create unlogged table if not exists slice.scope (
        slice text, kind text, key text, primary key (slice, kind, key)
    );
{%- endmacro %}

{#- One text of several columns: null if the last one, an SQL expression, is null. -#}
{% macro key_of(columns, last) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- do parts.append("coalesce(" ~ column ~ ", '') || chr(31) || ") -%}
    {%- endfor -%}
    {{ return(parts | join ~ last) }}
{%- endmacro %}

{#- What makes two claims alike: agency, counterparty, economic code and amount. -#}
{% macro claim_key(relation='') -%}
    {%- set prefix = relation ~ '.' if relation else '' -%}
    {{ return(key_of(
        [prefix ~ 'finance_agency_code', prefix ~ 'fund_tra_obj_name', prefix ~ 'dep_bgt_eco_code'],
        'cast(' ~ prefix ~ 'amount as text)'
    )) }}
{%- endmacro %}

{#- What one counterparty owes on one advance account: the subject id of VOU-006. -#}
{% macro advance_key() -%}
    {{ return("acct_set_code || ':' || account_code || ':' || fund_tra_obj_name") }}
{%- endmacro %}

{#- The vouchers of an account set in an accounting year. -#}
{% macro account_year_key() -%}
    {{ return(key_of(['acct_set_code'], 'cast(fiscal_year as text)')) }}
{%- endmacro %}

{#- Ten invoice numbers of a seller to an agency, as text without their last digit. -#}
{% macro invoice_tens_key(relation='', tens='') -%}
    {%- set prefix = relation ~ '.' if relation else '' -%}
    {{ return(key_of(
        [prefix ~ 'finance_agency_code', prefix ~ 'seller_name'], tens or invoice_tens(relation)
    )) }}
{%- endmacro %}

{#- An invoice number without its last digit; null if it is no number or the seller is unknown. -#}
{% macro invoice_tens(relation='') -%}
    {%- set prefix = relation ~ '.' if relation else '' -%}
    {{ return(
        'case when ' ~ prefix ~ 'seller_name is not null and ' ~ prefix ~ "invoice_no ~ '^[0-9]{1,20}$'"
        ~ ' then left(' ~ prefix ~ 'invoice_no, length(' ~ prefix ~ 'invoice_no) - 1) end'
    ) }}
{%- endmacro %}

{#- A card on a day, or `days` (an SQL expression) later; swipes without a date are on one. -#}
{% macro card_day_key(days='0') -%}
    {%- set day = "cast(txn_date - date '2000-01-01' + " ~ days ~ ' as text)' -%}
    {{ return(key_of(['card_token'], 'coalesce(' ~ day ~ ", '')")) }}
{%- endmacro %}

{#- What an agency pays under one economic code; null without one. -#}
{% macro agency_code_key(relation='') -%}
    {%- set prefix = relation ~ '.' if relation else '' -%}
    {{ return(key_of([prefix ~ 'treasury_agency_code'], prefix ~ 'dep_exp_eco_code')) }}
{%- endmacro %}

{#- A card at a merchant; swipes that name no merchant are at one. -#}
{% macro merchant_key(relation='') -%}
    {%- set prefix = relation ~ '.' if relation else '' -%}
    {{ return(key_of([prefix ~ 'card_token'], "coalesce(" ~ prefix ~ "merchant_name, '')")) }}
{%- endmacro %}

{#- The index expressions of a fact by which slices find its rows: its owner and its keys. -#}
{% macro slice_indexes(name) -%}
    {%- set found = [] -%}
    {%- for fact in facts() if fact.name == name and fact.is_kept -%}
        {%- do found.append('(' ~ fact.column ~ ')') -%}
    {%- endfor -%}
    {%- for counted in counted_facts() if counted.name == name %}
        {%- do found.append('(' ~ counted.key | join(', ') ~ ') nulls not distinct') -%}
        {%- do found.append('(' ~ counted.sums[0] ~ ') where ' ~ counted.sums[0] ~ ' = 0') -%}
    {%- endfor -%}
    {%- for slice in keyed_slices() if slice.driver == name -%}
        {%- do found.append('((' ~ slice.key ~ '))') -%}
    {%- endfor -%}
    {%- do found.extend({
        'int_voucher': [
            '(posting_date)',
            '(acct_set_code, fiscal_year, voucher_no)',
            '(acct_set_code, fiscal_year, voucher_date) where is_live',
            '(acct_set_code, fiscal_year) where is_reversal',
            '(finance_agency_code) where has_reception_expense',
        ],
        'int_expense_code': [
            '(finance_agency_code, fiscal_year) where ' ~ is_public_expense(),
            '(unit_id, fiscal_year, acct_period, dep_bgt_eco_code)',
        ],
        'int_payment': ['(x_pay_date)', '(pay_date)', '(payee_acct_no)', '(unit_id)'],
        'int_advance': ['(voucher_date)'],
        'int_payment_booking': ['(payment_no)'],
        'int_card_transaction': ['(holder_id)', '(txn_date)', '(unit_id)'],
        'int_card_booking': ['(txn_no)'],
        'int_payment_day': ['(pay_date)'],
    }.get(name, [])) -%}
    {{ return(found) }}
{%- endmacro %}

{#- The date evaluated before this one, from which the facts need only be moved on; '' if none. -#}
{% macro evaluated_before() -%}
    {%- set day = env_var('HUIYAN_EVALUATED_BEFORE', '') -%}
    {{ return(day if modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', day) else '') }}
{%- endmacro %}

{#-
    A query with the slices in place of the facts and of what is made from them, but for the facts
    `as_kept`.
-#}
{% macro over_slices(query, as_kept=[]) -%}
    {%- set sources = fact_sources() | map(attribute='name') | list -%}
    {%- set names = (sliced_models() + summaries()) | reject('in', as_kept) | list + sources -%}
    {{ return(modules.re.sub(
        '"[^"]+"[.]"(?:intermediate|staging)"[.]"(' ~ names | join('|') ~ ')"',
        'slice."\\1"',
        query
    )) }}
{%- endmacro %}

{#- The facts and the views over them: what a rule finds in a slice. -#}
{% macro sliced_models() -%}
    {{ return(facts() | map(attribute='name') | list + counted_drivers() + [
        'int_claim_pair',
        'int_gift_card_mention',
        'int_invoice_number',
        'int_payment_without_procurement',
        'int_person_payee',
        'int_purpose_with_keyword',
        'int_required_attachment',
        'int_shared_payee_account',
        'int_unit_month_expense',
        'int_voucher_number_gap',
    ]) }}
{%- endmacro %}

{#- Whether the slices show the date evaluated before, an SQL condition. -#}
{% macro is_before() -%}
    (coalesce(current_setting('huiyan.phase', true), '') = 'before')
{%- endmacro %}

{#-
    What the schema `slice` holds of the model being made: a table for the rows of a fact, with a view
    that makes them from the slices; the same view of what is made from facts; for a rule with a slice
    the rule over slices.
-#}
{% macro slice_of(relation, query) -%}
    {%- set name = relation.identifier -%}
    {%- if name in facts() | map(attribute='name') %}
        {%- for source in fact_sources() if '"' ~ source.name ~ '"' in query %}
        create unlogged table if not exists slice.{{ source.name }}
        (like staging.{{ source.name }});
        {%- endfor %}
        create unlogged table if not exists slice.{{ name }} as (select * from {{ relation }})
        with no data;
        create unlogged table if not exists slice.gone_{{ name }} (like slice.{{ name }});
        create or replace view slice.{{ name }}_made as ({{ over_slices(query) }});
    {%- elif name in counted_facts() | map(attribute='name') %}
        {%- if name in counted_drivers() %}
        create unlogged table if not exists slice.{{ name }} as (select * from {{ relation }})
        with no data;
        {%- endif %}
        create or replace view slice.{{ name }}_made as ({{ over_slices(query) }});
    {%- elif name in summaries() %}
        create unlogged table if not exists slice.gone_{{ name }} as (select * from {{ relation }})
        with no data;
        create or replace view slice.{{ name }} as (
            select * from slice.gone_{{ name }} where {{ is_before() }}
            union all
            select * from {{ relation }} where not {{ is_before() }}
        );
        create or replace view slice.{{ name }}_made as ({{ query }});
    {%- elif name in sliced_models() or model.config.meta.get('slice', 'whole') != 'whole' %}
        {%- set own = model.config.meta.get('slice') %}
        {%- set as_kept = [] %}
        {%- for slice in keyed_slices() if slice.name == own or name in slice.views %}
            {%- do as_kept.extend(slice.as_kept | default([])) %}
        {%- endfor %}
        create or replace view slice.{{ name }} as ({{ over_slices(query, as_kept) }});
    {%- endif %}
{%- endmacro %}
