{# The cap and the floor of each window in minor units. A share of a target that is not known limits nothing: that
   is an exception. #}

with

final as (
    select
        quota_window.window_id,
        max(case when plan_limit.limit_kind = 'cap' then plan_limit.period_kind end) as cap_kind,
        max(case when plan_limit.limit_kind = 'floor' then plan_limit.period_kind end) as floor_kind
        {%- for kind in ['cap', 'floor'] %},
            cast(max(case
                when plan_limit.limit_kind = '{{ kind }}'
                    then {{ rounded_division(
                        'plan_limit.amount_numerator + case when plan_limit.target_numerator = 0 then 0 else cast('
                        ~ 'plan_limit.target_numerator as ' ~ type_wide() ~ ') * quota_window.target_units end',
                        'cast(plan_limit.denominator as ' ~ type_wide() ~ ')'
                    ) }}
            end) as bigint) as {{ kind }}_minor
        {%- endfor %}
    from {{ ref('int_commission__quota_window') }} as quota_window
    inner join {{ source('plan', 'plan_limit') }} as plan_limit
        on quota_window.component_key = plan_limit.component_key
    group by quota_window.window_id
)

select * from final
