from django.urls import path

from comments.views import links

app_name = "comments"
urlpatterns = [
    # Behind links in mails
    path("confirm/<str:token>/", links.confirm, name="confirm"),
    path("out/<str:token>/", links.out, name="out"),
    path("decide/<str:token>/", links.decide, name="decide"),
]
