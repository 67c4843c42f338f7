{{ latest_version(
    feed='campaign',
    key=['campaign_id'],
    columns=[
        'campaign_id',
        'name',
        'kind',
        'start_date',
        'end_date',
        'budget_amount',
        'owner',
    ]
) }}
