from django.urls import path

from comments.feeds import feed_in
from comments.views import links, reading, status, writing

app_name = "comments"
urlpatterns = [
    path("on/<any_slug:slug>/", reading.thread, name="thread"),
    path("on/<any_slug:slug>/new/", writing.new, name="new"),
    path("on/<any_slug:slug>/feed/", feed_in("rss"), name="feed"),
    path("on/<any_slug:slug>/feed/atom/", feed_in("atom"), name="feed-atom"),
    path("on/<any_slug:slug>/feed/json/", feed_in("json"), name="feed-json"),
    path("<int:pk>/", reading.comment, name="comment"),
    path("<int:pk>/reply/", writing.reply, name="reply"),
    path("<int:pk>/report/", writing.report, name="report"),
    path("reported/", writing.reported, name="reported"),
    path("status/<str:token>/", status.status, name="status"),
    path("status/<str:token>/edit/", status.edit, name="edit"),
    path("status/<str:token>/withdraw/", status.withdraw, name="withdraw"),
    # Behind links in mails
    path("confirm/<str:token>/", links.confirm, name="confirm"),
    path("out/<str:token>/", links.out, name="out"),
    path("decide/<str:token>/", links.decide, name="decide"),
]
