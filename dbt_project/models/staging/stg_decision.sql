{{ latest_version(
    feed='decision',
    key=['decision_id'],
    columns=[
        'decision_id',
        'recommendation_id',
        'decided_by',
        'decision',
        'decided_date',
        'note',
    ]
) }}
