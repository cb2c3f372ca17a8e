"""The shipped code really uses what the suite stands on."""

import ast

from tree import ROOT, SERVICES, parsed, sources


def _imports(file):
    names = set()
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _all_imports(*rooms):
    return set().union(*(_imports(file) for file in sources() if any(room in str(file) for room in rooms)))


def test_tables_are_sqlmodel():
    """One way to declare a table, so that Alembic can compare code and database."""
    homes = [ROOT / "services" / name / f"chspay_{name}" for name in SERVICES]
    homes.append(ROOT / "gateway" / "chspay_gateway")
    for home in homes:
        file = home / "tables.py"
        tables = [
            node
            for node in parsed(file).body
            if isinstance(node, ast.ClassDef) and any(kw.arg == "table" for kw in node.keywords)
        ]
        assert "sqlmodel.SQLModel" in _imports(file) or "sqlmodel" in _imports(file), file
        assert tables, f"{file} declares no table"


def test_edges_use_fastapi_and_grpc_aio():
    """HTTP comes in through FastAPI, calls between services go over grpc.aio."""
    assert any(name.startswith("fastapi") for name in _all_imports("chspay_gateway"))
    assert "grpc.aio" in _all_imports("chspay_kit")
    for service in SERVICES:
        assert any(name.startswith(f"chspay.{service}.v1") for name in _all_imports(f"chspay_{service}"))


def test_outgoing_http_is_httpx():
    """One HTTP client with deadlines and tracing; no second one creeps in."""
    names = _all_imports("common", "services", "gateway", "portal")
    assert not {name for name in names if name.split(".")[0] in {"requests", "aiohttp", "urllib3"}}
    assert not {name for name in names if name == "urllib.request"}
    assert any(name.split(".")[0] == "httpx" for name in names)
