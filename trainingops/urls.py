"""Every URL of the product, by room. Each name stands in :mod:`trainingops.access` with its roles and methods."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
