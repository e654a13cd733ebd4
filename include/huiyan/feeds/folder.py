"""What lies in `<landing>/<feed>/<YYYY-MM-DD>/`: files to read, the manifest, what must not be.

The files of a form may lie deeper, one folder per sender, because all of them bear the same name.
What is wrong with one of them is that file's affair and stops nothing else: what cannot be read at
all is noted under its name, and so is a manifest beside them that is no true control of them.
"""

import os
import stat
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePath

from huiyan.errors import LandingError
from huiyan.feeds import cards
from huiyan.feeds import manifest as manifests
from huiyan.feeds.cells import printable
from huiyan.feeds.contract import FeedContract
from huiyan.feeds.opening import SourceError, names_in, opened
from huiyan.settings import Settings

STATEMENT = ".json"
DEEPEST = 8  # folders below the day's in which files of a form are looked for


@dataclass
class Delivery:
    """One feed-day as found.

    Attributes:
        files: files to archive and read, by name.
        manifest: the sender's control; None makes the batch uncontrolled.
        problems: what stops the feed's day before anything is read.
        noted: of a form, what is wrong with those of `files` that cannot be read at all.
        within: the landing zone. inside: the folder, by no link below it.
        links: where those of `files` lead that are links to another name in the folder.
    """

    folder: Path
    within: Path = Path()
    inside: Path = Path()
    files: list[Path] = field(default_factory=list)
    manifest: manifests.Manifest | None = None
    problems: list[str] = field(default_factory=list)
    noted: dict[Path, str] = field(default_factory=dict)
    links: dict[Path, Path] = field(default_factory=dict)

    def source(self, path: Path) -> Path:
        """Where the bytes of one of `files` lay when the folder was looked at."""
        return self.links.get(path) or self.inside / path.relative_to(self.folder)


def suffixes(contract: FeedContract) -> tuple[str, ...]:
    """File name endings the feed accepts.

    A workbook holds what nobody sees (further sheets, comments, who wrote it): an anonymous feed
    takes none.
    """
    if contract.is_anonymous:
        return (".csv",)
    return (".csv", ".xlsx", ".xml") if contract.xml else (".csv", ".xlsx")


def inspect(contract: FeedContract, business_date: date, settings: Settings) -> Delivery | None:
    """Look at a feed-day; None if nothing has come.

    Names that begin with a dot are not deliveries (senders use them while uploading). Anything
    else that is no file of the feed is a problem, not passed over.

    Raises:
        LandingError: the folder cannot be read, or vanished meanwhile.
    """
    folder = settings.landing / contract.name / business_date.isoformat()
    delivery = Delivery(folder, settings.landing)
    try:
        if not folder.exists():
            return None
        delivery.inside = folder.resolve(strict=True)
        if not delivery.inside.is_relative_to(delivery.within):
            delivery.problems.append(f"{folder} leads out of the landing zone")
            return delivery
        for path in _entries(delivery, folder):
            if contract.is_form:
                _take(delivery, path)
            else:
                _add(delivery, path, contract, business_date)
    except NotADirectoryError:
        delivery.problems.append(f"{folder} is not a folder")
        return delivery
    except FileNotFoundError as error:
        what = folder if contract.is_anonymous else error.filename
        raise LandingError(
            f"{what} vanished while the delivery was being looked at; "
            "collect again when it is complete."
        ) from error
    except OSError as error:
        raise LandingError(
            f"{folder} cannot be read: {error}. Correct the permissions and collect again."
        ) from error
    if not delivery.files and delivery.manifest is None and not delivery.problems:
        return None
    if contract.is_form:
        _find_control(delivery, contract, business_date)
    delivery.problems += _differences(delivery)
    _hide(delivery, contract)
    return delivery


def _entries(delivery: Delivery, folder: Path) -> list[Path]:
    """What lies in `folder`, by name, without what a program has only just opened."""
    names = names_in(delivery.source(folder), delivery.within)
    return [
        folder / name
        for name in sorted(names, key=manifests.same_name)
        if not name.startswith((".", "~$"))
    ]


def is_statement(name: str) -> bool:
    """Whether a file of a form holds no rows but says something of them, like a receipt."""
    return PurePath(name).suffix.casefold() == STATEMENT


def shown_name(path: Path) -> str:
    """`path` for people, also where a part of it was named in GB18030."""
    return printable(_text_of(path))


def _text_of(path: Path) -> str:
    def shown(part: str) -> str:
        try:
            part.encode()
        except UnicodeEncodeError:
            return os.fsencode(part).decode("gb18030", "backslashreplace")
        return part

    return "/".join(map(shown, path.parts))


def _take(delivery: Delivery, path: Path, depth: int = 0) -> None:
    """Add a file of a form, or all that lies in a folder; note what is neither.

    What vanishes meanwhile has not come: it is taken by the next collect, wherever it lies then.
    """
    problem = None
    try:
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode) and depth < DEEPEST:
            for deeper in _entries(delivery, path):
                _take(delivery, deeper, depth + 1)
            return
        if stat.S_ISREG(mode):
            with opened(delivery.source(path), delivery.within):
                pass
        else:
            what = {stat.S_IFLNK: "a link", stat.S_IFDIR: "a folder too deep to be looked into"}
            kind = what.get(stat.S_IFMT(mode), "not a regular file")
            problem = f"is {kind}; only files are delivered"
    except FileNotFoundError:
        return
    except SourceError as error:
        problem = error.problem
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    delivery.files.append(path)
    if problem is not None:
        delivery.noted[path] = f"{shown_name(path.relative_to(delivery.folder))} {problem}"


def _find_control(delivery: Delivery, contract: FeedContract, business_date: date) -> None:
    """Take what controls the day of a form out of its files, or note what is wrong with it.

    Any sender may put a file of that name there: one that does not say that it controls a feed is
    a file like another, and one that says what is not so must not stop the others.
    """
    for path in list(delivery.files):
        if path.parent != delivery.folder or path.name.casefold() != manifests.NAME:
            continue
        if path in delivery.noted or delivery.manifest is not None:
            continue
        try:
            with opened(delivery.source(path), delivery.within) as file:
                content = file.read(manifests.MAX_BYTES + 1)
        except SourceError as error:
            delivery.noted[path] = f"{path.name} {error.problem}"
            continue
        if len(content) > manifests.MAX_BYTES or not manifests.controls_a_feed(content):
            continue
        delivery.manifest = manifests.parse(content, contract.name, business_date)
        if problems := delivery.manifest.problems + _differences(delivery):
            delivery.manifest = None
            delivery.noted[path] = "; ".join(problems)
        else:
            delivery.files.remove(path)


def rebuild(
    contract: FeedContract, business_date: date, names: list[str], manifest: str | None
) -> Delivery:
    """A delivery from the names of its files and its manifest as they were kept."""
    delivery = Delivery(Path())
    if manifest is not None:
        delivery.manifest = manifests.parse(manifest.encode(), contract.name, business_date)
        delivery.problems += delivery.manifest.problems
    for name in names:
        _add_file(delivery, Path(name), contract)
    delivery.problems += _differences(delivery)
    _hide(delivery, contract)
    return delivery


def _hide(delivery: Delivery, contract: FeedContract) -> None:
    if contract.is_anonymous and delivery.problems:
        # Names of files and what a manifest says may name somebody.
        delivery.problems = [
            f"the folder holds something else than {' or '.join(suffixes(contract))} files and a "
            f"{manifests.NAME} that lists each of them by its name; names are not repeated here. "
            "Nothing of it was kept; correct the folder and send the day again"
        ]
    if contract.carries_cards:
        delivery.problems = [cards.hide_all(problem) for problem in delivery.problems]


def _add_file(delivery: Delivery, path: Path, contract: FeedContract) -> None:
    if path.suffix.casefold() not in suffixes(contract) and not contract.is_form:
        delivery.problems.append(
            f"{path.name} is not a file this feed accepts ({', '.join(suffixes(contract))})"
        )
    delivery.files.append(path)


def _add(delivery: Delivery, path: Path, contract: FeedContract, business_date: date) -> None:
    if path.is_symlink():
        delivery.links[path] = Path(os.path.realpath(path))
        if delivery.links[path].parent != delivery.inside:
            delivery.problems.append(f"{path.name} is a link out of the folder")
            return
    source = delivery.source(path)
    try:
        path.name.encode()
    except UnicodeEncodeError:
        read = os.fsencode(path.name).decode("gb18030", "backslashreplace")
        delivery.problems.append(f"a file's name is not UTF-8 ({read} if it is GB18030): rename it")
        return
    mode = source.lstat().st_mode
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
        delivery.problems.append(f"{path.name} is {what}; only files are delivered")
    elif path.name.casefold() == manifests.NAME:
        with opened(source, delivery.within, path) as file:
            content = file.read(manifests.MAX_BYTES + 1)
        if len(content) > manifests.MAX_BYTES:
            delivery.problems.append(f"{path.name} is over {manifests.MAX_BYTES:,} bytes")
        else:
            delivery.manifest = manifests.parse(content, contract.name, business_date)
            delivery.problems += delivery.manifest.problems
    else:
        _add_file(delivery, path, contract)


def _differences(delivery: Delivery) -> list[str]:
    """What the manifest lists and is not there, and what is there and not listed.

    It speaks of what lies beside it, of nothing in folders of its own, and not of itself.
    """
    if delivery.manifest is None:
        return []
    beside = [
        _text_of(Path(path.name)) for path in delivery.files if path.parent == delivery.folder
    ]
    present = {manifests.same_name(name): name for name in beside if not is_statement(name)}
    listed = delivery.manifest.files
    return [
        *(
            f"{manifests.NAME} lists {printable(file.name)}, which is not there"
            for key, file in listed.items()
            if key not in present
        ),
        *(
            f"{printable(name)} is there but not listed in {manifests.NAME}"
            for key, name in present.items()
            if key not in listed
        ),
    ]
