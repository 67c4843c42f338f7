{# The market's rate on each day for which pay is changed: that of the day or the last one before, the mean of
   its month, or the last one of its month; as an exact fraction. #}

with

pay as (
    select * from {{ ref('int_commission__pay_to_change') }}
),

wanted as (
    select distinct
        pay.rate_kind,
        pay.rate_day,
        pay.currency as from_currency,
        pay.to_currency
    from pay
    where pay.rate_kind <> 'fixed'
),

known as (
    select
        wanted.rate_kind,
        wanted.rate_day,
        wanted.from_currency,
        wanted.to_currency,
        rate.day,
        rate.rate,
        row_number() over (
            partition by wanted.rate_kind, wanted.rate_day, wanted.from_currency, wanted.to_currency
            order by rate.day desc
        ) as recency
    from wanted
    inner join {{ ref('stg_exchange_rate') }} as rate
        on
            wanted.from_currency = rate.from_currency
            and wanted.to_currency = rate.to_currency
            and (
                (wanted.rate_kind = 'day' and wanted.rate_day >= rate.day)
                or (
                    wanted.rate_kind <> 'day'
                    and rate.day between {{ period_start("'month'", 'wanted.rate_day') }}
                    and last_day(wanted.rate_day)
                )
            )
),

final as (
    select
        rate_kind,
        rate_day,
        from_currency,
        to_currency,
        cast(
            sum(cast(cast(rate as decimal(27, 9)) * cast(1000000000 as decimal(10, 0)) as {{ type_wide() }}))
            as {{ type_wide() }}
        ) as rate_numerator,
        cast(count(*) as {{ type_wide() }}) * 1000000000 as rate_denominator
    from known
    where rate_kind = 'month_average' or recency = 1
    group by rate_kind, rate_day, from_currency, to_currency
)

select * from final
