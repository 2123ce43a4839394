"""Chromium's virtual authenticator: makes and uses passkeys without a person's touch."""

from typing import Any

from playwright.sync_api import Page

PLATFORM: dict[str, Any] = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "hasPrf": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Authenticator:
    """A device that has passkeys, as long as its page is open."""

    def __init__(self, page: Page, **options: Any) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable")
        added = self._session.send(
            "WebAuthn.addVirtualAuthenticator", {"options": PLATFORM | options}
        )
        self._id = added["authenticatorId"]

    @property
    def credentials(self) -> list[dict[str, Any]]:
        answer = self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._id})
        return list(answer["credentials"])
