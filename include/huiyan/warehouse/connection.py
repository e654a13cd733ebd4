"""The one way to reach the warehouse."""

from urllib.parse import quote

import psycopg
from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.pool import NullPool

from huiyan.errors import ConfigurationError, WarehouseError
from huiyan.settings import Settings, get_settings
from huiyan.warehouse import embedded

DATABASE = "huiyan"
ROLES = ("huiyan_load", "huiyan_build", "huiyan_push", "huiyan_read")


def sqlalchemy_url(settings: Settings | None = None, database: str | None = None) -> URL:
    """URL of the warehouse (driver psycopg 3), starting the embedded server if that is used."""
    settings = settings or get_settings()
    if settings.warehouse_url:
        url = make_url(settings.warehouse_url)
        if url.get_backend_name() != "postgresql":
            raise ConfigurationError(
                "HUIYAN_WAREHOUSE_URL must be a PostgreSQL URL "
                "(postgresql+psycopg://user:password@host:port/database)."
            )
        url = url.set(drivername="postgresql+psycopg")
        return url.set(database=database) if database else url
    server = embedded.start(settings)
    return URL.create(
        "postgresql+psycopg",
        username=server.user,
        password=server.password,
        host=server.host,
        port=server.port,
        database=database or DATABASE,
    )


def libpq_url(settings: Settings | None = None, database: str | None = None) -> str:
    """URL of the warehouse for psql and other libpq clients; it contains the password."""
    url = sqlalchemy_url(settings, database)
    secret = f":{quote(url.password, safe='')}" if url.password else ""
    user = quote(url.username or "", safe="")
    port = f":{url.port}" if url.port else ""
    return f"postgresql://{user}{secret}@{url.host}{port}/{url.database}"


def engine(settings: Settings | None = None) -> Engine:
    """A SQLAlchemy engine that keeps no connection open between uses."""
    return create_engine(sqlalchemy_url(settings), poolclass=NullPool)


def connect(
    settings: Settings | None = None, role: str | None = None, *, autocommit: bool = False
) -> psycopg.Connection:
    """Open a connection acting as `role` (one of ROLES; None = the login itself).

    Raises:
        WarehouseError: the server cannot be reached.
    """
    if role is not None and role not in ROLES:
        raise ConfigurationError(f"Unknown database role {role!r}; use one of {', '.join(ROLES)}.")
    options = "-c timezone=Asia/Shanghai" + (f" -c role={role}" if role else "")
    try:
        return psycopg.connect(libpq_url(settings), autocommit=autocommit, options=options)
    except psycopg.OperationalError as error:
        raise WarehouseError(
            f"The warehouse cannot be reached: {str(error).strip()}. Start it (`huiyan db url` "
            "starts the embedded one) or correct HUIYAN_WAREHOUSE_URL, then repeat."
        ) from error
