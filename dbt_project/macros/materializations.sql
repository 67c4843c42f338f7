{# How DuckDB makes what is kept: one statement a table. dbt's own way makes a table beside the old one and renames
   both, asks for columns and indexes in between, and describes the query of each mart: six to twelve statements,
   which take longer than the query where there are few rows. All of it, hooks too, is the statement `main`, which dbt
   writes into target/run: there niaga reads what a build that goes on has to repeat. #}

{% materialization table, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {% do make_whole(target_relation) %}
    {% do adapter.commit() %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# Appends, after its pre-hook has deleted what is to come in anew. There are no other hooks: a table that is made whole
   needs none. #}
{% materialization incremental, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {% if is_incremental() %}
        {%- set columns = adapter.get_columns_in_relation(target_relation) | map(attribute='quoted') | join(', ') -%}
        {% call statement('main') -%}
            {% for hook in pre_hooks %}{{ render(hook.sql) }};
            {% endfor %}insert into {{ target_relation }} ({{ columns }}) select {{ columns }} from ({{ compiled_code }}) as model
        {%- endcall %}
    {% else %}
        {% do make_whole(target_relation) %}
    {% endif %}
    {% do adapter.commit() %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro make_whole(target_relation) -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {% if existing_relation is not none and existing_relation.is_view %}
        {% do adapter.drop_relation(existing_relation) %}
    {% endif %}
    {% if config.get('contract').enforced %}
        {# A build that goes on has the models of the one before, which kept their contracts. #}
        {% if should_full_refresh() %}
            {% do get_assert_columns_equivalent(compiled_code) %}
        {% endif %}
        {% call statement('main') -%}
            create or replace table {{ target_relation }} {{ get_table_columns_and_constraints() }};
            insert into {{ target_relation }} {{ get_column_names() }} ({{ get_select_subquery(compiled_code) }});
            {{ comments_on(target_relation) }}
        {%- endcall %}
    {% else %}
        {% call statement('main') -%}
            create or replace table {{ target_relation }} as {{ compiled_code }}
        {%- endcall %}
    {% endif %}
{%- endmacro %}

{# The descriptions of a table and its columns, for whoever opens the marts. #}
{% macro comments_on(relation) -%}
    {% if config.persist_relation_docs() and model.description %}
        {{ alter_relation_comment(relation, model.description) }}
    {% endif %}
    {% if config.persist_column_docs() %}
        {% for column in model.columns.values() if column.description %}
            comment on column {{ relation }}.{{ adapter.quote(column.name) }}
            is {{ duckdb_escape_comment(column.description) }};
        {% endfor %}
    {% endif %}
{%- endmacro %}
