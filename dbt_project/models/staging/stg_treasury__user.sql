{{
    config(
        meta={'feed': 'treasury_users'},
        pre_hook="{{ begin_merge('treasury_users') }}",
        post_hook="{{ end_merge('treasury_users') }}",
        indexes=[
            {'columns': ['natural_key', 'valid_from'], 'unique': true},
            {'columns': ['valid_from']},
        ]
    )
}}

{{
    in_force_rows(
        'treasury_users',
        [
            'agency_code',
            'agency_name',
            'uscc',
            'sup_dep_name',
            'township',
            'status',
            'opened_on',
            'closed_on',
        ],
        'snapshot'
    )
}}
