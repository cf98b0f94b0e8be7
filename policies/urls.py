from django.urls import path

from policies import views

app_name = "policies"
urlpatterns = [
    path("", views.policy_list, name="policy-list"),
    path("<any_slug:slug>/", views.policy, name="policy"),
]
