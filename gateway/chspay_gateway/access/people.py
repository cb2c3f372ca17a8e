"""Looking after accounts: made, given roles, reset and closed by an accounts manager of their region."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chspay_core import regions
from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.access import passwords, roles, store
from chspay_gateway.access.store import Account, Role
from chspay_kit.auth import EVERYWHERE, Claim
from chspay_kit.db import Database, current_connection

#: How long a start password is good.
START_DAYS = 3
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}\Z", re.ASCII)
_IDENTITY = re.compile(r"[^\x00-\x1f\x7f]{1,200}\Z")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,60}\Z")

LOGIN_BAD = Reason(
    "LOGIN_BAD", Kind.INVALID, "登录名应为3至40位小写字母、数字或 . _ -，以字母或数字开头，收到“{value}”。"
)
NAME_BAD = Reason("ACCOUNT_NAME_BAD", Kind.INVALID, "{name}为空、过长或含有不可见字符，请更正。")
ACCOUNT_EXISTS = Reason("ACCOUNT_EXISTS", Kind.CONFLICT, "登录名“{value}”或其统一身份已被使用，请换一个。")
ACCOUNT_UNKNOWN = Reason("ACCOUNT_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的账号，或不在管理范围内。")
ROLE_GONE = Reason("ACCOUNT_ROLE_GONE", Kind.NOT_FOUND, "该账号没有编号为“{value}”的有效角色。")
GRANT_SELF = Reason("GRANT_SELF", Kind.DENIED, "不能管理自己的账号，请由另一位账号管理员办理。")
EXPERT_ALONE = Reason(
    "EXPERT_ALONE", Kind.PRECONDITION, "专家与其他角色不能由同一账号担任，请为其中一个另建账号。"
)
ROLE_BEYOND = Reason(
    "ACCOUNT_ROLE_BEYOND",
    Kind.DENIED,
    "该账号还有管理范围以外的角色（{value}），请由管理范围更大的账号管理员办理。",
)
AUDITOR_ALONE = Reason(
    "AUDITOR_ALONE", Kind.PRECONDITION, "稽核审计与其他角色不能由同一账号担任，请为其中一个另建账号。"
)
UNTIL_PAST = Reason("ACCOUNT_UNTIL_PAST", Kind.INVALID, "到期时间{value}应晚于现在，并带时区。")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A role to be given."""

    kind: str
    institution: str = ""
    region: str = ""
    expert: str = ""
    duties: Sequence[str] = ()
    until: datetime | None = None


#: Says which pool the institution or the expert of a role belongs to, as the caller may see it; a Fault when
#: nobody registered it.
PoolOf = Callable[[Wanted], Awaitable[str]]


class People:
    """What an accounts manager does.

    Every step is one transaction, held to the manager's region by the row policies of the tables, and
    written into the chain of events in the same transaction.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, claim: Claim, login: str, name: str, home: str, identity: str = ""
    ) -> tuple[Account, str]:
        """A new account and its start password, which is shown once.

        :param home: six-digit code of the office that looks after it.
        :raises Fault: LOGIN_BAD, ACCOUNT_NAME_BAD, ACCOUNT_EXISTS, DUTY_DENIED, REGION_DENIED.
        """
        _manager(claim)
        login = login.strip().lower()
        if not _LOGIN.match(login):
            raise Fault(LOGIN_BAD, field="login", value=login)
        if not _NAME.match(name.strip()):
            raise Fault(NAME_BAD, field="name", name="姓名")
        if identity and not _IDENTITY.match(identity):
            raise Fault(NAME_BAD, field="identity", name="统一身份")
        claim.require_region(regions.check_code(home, "home"))
        start = passwords.start_password()
        account = Account(
            secrets.token_hex(6), login, name.strip(), home, identity or None,
            await passwords.hashed(start), True, _soon(), "active",
        )  # fmt: skip
        async with self._database.unit(claim):
            connection = await current_connection()
            if not await store.add(connection, account):
                raise Fault(ACCOUNT_EXISTS, field="login", value=login)
            await store.record(
                connection, "account_added", claim.subject, home, account.account_id, {"login": login}
            )
        return account, start

    async def page(self, claim: Claim, after: str, limit: int) -> list[Account]:
        """Accounts of the region, by login."""
        claim.require_duty("accounts", "audit")
        async with self._database.unit(claim):
            return await store.page(await current_connection(), after, limit)

    async def one(self, claim: Claim, account_id: str) -> tuple[Account, list[Role]]:
        """An account with every role it ever had.

        :raises Fault: ACCOUNT_UNKNOWN, also for accounts of other regions.
        """
        claim.require_duty("accounts", "audit")
        async with self._database.unit(claim):
            connection = await current_connection()
            account = await store.find(connection, "account_id", account_id)
            if account is None:
                raise Fault(ACCOUNT_UNKNOWN, field="account_id", value=account_id)
            return account, await store.roles(connection, account_id, standing=False)

    async def grant(self, claim: Claim, account_id: str, wanted: Wanted, pool_of: PoolOf) -> Role:
        """Gives a role; one that stands already is answered as it is.

        :raises Fault: the role is not good, its place is not the manager's, EXPERT_ALONE, AUDITOR_ALONE,
            GRANT_SELF.
        """
        _manager(claim)
        scope = roles.scope_of_role(
            wanted.kind,
            institution=wanted.institution,
            region=wanted.region,
            expert=wanted.expert,
            duties=wanted.duties,
        )
        if wanted.region:
            claim.require_region(wanted.region)
        if wanted.institution or wanted.expert:
            claim.require_region(await pool_of(wanted))
        if wanted.until is not None and (wanted.until.tzinfo is None or wanted.until <= datetime.now(UTC)):
            raise Fault(UNTIL_PAST, field="until", value=wanted.until.isoformat())
        role = Role(
            secrets.token_hex(6), account_id, wanted.kind, scope.role, scope.institution, scope.region,
            scope.expert, scope.duties, datetime.now(UTC), wanted.until, None,
        )  # fmt: skip
        async with self._database.unit(claim):
            connection = await current_connection()
            account = await self._managed(claim, account_id)
            standing = await store.roles(connection, account_id)
            same = next((each for each in standing if _alike(each, role)), None)
            if same is not None:
                return same
            if any((each.role == "expert") != (role.role == "expert") for each in standing):
                raise Fault(EXPERT_ALONE, field="role", value=wanted.kind)
            if any((each.kind == "auditor") != (role.kind == "auditor") for each in standing):
                raise Fault(AUDITOR_ALONE, field="role", value=wanted.kind)
            await store.grant(connection, role, account.home, claim.subject)
            await store.record(
                connection, "role_granted", claim.subject, account.home, account_id, _told(role)
            )
        return role

    async def revoke(self, claim: Claim, account_id: str, role_id: str, pool_of: PoolOf) -> None:
        """Takes a role back; sessions that act as it end."""
        _manager(claim)
        async with self._database.unit(claim):
            connection = await current_connection()
            account = await self._reached(claim, account_id, pool_of)
            if not await store.revoke(connection, account_id, role_id):
                raise Fault(ROLE_GONE, field="role_id", value=role_id)
            await store.record(
                connection, "role_revoked", claim.subject, account.home, account_id, {"role_id": role_id}
            )

    async def reset(self, claim: Claim, account_id: str, pool_of: PoolOf) -> str:
        """Another start password, shown once; sessions end and waiting after failures is forgiven."""
        _manager(claim)
        start = passwords.start_password()
        kept = await passwords.hashed(start)
        async with self._database.unit(claim):
            connection = await current_connection()
            account = await self._reached(claim, account_id, pool_of)
            await store.set_password(connection, account_id, kept, _soon())
            await store.end_all(connection, account_id)
            await store.forgive_all(connection, account.login)
            await store.record(connection, "password_reset", claim.subject, account.home, account_id, {})
        return start

    async def set_state(self, claim: Claim, account_id: str, pool_of: PoolOf, *, closed: bool) -> None:
        """Closes an account, which ends its sessions, or opens it again."""
        _manager(claim)
        async with self._database.unit(claim):
            connection = await current_connection()
            account = await self._reached(claim, account_id, pool_of)
            await store.set_state(connection, account_id, "closed" if closed else "active")
            if closed:
                await store.end_all(connection, account_id)
            event = "account_closed" if closed else "account_opened"
            await store.record(connection, event, claim.subject, account.home, account_id, {})

    async def events(
        self, claim: Claim, account_id: str, before: int, limit: int
    ) -> list[tuple[int, datetime, dict[str, Any]]]:
        """What happened to accounts of the region, newest first."""
        claim.require_duty("accounts", "audit")
        async with self._database.unit(claim):
            return await store.events(await current_connection(), claim, account_id, before, limit)

    async def _managed(self, claim: Claim, account_id: str) -> Account:
        """The account, which is in the manager's region and not the manager's own."""
        account = await store.find(await current_connection(), "account_id", account_id)
        if account is None:
            raise Fault(ACCOUNT_UNKNOWN, field="account_id", value=account_id)
        if claim.subject == f"user:{account_id}":
            raise Fault(GRANT_SELF)
        return account

    async def _reached(self, claim: Claim, account_id: str, pool_of: PoolOf) -> Account:
        """As :meth:`_managed`, and all the account may act as is the manager's to give.

        Else whoever resets the password of a person with a wider role comes in as that role.

        :raises Fault: ACCOUNT_ROLE_BEYOND.
        """
        account = await self._managed(claim, account_id)
        for role in await store.roles(await current_connection(), account_id):
            place = role.region
            if role.institution or role.expert:
                place = await pool_of(Wanted(role.kind, institution=role.institution, expert=role.expert))
            if not (claim.region == EVERYWHERE or (claim.region and place.startswith(claim.region))):
                raise Fault(ROLE_BEYOND, field="account_id", value=roles.NAMES[role.kind])
        return account


def _manager(claim: Claim) -> None:
    claim.require_role("bureau", "service")
    claim.require_duty("accounts")


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(days=START_DAYS)


def _alike(one: Role, other: Role) -> bool:
    return (one.kind, one.institution, one.region, one.expert, one.duties, one.until) == (
        other.kind, other.institution, other.region, other.expert, other.duties, other.until,
    )  # fmt: skip


def _told(role: Role) -> dict[str, object]:
    return {
        "role_id": role.role_id,
        "role": role.kind,
        "institution": role.institution,
        "region": role.region,
        "expert": role.expert,
        "duties": list(role.duties),
        "until": role.until.isoformat() if role.until else "",
    }
