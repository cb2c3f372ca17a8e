"""A little identity provider over real HTTP, a process of its own: ``python oidc_provider.py PORT``.

It signs everybody in whom ``login_hint`` names, without asking; ``/misbehave?how=`` makes its next tokens
wrong in one way, and ``/turn`` changes its signing key. Nothing of ours is imported.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import sys
import time
from urllib.parse import parse_qs, urlencode

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

CLIENT, SECRET = "chspay-test", "a secret of the test client"
app = FastAPI()
codes: dict[str, dict[str, str]] = {}
state = {"how": "", "key": RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}), "alg": "RS256"}
issuer = ""


@app.get("/.well-known/openid-configuration")
def discovery() -> dict[str, object]:
    """What we are."""
    return {
        "issuer": issuer if state["how"] != "issuer" else issuer + "/other",
        "authorization_endpoint": issuer + "/authorize",
        "token_endpoint": issuer + "/token",
        "jwks_uri": issuer + "/jwks",
        "response_types_supported": ["code"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    }


@app.get("/jwks")
def jwks() -> dict[str, object]:
    """Our public keys."""
    return KeySet([state["key"]]).as_dict(private=False)


@app.get("/authorize")
def authorize(request: Request) -> RedirectResponse:
    """Signs in whom the hint names and sends the browser back."""
    asked = dict(request.query_params)
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["client_id"] == CLIENT
    assert "openid" in asked["scope"].split()
    code = secrets.token_urlsafe(16)
    codes[code] = asked
    back = urlencode({"code": code, "state": asked["state"]})
    return RedirectResponse(f"{asked['redirect_uri']}?{back}", 302)


@app.post("/token")
async def token(request: Request) -> JSONResponse:
    """A code, once, with its verifier, for an ID token."""
    form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
    basic = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    asked = codes.pop(form["code"], None)
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    if basic != f"{CLIENT}:{SECRET}" or asked is None or asked["code_challenge"] != challenge:
        return JSONResponse({"error": "invalid_grant"}, 400)
    now, how = int(time.time()), state["how"]
    claims = {
        "iss": issuer if how != "iss" else "http://127.0.0.1:1",
        "aud": CLIENT if how != "aud" else "somebody-else",
        "sub": "subject-of-" + asked.get("login_hint", "nobody"),
        "employee_no": asked.get("login_hint", "nobody"),
        "nonce": asked["nonce"] if how != "nonce" else "another",
        "iat": now,
        "exp": now + 60 if how != "exp" else now - 3600,
    }
    if how == "azp":
        claims |= {"aud": [CLIENT, "other"], "azp": "other"}
    key, alg = state["key"], state["alg"]
    if how == "key":
        key = RSAKey.generate_key(2048, {"kid": "k1"})
    made = jwt.encode({"alg": alg, "kid": key.kid}, claims, key, algorithms=["RS256", "ES256"])
    if how == "none":
        head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
        made = f"{head}.{made.split('.')[1]}."
    return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": made})


@app.post("/misbehave")
def misbehave(how: str = "") -> None:
    """From now on wrong in this way; empty for right."""
    state["how"] = how


@app.post("/turn")
def turn() -> None:
    """Another key of another kind."""
    state["key"] = ECKey.generate_key("P-256", {"kid": "k2", "use": "sig"})
    state["alg"] = "ES256"


if __name__ == "__main__":
    issuer = f"http://127.0.0.1:{sys.argv[1]}"
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
