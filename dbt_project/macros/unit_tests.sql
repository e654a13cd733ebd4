{#-
    Unit tests on PostgreSQL. dbt asks the catalogue for the columns of every fixture and renders a
    cast for each value; here PostgreSQL turns rows of JSON into rows of the relation by itself, so
    a value is read as its column's type reads it, and a column that is not given is null.
-#}
{#- The rows (dictionaries of values) as a JSON array in a SQL literal. -#}
{% macro rows_as_json(rows) -%}
    {%- set objects = [] -%}
    {%- for row in rows -%}
        {%- set pairs = [] -%}
        {%- for name, value in row.items() -%}
            {#- An object is written as text, as for a cast to jsonb. -#}
            {%- set is_object = value is string and value[:1] == '{' and fromjson(value) is mapping -%}
            {%- do pairs.append(tojson(name | lower) ~ ': ' ~ (value if is_object else tojson(value))) -%}
        {%- endfor -%}
        {%- do objects.append('{' ~ pairs | join(', ') ~ '}') -%}
    {%- endfor -%}
    {{ return("'[" ~ (objects | join(', ') | replace("'", "''")) ~ "]'") }}
{%- endmacro %}

{#- The rows as rows of `relation`. The condition holds; it has PostgreSQL refuse unknown columns. -#}
{% macro rows_of_relation(rows, relation) -%}
    select given.*
    from json_populate_recordset(cast(null as {{ relation }}), {{ rows_as_json(rows) }}) as given
    {%- set names = [] -%}
    {%- for row in rows -%}
        {%- for name in row if name not in names -%}
            {%- do names.append(name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if names %}
    where num_nulls(
        {%- for name in names -%}
            {{ ', ' if not loop.first }}given.{{ adapter.quote(name | lower) }}
        {%- endfor -%}
    ) is not null
    {%- endif -%}
{%- endmacro %}

{% macro get_fixture_sql(rows, column_name_to_data_types) -%}
    {%- if target.type != 'postgres' -%}
        {{ return(dbt.get_fixture_sql(rows, column_name_to_data_types)) }}
    {%- endif -%}
    {{ rows_of_relation(rows, this.include(database=false)) }}
{%- endmacro %}

{% materialization unit, adapter='postgres' %}
    {%- set rows = config.get('expected_rows') -%}
    {%- set expected_sql = config.get('expected_sql') -%}
    {%- set names = rows[0].keys() | list if rows else get_columns_in_query(sql) -%}
    {%- for row in rows if row.keys() | sort != names | sort -%}
        {{ exceptions.raise_compiler_error(
            'The expected rows have not the same columns: '
            ~ names ~ ' and ' ~ row.keys() | list
        ) }}
    {%- endfor -%}
    {%- set columns = [] -%}
    {%- for name in names -%}
        {%- do columns.append(adapter.quote(name | lower)) -%}
    {%- endfor -%}

    {%- call statement('types') -%}
        create temporary table unit_test_result on commit drop as
        {{ get_empty_subquery_sql(sql) }}
    {%- endcall -%}
    {%- if not expected_sql -%}
        {%- set expected_sql = rows_of_relation(rows, 'pg_temp.unit_test_result') -%}
    {%- endif -%}
    {%- call statement('main', fetch_result=True) -%}
        {{ get_unit_test_sql(sql, expected_sql, columns) }}
    {%- endcall -%}
    {{ return({'relations': []}) }}
{% endmaterialization %}
