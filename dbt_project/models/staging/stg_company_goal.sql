{{ latest_version(
    feed='company_goal',
    key=['goal_id', 'period', 'period_start', 'period_end'],
    columns=[
        'goal_id',
        'measure',
        'scope',
        'period',
        'period_start',
        'period_end',
        'amount',
    ]
) }}
