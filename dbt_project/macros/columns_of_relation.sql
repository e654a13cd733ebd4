{#-
    The columns of a relation, from the catalogue itself: dbt asks for them for every fixture of a
    unit test and several times for every incremental model, and information_schema.columns joins a
    dozen tables and checks privileges to answer.
-#}
{% macro postgres__get_columns_in_relation(relation) -%}
    {% call statement('get_columns_in_relation', fetch_result=True) %}
        select
            a.attname as column_name,
            pg_catalog.format_type(a.atttypid, null) as data_type,
            information_schema._pg_char_max_length(a.atttypid, a.atttypmod)
                as character_maximum_length,
            information_schema._pg_numeric_precision(a.atttypid, a.atttypmod) as numeric_precision,
            information_schema._pg_numeric_scale(a.atttypid, a.atttypmod) as numeric_scale
        from pg_catalog.pg_attribute as a
        where
            a.attrelid = pg_catalog.to_regclass('{{ relation.include(database=false) }}')
            and a.attnum > 0
            and not a.attisdropped
        order by a.attnum
    {% endcall %}
    {{ return(sql_convert_columns_in_relation(load_result('get_columns_in_relation').table)) }}
{%- endmacro %}
