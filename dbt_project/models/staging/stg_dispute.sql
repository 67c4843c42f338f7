{{ latest_version(
    feed='dispute',
    key=['dispute_id'],
    columns=[
        'dispute_id',
        'commission_line_id',
        'claim_amount',
        'note',
        'decision',
        'decided_by',
    ]
) }}
