"""Signing in and out: by password or by the identity provider; a session is a random token."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.access import passwords, store
from chspay_gateway.access.oidc import Provider
from chspay_gateway.access.store import Account, Role, SignedIn
from chspay_kit import logs, smcrypto
from chspay_kit.auth import service_claim
from chspay_kit.db import Database, current_connection

log = logs.get_logger(__name__)

MARK = "cs_"
_OWN = service_claim("gateway")
_PENDING_SECONDS = 600.0

SIGN_IN_REFUSED = Reason(
    "SIGN_IN_REFUSED", Kind.UNAUTHENTICATED, "登录名或密码不对，或账号已停用；连续多次不对须等待后再试。"
)
SIGN_IN_LOCKED = Reason(
    "SIGN_IN_LOCKED", Kind.UNAVAILABLE, "密码连续多次不对，请{seconds}秒后再试，或请账号管理员重置密码。"
)
START_PASSWORD_OVER = Reason(
    "START_PASSWORD_OVER", Kind.UNAUTHENTICATED, "初始密码已过期，请账号管理员重新发放。"
)
NO_ROLE = Reason("ACCOUNT_WITHOUT_ROLE", Kind.DENIED, "账号还没有这样的有效角色，请账号管理员授予。")
NO_ACCOUNT = Reason(
    "IDENTITY_WITHOUT_ACCOUNT", Kind.DENIED, "统一身份已确认，但没有对应的账号，请账号管理员先建账号。"
)
OIDC_OFF = Reason("OIDC_OFF", Kind.PRECONDITION, "没有配置统一身份登录，请用登录名和密码登录。")
OIDC_STATE = Reason(
    "OIDC_STATE_BAD", Kind.UNAUTHENTICATED, "这次统一身份登录已用过、已过期或不是从这里开始的，请重新登录。"
)
SESSION_ENDED = Reason("SESSION_ENDED", Kind.UNAUTHENTICATED, "登录已结束，请重新登录。")
PASSWORD_WRONG = Reason("PASSWORD_WRONG", Kind.UNAUTHENTICATED, "原密码不对，密码没有更改。")
PASSWORD_SAME = Reason("PASSWORD_SAME", Kind.INVALID, "新密码与原密码相同，请换一个。")


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that succeeded.

    :param roles: everything the account may act as; ``signed.role`` is what this session acts as.
    """

    token: str
    signed: SignedIn
    roles: tuple[Role, ...]


def token_hash(token: str) -> bytes:
    """What is stored instead of a token; it has 256 random bits, so a plain digest is enough."""
    return smcrypto.sm3(token.encode())


class Desk:
    """Begins and ends sessions.

    :param idle: seconds without a request after which a session ends.
    :param longest: seconds after which it ends in any case.
    :param provider: the identity provider; ``None`` when there is none.
    """

    def __init__(self, database: Database, idle: float, longest: float, provider: Provider | None) -> None:
        self._database = database
        self._idle = idle
        self._longest = longest
        self.provider = provider

    async def sign_in(self, login: str, password: str, address: str, role_id: str = "") -> Begun:
        """A session for who knows the password.

        :param address: where the attempt comes from; see :func:`store.counted_under`.
        :param role_id: which of its roles the account acts as; empty for the first.
        :raises Fault: SIGN_IN_LOCKED, SIGN_IN_REFUSED (the same for unknown logins), START_PASSWORD_OVER,
            ACCOUNT_WITHOUT_ROLE.
        """
        login = login.strip().lower()[: passwords.LONGEST]
        tried = await self._try(login, address)
        async with self._database.unit(_OWN):
            account = await store.find(await current_connection(), "login", login)
        kept = account.password_hash if account is not None else ""
        right = len(password) <= passwords.LONGEST and await passwords.matches(kept, password)
        if account is None or not right or account.state != "active":
            await self._failed(account)
            raise Fault(SIGN_IN_REFUSED)
        if account.start_until is not None and account.start_until <= datetime.now(UTC):
            raise Fault(START_PASSWORD_OVER)
        fresh = await passwords.hashed(password) if passwords.is_old(kept) else ""
        async with self._database.unit(_OWN):
            connection = await current_connection()
            await store.forgive(connection, tried, store.place_hash(login, address))
            if fresh:
                await store.set_password(connection, account.account_id, fresh, account.start_until)
            return await self._begin(account, role_id, "password")

    async def oidc_start(self) -> tuple[str, str]:
        """Where the browser goes to sign in with the identity provider, and the state it comes back with.

        :raises Fault: OIDC_OFF, or the provider cannot be asked.
        """
        provider = self._provider()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        url = await provider.address(state, nonce, verifier)
        async with self._database.unit(_OWN):
            await store.put_pending(
                await current_connection(), token_hash(state), nonce, verifier, _PENDING_SECONDS
            )
        return url, state

    async def oidc_finish(self, state: str, code: str, role_id: str = "") -> Begun:
        """A session for whom the identity provider vouches for and who has an account here.

        :raises Fault: OIDC_STATE_BAD, IDENTITY_WITHOUT_ACCOUNT, or what the provider said was not good.
        """
        provider = self._provider()
        async with self._database.unit(_OWN):
            pending = await store.take_pending(await current_connection(), token_hash(state))
        if pending is None:
            raise Fault(OIDC_STATE)
        nonce, verifier = pending
        identity = await provider.identity(code, nonce, verifier)
        async with self._database.unit(_OWN):
            account = await store.find(await current_connection(), "identity", identity)
            if account is None or account.state != "active":
                log.info("access.identity_without_account")
                raise Fault(NO_ACCOUNT)
            return await self._begin(account, role_id, "oidc")

    async def session(self, token: str) -> SignedIn:
        """The living session of a token, which counts as used now.

        :raises Fault: SESSION_ENDED.
        """
        async with self._database.unit(_OWN):
            found = await store.session(await current_connection(), token_hash(token), self._idle)
        if found is None:
            raise Fault(SESSION_ENDED)
        return found

    async def roles(self, account_id: str) -> tuple[Role, ...]:
        """Everything an account may act as now."""
        async with self._database.unit(_OWN):
            return tuple(await store.roles(await current_connection(), account_id))

    async def sign_out(self, token: str) -> None:
        """Ends the session."""
        async with self._database.unit(_OWN):
            connection = await current_connection()
            ended = await store.end(connection, token_hash(token))
            account = await store.find(connection, "account_id", ended) if ended else None
            if account is not None:
                await store.record(connection, "signed_out", f"user:{ended}", account.home, ended, {})

    async def change_password(self, token: str, old: str, new: str, address: str) -> None:
        """The person's own new password; every other session of the account ends.

        :raises Fault: PASSWORD_WRONG, PASSWORD_SAME, PASSWORD_LENGTH, PASSWORD_GUESSABLE, SIGN_IN_LOCKED.
        """
        signed = await self.session(token)
        account = signed.account
        tried = await self._try(account.login, address)
        if len(old) > passwords.LONGEST or not await passwords.matches(account.password_hash, old):
            raise Fault(PASSWORD_WRONG, field="old")
        async with self._database.unit(_OWN):
            # Before the new one is looked at: who knows the old one is not guessing.
            place = store.place_hash(account.login, address)
            await store.forgive(await current_connection(), tried, place)
        if old == new:
            raise Fault(PASSWORD_SAME, field="new")
        passwords.check(new, account.login, account.name)
        kept = await passwords.hashed(new)
        async with self._database.unit(_OWN):
            connection = await current_connection()
            await store.set_password(connection, account.account_id, kept, None)
            await store.end_all(connection, account.account_id, token_hash(token))
            await store.record(
                connection, "password_changed", f"user:{account.account_id}", account.home,
                account.account_id, {},
            )  # fmt: skip

    def _provider(self) -> Provider:
        if self.provider is None:
            raise Fault(OIDC_OFF)
        return self.provider

    async def _try(self, login: str, address: str) -> bytes:
        """Counts an attempt; under what it was counted.

        :raises Fault: SIGN_IN_LOCKED.
        """
        async with self._database.unit(_OWN):
            connection = await current_connection()
            counted = await store.counted_under(connection, login, address)
            wait = await store.attempt(connection, counted)
        if wait:
            raise Fault(SIGN_IN_LOCKED, seconds=wait)
        return counted

    async def _failed(self, account: Account | None) -> None:
        """Writes a refusal down, for unknown logins too: else the time taken tells which logins exist."""
        log.info("access.sign_in_refused")
        home, number = (account.home, account.account_id) if account is not None else ("", "")
        async with self._database.unit(_OWN):
            await store.record(await current_connection(), "sign_in_refused", "", home, number, {})

    async def _begin(self, account: Account, role_id: str, means: str) -> Begun:
        """Begins a session in the current unit."""
        connection = await current_connection()
        standing = await store.roles(connection, account.account_id)
        role = next((each for each in standing if role_id in ("", each.role_id)), None)
        if role is None:
            raise Fault(NO_ROLE)
        token = MARK + secrets.token_urlsafe(32)
        ends = datetime.now(UTC) + timedelta(seconds=self._longest)
        await store.begin(connection, token_hash(token), role, means, ends)
        await store.record(
            connection, "signed_in", f"user:{account.account_id}", account.home, account.account_id,
            {"means": means, "role_id": role.role_id},
        )  # fmt: skip
        return Begun(token, SignedIn(account, role, ends, means), tuple(standing))
