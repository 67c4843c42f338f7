{{ latest_snapshot(
    feed='pipeline',
    key=['deal_id'],
    columns=[
        'deal_id',
        'participant_id',
        'customer_id',
        'product_id',
        'expected_close_date',
        'amount',
        'probability',
        'stage',
    ]
) }}
