{{
    config(
        meta={'feed': 'budgets'},
        pre_hook="{{ begin_merge('budgets') }}",
        post_hook="{{ end_merge('budgets') }}",
        indexes=[
            {'columns': ['natural_key', 'valid_from'], 'unique': true},
            {'columns': ['valid_from']},
        ]
    )
}}

{{
    in_force_rows(
        'budgets',
        [
            'fiscal_year',
            'agency_code',
            'dep_exp_eco_code',
            'amount',
        ],
        'snapshot'
    )
}}
