{{
    config(
        meta={'feed': 'accounts'},
        pre_hook="{{ begin_merge('accounts') }}",
        post_hook="{{ end_merge('accounts') }}",
        indexes=[
            {'columns': ['natural_key', 'valid_from'], 'unique': true},
            {'columns': ['valid_from']},
        ]
    )
}}

{{
    in_force_rows(
        'accounts',
        [
            'account_no',
            'account_name',
            'bank_name',
            'platform',
            'agency_code',
            'account_kind',
            'acct_set_code',
            'status',
            'opened_on',
            'closed_on',
        ],
        'snapshot'
    )
}}
