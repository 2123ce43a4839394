"""A newsroom to measure: the real components in a folder of its own, a lead with real keys, one story."""

import socket
import time
from pathlib import Path
from typing import Any, Final

import msgspec
import pyrage

from yobal.actions import declare_story, member_keys, setup_site
from yobal.core.thread import Edition
from yobal.demo.decision_signer import DecisionSigner
from yobal.demo.keys import NewModerator, from_passphrase, make_moderator
from yobal.demo.lead import join_first_lead
from yobal.demo.signing import sign_in_signature
from yobal.server.scheduler.maintenance import prepare_files, run_once
from yobal.server.settings import Settings
from yobal.server.wiring import Components, build_components, prepare_storage
from yobal.store import people

SITE_ID: Final = "river-post"
STORY_ID: Final = "ferry"
PSEUDONYM: Final = "Heron"
TITLES: Final = {"km": "កម្មករសាឡាង", "en": "Ferry workers"}
MANY: Final = 10_000_000  # a limit that no measurement reaches


class SeededNewsroom(msgspec.Struct, frozen=True):
    """The newsroom's components, its settings file, and its lead's passphrase and keys."""

    components: Components
    config: Path
    passphrase: str
    signer: DecisionSigner
    signing_seed: bytes

    @property
    def settings(self) -> Settings:
        return self.components.settings

    @property
    def thread(self) -> str:
        """The path of the English thread."""
        return f"/{SITE_ID}/{STORY_ID}/en/"

    def signature(self, challenge: str) -> str:
        """With which the lead's browser signs in."""
        seed, _ = from_passphrase(SITE_ID, PSEUDONYM, self.passphrase)
        return sign_in_signature(seed, site_id=SITE_ID, pseudonym=PSEUDONYM, challenge=challenge)

    def epoch_identity(self) -> str:
        """The key that decrypts pending comments, unwrapped as the lead's browser does it."""
        _, unlock = from_passphrase(SITE_ID, PSEUDONYM, self.passphrase)
        cell_file = self.components.cell_file
        with self.components.database.reading() as conn:
            moderator: Any = people.get(conn, SITE_ID, PSEUDONYM)
            sealed: Any = member_keys.read_identity(
                conn, cell_file, moderator.signing_key, opened_by="words"
            )
            wrap: Any = member_keys.read_wraps(conn, cell_file, SITE_ID, PSEUDONYM)[-1].wrap
        personal = pyrage.decrypt(sealed, [unlock]).decode().strip()
        identity = pyrage.x25519.Identity.from_str(personal)
        return str(pyrage.decrypt(wrap, [identity]).decode().strip())


def seed(folder: Path, **overrides: Any) -> SeededNewsroom:
    """What `yobal init` and a first lead's browser create, and a story without comments."""
    folder.mkdir(parents=True, exist_ok=True)
    intake, desk = free_port(), free_port()
    fields: dict[str, Any] = {
        "site_id": SITE_ID,
        "site_name": "The River Post",
        "data_dir": str(folder / "data"),
        "public_url": f"http://127.0.0.1:{intake}",
        "desk_url": f"http://localhost:{desk}",
        "intake_listen": f"127.0.0.1:{intake}",
        "desk_listen": f"127.0.0.1:{desk}",
        "max_pending_per_story": MANY,
        "max_pending_per_site": MANY,
        "min_batch_size": 1,
        "canary": "off",
        "max_hold_slots": 1,
    } | overrides
    config = folder / "yobal.toml"
    config.write_text("".join(f"{key} = {_toml(value)}\n" for key, value in fields.items()))
    settings = Settings(**fields)
    prepare_storage(settings)
    components = build_components(settings)
    lead = _create_newsroom(components)
    prepare_files(components)
    run_once(components, now=time.time())
    signer = DecisionSigner(components, lead.signing_seed)
    return SeededNewsroom(components, config, lead.passphrase, signer, lead.signing_seed)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _create_newsroom(components: Components) -> NewModerator:
    """Create a site, its lead with an epoch, and a story in two editions; return the lead's keys."""
    database, rules, now = components.database, components.rules, time.time()
    setup_site.create_site(database, rules, name=components.settings.site_name, now=now)
    lead = make_moderator(SITE_ID, PSEUDONYM)
    join_first_lead(components, lead, now=now)
    for tag, title in TITLES.items():
        url = f"https://news.example/{tag}/ferry"
        declare_story.add(database, rules, STORY_ID, Edition(tag=tag, title=title, url=url))
    return lead


def _toml(value: object) -> str:
    return str(value) if isinstance(value, int) else f'"{value}"'
