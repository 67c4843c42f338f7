{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_touched('root_order_id', ref('int_sales__touched_order')) }}"
) }}

{# S2, above level 0: who is credited with what others sold. Counted once, an order is credited to the same person
   at most whole, however many who share it or ways lead there. What takes a sale back gets the difference that
   it makes to what is credited of all that came back. #}

{% set columns = [
    'event_number', 'original_event_number', 'document_id', 'root_order_id', 'order_id', 'line_number', 'document_type',
    'is_taking_back', 'event_kind', 'event_date', 'order_date',
] %}
{% set amounts = ['net', 'margin'] %}

with

credit as (
    select * from {{ ref('int_commission__direct_credit') }}
    {% if is_incremental() %}
        where root_order_id in (select touched.root_order_id from {{ ref('int_sales__touched_order') }} as touched)
    {% endif %}
),

event as (
    select
        event_number,
        {%- for amount in amounts %}
            case when is_taking_back then taken_back_{{ amount }}_units else {{ amount }}_units end
                as event_{{ amount }}_after,
            case when is_taking_back then taken_back_{{ amount }}_units + {{ amount }}_units else 0 end
                as event_{{ amount }}_before
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('int_commission__sale_event') }}
    {% if is_incremental() %}
        where root_order_id in (select touched.root_order_id from {{ ref('int_sales__touched_order') }} as touched)
    {% endif %}
),

led as (
    select
        credit.*,
        credit_path.credit_kind,
        credit_path.credited_id,
        credit_path.credit_level,
        credit_path.share_parts
    from credit
    inner join {{ ref('int_commission__credit_path') }} as credit_path
        on
            credit.participant_id = credit_path.participant_id
            and credit.order_date between credit_path.valid_from and credit_path.valid_to
),

-- What of the sale, or of all that came back of it, is the seller's until after and before the event.
seller as (
    select
        *,
        {%- for amount in amounts %}
            case
                when is_taking_back
                    then
                        -sum({{ amount }}_units)
                            over (
                                partition by
                                    original_event_number, participant_id, credit_kind, credited_id, credit_level
                                order by
                                    event_date,
                                    case when document_type = 'cancellation' then 1 else 0 end,
                                    order_id,
                                    line_number,
                                    document_type
                                rows between unbounded preceding and current row
                            )
                else {{ amount }}_units
            end as {{ amount }}_after
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from led
    where is_shared or share_parts <> 1000000000
),

summed as (
    select
        {%- for column in columns %}
            {{ column }},
        {%- endfor %}
        credit_kind,
        credited_id,
        credit_level,
        {{ shares_added(billionths('share'), 'share_parts') }} as parts,
        bool_and(is_full_split) as is_full_split,
        {%- for amount in amounts %}
            {%- set before = 'case when is_taking_back then ' ~ amount ~ '_after + ' ~ amount ~ '_units else 0 end' %}
            {{ shares_added(amount ~ '_after', 'share_parts') }} as {{ amount }}_after,
            {{ shares_added(before, 'share_parts') }} as {{ amount }}_before,
        {%- endfor %}
        max(_loaded_at) as _loaded_at
    from seller
    group by
        {%- for column in columns %}
            {{ column }},
        {%- endfor %}
        credit_kind,
        credited_id,
        credit_level
),

running as (
    select
        summed.*,
        summed.credit_kind <> 'rollup_uncounted' as is_counted_once,
        cast(sum(summed.parts) over to_level as bigint) as parts_to_level,
        {%- for amount in amounts %}
            {%- for moment in ['after', 'before'] %}
                event.event_{{ amount }}_{{ moment }},
                cast(sum(summed.{{ amount }}_{{ moment }}) over to_level as bigint)
                    as {{ amount }}_{{ moment }}_to_level,
            {%- endfor %}
        {%- endfor %}
        case when summed.is_taking_back then -1 else 1 end as direction
    from summed
    inner join event
        on summed.event_number = event.event_number
    window to_level as (
        partition by summed.event_number, summed.credit_kind, summed.credited_id
        order by summed.credit_level
        rows between unbounded preceding and current row
    )
),

divided as (
    select
        *,
        {%- for amount in amounts %}
            case
                when is_counted_once
                    then
                        direction * (
                            {{ counted_once(amount, 'after') }}
                            - {{ counted_once(amount, 'before') }}
                        )
                else direction * ({{ amount }}_after - {{ amount }}_before)
            end as {{ amount }}_units,
        {%- endfor %}
        case
            when is_counted_once then least(parts_to_level, 1000000000) - least(parts_to_level - parts, 1000000000)
            else parts
        end as counted_parts
    from running
),

final as (
    select
        {%- for column in columns %}
            {{ column }},
        {%- endfor %}
        credit_kind,
        credited_id as participant_id,
        credit_level,
        share,
        is_full_split,
        net_units,
        margin_units,
        _loaded_at
    from led
    where not is_shared and share_parts = 1000000000
    union all
    select
        {%- for column in columns %}
            {{ column }},
        {%- endfor %}
        credit_kind,
        credited_id as participant_id,
        credit_level,
        {{ share_of_billionths('counted_parts') }} as share,
        is_full_split,
        cast(net_units as bigint) as net_units,
        cast(margin_units as bigint) as margin_units,
        _loaded_at
    from divided
    where counted_parts <> 0
)

select * from final
