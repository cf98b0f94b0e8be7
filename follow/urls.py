from django.urls import path

from follow.views import following, links, sharing

app_name = "follow"
urlpatterns = [
    path("follow/", following.follow, name="follow"),
    path("follow/email/", following.email, name="email"),
    path("follow/sent/", following.sent, name="sent"),
    # Behind links in mails
    path("follow/confirm/<str:token>/", links.confirm, name="confirm"),
    path("follow/preferences/<str:token>/", links.preferences, name="preferences"),
    path("follow/preferences/<str:token>/export/", links.export, name="export"),
    path("follow/preferences/<str:token>/erase/", links.erase, name="erase"),
    path("follow/out/<str:token>/", links.out, name="out"),
    # Passing a page on, and counting that
    path("share/wechat/", sharing.wechat, name="wechat"),
    path("share/mastodon/", sharing.mastodon, name="mastodon"),
    path("share/count/", sharing.count, name="count"),
]
