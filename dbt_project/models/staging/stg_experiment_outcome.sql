{{ latest_version(
    feed='experiment_outcome',
    key=['experiment_id', 'unit_id', 'metric'],
    columns=[
        'experiment_id',
        'unit_id',
        'metric',
        'value',
    ]
) }}
