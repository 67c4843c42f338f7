{# A goal's scope is `company`, or a kind and an id: `product_line: tea`, `channel: C01`, `territory: T03`. #}

with

goal as (
    select
        goal_id,
        measure,
        coalesce(scope, 'company') as scope,
        lower(trim(split_part(coalesce(scope, 'company'), ':', 1))) as scope_kind,
        trim(split_part(coalesce(scope, 'company'), ':', 2)) as scope_id,
        coalesce(period, cast(period_start as {{ dbt.type_string() }})) as period,
        coalesce(period_start, {{ named_period_start('period') }}) as period_start,
        coalesce(
            period_end,
            {{ period_end(named_period_kind('period'), named_period_start('period')) }}
        ) as period_end,
        amount
    from {{ ref('stg_company_goal') }}
),

document as (
    select
        document.*,
        product.line as product_line
    from {{ ref('int_sales__document') }} as document
    left join {{ ref('stg_product') }} as product
        on
            document.product_id = product.product_id
            and document.order_date between product.valid_from and product.valid_to
),

first_purchase as (
    select
        customer_id,
        min(document_date) as first_date
    from document
    where document_type = 'sale'
    group by customer_id
),

in_scope as (
    select
        goal.goal_id,
        goal.period_start,
        goal.period_end,
        sum(document.net_amount) as net_amount,
        sum(document.quantity) as quantity,
        sum(document.margin_amount) as margin_amount,
        count(distinct case
            when
                document.document_type = 'sale'
                and coalesce(document.is_new_customer, document.document_date = first_purchase.first_date)
                then document.customer_id
        end) as new_customers
    from goal
    inner join document
        on
            document.document_date between goal.period_start and goal.period_end
            and (
                goal.scope_kind = 'company'
                or (goal.scope_kind in ('product_line', 'product line') and goal.scope_id = document.product_line)
                or (goal.scope_kind = 'channel' and goal.scope_id = document.channel_id)
                or (goal.scope_kind = 'territory' and goal.scope_id = document.territory_id)
            )
    left join first_purchase
        on document.customer_id = first_purchase.customer_id
    group by goal.goal_id, goal.period_start, goal.period_end
),

manager as (
    select distinct manager_id as participant_id
    from {{ ref('stg_participant') }}
    where manager_id is not null
),

quota_measure as (
    select distinct
        quota_type,
        case when measure = 'margin' then 'margin' else 'revenue' end as measure
    from {{ ref('int_commission__component') }}
),

-- Managers' quotas repeat their teams', so only those who manage nobody are summed.
rep_quota as (
    select
        quota.period_start,
        quota.period_end,
        coalesce(quota_measure.measure, 'revenue') as measure,
        quota.amount
    from {{ ref('int_quota__quota') }} as quota
    left join quota_measure
        on quota.quota_type = quota_measure.quota_type
    left join manager
        on quota.participant_id = manager.participant_id
    where manager.participant_id is null
),

covered as (
    select
        goal.goal_id,
        goal.period_start,
        goal.period_end,
        sum(rep_quota.amount) as quota_amount
    from goal
    inner join rep_quota
        on
            goal.measure = rep_quota.measure
            and goal.scope_kind = 'company'
            and goal.period_start <= rep_quota.period_start
            and goal.period_end >= rep_quota.period_end
    group by goal.goal_id, goal.period_start, goal.period_end
),

measured as (
    select
        goal.*,
        covered.quota_amount,
        case goal.measure
            when 'revenue' then in_scope.net_amount
            when 'volume' then in_scope.quantity
            when 'margin' then in_scope.margin_amount
            when 'new customers' then in_scope.new_customers
        end as actual
    from goal
    left join in_scope
        on
            goal.goal_id = in_scope.goal_id
            and goal.period_start = in_scope.period_start
            and goal.period_end = in_scope.period_end
    left join covered
        on
            goal.goal_id = covered.goal_id
            and goal.period_start = covered.period_start
            and goal.period_end = covered.period_end
),

final as (
    select
        goal_id,
        measure,
        scope,
        period,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        cast(amount as decimal(24, 6)) as goal_amount,
        cast(coalesce(actual, 0) as decimal(24, 6)) as actual_amount,
        {{ ratio('coalesce(actual, 0)', 'amount') }} as attainment,
        cast(null as decimal(24, 6)) as expected_amount,
        {{ ratio('quota_amount', 'amount') }} as quota_coverage,
        '{{ var("currency") }}' as currency,
        'expected_amount: not yet estimated' as reason
    from measured
)

select * from final
