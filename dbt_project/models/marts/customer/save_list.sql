with

parameter as (
    select as_of_date from {{ source('run', 'parameter') }}
),

pace as (
    select * from {{ ref('int_customer__pace') }}
),

complaint as (
    select
        customer_id,
        count(*) as open_complaints,
        min(due_date) as due_date
    from {{ ref('int_customer__complaint') }}
    where is_open and customer_id is not null
    group by customer_id
),

last_score as (
    select
        *,
        cast({{ dbt.dateadd('day', var('follow_up_target_days'), 'answered_date') }} as date) as due_date
    from {{ ref('int_customer__last_score') }}
),

last_contact as (
    select
        customer_id,
        {{ local_date('max(contacted_at)') }} as last_contacted_date
    from {{ ref('stg_customer_contact') }}
    where customer_id is not null
    group by customer_id
),

at_risk as (
    select customer_id from complaint
    union
    select customer_id from last_score
    where is_detractor
    union
    select customer_id from pace
    where is_falling
),

weighed as (
    select
        at_risk.customer_id,
        case when parameter.as_of_date is not null then greatest(coalesce(pace.net_amount, 0), 0) end as amount_at_risk,
        coalesce(complaint.open_complaints, 0) as open_complaints,
        last_score.score as last_nps_score,
        last_score.answered_date as last_nps_date,
        coalesce(last_score.is_detractor, false) as is_detractor,
        coalesce(pace.is_falling, false) as is_falling,
        coalesce(pace.purchase_days, 0) as observations,
        coalesce(pace.recent_purchase_days, 0) as recent_purchase_days,
        coalesce(pace.former_purchase_days, 0) as former_purchase_days,
        coalesce(pace.year_before_purchase_days, 0) as year_before_purchase_days,
        least(
            coalesce(complaint.due_date, cast('9999-12-31' as date)),
            case when last_score.is_detractor then last_score.due_date else cast('9999-12-31' as date) end,
            case
                when pace.is_falling
                    then cast({{ dbt.dateadd('day', var('save_target_days'), 'parameter.as_of_date') }} as date)
                else cast('9999-12-31' as date)
            end
        ) as due_date,
        customer.owner_participant_id,
        last_contact.last_contacted_date,
        withdrawn.purposes as withdrawn_purposes
    from at_risk
    cross join parameter
    left join pace
        on at_risk.customer_id = pace.customer_id
    left join complaint
        on at_risk.customer_id = complaint.customer_id
    left join last_score
        on at_risk.customer_id = last_score.customer_id
    left join {{ ref('int_customer__withdrawn_consent') }} as withdrawn
        on at_risk.customer_id = withdrawn.customer_id
    left join last_contact
        on at_risk.customer_id = last_contact.customer_id
    left join {{ ref('stg_customer') }} as customer
        on
            at_risk.customer_id = customer.customer_id
            and customer.is_current
),

final as (
    select
        cast(row_number() over (order by amount_at_risk desc nulls last, customer_id asc) as bigint) as rank,
        customer_id,
        cast(amount_at_risk as decimal(24, 6)) as amount_at_risk,
        cast(null as decimal(24, 6)) as amount_at_risk_low,
        cast(null as decimal(24, 6)) as amount_at_risk_high,
        {{ joined([
            "case when open_complaints > 0 then 'complaint open' end",
            "case when is_detractor then 'detractor' end",
            "case when is_falling then 'purchases falling' end",
        ], ', ') }} as reason,
        case
            when open_complaints > 0 then 'settle the complaint and tell the customer'
            when is_detractor then 'ask what went wrong and answer it'
            else 'ask why purchases fall'
        end || coalesce('; no consent any more for: ' || withdrawn_purposes, '') as suggested_action,
        owner_participant_id,
        due_date,
        'no consent any more for: ' || withdrawn_purposes as suppressed_because,
        open_complaints,
        last_nps_score,
        last_nps_date,
        recent_purchase_days,
        former_purchase_days,
        year_before_purchase_days,
        last_contacted_date,
        '{{ var("currency") }}' as currency,
        observations,
        'net sales of the last 12 months carried forward' as method,
        {{ reasons([
            ('amount_at_risk', 'amount_at_risk is null', "'there are no sales'"),
            ('amount_at_risk_low, amount_at_risk_high', 'true', "'not yet estimated'"),
            ('owner_participant_id', 'owner_participant_id is null', "'the customer has no owner'"),
        ]) }} as missing_because
    from weighed
)

select * from final
