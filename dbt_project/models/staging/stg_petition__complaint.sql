{{
    config(
        meta={'feed': 'complaints'},
        pre_hook="{{ begin_merge('complaints') }}",
        post_hook="{{ end_merge('complaints') }}",
        indexes=[
            {'columns': ['natural_key', 'valid_from'], 'unique': true},
            {'columns': ['valid_from']},
        ]
    )
}}

{{
    in_force_rows(
        'complaints',
        [
            'complaint_no',
            'platform',
            'agency_code',
            'received_on',
            'matter_class',
            'status',
            'closed_on',
            'matter',
        ],
        'snapshot'
    )
}}
