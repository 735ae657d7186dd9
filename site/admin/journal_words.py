"""What the journal's acts and faults are called, for staff."""

from collections.abc import Mapping
from types import MappingProxyType

from pages.language import lazy_gettext as _l
from pages.words_of_acts import PUBLIC_ACTS

ACTS: Mapping[str, str] = MappingProxyType(
    {
        **PUBLIC_ACTS,
        "report_submitted": _l("提交月报"),
        "table_imported": _l("表格写成草稿"),
        "oc4ids_imported": _l("OC4IDS 文件写成草稿"),
        "records_exported": _l("导出记录"),
        "proposal_returned": _l("退回项目改动"),
        "report_returned": _l("退回月报"),
        "content_submitted": _l("提交页面审核"),
        "content_returned": _l("退回页面"),
        "publication_timed": _l("定时公示月报"),
        "publication_called_off": _l("取消定时公示"),
        "timed_publication_failed": _l("到时没能公示"),
        "suggestion_received": _l("收到来件"),
        "suggestion_reviewed": _l("审核来件"),
        "suggestion_accepted": _l("受理来件"),
        "suggestion_refused": _l("不予受理"),
        "suggestion_handed_over": _l("交办"),
        "suggestion_transferred": _l("转办"),
        "suggestion_extended": _l("延期"),
        "suggestion_replied": _l("答复"),
        "suggestion_rated": _l("来件人评价"),
        "suggestion_disputed": _l("来件人提出异议"),
        "suggestion_finally_replied": _l("督办答复"),
        "suggestion_closed": _l("办结"),
        "suggestion_merged": _l("并入先来的来件"),
        "suggestion_took_in": _l("并进来一件同样的来件"),
        "suggestion_split": _l("拆出一件来件"),
        "suggestion_split_off": _l("从另一件来件拆出"),
        "suggestion_linked": _l("来件关联到项目"),
        "suggestion_made_problem": _l("来件列入问题清单"),
        "inspection_drawn": _l("抽取要检查的项目"),
        "suggestion_problem_closed": _l("来件列入的问题销号"),
        "suggestion_problem_reopened": _l("来件列入的问题重新打开"),
        "suggestion_adopted": _l("来件采纳进年度清单"),
        "suggestion_rescheduled": _l("放假安排公布，来件的期限重新算"),
        "suggestion_added_words": _l("来件人补充说明"),
        "suggestion_reminded": _l("催办"),
        "suggestion_escalated": _l("超期来件报督办单位"),
        "letters_released": _l("放行待核来信"),
        "letters_discarded": _l("搁置待核来信"),
        "letters_fetched_back": _l("取回搁置的来信"),
        "contact_viewed": _l("查看联系方式"),
        "contact_erased": _l("删除联系方式"),
        "suggestion_entered": _l("录入线下来件"),
        "case_receipt_printed": _l("打印来件回执"),
        "case_photo_reviewed": _l("审核来件照片"),
        "case_words_added": _l("词表加词"),
        "case_words_removed": _l("词表去词"),
        "reply_template_added": _l("添加答复模板"),
        "reply_template_changed": _l("修改答复模板"),
        "reply_template_removed": _l("删除答复模板"),
        "call_idea_received": _l("收到征集的建议"),
        "monitor_invited": _l("给监督员一个链接"),
        "monitor_link_revoked": _l("监督员的链接作废"),
        "monitor_report_received": _l("收到监督员的报告"),
        "synonym_added": _l("添加同义词"),
        "synonym_removed": _l("去掉同义词"),
        "answers_exported": _l("导出答卷"),
        "frame_confirmed": _l("确认抽样名册"),
        "frame_erased": _l("删除抽样名册里的电话和地址"),
        "sample_announced": _l("宣布抽样，定下种子"),
        "sample_drawn": _l("抽样"),
        "reserves_released": _l("放进候补"),
        "codes_printed": _l("打印答题码"),
        "number_viewed": _l("访员看到一个号码"),
        "call_checks_drawn": _l("抽电话复核"),
        "paper_run_made": _l("印纸质问卷"),
        "paper_batch_entered": _l("一批卷子录完，抽出复录的"),
        "paper_batch_rejected": _l("一批卷子差错太多，从头再录"),
        "paper_batch_counted": _l("一批卷子计入答卷"),
        "paper_scan_added": _l("记下扫描件的指纹"),
        "answers_imported": _l("导入答卷"),
        "board_alarm_looked_into": _l("查看公示牌的提醒"),
        "wave_scheme_chosen": _l("定下调查的计分办法"),
        "wave_planned": _l("起草调查"),
        "wave_plan_changed": _l("修改调查草稿"),
        "wave_plan_discarded": _l("删除调查草稿"),
        "population_kept": _l("录入加权用的人口数"),
        "dispositions_stated": _l("录入外面报来的访问结果"),
        "answers_taken_in_again": _l("恢复剔除的答卷"),
        "questionnaire_started": _l("新建问卷"),
        "questionnaire_copied": _l("问卷复制成下一版"),
        "questionnaire_changed": _l("修改问卷"),
        "staff_signed_in": _l("登录"),
        "staff_signed_out": _l("退出登录"),
        "sign_in_refused": _l("登录被拒"),
        "sign_ins_refused": _l("一天里被拒的登录"),
        "sign_ins_ended": _l("退出一个人的各处登录"),
        "staff_invited": _l("发出邀请链接"),
        "invitation_accepted": _l("用邀请链接设了密码"),
        "factor_added": _l("加上两步登录的方式"),
        "factor_removed": _l("去掉两步登录的方式"),
        "factors_reset": _l("清除一个人的两步登录"),
        "recovery_codes_issued": _l("领恢复码"),
        "recovery_code_used": _l("用掉一个恢复码"),
        "sign_in_revoked": _l("退出其他登录"),
        "password_changed": _l("改密码"),
        "password_reset": _l("重设密码"),
        "staff_added": _l("添加人员"),
        "roles_changed": _l("调整角色"),
        "staff_deactivated": _l("停用人员"),
        "staff_reactivated": _l("恢复人员"),
    }
)

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "entries_missing": _l("缺少条目"),
        "chain_broken": _l("和前一条接不上"),
        "entry_altered": _l("条目被改动"),
        "tail_missing": _l("结尾被删掉"),
        "saved_head_missing": _l("找不到您抄下的那一条"),
        "saved_head_differs": _l("和您抄下的不一致"),
        "record_not_in_journal": _l("记录没有入日志"),
        "record_altered": _l("公开的记录和日志不一致"),
        "record_gone": _l("公开过的记录不见了"),
    }
)


def act_word(act: str) -> str:
    """Return what an act is called; one that has no word yet is shown by its name."""
    return str(ACTS.get(act, act))


def fault_word(kind: str) -> str:
    """Return what a fault is called."""
    return str(FAULTS.get(kind, kind))
