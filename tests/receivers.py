"""Bodies' servers on loopback: mail, SFTP and HTTPS, real ones that can be told to misbehave."""

import asyncio
import base64
import hashlib
import hmac
import json
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import asyncssh
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from extract_samples import extract, row
from huiyan.delivery.access import Access
from huiyan.delivery.parcel import Parcel, idempotency_key
from huiyan.delivery.render import render
from huiyan.delivery.seal import seal

HOST = "127.0.0.1"
PASSWORD = "open sesame, nobody knows this"
KEY = "the key of the commission"
SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ....").decode()
OPENSSH_SFTP = next(
    (path for path in ("/usr/lib/openssh/sftp-server", "/usr/libexec/sftp-server",
                       "/usr/libexec/openssh/sftp-server") if Path(path).exists()),
    shutil.which("sftp-server"),
)  # fmt: skip


class Authority:
    """A certificate authority of its own, and a certificate of it for the loopback address."""

    def __init__(self, folder: Path) -> None:
        self.ca_file, self._chain = folder / "ca.pem", folder / "server.pem"
        ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        root = self._certificate("Huiyan test CA", ca_key.public_key(), "Huiyan test CA", ca_key)
        leaf = self._certificate("loopback", key.public_key(), "Huiyan test CA", ca_key)
        pem = serialization.Encoding.PEM
        self.ca_file.write_bytes(root.public_bytes(pem))
        self._chain.write_bytes(
            key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            + leaf.public_bytes(pem)
        )

    def _certificate(
        self, name: str, key: Any, issuer: str, signer: ec.EllipticCurvePrivateKey
    ) -> x509.Certificate:
        def named(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        now = datetime.now(UTC)
        is_ca = name == issuer
        builder = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named(issuer))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            # From 3.13 on Python refuses certificates that do not name the keys they stand on.
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
                critical=False,
            )
        )
        if is_ca:
            signing = x509.KeyUsage(
                key_cert_sign=True,
                crl_sign=True,
                digital_signature=False,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            )
            builder = builder.add_extension(signing, critical=True)
        else:
            names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(signer, hashes.SHA256())

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._chain)
        return context


class _Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def stop(self, server: Any) -> None:
        self.loop.call_soon_threadsafe(server.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)


class MailServer:
    """Takes mail over TLS from whoever knows the password; `mode` says what goes wrong.

    Modes: "" takes it, "refuse" refuses the recipient, "full" refuses the content, "die" goes away
    after the content without an answer.
    """

    def __init__(self, authority: Authority, *, starttls: bool = False) -> None:
        self.mode = ""
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.authority, self.starttls = authority, starttls
        self._loop = _Loop()
        context = authority.server_context()

        def protocol() -> SMTP:
            return SMTP(
                self,
                loop=self._loop.loop,
                authenticator=self._knows_the_password,
                auth_required=True,
                auth_require_tls=starttls,
                tls_context=context if starttls else None,
                require_starttls=starttls,
            )

        self._server = self._loop.call(
            self._loop.loop.create_server(protocol, HOST, 0, ssl=None if starttls else context)
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def _knows_the_password(
        self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any
    ) -> AuthResult:
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.mode == "refuse":
            return f"550 no such mailbox, and by the way {PASSWORD}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.mode == "full":
            return "452 mailbox is full"
        self.raw.append(envelope.content)
        self.mails.append(message_from_bytes(envelope.content, policy=modern))
        if self.mode == "die":
            server.transport.abort()
        return "250 kept as number 7"

    def access(self, **extra: Any) -> Access:
        said = {
            "from_email": "huiyan@yunxi.gov.cn",
            "ca_file": str(self.authority.ca_file),
            "timeout": 5,
            **({"disable_ssl": True} if self.starttls else {}),
            **extra,
        }
        return Access("huiyan_smtp", HOST, self.port, "huiyan", PASSWORD, said)

    def stop(self) -> None:
        self._loop.stop(self._server)


@dataclass
class Request:
    """What a web server was sent."""

    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.body)

    def is_signed(self) -> bool:
        secret = base64.b64decode(SECRET.removeprefix("whsec_"))
        signed = (
            f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode()
            + self.body
        )
        digest = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        recent = abs(time.time() - int(self.headers["webhook-timestamp"])) < 300
        return recent and self.headers["webhook-signature"] == f"v1,{digest}"


@dataclass
class WebServer:
    """An HTTPS endpoint that keeps each idempotency key once; `mode` says what goes wrong.

    Modes: "" answers 200, or 409 to a key it has; "fail" answers 500, "refuse" 400, "hang" never
    answers, "drip" answers without end, "twice" answers twice, "die" keeps the request and goes
    away, "half" goes away in the middle of its answer, "redirect" sends elsewhere, "conflict"
    answers 409 without a key.
    """

    authority: Authority
    mode: str = ""
    requests: list[Request] = field(default_factory=list)
    kept: dict[str, Request] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._listener = socket.create_server((HOST, 0))
        self.port = self._listener.getsockname()[1]
        self._context = self.authority.server_context()
        self._stopped = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(raw,), daemon=True).start()

    def _one(self, raw: socket.socket) -> None:
        try:
            with self._context.wrap_socket(raw, server_side=True) as stream:
                stream.settimeout(10)
                self._answer(stream, self._read(stream))
        except OSError:
            raw.close()

    def _read(self, stream: ssl.SSLSocket) -> Request:
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._block(stream)
        head, body = received.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")[1:]
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        while len(body) < int(headers["content-length"]):
            body += self._block(stream)
        return Request(headers, body)

    def _block(self, stream: ssl.SSLSocket) -> bytes:
        block = stream.recv(65536)
        if not block:
            raise ConnectionError
        return block

    def _answer(self, stream: ssl.SSLSocket, request: Request) -> None:
        self.requests.append(request)
        key = request.headers["idempotency-key"]
        if self.mode == "hang":
            self._stopped.wait(10)
        elif self.mode == "drip":
            stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not self._stopped.wait(0.1):
                stream.sendall(b"x")
        elif self.mode == "redirect":
            stream.sendall(self._http(302, "", f"Location: https://{HOST}:{self.port}/b\r\n"))
        elif self.mode == "fail":
            stream.sendall(self._http(500, f"out of order {SECRET}"))
        elif self.mode == "refuse":
            stream.sendall(self._http(400, "unknown body"))
        elif self.mode == "conflict":
            stream.sendall(self._http(409, "busy"))
        elif key in self.kept:
            stream.sendall(self._http(409, json.dumps({"idempotency_key": key})))
        else:
            self.kept[key] = request
            if self.mode == "die":
                linger = struct.pack("ii", 1, 0)
                stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return
            answer = self._http(200, "received")
            if self.mode == "half":
                answer = answer[:-4]
            stream.sendall(answer + (self._http(500, "no") if self.mode == "twice" else b""))

    def _http(self, status: int, text: str, more: str = "") -> bytes:
        body = text.encode()
        return f"HTTP/1.1 {status} X\r\n{more}Content-Length: {len(body)}\r\n\r\n".encode() + body

    @property
    def address(self) -> str:
        return f"https://{HOST}:{self.port}/huiyan"

    def access(self, **extra: Any) -> Access:
        said = {"ca_file": str(self.authority.ca_file), "timeout": 1, **extra}
        return Access("huiyan_webhook", HOST, self.port, "", SECRET, said)

    def stop(self) -> None:
        self._stopped.set()
        self._listener.close()


class SftpServer:
    """A server below one folder: asyncssh's own, or its transport before OpenSSH's sftp-server."""

    def __init__(self, root: Path, *, openssh: bool = False) -> None:
        self.root = root
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.user_key = asyncssh.generate_private_key("ssh-ed25519")
        self._openssh = openssh
        self._loop = _Loop()
        self._server = self._loop.call(self._listen())
        self.port = self._server.get_port()

    async def _listen(self) -> asyncssh.SSHAcceptor:
        users = asyncssh.import_authorized_keys(self.user_key.export_public_key().decode())
        own: dict[str, Any] = {
            "server_factory": _PasswordServer,
            "sftp_factory": lambda channel: asyncssh.SFTPServer(channel, chroot=self.root),
        }
        other: dict[str, Any] = {
            "server_factory": lambda: _OpensshServer(self.root),
            "encoding": None,
        }
        return await asyncssh.listen(
            HOST,
            0,
            server_host_keys=[self.host_key],
            authorized_client_keys=users,
            **(other if self._openssh else own),
        )

    @property
    def fingerprint(self) -> str:
        return self.host_key.get_fingerprint("sha256")

    def access(self, *, password: str = PASSWORD, **extra: Any) -> Access:
        said = {"host_fingerprint": self.fingerprint, "timeout": 10, **extra}
        return Access("huiyan_sftp", HOST, self.port, "huiyan", password, said)

    def files(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }

    def stop(self) -> None:
        self._loop.stop(self._server)


class _PasswordServer(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("huiyan", PASSWORD)


def environment(access: Access) -> dict[str, str]:
    """The connection as Airflow reads it from the environment."""
    said = {
        "conn_type": "generic",
        "host": access.host,
        "port": access.port,
        "login": access.login,
        "password": access.password,
        "extra": access.extra,
    }
    return {f"AIRFLOW_CONN_{access.conn_id.upper()}": json.dumps(said)}


class _OpensshServer(_PasswordServer):
    def __init__(self, root: Path) -> None:
        self._root = root

    def session_requested(self) -> asyncssh.SSHServerSession:
        return _OpensshSession(self._root)


class _OpensshSession(asyncssh.SSHServerSession):
    """Hands the bytes of a session to OpenSSH's sftp-server and back."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def connection_made(self, chan: Any) -> None:
        self._channel = chan

    def subsystem_requested(self, subsystem: str) -> bool:
        return subsystem == "sftp"

    def session_started(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._process = subprocess.Popen(
            [str(OPENSSH_SFTP), "-d", str(self._root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self) -> None:
        while block := self._process.stdout.read(1 << 16):
            self._loop.call_soon_threadsafe(self._channel.write, block)

    def data_received(self, data: bytes, datatype: Any) -> None:
        while data:
            data = data[self._process.stdin.write(data) :]

    def connection_lost(self, exc: Exception | None) -> None:
        self._process.kill()
        self._process.wait()


def parcel(address: str = "", *, version: int = 1, sealed: bool = False) -> Parcel:
    """The sample extract on its way."""
    sent = extract(row(), row(alert_id="2" * 16, is_new=False))
    files = render(sent, version=version)
    key = idempotency_key(sent.body_code, sent.business_date, sent.content_hash())
    made = Parcel(sent, version, address, key, files)
    return replace(made, sealed=seal(sent, version, files, KEY)) if sealed else made
