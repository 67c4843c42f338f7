with

final as (
    select
        run_id,
        suite,
        table_name,
        expectation,
        severity,
        success,
        observed,
        cast(unexpected_rows as bigint) as unexpected_rows,
        checked_at
    from {{ source('state', 'check_result') }}
)

select * from final
