"""Insured persons: sealed as a whole, found by pseudonyms of their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncpg
import orjson

from chspay_core import regions
from chspay_core.errors import Fault
from chspay_core.period import parse_day
from chspay_kit import logs
from chspay_kit.auth import current_claim, service_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults_episodes as faults
from chspay_settlement.app.intake.keys import Identity, Keyring
from chspay_settlement.store import episodes, scope

MOST = 1000
_FACTS = frozenset(
    ("gend", "brdy", "naty", "insutype", "psn_type", "psn_insu_stas", "psn_insu_date", "paus_insu_date",
     "cvlserv_flag", "balc", "emp_name", "exp_content")
)  # fmt: skip
_LONGEST = 200

log = logs.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Person:
    """An insured person in clear; exists only while it is asked for."""

    identity: Identity
    insured_region: str
    facts: Mapping[str, str]


class Persons:
    """Keeps and finds persons."""

    def __init__(self, keys: Keyring) -> None:
        self._keys = keys

    async def put(self, persons: Sequence[Person]) -> list[str]:
        """Keeps what the insurance office knows now; answers the persons' keys.

        :raises Fault: PERSONS_TOO_MANY, EPISODE_PART_BAD, REGION_DENIED.
        """
        claim = current_claim()
        claim.require_role("bureau", "service")
        if len(persons) > MOST:
            raise Fault(faults.PERSONS_TOO_MANY, field="persons", value=len(persons), limit=MOST)
        connection = await current_connection()
        stored = [self._stored(person) for person in persons]
        await episodes.lock(connection, sorted({f"person/{each.person_key}" for each in stored}))
        for each in stored:
            claim.require_region(each.region_code)
            await episodes.put_person(connection, each)
        return [each.person_key for each in stored]

    async def find(self, person_no: str, certificate_no: str, name: str) -> Person:
        """A person by number or certificate; what else is given must be the person's too.

        A number alone opens nobody: numbers can be counted through. A hospital names the certificate or the
        name beside it, or has a registered admission of that person. Every reading is logged without names.

        :raises Fault: PERSON_UNKNOWN, in the same words whatever was wrong.
        """
        if not (person_no or certificate_no):
            raise Fault(faults.PART_BAD, field="certno", value="")
        connection = await current_connection()
        key = self._keys.person_key(person_no) if person_no else ""
        certificate = "" if key else self._certificate_key(certificate_no)
        found = await self._look(connection, key, certificate)
        person = None if found is None else self._opened(found)
        if found is None or person is None or not self._matches(found, person, certificate_no, name):
            raise Fault(faults.PERSON_UNKNOWN)
        claim = current_claim()
        bare = bool(key) and claim.role == "hospital" and not (certificate_no or name)
        if bare and not await episodes.is_admitted(connection, claim.institution, key):
            raise Fault(faults.PERSON_UNKNOWN)
        log.info(
            "person.read",
            subject=claim.subject,
            role=claim.role,
            hospital_code=claim.institution,
            digest=found.person_key,
        )
        return person

    def _matches(self, found: episodes.StoredPerson, person: Person, certificate_no: str, name: str) -> bool:
        certificate = self._certificate_key(certificate_no)
        return certificate in ("", found.certificate_key) and name in ("", person.identity.name)

    async def facts_of(self, connection: asyncpg.Connection, person_key: str) -> Mapping[str, str]:
        """Sex, day of birth and kind of insurance of a person; empty when unknown."""
        found = await self._look(connection, person_key, "") if person_key else None
        return {} if found is None else self._opened(found).facts

    async def of_key(self, connection: asyncpg.Connection, person_key: str) -> Person | None:
        """The person behind a key."""
        found = await self._look(connection, person_key, "") if person_key else None
        return None if found is None else self._opened(found)

    async def _look(
        self, connection: asyncpg.Connection, person_key: str, certificate_key: str
    ) -> episodes.StoredPerson | None:
        """Looks beyond the asker's own rows: a hospital may meet a person insured anywhere."""
        claim = current_claim()
        await scope.act_as(connection, service_claim("settlement"))
        try:
            return await episodes.find_person(connection, person_key, certificate_key)
        finally:
            await scope.act_as(connection, claim)

    def _certificate_key(self, certificate_no: str) -> str:
        return (
            self._keys.person_key("certificate:" + certificate_no.strip().upper()) if certificate_no else ""
        )

    def _stored(self, person: Person) -> episodes.StoredPerson:
        identity, known = person.identity, person.facts
        if not identity.person_no:
            raise Fault(faults.PART_BAD, field="psn_no", value="")
        for name, text in known.items():
            if name not in _FACTS:
                raise Fault(faults.FACT_UNKNOWN, field=name)
            if len(text) > _LONGEST or "\x00" in text:
                raise Fault(faults.PART_BAD, field=name, value=text)
        if known.get("gend", "") not in {"0", "1", "2", "9", ""}:
            raise Fault(faults.PART_BAD, field="gend", value=known["gend"])
        if known.get("brdy"):
            parse_day(known["brdy"][:10], "brdy")
        regions.check_code(person.insured_region, "insuplc_admdvs")
        key = self._keys.person_key(identity.person_no)
        content = {
            "identity": [
                identity.person_no, identity.name, identity.certificate_type, identity.certificate_no
            ],
            "facts": dict(known),
        }  # fmt: skip
        return episodes.StoredPerson(
            key,
            self._certificate_key(identity.certificate_no),
            person.insured_region,
            self._keys.seal_source(orjson.dumps(content), f"person/{key}"),
        )

    def _opened(self, stored: episodes.StoredPerson) -> Person:
        content = orjson.loads(self._keys.open_source(stored.sealed, f"person/{stored.person_key}"))
        return Person(Identity(*content["identity"]), stored.region_code, content["facts"])
