{{
    config(
        meta={'feed': 'bodies'},
        pre_hook="{{ begin_merge('bodies') }}",
        post_hook="{{ end_merge('bodies') }}",
        indexes=[
            {'columns': ['natural_key', 'valid_from'], 'unique': true},
            {'columns': ['valid_from']},
        ]
    )
}}

{{
    in_force_rows(
        'bodies',
        [
            'body_code',
            'body_name',
            'body_kind',
            'parent_body_code',
            'channel',
            'address',
            'headcount',
        ],
        'snapshot'
    )
}}
