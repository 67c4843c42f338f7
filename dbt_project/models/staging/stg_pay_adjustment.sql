{{ latest_version(
    feed='pay_adjustment',
    key=['adjustment_id'],
    columns=[
        'adjustment_id',
        'participant_id',
        'amount',
        'reason',
        'approved_by',
        'effective_date',
    ]
) }}
