with

counted as (
    {{ counts_of_marts() }}
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
