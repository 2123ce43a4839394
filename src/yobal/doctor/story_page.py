"""`yobal doctor --page URL`: a real page of a story, as it comes from the newsroom's web server.

Sees what is in the HTML and in the headers. What a script loads later is not seen, and the findings say so.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

import msgspec

from yobal.adapters import download
from yobal.adapters.download import FetchLimits
from yobal.core import paths
from yobal.core.errors import CannotFetch
from yobal.doctor import page_policy, page_reader
from yobal.doctor.finding import Finding, fail, ok, ok_if, warn
from yobal.doctor.page_reader import Embed, StoryPage
from yobal.server.settings import Settings

LIMITS: Final = FetchLimits(size_bytes_max=8 * 1_024 * 1_024, seconds_max=30)
CSP: Final = "content-security-policy"
# Companies that watch readers. Not complete: every host of others is listed, with or without a name.
TRACKERS: Final = {
    "googletagmanager.com": "Google Tag Manager",
    "google-analytics.com": "Google Analytics",
    "doubleclick.net": "Google advertising",
    "googlesyndication.com": "Google advertising",
    "facebook.net": "Facebook pixel",
    "facebook.com": "Facebook",
    "tiktok.com": "TikTok",
    "twitter.com": "X",
    "clarity.ms": "Microsoft Clarity",
    "hotjar.com": "Hotjar",
    "mc.yandex.ru": "Yandex Metrica",
    "chartbeat.com": "Chartbeat",
    "scorecardresearch.com": "Comscore",
    "quantserve.com": "Quantcast",
    "cloudflareinsights.com": "Cloudflare Insights",
    "criteo.com": "Criteo",
    "taboola.com": "Taboola",
    "outbrain.com": "Outbrain",
    "disqus.com": "Disqus",
}
# Headers that a CDN adds, and whose they are.
_CDN_HEADERS: Final = {
    "cf-ray": "Cloudflare",
    "x-served-by": "Fastly",
    "x-fastly-request-id": "Fastly",
    "x-amz-cf-id": "Amazon CloudFront",
    "x-akamai-transformed": "Akamai",
    "x-azure-ref": "Azure Front Door",
    "x-sucuri-id": "Sucuri",
    "x-vercel-id": "Vercel",
    "x-nf-request-id": "Netlify",
    "x-bunny-server": "Bunny",
    "cdn-cache": "Bunny",
    "x-qrator": "Qrator",
    "x-iinfo": "Imperva",
}


class _Seen(msgspec.Struct, frozen=True, kw_only=True):
    """The page, where it ended after redirects, and the address of the site's threads."""

    page: StoryPage
    url: str
    headers: Mapping[str, str]
    site_url: str  # with a slash at its end
    settings: Settings

    @property
    def policies(self) -> list[str]:
        header = self.headers.get(CSP)
        return [*([header] if header else []), *self.page.policies]


def examine(settings: Settings, url: str) -> list[Finding]:
    """Everything that the page shows. A page that cannot be fetched is a finding, too."""
    try:
        fetched = download.fetch(url, LIMITS)
    except CannotFetch as error:
        return [fail("the page can be fetched", str(error))]
    with fetched.file as file:
        page = page_reader.read(file.read().decode("utf-8", errors="replace"), fetched.url)
    scripts = page.embed_scripts
    site_url = f"{settings.public_url}/{settings.site_id}/"
    if scripts:
        site_url = urljoin(scripts[0].url, "../")
    seen = _Seen(
        page=page, url=fetched.url, headers=fetched.headers, site_url=site_url, settings=settings
    )
    return [*_embeds(seen), *_transport(seen), *_policy(seen), *_third_parties(seen)]


def _embeds(seen: _Seen) -> Iterator[Finding]:
    page, settings = seen.page, seen.settings
    has_fragment = any(action.startswith(seen.site_url) for action in page.form_actions)
    frames = [
        item
        for item in page.resources
        if item.kind == "frame" and item.url.startswith(seen.site_url)
    ]
    if not page.embeds:
        check = "the page shows a thread"
        if has_fragment or frames:
            yield ok(f"{check}, {'as a fragment' if has_fragment else 'in a frame'}")
            yield from _receiver(seen, seen.site_url)
        else:
            yield fail(check, "it has no <yobal-comments>, and no fragment or frame of Yobal's")
        return
    expected = f"{settings.public_url}/{settings.site_id}/"
    yield ok_if(
        page.embed_scripts,
        "the page loads embed.js",
        f"add <script src={expected}@/embed.js async>",
    )
    if page.embed_scripts:
        yield ok_if(
            seen.site_url == expected,
            "embed.js is that of this site",
            f"it comes from {seen.site_url}; public_url and site_id say {expected}",
        )
    for embed in dict.fromkeys(page.embeds):
        yield from _embed(seen, embed)


def _embed(seen: _Seen, embed: Embed) -> Iterator[Finding]:
    shown = f"the story {embed.story_id or '(none)'}, edition {embed.edition or '(none)'}"
    if not embed.story_id or not embed.edition:
        yield fail(f"the page shows {shown}", "set `story`, and `edition` or the page's `lang`")
        return
    thread_url = f"{seen.site_url}{quote(embed.story_id)}/{quote(embed.edition)}/"
    try:
        download.fetch(thread_url + paths.NEWEST_JSON, LIMITS).file.close()
    except CannotFetch as error:
        advice = f"{error}: nothing is shown until `yobal story add` declares this edition"
        yield fail(f"the page shows {shown}", advice)
        return
    yield ok(f"the page shows {shown}")
    yield from _receiver(seen, thread_url)


def _receiver(seen: _Seen, thread_url: str) -> Iterator[Finding]:
    """Checks who receives the form, and which pages may frame it."""
    is_thread = thread_url != seen.site_url
    address = thread_url + paths.FORM_FRAME if is_thread else f"{seen.site_url}@/comments.css"
    try:
        fetched = download.fetch(address, LIMITS)
    except CannotFetch as error:
        yield fail("the form can be fetched", str(error))
        return
    fetched.file.close()
    yield from _cdn(fetched.headers, urlsplit(address).hostname or "")
    if is_thread and seen.settings.embedded_form == "frame":
        yield _framing(fetched.headers, frame_url=address, page_url=seen.url)


def _cdn(headers: Mapping[str, str], host: str) -> Iterator[Finding]:
    check = f"no company in front of {host} reads what readers send"
    names = [name for name in _CDN_HEADERS if name in headers]
    server = headers.get("server", "").lower()
    owners = sorted({_CDN_HEADERS[name] for name in names} | _owner_of(server))
    if owners:
        evidence = ", ".join(names) or f"server: {server}"
        yield fail(
            check,
            f"the answer has passed {', '.join(owners)} ({evidence}), which ends TLS and reads every "
            "comment before it is sealed: let the form's host lead to your own machine",
        )
    elif "via" in headers or "x-cache" in headers:
        via = headers.get("via") or headers["x-cache"]
        yield warn(check, f"a proxy has answered ({via}): make sure that it is your own")
    else:
        yield ok(check)


def _owner_of(server: str) -> set[str]:
    names = {
        "cloudflare": "Cloudflare",
        "akamai": "Akamai",
        "bunnycdn": "Bunny",
        "ddos-guard": "DDoS-Guard",
    }
    return {owner for name, owner in names.items() if name in server}


def _framing(headers: Mapping[str, str], *, frame_url: str, page_url: str) -> Finding:
    origin = _origin_of(page_url)
    check = f"{origin} may frame the form"
    lists = page_policy.frame_ancestors([headers.get(CSP, "")])
    if not all(
        page_policy.allows_ancestor(sources, page_url, own_url=frame_url) for sources in lists
    ):
        return fail(
            check,
            f'add it to frame_ancestors, as in ["{origin}"], and to the policy in nginx; until then a '
            "button leads to the form",
        )
    options = headers.get("x-frame-options", "").upper()
    is_same_host = _origin_of(frame_url) == origin
    if not lists and options and not (options == "SAMEORIGIN" and is_same_host):
        return fail(
            check, f"the web server adds X-Frame-Options: {options}; remove it for the form"
        )
    if not lists:
        return warn(check, "and so may every other page: the answer has no frame-ancestors")
    return ok(check)


def _transport(seen: _Seen) -> Iterator[Finding]:
    is_local = urlsplit(seen.url).hostname in ("127.0.0.1", "localhost", "::1")
    is_encrypted = seen.url.startswith("https://")
    yield ok_if(
        is_encrypted or is_local,
        "the page comes over TLS"
        if is_encrypted or not is_local
        else "the page is on this machine",
        "use https: who changes the page on its way can draw a false form",
    )
    mixed = sorted({item.url for item in seen.page.resources if item.url.startswith("http://")})
    if is_encrypted and mixed:
        yield fail(
            "nothing on the page is fetched without TLS",
            f"{', '.join(mixed[:3])}{' and more' if len(mixed) > 3 else ''}: browsers refuse it, or "
            "others can change it",
        )


def _policy(seen: _Seen) -> Iterator[Finding]:
    """Only if the page has one; the embed needs three permissions."""
    if not seen.policies or not seen.page.embeds:
        return
    needs = {"connect-src": f"{seen.site_url}@/comments.css"}
    if seen.settings.embedded_form == "frame":
        needs["frame-src"] = seen.site_url
    for script in seen.page.embed_scripts[:1]:
        yield _permission(seen, "script-src", script.url, nonce=script.nonce)
    for directive, address in needs.items():
        yield _permission(seen, directive, address)


def _permission(seen: _Seen, directive: str, address: str, *, nonce: str = "") -> Finding:
    forbidding = page_policy.forbidding(
        seen.policies, directive, address, page_url=seen.url, nonce=nonce
    )
    return ok_if(
        forbidding is None,
        f"the page's policy permits the embed ({directive})",
        f"add {_origin_of(address)} to {directive}; it forbids {address} now",
    )


def _third_parties(seen: _Seen) -> Iterator[Finding]:
    own = {urlsplit(seen.url).hostname, urlsplit(seen.site_url).hostname}
    kinds: dict[str, set[str]] = defaultdict(set)
    for item in seen.page.resources:
        if item.host and item.host not in own:
            kinds[item.host].add(item.kind)
    check = "no third party is beside the form"
    if not kinds:
        yield ok(f"{check}, as far as the HTML shows")
        return
    for host in sorted(kinds):
        yield warn(f"{host} is on the page", _described(host, sorted(kinds[host])))
    yield _advice(seen, check, kinds)


def _advice(seen: _Seen, check: str, kinds: Mapping[str, set[str]]) -> Finding:
    if not any("script" in kind for of_host in kinds.values() for kind in of_host):
        return warn(check, "each of them learns who reads this story")
    if seen.settings.embedded_form == "page":
        return warn(check, "its scripts see who goes to the form, which is on Yobal's own page")
    return warn(
        check,
        'set embedded_form = "page": a script of others can draw a false form in place of the '
        "frame, and sees who stays at it",
    )


def _described(host: str, kinds: Sequence[str]) -> str:
    tracker = next(
        (
            name
            for domain, name in TRACKERS.items()
            if host == domain or host.endswith(f".{domain}")
        ),
        "",
    )
    return ", ".join([*([tracker] if tracker else []), *kinds])


def _origin_of(url: str) -> str:
    return f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
