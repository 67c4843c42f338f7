{{ latest_version(
    feed='reporting_line',
    key=['participant_id', 'manager_id', 'valid_from'],
    columns=[
        'participant_id',
        'manager_id',
        'share',
        'valid_from',
        'valid_to',
    ]
) }}
