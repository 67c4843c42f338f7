{{ latest_version(
    feed='quota',
    key=['participant_id', 'quota_type', 'period', 'period_start', 'period_end', 'valid_from'],
    columns=[
        'participant_id',
        'quota_type',
        'period',
        'period_start',
        'period_end',
        'amount',
        'unit',
        'currency',
        'valid_from',
    ]
) }}
