"""What the gateway itself refuses, before a service is asked. Services' reasons pass through unchanged."""

from __future__ import annotations

from chspay_core.errors import Kind, Reason

BODY_NOT_JSON = Reason("BODY_NOT_JSON", Kind.INVALID, "请求内容不是有效的JSON（UTF-8），请检查报文格式。")
BODY_MISSING = Reason("BODY_MISSING", Kind.INVALID, "请求内容为空，请提交JSON报文。")
BODY_TOO_DEEP = Reason("BODY_TOO_DEEP", Kind.INVALID, "JSON嵌套超过{limit}层，请检查报文结构。")
BODY_TOO_LARGE = Reason(
    "BODY_TOO_LARGE", Kind.TOO_LARGE, "请求内容超过{limit}，未作处理；大批量数据请用 /api/v1/lists/import。"
)
MEDIA_TYPE_BAD = Reason(
    "MEDIA_TYPE_BAD", Kind.INVALID, "不支持的内容类型“{value}”，请使用 Content-Type: {expected}。"
)
FIELD_REQUIRED = Reason("FIELD_REQUIRED", Kind.INVALID, "缺少必填项“{field}”。")
FIELD_UNKNOWN = Reason("FIELD_UNKNOWN", Kind.INVALID, "不认识的字段“{field}”，请对照接口说明检查拼写。")
FIELD_TYPE = Reason("FIELD_TYPE", Kind.INVALID, "“{field}”的类型不对，{expected}，收到“{value}”。")
FIELD_RANGE = Reason("FIELD_RANGE", Kind.INVALID, "“{field}”超出允许范围，{expected}，收到“{value}”。")
FIELD_FORMAT = Reason("FIELD_FORMAT", Kind.INVALID, "“{field}”的格式不对，收到“{value}”。")
KEY_HEADER_MISSING = Reason(
    "IDEMPOTENCY_KEY_MISSING",
    Kind.INVALID,
    "写入请求必须带请求头 Idempotency-Key（1至64位字母、数字或 . _ : -）；重试同一请求时请用同一个值。",
)
KEY_HEADER_BAD = Reason(
    "IDEMPOTENCY_KEY_BAD",
    Kind.INVALID,
    "请求头 Idempotency-Key 应为1至64位字母、数字或 . _ : -，收到“{value}”。",
)
SCHEME_UNDECIDED = Reason(
    "SCHEME_UNDECIDED", Kind.INVALID, "请给出分组方案 scheme，或同时给出地区 place 和日期 on。"
)
CATALOGUE_UNDECIDED = Reason(
    "CATALOGUE_UNDECIDED", Kind.INVALID, "请给出DIP目录 catalogue，或同时给出地区 place 和日期 on。"
)
FORMAT_BAD = Reason("FORMAT_BAD", Kind.INVALID, "不支持的格式“{value}”，可选：{expected}。")
UPLOAD_UNREADABLE = Reason("UPLOAD_UNREADABLE", Kind.INVALID, "文件无法按{expected}读取：{detail}。")

KEY_MISSING = Reason(
    "KEY_MISSING",
    Kind.UNAUTHENTICATED,
    "缺少访问密钥，请在请求头 Authorization: Bearer 或 X-API-Key 中提供。",
)
KEY_BAD = Reason("KEY_BAD", Kind.UNAUTHENTICATED, "访问密钥无效或已停用，请联系医保部门核对。")
PAGE_SIGN_IN = Reason("PAGE_SIGN_IN", Kind.UNAUTHENTICATED, "请先登录，再打开此页面。")
PAGE_FROM_ELSEWHERE = Reason(
    "PAGE_FROM_ELSEWHERE", Kind.DENIED, "这次登录或退出不是从本站页面发起的，请从本站的登录页重试。"
)
NOT_YOURS = Reason("NOT_YOUR_HOSPITAL", Kind.DENIED, "密钥属于医疗机构{own}，不能代表{value}提交或查询。")
BUREAU_ONLY = Reason("BUREAU_ONLY", Kind.DENIED, "此操作只对医保部门开放，医疗机构密钥不能使用。")

BUSY = Reason("GATEWAY_BUSY", Kind.UNAVAILABLE, "同时处理的请求已达上限，请稍后用同一请求号重试。")
ROUTE_UNKNOWN = Reason("ROUTE_UNKNOWN", Kind.NOT_FOUND, "没有这个地址：{value}。接口目录见首页 / 。")
METHOD_BAD = Reason("METHOD_BAD", Kind.INVALID, "此地址不支持{value}方法。")
