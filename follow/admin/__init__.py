"""The desk of followers, mailings and widgets. Each module registers its own pages."""

from follow.admin import followers as followers
from follow.admin import mailings as mailings
from follow.admin import reach as reach
from follow.admin import sending as sending
from follow.admin import suppressions as suppressions
from follow.admin import widgets as widgets
