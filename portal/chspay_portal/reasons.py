"""What the portal itself refuses. What the gateway refuses is shown with the gateway's own code and words."""

from __future__ import annotations

from chspay_core.errors import Kind, Reason

GATEWAY_AWAY = Reason(
    "PORTAL_GATEWAY_AWAY",
    Kind.UNAVAILABLE,
    "暂时连接不上结算系统。您的数据没有受影响，请稍后刷新本页；持续出现时请联系系统管理员。",
)
GATEWAY_ODD = Reason(
    "PORTAL_GATEWAY_ODD",
    Kind.UNAVAILABLE,
    "结算系统返回了读不懂的内容（HTTP {value}），请稍后刷新；持续出现时请联系系统管理员。",
)
SIGN_IN_FIRST = Reason("PORTAL_SIGN_IN_FIRST", Kind.UNAUTHENTICATED, "请先登录，再打开此页面。")
SIGN_IN_ENDED = Reason("PORTAL_SIGN_IN_ENDED", Kind.UNAUTHENTICATED, "登录已结束，请重新登录。")
PASSWORDS_DIFFER = Reason("PORTAL_PASSWORDS_DIFFER", Kind.INVALID, "两次输入的新密码不同，请重新输入。")
PAGE_UNKNOWN = Reason(
    "PORTAL_PAGE_UNKNOWN", Kind.NOT_FOUND, "没有这个页面，可能地址有误或内容已不在。请从首页重新打开。"
)
FORM_STALE = Reason(
    "PORTAL_FORM_STALE",
    Kind.DENIED,
    "此表单不是由当前登录打开的，没有提交任何内容。请返回上一页，刷新后再提交。",
)
ELSEWHERE = Reason(
    "PORTAL_OTHER_SITE", Kind.DENIED, "请求来自其他网站，没有处理。请直接在本系统的页面上操作。"
)
FORM_INCOMPLETE = Reason("PORTAL_FORM_INCOMPLETE", Kind.INVALID, "“{field}”没有填写，或填写有误：{value}。")
UNFORESEEN = Reason(
    "PORTAL_UNFORESEEN", Kind.INTERNAL, "页面出现了意外错误（编号 {value}），请把编号告诉系统管理员。"
)
