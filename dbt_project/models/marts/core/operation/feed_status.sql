with

export as (
    select
        source,
        max(case when status = 'loaded' then decided_at end) as last_export_at,
        count(case when status = 'rejected' then 1 end) as files_held,
        count(case when status = 'waiting' then 1 end) as files_waiting
    from {{ source('state', 'export') }}
    group by source
),

load as (
    select
        source,
        cast(sum(rows_held) as bigint) as rows_held
    from {{ source('state', 'load') }}
    where status = 'current'
    group by source
),

run as (
    select * from {{ source('run', 'parameter') }}
),

final as (
    select
        export.source,
        export.last_export_at,
        cast({{ dbt.datediff('export.last_export_at', 'run.started_at', 'hour') }} as bigint) as age_hours,
        coalesce(load.rows_held, 0) as rows_held,
        export.files_held,
        export.files_waiting
    from export
    cross join run
    left join load
        on export.source = load.source
)

select * from final
