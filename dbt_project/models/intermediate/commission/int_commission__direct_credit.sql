{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched('root_order_id', ref('int_sales__touched_order')) }}"
) }}

{# S2, level 0: who sold, alone or by the split rule of the sale. What takes a sale back mirrors its split: each
   return gets the difference that it makes to the shared amount taken back. #}

{% set columns = [
    'event_number', 'original_event_number', 'document_id', 'root_order_id', 'order_id', 'line_number', 'document_type',
    'is_taking_back', 'event_kind', 'event_date', 'order_date',
] %}
{% set amounts = ['net_after', 'net_before', 'margin_after', 'margin_before'] %}

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

known_participant as (
    select distinct participant_id from {{ ref('stg_participant') }}
),

original as (
    select
        event.*,
        coalesce(sale.document_id, event.document_id) as sale_document_id,
        coalesce(sale.sales_rep_id, event.sales_rep_id) as selling_rep_id
    from event
    left join event as sale
        on event.original_event_number = sale.event_number
    where not event.is_taking_back or sale.event_number is not null
),

unshared as (
    select original.*
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
        split.is_full_pay,
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
        {%- for amount in amounts %}
            {{ whole_share(amount, 'share_parts') }} as {{ amount }}_whole,
            {{ share_remainder(amount, 'share_parts') }} as {{ amount }}_remainder
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from shared
),

allocated as (
    select
        divided.*,
        {%- for amount in amounts %}
            case
                when divided.is_full
                    then
                        {{ allocated_units(
                            amount, amount ~ '_whole', amount ~ '_remainder', 'event_number', 'participant_id'
                        ) }}
                else {{ rounded_share(amount, amount ~ '_whole', amount ~ '_remainder') }}
            end as {{ amount }}_units
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from divided
),

final as (
    select
        {%- for column in columns %}
            {{ column }},
        {%- endfor %}
        selling_rep_id as participant_id,
        cast(1 as decimal(18, 9)) as share,
        false as is_shared,
        true as is_full_split,
        true as is_full_pay_split,
        net_units,
        margin_units,
        _loaded_at
    from unshared
    union all
    select
        {%- for column in columns %}
            allocated.{{ column }},
        {%- endfor %}
        allocated.participant_id,
        allocated.share,
        true as is_shared,
        allocated.is_full as is_full_split,
        allocated.is_full_pay as is_full_pay_split,
        case when allocated.is_taking_back then -1 else 1 end * (allocated.net_after_units - allocated.net_before_units)
            as net_units,
        case when allocated.is_taking_back then -1 else 1 end
        * (allocated.margin_after_units - allocated.margin_before_units) as margin_units,
        allocated._loaded_at
    from allocated
    -- Only now: whoever is not known still has a share that nobody else gets.
    inner join known_participant
        on allocated.participant_id = known_participant.participant_id
)

select * from final
