{# Which of several versions of a record counts: the latest by business date, export, row. #}

{% macro version_order() -%}
    _business_date desc nulls last, _export_id desc nulls last, _row_number desc nulls last
{%- endmacro %}

{# The latest version of each record of a feed that keeps no history; with `only_arrived` of the records
   that this build has new versions of. #}
{% macro latest_version(feed, key, columns, only_arrived=false, tells_repeated=false) -%}
    with

    ranked as (
        select
            *,
            {%- if tells_repeated %}
            coalesce(lead(_export_id) over (
                partition by {{ key | join(', ') }} order by {{ version_order() }}
            ) = _export_id, false) as is_repeated,
            {%- endif %}
            row_number() over (partition by {{ key | join(', ') }} order by {{ version_order() }}) as version_rank
        from {{ source('lake', feed) }}
        {%- if only_arrived %}
        where ({{ key | join(', ') }}) in (
            select ({{ key | join(', ') }}) from {{ source('lake', feed ~ '_arrived') }}
        )
        {%- endif %}
    ),

    final as (
        select
            {%- for column in columns %}
            {{ column }},
            {%- endfor %}
            {%- if tells_repeated %}
            is_repeated,
            {%- endif %}
            _export_id,
            _row_number,
            _business_date,
            _loaded_at
        from ranked
        where version_rank = 1
    )

    select * from final
{%- endmacro %}

{# The records that the latest export of each source has: one that it lacks no longer exists. #}
{% macro latest_snapshot(feed, key, columns) -%}
    with

    exported as (
        select
            record.*,
            dense_rank() over (
                partition by export.source
                order by record._business_date desc nulls last, record._export_id desc nulls last
            ) as export_rank
        from {{ source('lake', feed) }} as record
        left join (select distinct export_id, source from {{ source('state', 'export') }}) as export
            on record._export_id = export.export_id
    ),

    ranked as (
        select
            *,
            row_number() over (partition by {{ key | join(', ') }} order by {{ version_order() }}) as version_rank
        from exported
        where export_rank = 1
    ),

    final as (
        select
            {%- for column in columns %}
            {{ column }},
            {%- endfor %}
            _export_id,
            _row_number,
            _business_date,
            _loaded_at
        from ranked
        where version_rank = 1
    )

    select * from final
{%- endmacro %}

{# All versions of each record of a master, each with the days it holds. A record that comes again
   unchanged makes no new version; the first known version also holds for all earlier dates. #}
{% macro master_versions(feed, key, columns) -%}
    with

    dated as (
        select
            *,
            coalesce(valid_from, _business_date) as version_from
        from {{ source('lake', feed) }}
    ),

    ranked as (
        select
            *,
            row_number() over (
                partition by {{ key | join(', ') }}, version_from order by {{ version_order() }}
            ) as version_rank
        from dated
    ),

    hashed as (
        select
            *,
            {{ dbt.hash(dbt.concat(versions_text(columns))) }} as version_hash
        from ranked
        where version_rank = 1
    ),

    compared as (
        select
            *,
            lag(version_hash) over (partition by {{ key | join(', ') }} order by version_from) as previous_hash
        from hashed
    ),

    changed as (
        select
            *,
            row_number() over (partition by {{ key | join(', ') }} order by version_from) as version_number,
            lead(version_from) over (partition by {{ key | join(', ') }} order by version_from) as next_from
        from compared
        where previous_hash is null or previous_hash <> version_hash
    ),

    final as (
        select
            {%- for column in columns %}
            {{ column }},
            {%- endfor %}
            case when version_number = 1 then cast('1900-01-01' as date) else version_from end as valid_from,
            cast(coalesce({{ dbt.dateadd('day', -1, 'next_from') }}, cast('9999-12-31' as date)) as date) as valid_to,
            next_from is null as is_current,
            _export_id,
            _row_number,
            _business_date,
            _loaded_at
        from changed
    )

    select * from final
{%- endmacro %}

{# Columns as text that can't run into each other: NULL and '' differ, and so do ('a','bc') and ('ab','c'). #}
{% macro versions_text(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- set text = "cast(" ~ column ~ " as " ~ dbt.type_string() ~ ")" -%}
        {%- do parts.append("coalesce(cast(length(" ~ text ~ ") as " ~ dbt.type_string() ~ ") || ':' || " ~ text ~ ", '-')") -%}
    {%- endfor -%}
    {{ return(parts) }}
{%- endmacro %}
