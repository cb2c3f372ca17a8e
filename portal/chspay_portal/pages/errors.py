"""Why a page cannot be shown, and what to do next."""

from __future__ import annotations

from http import HTTPStatus

from chspay_kit.markup import Safe, tag
from chspay_portal.gateway import Refused
from chspay_portal.view.layout import HOME, Sheet
from chspay_portal.view.parts import card, href, link

_TITLES = {
    HTTPStatus.NOT_FOUND: (
        "没有找到",
        "地址可能有误，也可能是其他机构的数据：不属于您的内容，一律显示为没有找到。",
    ),
    HTTPStatus.FORBIDDEN: ("没有权限", "当前密钥不能做这件事。如确有需要，请联系医保部门换用合适的密钥。"),
    HTTPStatus.SERVICE_UNAVAILABLE: ("结算系统暂时不可用", "请稍后刷新本页；没有任何数据因此改变。"),
    HTTPStatus.BAD_GATEWAY: ("结算系统暂时不可用", "请稍后刷新本页；没有任何数据因此改变。"),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("内容有误", "请按下面的说明改正后重新提交。"),
    HTTPStatus.CONFLICT: ("条件尚未满足", "请先完成下面所说的事项，再重试。"),
    HTTPStatus.INTERNAL_SERVER_ERROR: ("页面出错", "错误已记录；请把编号告诉系统管理员。"),
}
_OTHER = ("不能显示", "请返回首页重新打开。")


def refusal(error: Refused) -> Sheet:
    """The page of a refusal: what, why, the stable code, and the way on."""
    title, advice = _TITLES.get(HTTPStatus(error.status), _OTHER)
    return Sheet(
        title=title,
        lead=advice,
        crumbs=[HOME],
        status=error.status,
        parts=[card(tag("p", error.detail, role="alert"), code_line(error.code), _ways())],
    )


def code_line(code: str) -> Safe:
    """The stable code of a refusal, for a call to the help desk."""
    return tag("p", "原因代码 ", tag("code", code), cls="soft")


def _ways() -> Safe:
    return tag("p", link("回到首页", href(), cls="button"))
