{{
    config(
        meta={'feed': 'rectifications'},
        pre_hook="{{ begin_merge('rectifications') }}",
        post_hook="{{ end_merge('rectifications') }}",
        indexes=[
            {'columns': ['natural_key', 'valid_from'], 'unique': true},
            {'columns': ['valid_from']},
        ]
    )
}}

{{
    in_force_rows(
        'rectifications',
        [
            'problem_no',
            'inspection_round',
            'platform',
            'agency_code',
            'problem_class',
            'problem',
            'measure',
            'found_on',
            'due_on',
            'claimed_closed_on',
        ],
        'snapshot'
    )
}}
