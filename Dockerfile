# One image for every service and worker of the local stack.
FROM python:3.12.12-slim-trixie

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

RUN useradd --uid 10001 --user-group --home-dir /var/lib/huiyan --shell /usr/sbin/nologin huiyan \
    && install --directory --owner=huiyan --group=huiyan --mode=0700 /var/lib/huiyan \
    && install --directory --owner=huiyan --group=huiyan /srv/landing /srv/outbox

WORKDIR /opt/huiyan
COPY requirements.lock ./
RUN pip install --require-hashes --requirement requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY include ./include
COPY dbt_project ./dbt_project
COPY expectations ./expectations
COPY dags ./dags
COPY plugins ./plugins
# Editable, so that the package finds the project's other folders beside it.
RUN pip install --no-deps --no-build-isolation --editable . \
    && python -m compileall -q include dags plugins

USER huiyan
VOLUME ["/var/lib/huiyan"]
ENTRYPOINT ["python", "-m", "huiyan.orchestration.service"]
CMD ["api-server"]
