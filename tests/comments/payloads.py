"""
A thousand ways to smuggle script into a page, of the kinds that public collections list.

Made by crossing what opens an element, what runs, and how it is disguised, so that each is another string. All call
`alert`, which the journey that shows them listens to.
"""

from collections.abc import Iterator
from itertools import chain, cycle, islice, product

MANY = 1000

CALLS = (
    "alert(1)",
    "alert`1`",
    "top['al'+'ert'](1)",
    "window.onerror=alert;throw 1",
    "eval('ale'+'rt(1)')",
    "\\u0061lert(1)",
    "&#97;lert(1)",
    "&#x61;&#x6c;&#x65;&#x72;&#x74;(1)",
    "setTimeout('alert(1)')",
    "Function('alert(1)')()",
    "import('data:text/javascript,alert(1)')",
    "[1].find(alert)",
)
HANDLERS = (
    *("onload", "onerror", "onclick", "onfocus", "onmouseover", "ontoggle", "onbegin", "onstart", "onanimationstart"),
    *("onpageshow", "onscroll", "onpointerenter", "onbeforeinput", "oncanplay", "ontransitionend", "onfocusin"),
)
ELEMENTS = (
    "<img src=x {0}={1}>",
    "<svg {0}={1}>",
    "<svg><animate {0}={1} attributeName=x dur=1s>",
    "<body {0}={1}>",
    "<input autofocus {0}={1}>",
    "<details open {0}={1}>",
    "<video src=x {0}={1}>",
    "<marquee {0}={1}>",
    "<a href=# {0}={1} tabindex=1 autofocus>x</a>",
    "<iframe src=/ {0}={1}></iframe>",
    "<x {0}={1} style=animation-name:x tabindex=1>x",
    "<math><mi {0}={1}>x",
    '" {0}="{1}" x="',
    "' {0}='{1}' x='",
    "` {0}=`{1}` x=`",
    '"><img src=x {0}={1}>',
    "</textarea><img src=x {0}={1}>",
    "</title><svg {0}={1}>",
    "--><img src=x {0}={1}>",
    "]]><img src=x {0}={1}>",
)
SCRIPTS = (
    "<script>{0}</script>",
    "</script><script>{0}</script>",
    "<ScRiPt >{0}</ScRiPt>",
    "<scr<script>ipt>{0}</scr</script>ipt>",
    "<script/x>{0}</script\t\n>",
    "<script src=data:text/javascript,{0}></script>",
    "<svg><script>{0}</script></svg>",
    "<svg><script href=data:text/javascript,{0} />",
    "<math><annotation-xml encoding=text/html><script>{0}</script>",
    '<noscript><p title="</noscript><script>{0}</script>">',
    "<style><!--</style><script>{0}//--></script>",
    '<xmp><p title="</xmp><script>{0}</script>">',
    "<template><script>{0}</script></template>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror={0}>",
    "<iframe srcdoc='<script>{0}</script>'></iframe>",
    "\ufeff<script>{0}</script>",
    "\uff1cscript\uff1e{0}\uff1c/script\uff1e",
    "%3Cscript%3E{0}%3C/script%3E",
    "&lt;script&gt;{0}&lt;/script&gt;",
    "&#60;script&#62;{0}&#60;/script&#62;",
    "\\x3cscript\\x3e{0}\\x3c/script\\x3e",
    "+ADw-script+AD4-{0}+ADw-/script+AD4-",
    "<\u017fcript>{0}</\u017fcript>",
    "<!--><script>{0}</script>",
    "<![CDATA[<script>{0}</script>]]>",
    "{{{{constructor.constructor('{0}')()}}}}",
    "${{{0}}}",
    "<% {0} %>",
    "{{% debug %}}{{{{ {0} }}}}<script>{0}</script>",
)
ADDRESSES = (
    "javascript:{0}",
    "JaVaScRiPt:{0}",
    "java\tscript:{0}",
    "java\nscript:{0}",
    " \x01javascript:{0}",
    "javascript&colon;{0}",
    "&#106;avascript:{0}",
    "javascript://example.org/%0a{0}",
    "data:text/html,<script>{0}</script>",
    "vbscript:{0}",
    'https://example.org/"onmouseover="{0}',
    "https://example.org/'><svg onload={0}>",
    "https://example.org/?<script>{0}</script>",
    'https://example.org/#"><img src=x onerror={0}>',
    "//example.org/%22onclick=%22{0}",
    'https://user:"onfocus={0}@example.org/',
)
CARRIERS = (
    "{0}",
    '<a href="{0}">x</a>',
    '<form action="{0}"><button>x</form>',
    '<iframe src="{0}"></iframe>',
    '<object data="{0}"></object>',
    '<svg><a xlink:href="{0}"><text x=20 y=20>x</text></a></svg>',
    '<meta http-equiv=refresh content="0;url={0}">',
    "[x]({0})",
    '<base href="{0}//">',
    '<link rel=stylesheet href="{0}">',
    '<div style="background:url({0})">x</div>',
    '<button formaction="{0}">x',
)


def payloads() -> list[str]:
    """The thousand, each once, the kinds by turns."""
    handlers = (element.format(handler, call) for (element, handler), call in zip(
        product(ELEMENTS, HANDLERS), cycle(CALLS), strict=False))  # fmt: skip
    scripts = (script.format(call) for script, call in product(SCRIPTS, CALLS))
    addresses = (
        carrier.format(address.format(call))
        for (carrier, address), call in zip(product(CARRIERS, ADDRESSES), cycle(CALLS), strict=False)
    )
    more = (element.format(handler, call) for call, handler, element in product(CALLS[1:], HANDLERS, ELEMENTS))
    return list(islice(dict.fromkeys(chain(by_turns(handlers, scripts, addresses), more)), MANY))


def by_turns(*kinds: Iterator[str]) -> Iterator[str]:
    for group in zip(*kinds, strict=False):
        yield from group
    for kind in kinds:
        yield from kind
