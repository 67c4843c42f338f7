{# What counts towards each quota, by day. A quota type that a component is measured against counts that
   component's credits (of several in a plan the first one's, or a sale would count twice); any other type
   counts the participant's own net sales on the order's date. #}

{% set has_houses = pays_the_company() %}

with

ranked as (
    select
        quota_type,
        component_key,
        house_key,
        measure,
        row_number() over (partition by plan_id, plan_version, quota_type order by ordinal) as rank_of_type
    from {{ ref('int_commission__component') }}
),

component as (
    select
        quota_type,
        component_key,
        house_key,
        measure
    from ranked
    where rank_of_type = 1
),

of_component as (
    {%- set measured = 'measure_line.measure_delta' %}
    {%- if has_houses %}
        {%- set measured = measured ~ ' - ' ~ minor_to_millionths('coalesce(house_pay.amount_minor, 0)') %}
    {%- endif %}
    select
        line_window.participant_id,
        component.quota_type,
        measure_line.event_date,
        {{ from_measure('cast(sum(' ~ measured ~ ') as bigint)', 'component.measure') }} as credited_amount
    from {{ ref('int_commission__measure_line') }} as measure_line
    inner join {{ ref('int_commission__window') }} as line_window
        on measure_line.window_number = line_window.window_number
    inner join component
        on line_window.component_key = component.component_key
    {% if has_houses %}
        left join {{ ref('int_commission__house_pay') }} as house_pay
            on
                component.house_key = house_pay.component_key
                and measure_line.event_number = house_pay.event_number
                and line_window.participant_id = house_pay.participant_id
                and measure_line.credit_level = house_pay.credit_level
    {% endif %}
    group by line_window.participant_id, component.quota_type, measure_line.event_date, component.measure
),

free_type as (
    select distinct quota.quota_type
    from {{ ref('int_quota__quota') }} as quota
    left join component
        on quota.quota_type = component.quota_type
    where component.quota_type is null
),

own_sales as (
    select
        document.sales_rep_id as participant_id,
        document.document_date as event_date,
        {{ from_units('cast(sum(document.net_units) as bigint)') }} as credited_amount
    from {{ ref('int_sales__document') }} as document
    where exists (select 1 from free_type)
    group by document.sales_rep_id, document.document_date
),

opened as (
    select
        opening.participant_id,
        component.quota_type,
        opening.as_of as event_date,
        opening.opening_amount as credited_amount
    from {{ ref('int_commission__opening') }} as opening
    inner join component
        on opening.component_key = component.component_key
),

final as (
    select
        participant_id,
        quota_type,
        event_date,
        credited_amount
    from of_component
    union all
    select
        participant_id,
        quota_type,
        event_date,
        credited_amount
    from opened
    union all
    select
        own_sales.participant_id,
        free_type.quota_type,
        own_sales.event_date,
        own_sales.credited_amount
    from own_sales
    cross join free_type
)

select * from final
