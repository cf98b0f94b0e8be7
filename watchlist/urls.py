from django.urls import path

from watchlist import views

app_name = "watchlist"
urlpatterns = [
    path("", views.company_list, name="company-list"),
    path("<any_slug:slug>/", views.company, name="company"),
]
