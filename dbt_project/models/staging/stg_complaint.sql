{{ latest_version(
    feed='complaint',
    key=['complaint_id'],
    columns=[
        'complaint_id',
        'customer_id',
        'product_id',
        'order_id',
        'cause',
        'severity',
        'opened_at',
        'resolved_at',
        'outcome',
        'amount_at_stake',
        'owner_participant_id',
    ]
) }}
