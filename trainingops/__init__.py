"""The Django project and the ground that every stage stands on."""

from trainingops.celery import app as celery_app

__all__ = ("celery_app",)
