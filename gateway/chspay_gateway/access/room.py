"""What the gateway has for access: people, sessions, limits and the book of readings."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from pydantic import SecretStr

from chspay_gateway.access.desk import Desk
from chspay_gateway.access.limits import Buckets
from chspay_gateway.access.oidc import OidcSettings, Provider
from chspay_gateway.access.people import People
from chspay_gateway.access.readings import Readings
from chspay_gateway.settings import GatewaySettings
from chspay_kit.db import Database
from chspay_kit.settings import secret


@dataclass(frozen=True, slots=True)
class Access:
    """The parts.

    :param clients: how much each key or account may ask.
    :param doors: how often an address may try to sign in.
    """

    people: People
    desk: Desk
    readings: Readings
    clients: Buckets
    doors: Buckets


def open_access(settings: GatewaySettings, database: Database, http: httpx.AsyncClient) -> Access:
    """The parts, as the process was told.

    :param http: asks the identity provider.
    :raises Fault: a secret cannot be read, or the issuer is no safe address.
    """
    desk = Desk(
        database, settings.idle_minutes * 60.0, settings.session_hours * 3600.0, _provider(settings, http)
    )
    return Access(
        People(database),
        desk,
        Readings(database),
        Buckets(settings.client_rate, settings.client_burst),
        Buckets(settings.sign_in_rate, settings.sign_in_burst),
    )


def _provider(settings: GatewaySettings, http: httpx.AsyncClient) -> Provider | None:
    if not settings.oidc_issuer:
        return None
    hidden = settings.oidc_client_secret_file
    told = OidcSettings(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        redirect=settings.oidc_redirect,
        secret=secret(hidden, SecretStr(""), "CHSPAY_OIDC_CLIENT_SECRET").decode() if hidden else "",
        claim=settings.oidc_claim,
        scopes=settings.oidc_scopes,
    )
    return Provider(told, http)
