"""How a channel is reached: Airflow connections, the only place where its secrets are.

A connection is looked for under the body's own id, then under the channel's:
`huiyan_smtp_TC01`, `huiyan_smtp`. Airflow reads it from its secrets backend, from the environment
(`AIRFLOW_CONN_HUIYAN_SMTP`) or, in a task, from its own database.
"""

import base64
import json
import re
import ssl
from dataclasses import dataclass, field
from typing import Any

from huiyan.delivery.parcel import NotTakenError

KEY = "key"
LONGEST_MESSAGE = 300
TIMEOUT = 30.0
_SECRET_NAME = re.compile(r"key|secret|pass|token", re.I)
_PUBLIC = frozenset({"host_key", "key_file"})
_SHORTEST_SECRET = 4


@dataclass(frozen=True)
class Access:
    """One Airflow connection, read.

    Attributes:
        host, login, password: empty if the connection does not say.
        port: None if the connection does not say.
        extra: the JSON object of its extra field.
    """

    conn_id: str
    host: str = ""
    port: int | None = None
    login: str = ""
    password: str = field(default="", repr=False)
    extra: dict[str, Any] = field(default_factory=dict, repr=False)

    def text(self, name: str) -> str:
        """The extra of that name; empty if there is none.

        Raises:
            NotTakenError: it is no text.
        """
        value = self.extra.get(name, "")
        if not isinstance(value, str):
            raise NotTakenError(f"`{name}` in the extra of {self.conn_id} must be a text.")
        return value.strip()

    def flag(self, name: str) -> bool | None:
        """The extra of that name, true or false (or so spelt); None if there is none."""
        value = self.extra.get(name)
        if value is None or value == "":
            return None
        said = str(value).strip().lower()
        if said not in ("true", "false"):
            raise NotTakenError(f"`{name}` in the extra of {self.conn_id} must be true or false.")
        return said == "true"

    def names(self, name: str) -> list[str]:
        """The extra of that name, a list or a text with commas, in lower case; empty if none."""
        value = self.extra.get(name, [])
        items = value.split(",") if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise NotTakenError(f"`{name}` in the extra of {self.conn_id} must be a list of names.")
        return [item.strip().lower() for item in items if item.strip()]

    @property
    def timeout(self) -> float:
        """Seconds that the receiver may take (extra `timeout`, else 30)."""
        try:
            seconds = float(self.extra.get("timeout") or TIMEOUT)
        except (TypeError, ValueError):
            seconds = 0.0
        if not 0 < seconds <= 3600:
            raise NotTakenError(
                f"`timeout` in the extra of {self.conn_id} must be a number of seconds, at most "
                "3600."
            )
        return seconds

    def tls(self) -> ssl.SSLContext:
        """A context that verifies the receiver: by extra `ca_file` (PEM), else the system's CAs.

        Raises:
            NotTakenError: the file cannot be used.
        """
        ca_file = self.text("ca_file")
        try:
            context = ssl.create_default_context(cafile=ca_file or None)
        except (OSError, ssl.SSLError) as error:
            raise NotTakenError(
                f"`ca_file` in the extra of {self.conn_id} cannot be used: {error}."
            ) from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def redacted(self, text: object) -> str:
        """`text` on one line, shortened, without any secret of this connection."""
        said = " ".join(str(text).split())
        for secret in sorted(self._secrets(), key=len, reverse=True):
            said = said.replace(secret, "***")
        said = "".join(sign for sign in said if sign.isprintable())
        return said if len(said) <= LONGEST_MESSAGE else said[:LONGEST_MESSAGE] + " …"

    def _secrets(self) -> set[str]:
        plain = {self.password} | {
            " ".join(value.split())
            for name, value in self.extra.items()
            if isinstance(value, str) and _SECRET_NAME.search(name) and name not in _PUBLIC
        }
        plain = {value for value in plain if len(value) >= _SHORTEST_SECRET}
        coded = {base64.b64encode(value.encode()).decode() for value in plain}
        login = base64.b64encode(f"\0{self.login}\0{self.password}".encode()).decode()
        return plain | coded | ({login} if self.password else set())


def connection_id(name: str, body_code: str) -> str:
    """Id of a body's own connection.

    Letters, digits and `_` of the body's code stay; any other byte of its UTF-8 is `_XX`, so that
    the id can be the name of an environment variable.
    """
    code = re.sub(
        r"[^A-Za-z0-9_]",
        lambda found: "".join(f"_{byte:02X}" for byte in found[0].encode()),
        body_code,
    )
    return f"huiyan_{name}_{code}"


def channel_access(channel: str, body_code: str) -> Access:
    """The body's own connection for the channel, else the common one.

    Raises:
        NotTakenError: there is neither.
    """
    own, common = connection_id(channel, body_code), f"huiyan_{channel}"
    access = _read(own) or _read(common)
    if access is None:
        raise NotTakenError(
            f"There is no connection {own} or {common}: set AIRFLOW_CONN_{common.upper()} or make "
            "it in Airflow."
        )
    return access


def encryption_key(body_code: str) -> str | None:
    """The key with which the body opens its extracts; None if it has none."""
    access = _read(connection_id(KEY, body_code))
    return access.password if access else None


def _read(conn_id: str) -> Access | None:
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        found = BaseHook.get_connection(conn_id)
    except AirflowNotFoundException:
        return None
    except Exception as error:
        # What Airflow and the backends raise here is not theirs to say: it may hold the URI.
        raise NotTakenError(
            f"The connection {conn_id} cannot be read ({type(error).__name__}): correct it."
        ) from None
    try:
        extra = json.loads(found.extra or "{}")
    except ValueError:
        extra = None
    if not isinstance(extra, dict):
        raise NotTakenError(f"The extra of the connection {conn_id} is no JSON object: correct it.")
    return Access(
        conn_id,
        (found.host or "").strip(),
        found.port,
        found.login or "",
        found.password or "",
        extra,
    )
