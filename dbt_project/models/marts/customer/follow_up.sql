with

parameter as (
    select as_of_date from {{ source('run', 'parameter') }}
),

owner_now as (
    select
        customer_id,
        owner_participant_id
    from {{ ref('stg_customer') }}
    where is_current
),

subject as (
    select
        'response:' || response_id as follow_up_id,
        'survey_response' as subject_type,
        response_id,
        cast(null as {{ dbt.type_string() }}) as complaint_id,
        max(customer_id) as customer_id,
        min(answered_date) as opened_date,
        cast(null as date) as resolved_date,
        cast(null as {{ dbt.type_string() }}) as owner_participant_id,
        cast(null as {{ dbt.type_string() }}) as outcome
    from {{ ref('int_customer__response') }}
    where wants_contact
    group by response_id
    union all
    select
        'complaint:' || complaint_id as follow_up_id,
        'complaint' as subject_type,
        cast(null as {{ dbt.type_string() }}) as response_id,
        complaint_id,
        customer_id,
        opened_date,
        resolved_date,
        owner_participant_id,
        outcome
    from {{ ref('int_customer__complaint') }}
),

contact as (
    select
        'response:' || about_response_id as follow_up_id,
        contact_id,
        contacted_at,
        outcome
    from {{ ref('stg_customer_contact') }}
    where about_response_id is not null
    union all
    select
        'complaint:' || about_complaint_id as follow_up_id,
        contact_id,
        contacted_at,
        outcome
    from {{ ref('stg_customer_contact') }}
    where about_complaint_id is not null
),

contacted as (
    select
        follow_up_id,
        {{ local_date('min(contacted_at)') }} as contacted_date
    from contact
    group by follow_up_id
),

-- What came of it in the end: the last contact that says so.
told as (
    select
        follow_up_id,
        outcome,
        row_number() over (partition by follow_up_id order by contacted_at desc, contact_id desc) as contact_rank
    from contact
    where outcome is not null
),

dated as (
    select
        subject.*,
        cast({{ dbt.dateadd('day', var('follow_up_target_days'), 'subject.opened_date') }} as date) as due_date,
        least(
            coalesce(contacted.contacted_date, subject.resolved_date),
            coalesce(subject.resolved_date, contacted.contacted_date)
        ) as closed_date,
        coalesce(subject.owner_participant_id, owner_now.owner_participant_id) as owner,
        coalesce(subject.outcome, told.outcome) as last_outcome
    from subject
    left join contacted
        on subject.follow_up_id = contacted.follow_up_id
    left join told
        on
            subject.follow_up_id = told.follow_up_id
            and told.contact_rank = 1
    left join owner_now
        on subject.customer_id = owner_now.customer_id
),

final as (
    select
        dated.follow_up_id,
        dated.subject_type,
        dated.response_id,
        dated.complaint_id,
        dated.customer_id,
        dated.opened_date,
        dated.due_date,
        dated.closed_date,
        case
            when dated.closed_date is not null then dated.closed_date <= dated.due_date
            when dated.due_date < parameter.as_of_date then false
        end as within_target,
        dated.closed_date is null and dated.due_date < parameter.as_of_date as is_overdue,
        dated.owner,
        dated.last_outcome as outcome,
        {{ reasons([
            ('opened_date, due_date', 'dated.opened_date is null', "'the response has no date'"),
            ('within_target', 'dated.closed_date is null and dated.due_date >= parameter.as_of_date', "'not due yet'"),
            (
                'within_target, is_overdue', 'dated.closed_date is null and parameter.as_of_date is null',
                "'without sales there is no day to compare with'",
            ),
            ('owner', 'dated.owner is null', "'neither the complaint nor the customer has one'"),
        ]) }} as reason
    from dated
    cross join parameter
)

select * from final
