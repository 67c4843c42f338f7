{# The feed names terms freely; a rebate and freight are known by their words. #}

with

final as (
    select
        channel_id,
        term,
        case
            when lower(term) like '%rebate%' then 'rebate'
            when lower(term) like '%freight%' then 'freight'
            else 'other'
        end as step,
        rate,
        amount,
        valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ ref('stg_trade_term') }}
)

select * from final
