"""The furniture of a web page: what stands around an article and comes along when it is copied.

The words are looked for in a folded line (``vocabulary.fold``) and must be the whole of it, so that a sentence
which begins with "Share" is none.
"""

import re

_CLOSING = re.compile(
    r"leave a (?:comment|reply)(?: cancel reply)?|post a comment|add a comment|comments?|join the discussion"
    r"|(?:no|\d{1,4}) (?:comments?|responses?|replies)(?: (?:on|to) .*)?|\d{1,4} thoughts? on .*"
    r"|related(?: (?:posts?|articles?|stories|reading|content))?|(?:you (?:may|might) also like|more like this)"
    r"|(?:recent|latest|popular) (?:posts?|comments?|articles?)|post navigation"
    r"|(?:copyright|©|\(c\)) .*|.*\ball rights reserved"
    r"|发表评论|发表回复|發表評論|相关文章|相關文章|评论|評論|留言"
)
_OTHER = re.compile(
    r"leave a comment(?: [/|·-] .*)|(?:cancel reply|(?:post|submit)(?: a)? comment)"
    r"|(?:your )?(?:name|e-?mail|e-?mail address|website|url|comment)(?: \(?(?:required|optional))?"
    r"|your e-?mail address will not be published.*|required fields are marked.*"
    r"|save my name.*|notify me of .*by e-?mail|this site uses akismet.*|learn how your comment data.*"
    r"|rss(?: feed)?|follow(?: us)?(?: (?:by|on|via) .{1,40})?|subscribe(?: (?:to|by|via) .{1,60})?|newsletter"
    r"|share(?: this)?(?: (?:on|via|with|post|article|story).{0,40})?|sharing|tweet(?: this)?|pin(?: it| this)?"
    r"|linkedin|facebook|twitter|pinterest|whatsapp|telegram|reddit|wechat|weibo|instagram|youtube|mastodon"
    r"|bluesky|threads|tumblr|print|copy link|like(?: this)?|loading|click to (?:share|email|e-mail|print|tweet).*"
    r"|(?:wordpress )?social share plugin.*|.*\bplugin powered by .*|(?:proudly )?powered by .{1,60}"
    r"|(?:previous|prev|next|older|newer)(?: (?:post|article|story|entry|issue|report|page)s?\b.*)?"
    r"|(?:previous|prev|next) ?[:»«→←>|].*"
    r"|read more|continue reading.*|skip to (?:main )?(?:content|navigation)|home|(?:main )?menu|search(?: for)?"
    r"|toggle (?:navigation|menu)|about(?: us)?|contact(?: us)?|privacy(?: policy)?|terms(?: (?:of|and) .{1,20})?"
    r"|cookie(?:s| policy| settings| preferences)|(?:we|this (?:web)?site|our (?:web)?site) uses? cookies.*"
    r"|by (?:continuing|clicking|using) .*cookies.*|(?:accept|reject|allow|decline)(?: all)?(?: cookies)?"
    r"|manage (?:cookies|consent|options|preferences)|ok|got it|close|dismiss|log ?(?:in|out)|sign (?:in|up|out)"
    r"|register|archives?|categories|tags|meta|uncategori[sz]ed|(?:back|scroll) to top|advertisement|sponsored"
    r"|\d{1,3} min(?:ute)?s? read|\d{1,6} (?:shares?|likes?|views?)|edit(?: this| post)?"
    r"|分享(?:到.*)?|上一篇.*|下一篇.*|返回顶部|返回頂部|首页|首頁|订阅|訂閱|搜索"
)


def closes_page(key: str) -> bool:
    """Furniture behind which no more of the article comes: the comment form, related posts, the imprint."""
    return bool(key) and _CLOSING.fullmatch(key) is not None


_WIDGETS = frozenset(["rss", "follow by email", "share", "share this", "tweet"])


def is_widget(key: str) -> bool:
    """Furniture so plain that it is none of a list's entries even with a bullet."""
    return key in _WIDGETS


def is_furniture(key: str) -> bool:
    """Whether the line is a label of the page around the article: share buttons, menus, cookie banners."""
    return bool(key) and (_CLOSING.fullmatch(key) or _OTHER.fullmatch(key)) is not None
