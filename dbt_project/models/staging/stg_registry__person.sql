{{
    config(
        meta={'feed': 'personnel'},
        pre_hook="{{ begin_merge('personnel') }}",
        post_hook="{{ end_merge('personnel') }}",
        indexes=[
            {'columns': ['natural_key', 'valid_from'], 'unique': true},
            {'columns': ['valid_from']},
            {'columns': ['salary_acct_no']},
        ]
    )
}}

{{
    in_force_rows(
        'personnel',
        [
            'person_id',
            'name',
            'agency_code',
            'post',
            'status',
            'left_on',
            'salary_acct_no',
        ],
        'snapshot'
    )
}}
