{{
    config(
        meta={'feed': 'jurisdictions'},
        pre_hook="{{ begin_merge('jurisdictions') }}",
        post_hook="{{ end_merge('jurisdictions') }}",
        indexes=[
            {'columns': ['natural_key', 'valid_from'], 'unique': true},
            {'columns': ['valid_from']},
        ]
    )
}}

{{
    in_force_rows(
        'jurisdictions',
        [
            'platform',
            'agency_code',
            'own_body_code',
            'verifying_body_code',
            'regulator_body_code',
            'supervision_office_code',
            'valid_from',
            'valid_to',
        ],
        'snapshot',
        renamed={'valid_from': 'in_charge_from', 'valid_to': 'in_charge_to'}
    )
}}
