{{ latest_version(
    feed='survey_response',
    key=['response_id', 'metric'],
    columns=[
        'response_id',
        'survey_id',
        'metric',
        'score',
        'customer_id',
        'answered_at',
        'invited_at',
        'segment',
        'comment',
        'wants_contact',
    ]
) }}
