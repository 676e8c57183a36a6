# One image for all processes: Dagster's code server, webserver and daemon, and `dagwire` by itself.
FROM python:3.11-slim
ENV DAGSTER_HOME=/var/lib/dagster DAGWIRE_ENV=production PYTHONUNBUFFERED=1
WORKDIR /app
# The packages first: a change of the application leaves this layer as it is.
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY tests/systems/requirements/dagster.txt versions.txt
RUN pip install --no-cache-dir -c versions.txt '.[app,async,cli,dagster,yaml]' dagster-webserver
COPY config config
COPY containers containers
COPY resources resources
COPY assets assets
COPY deploy deploy
RUN useradd --system flights \
    && mkdir -p /var/lib/dagster /var/lib/flights /srv/flights \
    && cp deploy/dagster.yaml /var/lib/dagster/ \
    && chown -R flights /var/lib/dagster /var/lib/flights /srv/flights
USER flights
CMD ["dagwire", "tick", "--all"]
