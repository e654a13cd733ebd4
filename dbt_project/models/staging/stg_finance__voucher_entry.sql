{{
    config(
        meta={'feed': 'finance_vouchers'},
        pre_hook="{{ begin_merge('finance_vouchers') }}",
        post_hook="{{ end_merge(
            'finance_vouchers',
            ['(valid_to)', '(acct_set_code, fiscal_year, red_vou_no) where red_vou_no is not null'],
        ) }}",
        indexes=[
            {'columns': ['natural_key', 'valid_from'], 'unique': true},
            {'columns': ['valid_from']},
            {'columns': ['voucher_id']},
            {'columns': ['acct_set_code', 'fiscal_year', 'acct_period']},
            {'columns': ['agency_code', 'fiscal_year', 'acct_period']},
        ]
    )
}}

{{
    in_force_rows(
        'finance_vouchers',
        [
            'mof_div_code',
            'agency_code',
            'acct_set_code',
            'fiscal_year',
            'acct_period',
            'voucher_no',
            'vou_seq',
            'voucher_date',
            'inputer',
            'inputer_date',
            'auditor',
            'auditor_date',
            'poster',
            'poster_date',
            'vou_cnt',
            'red_flag',
            'red_vou_no',
            'vou_det_desc',
            'gov_acct_cls_code',
            'gov_acct_cls_name',
            'dr_cr',
            'amt',
            'dep_bgt_eco_code',
            'exp_func_code',
            'pro_code',
            'fund_tra_obj_name',
            'set_mode_code',
            'pur_met_code',
            'fatype_code',
            'bill_date',
            'pay_voucher_no',
            'card_txn_no',
        ],
        'daily',
        derived={'voucher_id': voucher_id()}
    )
}}
