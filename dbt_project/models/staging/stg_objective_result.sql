{{ latest_version(
    feed='objective_result',
    key=['participant_id', 'objective_id', 'period'],
    columns=[
        'participant_id',
        'objective_id',
        'period',
        'achieved_share',
    ]
) }}
