{{
    config(
        meta={'feed': 'treasury_payments'},
        pre_hook="{{ begin_merge('treasury_payments') }}",
        post_hook="{{ end_merge('treasury_payments', ['(valid_to)']) }}",
        indexes=[
            {'columns': ['natural_key', 'valid_from'], 'unique': true},
            {'columns': ['valid_from']},
            {'columns': ['payee_acct_no']},
            {'columns': ['pay_acct_no']},
            {'columns': ['agency_code']},
        ]
    )
}}

{{
    in_force_rows(
        'treasury_payments',
        [
            'adm_div_code',
            'st_year',
            'voucher_no',
            'vou_date',
            'agency_code',
            'agency_name',
            'exp_func_code',
            'dep_exp_eco_code',
            'pay_type_code',
            'set_mode_code',
            'pur_met_code',
            'pay_acct_no',
            'pay_acct_name',
            'payee_acct_no',
            'payee_acct_name',
            'payee_acct_bank_name',
            'pay_summary_name',
            'pay_amt',
            'x_pay_date',
            'x_pay_amt',
            'x_payee_acct_no',
            'x_payee_acct_name',
            'gov_procurement_id',
            'status',
        ],
        'daily'
    )
}}
