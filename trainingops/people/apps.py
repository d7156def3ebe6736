from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "trainingops.people"
    label = "people"
