with

complaint as (
    select
        complaint.*,
        {{ period_start("'month'", 'complaint.opened_date') }} as month,
        -- Whether enough days have passed to say that the customer stays away.
        complaint.customer_id is not null and coalesce(
            {{ dbt.dateadd('day', var('customer_lost_days'), 'complaint.opened_date') }} < parameter.as_of_date, false
        ) as is_tellable
    from {{ ref('int_customer__complaint') }} as complaint
    cross join {{ source('run', 'parameter') }} as parameter
),

bought as (
    select
        complaint.complaint_id,
        count(case when day.order_date > complaint.opened_date and day.is_purchase then 1 end) as days_after,
        sum(case
            when
                day.order_date <= complaint.opened_date
                and day.order_date > {{ dbt.dateadd('year', -1, 'complaint.opened_date') }}
                then day.net_amount
        end) as amount_before
    from complaint
    inner join {{ ref('int_customer__purchase_day') }} as day
        on complaint.customer_id = day.customer_id
    where complaint.is_tellable
    group by complaint.complaint_id
),

-- A customer that is lost counts once, with the first of the complaints after its last purchase.
lost as (
    select
        complaint.complaint_id,
        bought.amount_before,
        row_number() over (
            partition by complaint.customer_id order by complaint.opened_at, complaint.complaint_id
        ) as complaint_number
    from complaint
    inner join bought
        on complaint.complaint_id = bought.complaint_id
    where bought.days_after = 0 and bought.amount_before > 0
),

totalled as (
    select
        complaint.cause,
        complaint.product_id,
        complaint.month,
        count(*) as complaints,
        count(case when complaint.is_open then 1 end) as open_complaints,
        percentile_cont(0.5) within group (order by complaint.seconds_to_resolve) as median_seconds,
        count(case when complaint.is_within_target then 1 end) as within_target,
        count(complaint.is_within_target) as with_target,
        count(case when complaint.is_tellable then 1 end) as tellable,
        count(lost.complaint_id) as customers_lost,
        coalesce(sum(lost.amount_before), 0) as amount_lost
    from complaint
    left join lost
        on
            complaint.complaint_id = lost.complaint_id
            and lost.complaint_number = 1
    group by complaint.cause, complaint.product_id, complaint.month
),

final as (
    select
        cause,
        product_id,
        month,
        complaints,
        open_complaints,
        cast(median_seconds / 3600 as decimal(18, 6)) as median_hours_to_resolve,
        {{ ratio('within_target', 'with_target') }} as within_target_share,
        case when tellable > 0 then customers_lost end as customers_lost,
        case when tellable > 0 then cast(amount_lost as decimal(24, 6)) end as amount_lost,
        tellable as complaints_old_enough,
        '{{ var("currency") }}' as currency,
        {{ reasons([
            ('median_hours_to_resolve', 'median_seconds is null', "'none is resolved'"),
            ('within_target_share', 'with_target = 0', "'none is resolved or due'"),
            ('customers_lost, amount_lost', 'tellable = 0', "'too early to tell, or no customer is named'"),
        ]) }} as reason
    from totalled
)

select * from final
