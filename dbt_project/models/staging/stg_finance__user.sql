{{
    config(
        meta={'feed': 'finance_users'},
        pre_hook="{{ begin_merge('finance_users') }}",
        post_hook="{{ end_merge('finance_users') }}",
        indexes=[
            {'columns': ['natural_key', 'valid_from'], 'unique': true},
            {'columns': ['valid_from']},
        ]
    )
}}

{{
    in_force_rows(
        'finance_users',
        [
            'agency_code',
            'agency_name',
            'uscc',
            'parent_name',
            'township',
            'status',
            'opened_on',
            'closed_on',
        ],
        'snapshot'
    )
}}
