{{
    config(
        meta={'feed': 'card_transactions'},
        pre_hook="{{ begin_merge('card_transactions') }}",
        post_hook="{{ end_merge('card_transactions', ['(valid_to)']) }}",
        indexes=[
            {'columns': ['natural_key', 'valid_from'], 'unique': true},
            {'columns': ['valid_from']},
            {'columns': ['card_token']},
        ]
    )
}}

{{
    in_force_rows(
        'card_transactions',
        [
            'txn_no',
            'card_token',
            'card_last4',
            'holder_id',
            'holder_name',
            'agency_code',
            'txn_at',
            'posted_date',
            'txn_type',
            'amount',
            'currency',
            'merchant_name',
            'mcc',
            'merchant_city',
            'terminal_no',
            'due_date',
        ],
        'daily'
    )
}}
