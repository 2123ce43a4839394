"""`yobal doctor --page` against real servers: the newsroom's page on one, the comments on another."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from tests.web_server import Answer, WebServer, web_server
from yobal.doctor import page_policy, page_reader, story_page
from yobal.doctor.finding import Finding
from yobal.server.settings import Settings

FRAME_POLICY = "default-src 'none'; frame-ancestors 'self' {news}; sandbox allow-forms"


@pytest.fixture(scope="module")
def news() -> Iterator[WebServer]:
    with web_server() as served:
        yield served


@pytest.fixture(scope="module")
def comments() -> Iterator[WebServer]:
    with web_server() as served:
        yield served


class Site:
    """A story's page with the embed, and the comments' server as it should be."""

    def __init__(self, news: WebServer, comments: WebServer) -> None:
        self.news, self.comments = news, comments
        self.settings = Settings(
            site_id="river-post",
            site_name="n",
            public_url=comments.url,
            desk_url="https://d.example",
        )
        self.page_headers: dict[str, str] = {}
        self.frame_headers = {"Content-Security-Policy": FRAME_POLICY.format(news=news.url)}
        comments.answers = {
            "/river-post/@/embed.js": Answer(b""),
            "/river-post/ferry/en/index.json": Answer(b"{}"),
        }

    @property
    def embed(self) -> str:
        return (
            f'<script src="{self.comments.url}/river-post/@/embed.js" async></script>'
            '<yobal-comments story="ferry"><a href="x">Comments</a></yobal-comments>'
        )

    def examine(self, body: str | None = None, **settings: Any) -> dict[str, Finding]:
        html = f'<!doctype html><html lang="en"><body>{self.embed if body is None else body}</body>'
        self.news.answers["/story"] = Answer(html.encode(), headers=self.page_headers)
        frame = Answer(b"", headers=self.frame_headers)
        self.comments.answers["/river-post/ferry/en/form.frame.html"] = frame
        changed = msgspec.structs.replace(self.settings, **settings)
        findings = story_page.examine(changed, f"{self.news.url}/story")
        return {finding.check: finding for finding in findings}


@pytest.fixture
def site(news: WebServer, comments: WebServer) -> Site:
    return Site(news, comments)


def test_a_page_with_nothing_but_the_embed_is_well(site: Site) -> None:
    findings = site.examine()
    assert {finding.status for finding in findings.values()} == {"ok"}, findings
    assert set(findings) == {
        "the page loads embed.js",
        "embed.js is that of this site",
        "the page shows the story ferry, edition en",
        "no company in front of 127.0.0.1 reads what readers send",
        f"{site.news.url} may frame the form",
        "the page is on this machine",
        "no third party is beside the form, as far as the HTML shows",
    }


def test_a_page_without_a_thread_is_a_failure(site: Site) -> None:
    findings = site.examine("<p>A story.</p>")
    assert findings["the page shows a thread"].status == "fail"


@pytest.mark.parametrize(
    "address", ["http://[", "https://news\u2100.example/", "//cdn.example:99999/"]
)
def test_the_check_goes_on_after_an_address_that_no_browser_fetches(address: str) -> None:
    html = f'<base href="{address}"><img src="{address}"><form action="{address}"></form><img src="/a">'
    page = page_reader.read(html, "https://news.example/ferry")
    assert [item.url for item in page.resources] == ["https://news.example/a"]


def test_a_fragment_or_a_frame_is_found_too(site: Site) -> None:
    site.comments.answers["/river-post/@/comments.css"] = Answer(b"")
    form = f'<form action="{site.comments.url}/river-post/ferry/en/">'
    assert site.examine(form)["the page shows a thread, as a fragment"].status == "ok"
    frame = f'<iframe src="{site.comments.url}/river-post/ferry/en/"></iframe>'
    assert site.examine(frame)["the page shows a thread, in a frame"].status == "ok"


def test_a_story_that_is_not_declared_is_named(site: Site) -> None:
    findings = site.examine(site.embed.replace("ferry", "bridge"))
    finding = findings["the page shows the story bridge, edition en"]
    assert finding.status == "fail"
    assert "404" in finding.advice
    assert "yobal story add" in finding.advice


def test_an_embed_without_its_script_or_of_another_site_is_a_failure(site: Site) -> None:
    element = '<yobal-comments story="ferry" edition="en"></yobal-comments>'
    assert site.examine(element)["the page loads embed.js"].status == "fail"
    findings = site.examine(public_url="https://comments.example")
    assert findings["embed.js is that of this site"].status == "fail"


def test_third_parties_are_listed_with_what_they_are_and_advice(site: Site) -> None:
    body = site.embed + (
        '<script src="https://www.googletagmanager.com/gtag/js?id=x"></script>'
        '<img src="//pixel.example/a.gif"><iframe src="https://player.example/v"></iframe>'
        "<script>load('https://connect.facebook.net/en_US/fbevents.js')</script>"
        '<link rel="stylesheet" href="https://fonts.example/a.css"><link rel="canonical" href="https://x.example/">'
        '<a href="https://linked.example/">A link asks nobody</a><img src="/own.png">'
    )
    findings = site.examine(body)
    assert {
        check.removesuffix(" is on the page"): finding.advice
        for check, finding in findings.items()
        if check.endswith("is on the page")
    } == {
        "www.googletagmanager.com": "Google Tag Manager, script",
        "pixel.example": "image",
        "player.example": "frame",
        "connect.facebook.net": "Facebook pixel, named in a script",
        "fonts.example": "style or preload",
    }
    advice = findings["no third party is beside the form"]
    assert advice.status == "warn"
    assert 'embedded_form = "page"' in advice.advice
    already = site.examine(body, embedded_form="page")["no third party is beside the form"]
    assert "embedded_form" not in already.advice


@pytest.mark.parametrize(
    ("headers", "status", "says"),
    [
        ({"CF-Ray": "8a-PNH"}, "fail", "Cloudflare"),
        ({"X-Served-By": "cache-1"}, "fail", "Fastly"),
        ({"X-Amz-Cf-Id": "x", "Via": "1.1 x.cloudfront.net"}, "fail", "Amazon CloudFront"),
        ({"Via": "1.1 varnish"}, "warn", "1.1 varnish"),
    ],
)
def test_a_cdn_in_front_of_the_form_is_seen_by_its_headers(
    site: Site, headers: dict[str, str], status: str, says: str
) -> None:
    site.frame_headers |= headers
    finding = site.examine()["no company in front of 127.0.0.1 reads what readers send"]
    assert finding.status == status
    assert says in finding.advice


def test_a_cdn_in_front_of_the_page_alone_is_no_failure(site: Site) -> None:
    site.page_headers = {"CF-Ray": "8a-PNH"}
    assert {finding.status for finding in site.examine().values()} == {"ok"}


@pytest.mark.parametrize(
    ("policy", "forbidden"),
    [
        ("script-src {c}; connect-src {c}; frame-src {c}", set()),
        ("default-src {c}", set()),
        ("default-src *", set()),
        ("script-src 'self'; connect-src {c}; frame-src {c}", {"script-src"}),
        ("default-src 'self'", {"script-src", "connect-src", "frame-src"}),
        ("default-src {c}; frame-src 'none'", {"frame-src"}),
        ("default-src {c}; child-src 'none'", {"frame-src"}),
        ("img-src 'self'", set()),
        ("default-src {c}, connect-src 'none'", {"connect-src"}),
    ],
)
@pytest.mark.parametrize("carrier", ["header", "meta"])
def test_the_pages_policy_must_permit_three_things(
    site: Site, carrier: str, policy: str, forbidden: set[str]
) -> None:
    policy = policy.format(c=site.comments.url)
    body = site.embed
    if carrier == "header":
        site.page_headers = {"Content-Security-Policy": policy}
    else:
        body = f'<meta http-equiv="Content-Security-Policy" content="{policy}">{body}'
    findings = site.examine(body)
    statuses = {
        directive: findings[f"the page's policy permits the embed ({directive})"].status
        for directive in ("script-src", "connect-src", "frame-src")
    }
    assert {name for name, status in statuses.items() if status == "fail"} == forbidden


def test_a_nonce_permits_the_script(site: Site) -> None:
    site.page_headers = {"Content-Security-Policy": "script-src 'nonce-abc' 'strict-dynamic'"}
    check = "the page's policy permits the embed (script-src)"
    assert site.examine()[check].status == "fail"
    body = site.embed.replace("<script ", '<script nonce="abc" ')
    assert site.examine(body)[check].status == "ok"


def test_the_form_must_be_allowed_to_be_framed(site: Site) -> None:
    check = f"{site.news.url} may frame the form"
    site.frame_headers = {"Content-Security-Policy": "frame-ancestors 'self'"}
    finding = site.examine()[check]
    assert finding.status == "fail"
    assert f'["{site.news.url}"]' in finding.advice
    site.frame_headers = {"X-Frame-Options": "DENY"}
    assert "X-Frame-Options: DENY" in site.examine()[check].advice
    site.frame_headers = {}
    assert site.examine()[check].status == "warn"
    site.frame_headers = {
        "X-Frame-Options": "DENY",  # browsers ignore it beside frame-ancestors
        "Content-Security-Policy": FRAME_POLICY.format(news=site.news.url),
    }
    assert site.examine()[check].status == "ok"
    assert check not in site.examine(embedded_form="page")


def test_mixed_content_is_a_failure_on_an_encrypted_page() -> None:
    page = page_reader.read(
        '<img src="http://a.example/x.png"><img src="b.png">', "https://n.example/"
    )
    seen = story_page._Seen(
        page=page,
        url="https://n.example/",
        headers={},
        site_url="https://c.example/s/",
        settings=Settings(site_id="s", site_name="n"),
    )
    failures = [finding for finding in story_page._transport(seen) if finding.is_failure]
    assert [finding.check for finding in failures] == ["nothing on the page is fetched without TLS"]
    assert "http://a.example/x.png" in failures[0].advice


def test_a_page_that_cannot_be_fetched_is_a_finding(site: Site) -> None:
    (finding,) = story_page.examine(site.settings, f"{site.news.url}/nowhere")
    assert (finding.check, finding.status) == ("the page can be fetched", "fail")


@pytest.mark.parametrize(
    ("source", "url", "is_allowed"),
    [
        ("https://c.example", "https://c.example/a", True),
        ("https://c.example", "http://c.example/a", False),
        ("http://c.example", "https://c.example/a", True),
        ("c.example", "https://c.example/a", True),
        ("*.example", "https://c.example/a", True),
        ("*.c.example", "https://c.example/a", False),
        ("https:", "https://c.example/a", True),
        ("c.example:8443", "https://c.example/a", False),
        ("c.example:*", "https://c.example:8443/a", True),
        ("c.example", "https://c.example:8443/a", False),
        ("c.example/a/", "https://c.example/a/b", True),
        ("c.example/a", "https://c.example/a/b", False),
        ("'self'", "https://n.example/a", True),
        ("'self'", "https://c.example/a", False),
        ("'none'", "https://n.example/a", False),
        ("'unsafe-inline'", "https://n.example/a", False),
        ("*", "https://c.example/a", True),
    ],
)
def test_a_source_of_a_policy_matches_as_in_a_browser(
    source: str,
    url: str,
    is_allowed: bool,  # noqa: FBT001  # a parameter of pytest
) -> None:
    forbidding = page_policy.forbidding(
        [f"connect-src {source}"], "connect-src", url, page_url="https://n.example/"
    )
    assert (forbidding is None) == is_allowed
