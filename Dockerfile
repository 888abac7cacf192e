# One image for every service; `docker compose` says which one a container is.
# The Danish design system is in it when `make setup` has put it into oots/web/assets/dkfds before the build.
ARG BASE=python:3.11-slim-bookworm
FROM ${BASE}

RUN useradd --create-home --uid 10001 oots \
    && mkdir -p /keys /state /volumes/requester /volumes/provider /volumes/directories /volumes/eid \
    && chown -R oots /keys /state /volumes

WORKDIR /opt/oots
RUN python -m venv .venv
COPY requirements.txt .
RUN .venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN .venv/bin/python -m pip install --no-cache-dir --no-deps -e .
# Dossiers name the commit that made them: docker compose build --build-arg COMMIT=$(git rev-parse HEAD)
ARG COMMIT=
RUN echo "${COMMIT}" > commit.txt

ENV PATH="/opt/oots/.venv/bin:${PATH}" PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER oots
WORKDIR /home/oots
ENTRYPOINT ["oots"]
