{# The company's goals with the first and last day of their periods. A goal's scope is `company`, or a kind and an
   id: `product_line: tea`, `channel: C01`, `territory: T03`. #}

with

final as (
    select
        goal_id,
        measure,
        coalesce(scope, 'company') as scope,
        lower(trim(split_part(coalesce(scope, 'company'), ':', 1))) as scope_kind,
        trim(split_part(coalesce(scope, 'company'), ':', 2)) as scope_id,
        coalesce(period, cast(period_start as {{ dbt.type_string() }})) as period,
        cast(coalesce(period_start, {{ named_period_start('period') }}) as date) as period_start,
        cast(coalesce(
            period_end,
            {{ period_end(named_period_kind('period'), named_period_start('period')) }}
        ) as date) as period_end,
        amount
    from {{ ref('stg_company_goal') }}
)

select * from final
