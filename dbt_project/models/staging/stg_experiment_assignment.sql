{{ latest_version(
    feed='experiment_assignment',
    key=['experiment_id', 'unit_id'],
    columns=[
        'experiment_id',
        'unit_id',
        'arm',
        'is_control',
        'assigned_date',
        'promotion_id',
        'campaign_id',
        'pre_value',
        'stratum',
    ]
) }}
