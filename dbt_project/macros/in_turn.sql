{#-
    Asks whether the evaluation that runs the model still has its turn, and lets the next one wait for
    the model: the connection that has the turn may be ended from outside, and then another evaluation
    begins while the threads of this one go on. Nothing is asked outside an evaluation.
-#}
{% macro in_turn() -%}
    {%- set turn = modules.re.fullmatch('([0-9]+)/([0-9]+)/([0-9]+)', env_var('HUIYAN_TURN', '')) -%}
    {%- if execute and target.type == 'postgres' and turn %}
    do $turn$ begin
        perform pg_advisory_xact_lock_shared({{ turn[2] }});
        if not exists (
            select from pg_locks
            where
                locktype = 'advisory' and classid = 0 and objid = {{ turn[1] }} and objsubid = 1
                and granted and pid = {{ turn[3] }}
                and database = (select oid from pg_database where datname = current_database())
        ) then
            raise exception 'the evaluation was ended from outside, with its connection %', {{ turn[3] }}
            using hint = 'Run the date again.';
        end if;
    end $turn$;
    {%- endif %}
{%- endmacro %}
