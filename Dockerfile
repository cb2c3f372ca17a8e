# One image for every service: `chspay serve <service>`, `chspay db migrate`, `chspay group` ...
ARG PYTHON=python:3.12-slim-bookworm

FROM ${PYTHON} AS build
ARG UV_VERSION=0.13.9
# The index configured for pip is used; the wheels themselves are checked against uv.lock.
RUN pip install --no-cache-dir "uv==${UV_VERSION}"
WORKDIR /app
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --frozen --no-dev --no-install-project
COPY common/ common/
COPY policy/ policy/
COPY proto/gen/ proto/gen/
COPY services/ services/
COPY gateway/ gateway/
COPY portal/ portal/
RUN uv sync --frozen --no-dev --no-editable

FROM ${PYTHON}
RUN groupadd --gid 10001 chspay \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin chspay \
 && install -d -o 10001 -g 10001 /var/lib/chspay /var/cache/chspay
COPY --from=build --chown=root:root /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    CHSPAY_HOME=/var/lib/chspay \
    XDG_CACHE_HOME=/var/cache/chspay
# The batch kernel's machine code for this kind of processor; another kind makes its own at first use.
RUN python -m chspay_cli.compiled && chown -R 10001:10001 /var/cache/chspay
USER 10001:10001
WORKDIR /var/lib/chspay
ENTRYPOINT ["chspay"]
CMD ["--help"]
