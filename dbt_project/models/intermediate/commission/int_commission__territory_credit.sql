{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched('root_order_id', ref('int_sales__touched_order')) }}"
) }}

{# S2, by territory: everyone whose territory, on the order's date, is that of the sale or holds it is credited
   with all of it, whoever sold. #}

with

event as (
    select * from {{ ref('int_commission__sale_event') }}
    where
        not is_orphan
        and not is_excess
        and exists (
            select 1 from {{ source('plan', 'plan_credit') }} as plan_credit
            where plan_credit.credit_kind = 'territory'
        )
        {% if is_incremental() %}
            and root_order_id in (select touched.root_order_id from {{ ref('int_sales__touched_order') }} as touched)
        {% endif %}
),

located as (
    select
        event.*,
        coalesce(sale.territory_id, event.territory_id) as sale_territory_id
    from event
    left join event as sale
        on event.original_event_number = sale.event_number
    where not event.is_taking_back or sale.event_number is not null
),

final as (
    select
        located.event_number,
        located.original_event_number,
        located.document_id,
        located.root_order_id,
        located.order_id,
        located.line_number,
        located.document_type,
        located.is_taking_back,
        located.event_kind,
        located.event_date,
        located.order_date,
        'territory' as credit_kind,
        participant.participant_id,
        cast(1 as bigint) as credit_level,
        cast(1 as decimal(18, 9)) as share,
        true as is_full_split,
        located.net_units,
        located.margin_units,
        located._loaded_at
    from located
    inner join {{ ref('int_territory__ancestor') }} as ancestor
        on located.sale_territory_id = ancestor.territory_id
    inner join {{ ref('stg_participant') }} as participant
        on
            ancestor.ancestor_id = participant.territory_id
            and located.order_date between participant.valid_from and participant.valid_to
)

select * from final
