{{ config(meta={'counts_every_mart': true}) }}

{# Runs when every other mart stands: the graph is read for their names, so that none is forgotten. #}
{% set marts = [] %}
{% if execute %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and node.access == 'public' %}
        {% if 'operation' not in node.tags %}
            {% do marts.append(node) %}
        {% endif %}
    {% endfor %}
{% endif %}

with

counted as (
    {% for mart in marts | sort(attribute='unique_id') %}
        select
            '{{ mart.schema }}.{{ mart.name }}' as table_name,
            count(*) as row_count,
            {{ mart.config.meta.get('contract_version', 1) }} as contract_version
        from {{ mart.relation_name }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
    {% if not marts %}
        select
            cast(null as {{ dbt.type_string() }}) as table_name,
            0 as row_count,
            1 as contract_version
    {% endif %}
),

run as (
    select * from {{ source('run', 'parameter') }}
),

final as (
    select
        counted.table_name,
        cast(counted.row_count as bigint) as rows,
        run.as_of_date as as_of,
        run.run_id,
        cast(counted.contract_version as integer) as contract_version
    from counted
    cross join run
)

select * from final
