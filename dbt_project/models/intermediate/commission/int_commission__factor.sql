{# All multipliers of a window and pay period in one factor, and all gates in another, each the product of at most
   four; and the smallest cap of its gates. #}

with

factor as (
    select
        window_number,
        pay_period_start,
        ordinal,
        'multiplier' as kind,
        numerator,
        denominator,
        cast(null as bigint) as cap_minor
    from {{ ref('int_commission__multiplier') }}
    union all
    select
        window_number,
        pay_period_start,
        ordinal,
        'gate' as kind,
        numerator,
        denominator,
        cap_minor
    from {{ ref('int_commission__gate') }}
),

final as (
    select
        window_number,
        pay_period_start,
        {%- for kind in ['multiplier', 'gate'] %}
            {%- for side in ['numerator', 'denominator'] %}
                {{ product_by_ordinal("case when kind = '" ~ kind ~ "' then " ~ side ~ " end") }}
                    as {{ kind }}_{{ side }},
            {%- endfor %}
        {%- endfor %}
        min(cap_minor) as gate_cap_minor
    from factor
    group by window_number, pay_period_start
)

select * from final
