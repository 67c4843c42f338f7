{# Of n purchase days in 52 weeks each falls into the last 13 with a chance of 1/4 as long as nothing changes: their
   number is binomial. What fewer purchases than that tell is exact, whatever n (Przyborowski and Wilenski 1940). #}

with

number as (
    select
        cast(numbers.id as integer) as n,
        ln(cast(greatest(numbers.id, 1) as double)) as logarithm
    from range(0, 365) as numbers (id)
),

factorial as (
    select
        n,
        sum(logarithm) over (order by n rows between unbounded preceding and current row) as logarithm
    from number
),

chance as (
    select
        every.n as purchase_days,
        recent.n as recent_purchase_days,
        exp(
            every.logarithm - recent.logarithm - former.logarithm
            + recent.n * ln(cast(0.25 as double)) + former.n * ln(cast(0.75 as double))
        ) as probability
    from factorial as every
    inner join factorial as recent
        on 4 * recent.n < every.n
    inner join factorial as former
        on every.n = recent.n + former.n
),

summed as (
    select
        purchase_days,
        recent_purchase_days,
        sum(probability) over (
            partition by purchase_days
            order by recent_purchase_days
            rows between unbounded preceding and current row
        ) as probability_of_so_few
    from chance
),

final as (
    select
        purchase_days,
        max(recent_purchase_days) as most_recent_purchase_days
    from summed
    where probability_of_so_few < {{ var('falling_chance') }}
    group by purchase_days
)

select * from final
