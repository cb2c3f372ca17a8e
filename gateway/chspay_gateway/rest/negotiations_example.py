"""A council that can be registered as it stands, for the interface description."""

from __future__ import annotations

from typing import Any

#: Public keys of the SM2 scalars 1 to 6: valid, and worth nothing.
_PUBLIC_KEYS = (
    "0432c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0",
    "0456cefd60d7c87c000d58ef57fa73ba4d9c0dfa08c08a7331495c2e1da3f2bd52"
    "31b7e7e6cc8189f668535ce0f8eaf1bd6de84c182f6c8e716f780d3a970a23c3",
    "04a97f7cd4b3c993b4be2daa8cdb41e24ca13f6bd945302244e26918f1d0509ebf"
    "530b5dd88c688ef5ccc5cec08a72150f7c400ee5cd045292aaacdd037458f6e6",
    "04c239507105c683242a81052ff641ed69009a084ad5cc937db21646cd34a0ced5"
    "b1bf7ec4080f3c8735f1294ac0db19686bee2e96ab8c71fb7a253666cb66e009",
    "04c749061668652e26040e008fdd5eb77a344a417b7fce19dba575da57cc372a9e"
    "f2df5db2d144e9454504c622b51cf38f5006206eb579ff7da6976eff5fbe6480",
    "040927afb57d93483bbb17c93e71f22a3105ff8856a66016892c8b1a1a3c4b0d30"
    "150c6b1ab4d1fc7eac1c0ef6ebf2664581adf1f0855a064dd572103000088f63",
)


def council() -> dict[str, Any]:
    """Three hospitals, one of each level, and three officers."""
    seats: list[dict[str, Any]] = []
    for number, key in enumerate(_PUBLIC_KEYS, start=1):
        hospital = number <= 3
        level = 4 - number
        seats.append(
            {
                "delegate_id": f"h{number}" if hospital else f"b{number - 3}",
                "side": "hospital" if hospital else "bureau",
                "institution": f"H990101EX{number}" if hospital else f"医保部门{number - 3}",
                "classes": [f"level{level}"] if hospital else [],
                "subject": f"user:10{number}",
                "public_key": key,
            }
        )
    return {"pool": "990100", "since": "2026-01-01", "seats": seats}
