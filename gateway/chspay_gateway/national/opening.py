"""The door, from what the process was told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from chspay_core.errors import Fault
from chspay_gateway.national.door import Door
from chspay_gateway.national.partners import NOBODY, Partners, read_partners
from chspay_gateway.national.profiles import Profiles, shipped
from chspay_gateway.settings import GatewaySettings
from chspay_kit import logs, smcrypto

log = logs.get_logger(__name__)


class PartnersFile:
    """The partners in a file, read again when the file changes; a broken change leaves what was known.

    :raises Fault: at the start, when the file is not good.
    """

    def __init__(self, file: Path, profiles: Profiles) -> None:
        self._file = file
        self._profiles = profiles
        self._stamp = self._look()
        self._known = read_partners(file, profiles)

    def __call__(self) -> Partners:
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._known = read_partners(self._file, self._profiles)
                log.info("gateway.partners_read", count=len(self._known.by_id))
            except Fault as fault:
                log.error("gateway.partners_bad", reason=fault.reason.code)
        return self._known

    def _look(self) -> tuple[int, int]:
        try:
            found = self._file.stat()
        except OSError:
            return (0, 0)
        return (found.st_mtime_ns, found.st_size)


def open_door(settings: GatewaySettings, claim_key: bytes) -> Door:
    """The door of the national paths.

    :raises Fault: the profile or the partners' file is not good.
    """
    profiles = shipped()
    partners: Callable[[], Partners] = lambda: NOBODY  # noqa: E731
    if settings.partners_file is not None:
        partners = PartnersFile(settings.partners_file, profiles)
    key = smcrypto.hmac_sm3(claim_key, b"gateway oauth token")
    return Door(profiles, profiles.named(settings.gateway_profile), partners, key)
