{# The ledger as this build shows it: what is posted, and in a night also what this night posts. #}

{% set columns = [
    'posting_id', 'posted_at', 'posting_period', 'posting_period_start', 'posting_period_end', 'earned_period',
    'earned_period_start', 'earned_period_end', 'pay_kind', 'participant_id', 'plan_id', 'component_id',
    'plan_version', 'component_key', 'plan_text_hash', 'commission_line_id', 'window_id', 'amount_minor', 'amount',
    'currency', 'kind', 'balance', 'reason', 'corrects_posting_id', 'run_id',
] %}

with

final as (
    select
    {%- for column in columns %}
            {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
    from {{ source('ledger', 'posting') }}
    union all
    select
    {%- for column in columns %}
            pending_posting.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
    from {{ ref('int_commission__pending_posting') }} as pending_posting
    cross join {{ source('run', 'parameter') }} as run
    where run.is_posting
)

select * from final
