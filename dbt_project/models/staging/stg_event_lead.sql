{{ latest_version(
    feed='event_lead',
    key=['lead_id'],
    columns=[
        'lead_id',
        'campaign_id',
        'event_id',
        'customer_id',
        'captured_at',
        'interest',
        'cost_amount',
    ]
) }}
