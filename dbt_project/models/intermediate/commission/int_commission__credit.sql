{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched('root_order_id', ref('int_sales__touched_order')) }}"
) }}

{# S2. Level 0 is who sold, level 1 is the manager at the date of the sale. What takes a sale back mirrors
   the split of the sale: each return gets the difference that it makes to the shared amount taken back. #}

with

event as (
    select * from {{ ref('int_commission__sale_event') }}
    where
        not is_orphan
        and not is_excess
        {% if is_incremental() %}
            and root_order_id in (select touched.root_order_id from {{ ref('int_sales__touched_order') }} as touched)
        {% endif %}
),

split as (
    select * from {{ ref('int_commission__split_rule') }}
    where
        not is_ambiguous
        {% if is_incremental() %}
            and root_order_id in (select touched.root_order_id from {{ ref('int_sales__touched_order') }} as touched)
        {% endif %}
),

ruled as (
    select distinct document_id
    from {{ ref('int_commission__split_rule') }}
),

participant as (
    select * from {{ ref('stg_participant') }}
),

known_participant as (
    select distinct participant_id from participant
),

original as (
    select
        event.*,
        coalesce(sale.document_id, event.document_id) as sale_document_id,
        coalesce(sale.sales_rep_id, event.sales_rep_id) as selling_rep_id
    from event
    left join event as sale
        on event.original_event_id = sale.event_id
    where not event.is_taking_back or sale.event_id is not null
),

unshared as (
    select
        original.*,
        cast(1 as decimal(18, 9)) as share,
        original.selling_rep_id as participant_id
    from original
    inner join known_participant
        on original.selling_rep_id = known_participant.participant_id
    left join ruled
        on original.sale_document_id = ruled.document_id
    where ruled.document_id is null
),

-- Amounts taken back until before and after the event; a sale shares its own amount.
shared as (
    select
        original.*,
        split.share,
        split.participant_id,
        split.share_parts,
        split.is_full,
        case when original.is_taking_back then original.taken_back_net_units else original.net_units end
            as net_after,
        case when original.is_taking_back then original.taken_back_net_units + original.net_units else 0 end
            as net_before,
        case when original.is_taking_back then original.taken_back_margin_units else original.margin_units end
            as margin_after,
        case when original.is_taking_back then original.taken_back_margin_units + original.margin_units else 0 end
            as margin_before
    from original
    inner join split
        on original.sale_document_id = split.document_id
),

divided as (
    select
        shared.*,
        {%- for amount in ['net_after', 'net_before', 'margin_after', 'margin_before'] %}
            {{ whole_share(amount, 'share_parts') }} as {{ amount }}_whole,
            {{ share_remainder(amount, 'share_parts') }} as {{ amount }}_remainder
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from shared
),

allocated as (
    select
        divided.*,
        {%- for amount in ['net_after', 'net_before', 'margin_after', 'margin_before'] %}
            case
                when divided.is_full
                    then
                        {{ allocated_units(
                            amount, amount ~ '_whole', amount ~ '_remainder', 'event_id', 'participant_id'
                        ) }}
                else {{ rounded_share(amount, amount ~ '_whole', amount ~ '_remainder') }}
            end as {{ amount }}_units
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from divided
),

level_0 as (
    select
        event_id,
        original_event_id,
        document_id,
        root_order_id,
        order_id,
        line_number,
        document_type,
        is_taking_back,
        event_kind,
        event_date,
        order_date,
        participant_id,
        share,
        true as is_full_split,
        net_units,
        margin_units,
        net_units as event_net_units,
        margin_units as event_margin_units,
        _loaded_at
    from unshared
    union all
    select
        allocated.event_id,
        allocated.original_event_id,
        allocated.document_id,
        allocated.root_order_id,
        allocated.order_id,
        allocated.line_number,
        allocated.document_type,
        allocated.is_taking_back,
        allocated.event_kind,
        allocated.event_date,
        allocated.order_date,
        allocated.participant_id,
        allocated.share,
        allocated.is_full as is_full_split,
        case
            when allocated.is_taking_back then allocated.net_before_units - allocated.net_after_units
            else allocated.net_after_units
        end as net_units,
        case
            when allocated.is_taking_back then allocated.margin_before_units - allocated.margin_after_units
            else allocated.margin_after_units
        end as margin_units,
        allocated.net_units as event_net_units,
        allocated.margin_units as event_margin_units,
        allocated._loaded_at
    from allocated
    -- Only now: whoever is not known still has a share that nobody else gets.
    inner join known_participant
        on allocated.participant_id = known_participant.participant_id
),

reporting as (
    select
        participant_id,
        manager_id,
        valid_from,
        valid_to
    from participant
    where
        manager_id is not null
        and exists (
            select 1 from {{ source('plan', 'plan_component') }} as component
            where component.credit_level = 1
        )
),

-- An order counts at most once per manager, however many of the team share it.
level_1 as (
    select
        level_0.event_id,
        level_0.original_event_id,
        level_0.document_id,
        level_0.root_order_id,
        level_0.order_id,
        level_0.line_number,
        level_0.document_type,
        level_0.is_taking_back,
        level_0.event_kind,
        level_0.event_date,
        level_0.order_date,
        reporting.manager_id as participant_id,
        least(sum(level_0.share), 1) as share,
        bool_and(level_0.is_full_split) as is_full_split,
        case
            when max(level_0.event_net_units) >= 0
                then least(sum(level_0.net_units), max(level_0.event_net_units))
            else greatest(sum(level_0.net_units), max(level_0.event_net_units))
        end as net_units,
        case
            when max(level_0.event_margin_units) >= 0
                then least(sum(level_0.margin_units), max(level_0.event_margin_units))
            else greatest(sum(level_0.margin_units), max(level_0.event_margin_units))
        end as margin_units,
        max(level_0._loaded_at) as _loaded_at
    from level_0
    inner join reporting
        on
            level_0.participant_id = reporting.participant_id
            and level_0.order_date between reporting.valid_from and reporting.valid_to
    group by
        level_0.event_id,
        level_0.original_event_id,
        level_0.document_id,
        level_0.root_order_id,
        level_0.order_id,
        level_0.line_number,
        level_0.document_type,
        level_0.is_taking_back,
        level_0.event_kind,
        level_0.event_date,
        level_0.order_date,
        reporting.manager_id
),

final as (
    select
        event_id,
        participant_id,
        0 as credit_level,
        original_event_id,
        document_id,
        root_order_id,
        order_id,
        line_number,
        document_type,
        is_taking_back,
        event_kind,
        event_date,
        order_date,
        share,
        is_full_split,
        net_units,
        margin_units,
        _loaded_at
    from level_0
    union all
    select
        event_id,
        participant_id,
        1 as credit_level,
        original_event_id,
        document_id,
        root_order_id,
        order_id,
        line_number,
        document_type,
        is_taking_back,
        event_kind,
        event_date,
        order_date,
        cast(share as decimal(18, 9)) as share,
        is_full_split,
        cast(net_units as bigint) as net_units,
        cast(margin_units as bigint) as margin_units,
        _loaded_at
    from level_1
)

select * from final
