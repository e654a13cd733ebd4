"""All settings, read from `HUIYAN_*` environment variables: the one way to get them."""

import os
import secrets
from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from huiyan.errors import ConfigurationError

REPOSITORY = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """Where state lies, which warehouse is used and what this district is.

    Attributes:
        home: state directory (database, archive, logs, secrets).
        warehouse_url: SQLAlchemy URL of the warehouse; None means the embedded PostgreSQL.
        landing: folder in which the senders put `<feed>/<YYYY-MM-DD>/` deliveries.
        outbox: folder that receives `<body_code>/<YYYY-MM-DD>/` extracts.
        card_key: key of the HMAC that turns card numbers into tokens; made once if unset.
        return_key: key of the codes by which a returned form proves whose it is; made once if
            unset. Forms sent under another key are not taken any more.
        district: the district's full name; its parts may stand in front of unit names.
        feeds: what HUIYAN_FEEDS says; None means every feed that is not optional.
        delivery_attempts: times an extract is tried before it is given up until a person sends it
            again.
        sample_seed: what decides which withheld or resolved alerts are drawn as samples.
        brief_to: mail addresses that get the brief of each business date; none by default.
        full: whether every date is evaluated in full, and again if nothing changed.
    """

    model_config = SettingsConfigDict(env_prefix="HUIYAN_", frozen=True)

    home: Path = REPOSITORY / ".huiyan"
    warehouse_url: str | None = None
    landing_dir: Path | None = Field(default=None, validation_alias="HUIYAN_LANDING")
    outbox_dir: Path | None = Field(default=None, validation_alias="HUIYAN_OUTBOX")
    card_key: SecretStr | None = None
    return_key: SecretStr | None = None
    district: str = "江南省扬江市云溪区"
    delivery_attempts: int = Field(default=12, ge=1, le=100)
    sample_seed: str = "huiyan"
    brief_to_csv: str = Field(default="", validation_alias="HUIYAN_BRIEF_TO")
    full: bool = False
    feeds_csv: str | None = Field(default=None, validation_alias="HUIYAN_FEEDS")

    @field_validator("home")
    @classmethod
    def _can_stand_in_a_configuration(cls, home: Path) -> Path:
        """Airflow fills in percent signs and braces of its settings; pg_ctl takes quotes away."""
        if set(str(home)) & set('%{}"\\') or not str(home).isprintable():
            raise ValueError('the path must not hold %, {, }, ", \\ or control characters')
        return home

    @cached_property
    def home_dir(self) -> Path:
        """The state directory as an absolute path."""
        return self.home.expanduser().resolve()

    def make_home(self) -> Path:
        """The state directory, made if need be: it holds names, payments and secrets.

        A new or empty one becomes the owner's alone whatever the umask; one in use stays as its
        owner left it.

        Raises:
            ConfigurationError: it cannot be made or written.
        """
        home = self.home_dir
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            if home.stat().st_mode & 0o077 and not any(home.iterdir()):
                home.chmod(0o700)
        except OSError as error:
            raise ConfigurationError(
                f"The state directory {home} cannot be written: {error.strerror}. Correct its "
                "permissions, or set HUIYAN_HOME to a folder that can."
            ) from error
        return home

    @cached_property
    def landing(self) -> Path:
        """The landing zone as an absolute path."""
        return (self.landing_dir or self.home_dir / "landing").expanduser().resolve()

    @cached_property
    def outbox(self) -> Path:
        """The folder of extracts as an absolute path."""
        return (self.outbox_dir or self.home_dir / "outbox").expanduser().resolve()

    @cached_property
    def archive(self) -> Path:
        """The immutable archive of delivered files."""
        return self.home_dir / "archive"

    @cached_property
    def briefs(self) -> Path:
        """The folder of the operations briefs, `<YYYY-MM-DD>.html`."""
        return self.home_dir / "briefs"

    @cached_property
    def brief_to(self) -> tuple[str, ...]:
        """The addresses in HUIYAN_BRIEF_TO, each once, in order."""
        said = (address.strip() for address in self.brief_to_csv.split(","))
        return tuple(dict.fromkeys(address for address in said if address))

    @cached_property
    def feeds(self) -> frozenset[str] | None:
        """The names in HUIYAN_FEEDS, with their sign; None if nothing is said."""
        if not self.feeds_csv:
            return None
        return frozenset(name.strip() for name in self.feeds_csv.split(",") if name.strip())

    @property
    def lists_its_feeds(self) -> bool:
        """Whether HUIYAN_FEEDS names every feed there is to be."""
        return any(not name.startswith("+") for name in self.feeds or ())

    def subscribes_to(self, feed: str, *, is_optional: bool = False) -> bool:
        """Whether this district receives `feed`.

        HUIYAN_FEEDS names the feeds: `a,b` means those and no other, `+a` means a beside those
        that every district receives.

        Args:
            is_optional: whether it is received only by a district that names it, or that has a
                folder for it in its landing zone. One that was ever delivered is received without
                either: that the register `ops.feed` knows.
        """
        said = self.feeds or frozenset()
        if feed in said or f"+{feed}" in said:
            return True
        if self.lists_its_feeds:
            return False
        return not is_optional or (self.landing / feed).is_dir()

    def secret(self, name: str) -> str:
        """Return the secret `name` kept in the state directory, making it on first use (0600)."""
        folder = self.make_home() / "secrets"
        folder.mkdir(exist_ok=True, mode=0o700)
        path = folder / name
        if not path.exists():
            draft = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as handle:
                handle.write(secrets.token_urlsafe(32))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text().strip()

    def card_key_bytes(self) -> bytes:
        """Key for card tokens: HUIYAN_CARD_KEY, else a random one kept in the state directory."""
        if self.card_key is not None:
            return self.card_key.get_secret_value().encode()
        return self.secret("card_key").encode()

    def return_key_bytes(self) -> bytes:
        """Key of return codes: HUIYAN_RETURN_KEY, else a random one kept in the state directory."""
        if self.return_key is not None:
            return self.return_key.get_secret_value().encode()
        return self.secret("return_key").encode()


def get_settings() -> Settings:
    """Settings from the environment as it is now.

    Raises:
        ConfigurationError: a variable has a value that cannot be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        said = "; ".join(
            f"HUIYAN_{'.'.join(map(str, each['loc'])).upper()}: {each['msg']}"
            for each in error.errors(include_input=False)
        )
        raise ConfigurationError(f"Correct the environment: {said}.") from error
